import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getArray, getNumber, getString, type JsonValue } from '../../src/std/index.ts';
import { run, temporaryFolder } from './program.ts';
import { readReport } from './report-schema.ts';

const HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';
const POD = (name: string, cpu: string, scheduler = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop}\nspec: {${scheduler}containers: [{name: c, image: i, resources: {requests: {cpu: "${cpu}"}}}]}\n`;
const NODE = (name: string, cpu: string): string =>
  `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\nstatus: {allocatable: {cpu: "${cpu}", memory: 8Gi, pods: "10"}}\n`;
const PACKED = `${HEAD}profiles:
- schedulerName: default-scheduler
  plugins: {score: {disabled: [{name: NodeResourcesBalancedAllocation}, {name: PodTopologySpread}]}}
  pluginConfig:
  - name: NodeResourcesFit
    args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}
- schedulerName: packer
`;

async function places(context: Parameters<typeof temporaryFolder>[0], configuration: string | undefined): Promise<readonly string[]> {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'pods.yaml'), [POD('a', '1'), POD('b', '1', 'schedulerName: packer, ')].join('---\n'));
  writeFileSync(join(folder, 'nodes.yaml'), [NODE('large', '8'), NODE('small', '2')].join('---\n'));
  if (configuration !== undefined) writeFileSync(join(folder, 'scheduler.yaml'), configuration);
  const flags = configuration === undefined ? [] : ['--scheduler-config', 'scheduler.yaml'];
  const { stdout, stderr } = await run('kplan', folder, ['schedule', 'pods.yaml', '--nodes', 'nodes.yaml', ...flags, '-o', 'json']);
  if (stdout === '') return [stderr];
  const report = readReport(stdout);
  const held = getArray(report, 'held').map((item) => `${getString(item, 'pod')} ${getString(item, 'why')}`);
  return [...getArray(report, 'placements').map((item) => `${getString(item, 'pod')} on ${getString(item, 'node')}`), ...held];
}

test('without a configuration pods spread, and those of another scheduler are left to it', async (context) => {
  assert.deepEqual(await places(context, undefined), ['shop/a on large', 'shop/b scheduler']);
});

test('profiles of a configuration place the pods that name them, by their plugins and arguments', async (context) => {
  assert.deepEqual((await places(context, PACKED)).toSorted(), ['shop/a on small', 'shop/b on large']);
});

const MISTAKES: readonly (readonly [what: string, configuration: string, message: RegExp])[] = [
  [
    'another kind',
    'apiVersion: v1\nkind: ConfigMap\n',
    /scheduler\.yaml:1:1: couldn't decode as KubeSchedulerConfiguration, got v1, Kind=ConfigMap/,
  ],
  ['no YAML', 'profiles: [\n', /scheduler\.yaml:\d+:\d+: not one YAML document/],
  ['a field that nobody reads', `${HEAD}parallelizm: 4\n`, /scheduler\.yaml:3:1: .*unknown field "parallelizm"/],
  [
    'a weight of a plugin that is not there',
    `${HEAD}profiles:\n- schedulerName: x\n  pluginConfig:\n  - {name: NodeResourcesFit, args: {scoringStrategy: {type: Fullest}}}\n`,
    /scheduler\.yaml:6:\d+: .*Fullest/,
  ],
];

for (const [what, configuration, message] of MISTAKES) {
  test(`a configuration that kube-scheduler would not start with: ${what}`, async (context) => {
    const [said] = await places(context, configuration);
    assert.match(said ?? '', message);
  });
}

const DEPLOYMENT = (cpu: string, scheduler: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {schedulerName: ${scheduler}, containers: [{name: c, image: i, resources: {requests: {cpu: "${cpu}"}}}]}}}\n`;

/** What a command says of a Deployment of the scheduler `packer`, of whose profile nothing but this file tells. */
async function askOfPacker(context: Parameters<typeof temporaryFolder>[0], words: readonly string[]): Promise<JsonValue> {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'web.yaml'), DEPLOYMENT('1', 'packer'));
  writeFileSync(join(folder, 'huge.yaml'), DEPLOYMENT('100', 'packer'));
  writeFileSync(join(folder, 'nodes.yaml'), [NODE('large', '8'), NODE('small', '2')].join('---\n'));
  writeFileSync(join(folder, 'scheduler.yaml'), PACKED);
  const given = ['--nodes', 'nodes.yaml', '--scheduler-config', 'scheduler.yaml', '-o', 'json'];
  const { stdout, stderr } = await run('kplan', folder, [...words, ...given]);
  assert.equal(stderr, '');
  return readReport(stdout);
}

test('a drain places what comes instead by the profiles of a configuration', async (context) => {
  const report = await askOfPacker(context, ['drain', 'large', '-f', 'web.yaml']);
  const evicted = getArray(report, 'drains').flatMap((drain) => getArray(drain, 'evicted'));
  assert.deepEqual(
    evicted.map((item) => getString(item, 'to')),
    ['small', 'small'],
  );
});

test('capacity counts pods of the profiles of a configuration', async (context) => {
  const report = await askOfPacker(context, ['capacity', 'web.yaml']);
  assert.deepEqual(
    getArray(report, 'rooms').map((room) => [getNumber(room, 'has'), getNumber(room, 'more')]),
    [[2, 8]],
  );
});

test('the effects of a plan are those of the profiles of a configuration', async (context) => {
  const codesOf = async (file: string): Promise<readonly unknown[]> =>
    getArray(await askOfPacker(context, ['plan', file, '--base', 'none']), 'effects')
      .filter((effect) => getString(effect, 'engine') === 'scheduler')
      .map((effect) => getString(effect, 'code'));
  assert.deepEqual([await codesOf('web.yaml'), await codesOf('huge.yaml')], [[], ['KS0001']]);
});
