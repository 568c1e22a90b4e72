import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { map, writeFiles, type Files } from '../loader/files.ts';
import { git, run, temporaryFolder } from './program.ts';

const CONFIG = 'apiVersion: kplan.dev/v1\nkind: Config\n';
const NODE = 'apiVersion: v1\nkind: Node\nmetadata: {name: n}\nstatus: {allocatable: {cpu: "4"}}\n';

interface Case {
  readonly name: string;
  readonly config: string;
  readonly files?: Files;
  /** Undefined where it is read. */
  readonly says: RegExp | undefined;
  readonly words?: readonly string[];
}

const OUTSIDE = /is not in the repository: it was not read\n {2}copy it into the repository, or name it with --context-objects\n$/;

const CASES: readonly Case[] = [
  { name: 'a file of the repository', config: 'contextObjects: [ctx/a.yaml]', files: { 'ctx/a.yaml': map('x') }, says: undefined },
  {
    name: 'a folder of the repository, written with a detour',
    config: 'contextObjects: [app/../ctx]',
    files: { 'ctx/a.yaml': map('x') },
    says: undefined,
  },
  {
    name: 'a file beside the repository',
    config: 'contextObjects:\n- ctx\n- ../secret.yaml',
    files: { 'ctx/a.yaml': map('x') },
    says: /^kplan: kplan\.yaml:5:3: \.\.\/secret\.yaml is not in the repository/,
  },
  {
    name: 'an absolute path',
    config: 'contextObjects: [/etc/passwd]',
    says: /^kplan: kplan\.yaml:3:18: \/etc\/passwd is not in the repository/,
  },
  { name: 'a path out of it that is not there', config: 'contextObjects: [../no/such]', says: OUTSIDE },
  { name: 'a link out of it', config: 'contextObjects: [ctx.yaml]', files: { 'ctx.yaml': '-> ../secret.yaml' }, says: OUTSIDE },
  { name: 'a folder that is a link out of it', config: 'contextObjects: [ctx]', files: { ctx: '-> ..' }, says: OUTSIDE },
  {
    name: 'a link out of it within a folder',
    config: 'contextObjects: [ctx]',
    files: { 'ctx/a.yaml': '-> ../../secret.yaml' },
    says: /^kplan: kplan\.yaml:3:18: ctx: ctx\/a\.yaml:1:1: this link leads to a place outside the tree/,
  },
  {
    name: 'a path that is not there',
    config: 'contextObjects: [ctx]',
    says: /^kplan: kplan\.yaml:3:18: ctx is not there\n/,
  },
  {
    name: 'nodes beside the repository',
    config: 'nodes: ../nodes.yaml',
    says: /^kplan: kplan\.yaml:3:1: \.\.\/nodes\.yaml is not in the repository.*\n.*--nodes\n$/,
  },
  { name: 'nodes of the repository, relative to its root', config: 'nodes: nodes.yaml', files: { 'nodes.yaml': NODE }, says: undefined },
  { name: 'a shape of nodes', config: 'nodes: 3x4cpu,16Gi', says: undefined },
  {
    name: 'a code that there is not',
    config: 'ignore:\n- {reason: known, code: KQ9999}',
    says: /^kplan: kplan\.yaml:4:19: ignore\.0\.code: there is no code KQ9999\n {2}`kplan explain ALL` lists the codes\n$/,
  },
  {
    name: 'a flag that names what the repository may not',
    config: '',
    words: ['--context-objects', '../../secret.yaml', '--nodes', '../../nodes.yaml'],
    says: undefined,
  },
  {
    name: 'a configuration of the repository that a flag names',
    config: '',
    files: { 'ci.yaml': `${CONFIG}contextObjects: [../secret.yaml]\n` },
    words: ['--config', '../ci.yaml'],
    says: /^kplan: ci\.yaml:3:18: \.\.\/secret\.yaml is not in the repository/,
  },
  { name: 'a configuration elsewhere that a flag names', config: '', words: ['--config', '../../config.yaml'], says: undefined },
];

for (const { name, config, files = {}, says, words = [] } of CASES) {
  test(`a configuration that names ${name} is ${says === undefined ? 'read' : 'refused at its place'}`, async (context) => {
    const folder = temporaryFolder(context);
    writeFiles(folder, {
      'secret.yaml': map('secret'),
      'nodes.yaml': NODE,
      'config.yaml': `${CONFIG}contextObjects: [../secret.yaml]\n`,
      'r/kplan.yaml': `${CONFIG}${config}\n`,
      'r/app/a.yaml': map('a'),
    });
    const root = writeFiles(join(folder, 'r'), files);
    git(root, 'init', '-q');
    const { code, stdout, stderr } = await run('kplan', join(root, 'app'), ['.', '--base', 'none', '-q', ...words]);
    if (says === undefined) return assert.equal(code, 0, stdout + stderr);
    assert.match(stderr, says);
    assert.deepEqual([code, stdout], [3, '']);
    return undefined;
  });
}

test('a pipe that the repository names is not opened', async (context) => {
  const root = writeFiles(join(temporaryFolder(context), 'r'), {
    'kplan.yaml': `${CONFIG}contextObjects: [pipe.yaml]\n`,
    'app/a.yaml': map('a'),
  });
  git(root, 'init', '-q');
  execFileSync('mkfifo', [join(root, 'pipe.yaml')]);
  const { code, stderr } = await run('kplan', root, ['app', '--base', 'none']);
  assert.match(stderr, /kplan\.yaml:3:18: pipe\.yaml is no regular file: it was not opened/);
  assert.equal(code, 3);
});
