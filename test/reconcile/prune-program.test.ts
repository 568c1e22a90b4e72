import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { run, temporaryFolder, type Ran } from '../cli/program.ts';

const config = (name: string, annotations = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${annotations}data: {a: "1"}\n`;
const KEEP = '  annotations: {kapply.kplan.dev/prune: disabled}\n';
const WAIVER =
  'apiVersion: kplan.dev/v1\nkind: Config\nignore:\n- {code: KL0001, file: "*", reason: r}\n- {code: KL0025, file: "*", reason: r}\n';

/** Applies these files as the unit `u`, in place of those that were applied before. */
async function apply(folder: string, version: string, files: Readonly<Record<string, string>>, allow: string): Promise<Ran> {
  const directory = join(folder, version);
  mkdirSync(directory);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const words = allow === '' ? [] : ['--allow', allow];
  return run('kapply', folder, [version, '--unit', 'u', '--embedded', 'cluster', '--yes', ...words]);
}

async function listNames(folder: string): Promise<readonly string[]> {
  const { stdout } = await run('kapply', folder, ['status', '--embedded', 'cluster', '-o', 'json']);
  return ['a', 'b', 'c'].filter((name) => new RegExp(`"${name}"`).test(stdout));
}

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly allow?: string;
  readonly want: readonly string[];
}

const CASES: readonly Case[] = [
  { name: 'a file that is gone goes', files: { 'b.yaml': config('b'), 'c.yaml': config('c') }, want: ['b', 'c'] },
  {
    name: 'an object that SOPS encrypted stays',
    files: { 'a.yaml': `${config('a')}sops: {mac: x}\n`, 'b.yaml': config('b') },
    want: ['a', 'b'],
  },
  {
    name: 'a templated document keeps what may be meant by it',
    files: { 'a.yaml': `${config('a')}---\n${config('"b-{{ x }}"')}` },
    want: ['a', 'b', 'c'],
  },
  { name: 'so does a templated file', files: { 'a.yaml': `{{- if .x }}\n${config('a')}{{- end }}\n` }, want: ['a', 'b', 'c'] },
  { name: 'a syntax error that is allowed keeps all', files: { 'a.yaml': 'a: [\n' }, allow: 'KL0001', want: ['a', 'b', 'c'] },
  { name: 'one that is waived too', files: { 'a.yaml': 'a: [\n', 'kplan.yaml': WAIVER }, want: ['a', 'b', 'c'] },
  {
    name: 'and a List that lacks its apiVersion',
    files: { 'a.yaml': 'kind: List\nitems: []\n', 'kplan.yaml': WAIVER },
    allow: 'KL0025',
    want: ['a', 'b', 'c'],
  },
  {
    name: 'what .kplanignore names holds nothing back',
    files: { 'a.yaml': 'a: [\n', 'b.yaml': config('b'), '.kplanignore': 'a.yaml\n' },
    want: ['b'],
  },
];

for (const { name, files, allow = '', want } of CASES) {
  test(`the program prunes only what is known to be gone: ${name}`, async (context: TestContext) => {
    const folder = temporaryFolder(context);
    const first = await apply(folder, 'first', { 'a.yaml': config('a'), 'b.yaml': config('b'), 'c.yaml': config('c') }, '');
    assert.equal(first.code, 0, first.stderr);
    const second = await apply(folder, 'second', files, allow);
    assert.equal(second.code, 0, second.stdout + second.stderr);
    assert.deepEqual(await listNames(folder), want, second.stdout);
  });
}

test('an empty source prunes nothing beside an object that is kept', async (context: TestContext) => {
  const folder = temporaryFolder(context);
  await apply(folder, 'first', { 'a.yaml': config('a'), 'b.yaml': config('b', KEEP) }, '');
  const empty = await apply(folder, 'empty', {}, '');
  assert.notEqual(empty.code, 0);
  assert.match(empty.stderr + empty.stdout, /KP0104/);
  assert.deepEqual(await listNames(folder), ['a', 'b']);
});

test('removing a unit keeps what is marked, and says it', async (context: TestContext) => {
  const folder = temporaryFolder(context);
  await apply(folder, 'first', { 'a.yaml': config('a'), 'b.yaml': config('b', KEEP) }, '');
  const removed = await run('kapply', folder, ['delete', '--unit', 'u', '--embedded', 'cluster', '--yes']);
  assert.equal(removed.code, 0, removed.stderr);
  assert.match(removed.stdout, /ConfigMap default\/b \(kept: kapply\.kplan\.dev\/prune: disabled\)/);
  assert.deepEqual(await listNames(folder), ['b']);
});
