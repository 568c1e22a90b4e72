import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getArray, getString, type JsonObject } from '../../src/std/index.ts';
import { commitAll, git, run, temporaryFolder } from './program.ts';
import { readReport } from './report-schema.ts';

const NODE = (name: string): string =>
  `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\nstatus: {allocatable: {cpu: "4", memory: 8Gi, pods: "10"}}\n`;
const POD = (name: string, cpu: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: default, labels: {app: ${name}}}\nspec: {containers: [{name: c, image: i, resources: {requests: {cpu: "${cpu}"}}}]}\n`;

/** A repository with one pod of 1 CPU in `deploy`, of 2 CPUs in its working tree, and a dump of a node with a waiting pod beside it. */
function makeFolder(context: Parameters<typeof temporaryFolder>[0]): string {
  const folder = temporaryFolder(context);
  git(folder, 'init', '-q', '-b', 'main');
  mkdirSync(join(folder, 'deploy'));
  writeFileSync(join(folder, 'deploy/pod.yaml'), POD('ours', '1'));
  writeFileSync(join(folder, 'dump.yaml'), `${NODE('snapshot-node')}---\n${POD('waiting', '3')}`);
  writeFileSync(join(folder, 'nodes.yaml'), NODE('file-node'));
  commitAll(folder, 'One pod');
  writeFileSync(join(folder, 'deploy/pod.yaml'), POD('ours', '2'));
  return folder;
}

const CASES: readonly {
  readonly name: string;
  readonly args: readonly string[];
  readonly want: readonly string[];
  readonly sources: readonly string[];
}[] = [
  {
    name: 'PATH alone, on given nodes',
    args: ['deploy', '--nodes', '1x4cpu,8Gi'],
    want: ['ours node-1'],
    sources: ['after none directory'],
  },
  { name: 'nodes of a file', args: ['deploy', '--nodes', 'nodes.yaml'], want: ['ours file-node'], sources: ['after none directory'] },
  {
    name: 'context objects',
    args: ['deploy', '--context-objects', 'dump.yaml'],
    want: ['ours snapshot-node', 'waiting null'],
    sources: ['after none directory'],
  },
  {
    name: 'a snapshot alone is the whole world',
    args: ['--snapshot', 'dump.yaml'],
    want: ['waiting snapshot-node'],
    sources: ['before snapshot'],
  },
  {
    name: 'PATH applied to a snapshot',
    args: ['deploy', '--snapshot', 'dump.yaml'],
    want: ['ours snapshot-node', 'waiting null'],
    sources: ['after snapshot directory'],
  },
  {
    name: 'the snapshot before PATH is applied',
    args: ['deploy', '--snapshot', 'dump.yaml', '--world', 'before'],
    want: ['waiting snapshot-node'],
    sources: ['before snapshot directory'],
  },
  {
    name: 'a revision of PATH',
    args: ['deploy', '--base', 'HEAD', '--world', 'before', '--nodes', '1x1.5cpu,8Gi'],
    want: ['ours node-1'],
    sources: ['before revision directory'],
  },
  {
    name: 'PATH on its base',
    args: ['deploy', '--base', 'HEAD', '--nodes', '1x1.5cpu,8Gi'],
    want: ['ours null'],
    sources: ['after revision directory'],
  },
  {
    name: 'PATH read from a revision',
    args: ['deploy', '--ref', 'HEAD', '--nodes', '1x1.5cpu,8Gi'],
    want: ['ours node-1'],
    sources: ['after none revision'],
  },
  {
    name: 'only some labels are shown, though the others take room',
    args: ['deploy', '--snapshot', 'dump.yaml', '-l', 'app=waiting'],
    want: ['waiting null'],
    sources: ['after snapshot directory'],
  },
  {
    name: 'only another namespace is shown',
    args: ['deploy', '--snapshot', 'dump.yaml', '-n', 'other'],
    want: [],
    sources: ['after snapshot directory'],
  },
];

for (const { name, args, want, sources } of CASES) {
  test(`a question is asked of ${name}`, async (context) => {
    const folder = makeFolder(context);
    const { code, stdout, stderr } = await run('kplan', folder, ['schedule', ...args, '-o', 'json']);
    const report = readReport(stdout);
    assert.deepEqual(listPlaces(report).toSorted(), want, stderr);
    assert.deepEqual([describeSources(report)], sources);
    assert.equal(code, want.some((place) => place.endsWith(' null')) ? 1 : 0);
    assert.equal(existsSync(join(folder, '.kplan')), false);
  });
}

test('an embedded cluster is asked where there is one, and given nodes take the place of its own', async (context) => {
  const folder = makeFolder(context);
  const applied = await run('kapply', folder, ['deploy', '--yes', '--nodes', '1x4cpu,8Gi,name=embedded']);
  assert.equal(applied.code, 0, applied.stderr);
  const own = readReport((await run('kplan', folder, ['schedule', '--embedded', '.kplan/cluster', '-o', 'json'])).stdout);
  assert.deepEqual([listPlaces(own), describeSources(own)], [[], 'before embedded']);
  const given = readReport((await run('kplan', folder, ['schedule', 'deploy', '--nodes', '1x4cpu,8Gi,name=given', '-o', 'json'])).stdout);
  assert.deepEqual([listPlaces(given), describeSources(given)], [['ours given-1'], 'after embedded directory']);
});

function listPlaces(report: JsonObject): readonly string[] {
  return getArray(report, 'placements').map(
    (item) => `${getString(item, 'pod')?.replace('default/', '')} ${getString(item, 'node') ?? 'null'}`,
  );
}

function describeSources(report: JsonObject): string {
  return [getString(report, 'world'), getString(report, 'before', 'kind'), getString(report, 'after', 'kind')]
    .filter((word) => word !== undefined)
    .join(' ');
}

const MISTAKES: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['nowhere'], /nowhere is no command|there is no such file/],
  [['deploy', '--snapshot', 'gone.yaml'], /--snapshot gone\.yaml: there is no such file/],
  [['deploy', '--snapshot', 'dump.yaml', '--live'], /--snapshot and --live each choose the world/],
  [['--embedded', 'gone'], /gone: there is no embedded cluster/],
  [['deploy', '--nodes', 'three'], /--nodes three: there is no such file/],
  [['deploy', '--nodes', '3x4cpu,lots'], /"lots" is not an amount of memory/],
  [['deploy', '--world', 'later'], /--world later: must be before, after/],
  [['deploy', '-l', '=='], /--selector ==/],
];

for (const [args, message] of MISTAKES) {
  test(`schedule ${args.join(' ')} says what is wrong`, async (context) => {
    const { code, stdout, stderr } = await run('kplan', makeFolder(context), ['schedule', ...args]);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, message);
  });
}
