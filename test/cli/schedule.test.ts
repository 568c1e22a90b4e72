import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getArray, getNumber, getObject, getString } from '../../src/std/index.ts';
import { run, temporaryFolder, type Ran } from './program.ts';
import { readReport } from './report-schema.ts';

const APP = (name: string, replicas: number, cpu: string, more = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: default}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: c, image: i, resources: {requests: {cpu: "${cpu}"}}}]${more}}
---
`;

function ask(context: Parameters<typeof temporaryFolder>[0], manifests: string, ...args: readonly string[]): Promise<Ran> {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'app.yaml'), manifests);
  return run('kplan', folder, ['schedule', 'app.yaml', ...args]);
}

const TWO = ['--nodes', '2x4cpu,16Gi'];

test('placements come in the order in which they were decided, with what the scheduler would say', async (context) => {
  const { code, stdout } = await ask(context, APP('web', 3, '3'), ...TWO, '-o', 'json');
  assert.equal(code, 1);
  assert.deepEqual(
    getArray(readReport(stdout), 'placements').map((item) => [
      getString(item, 'pod'),
      getString(item, 'node'),
      getNumber(item, 'feasible'),
      getString(item, 'message'),
    ]),
    [
      ['default/web-0', 'node-1', 2, 'Successfully assigned default/web-0 to node-1'],
      ['default/web-1', 'node-2', 1, 'Successfully assigned default/web-1 to node-2'],
      [
        'default/web-2',
        undefined,
        0,
        '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
      ],
    ],
  );
});

test('a pod is explained by all nodes, also by its name alone, and also if it has a node', async (context) => {
  const bound =
    APP('web', 1, '1') +
    'apiVersion: v1\nkind: Pod\nmetadata: {name: here, namespace: default}\nspec: {nodeName: node-2, containers: [{name: c, image: i}]}\n';
  for (const pod of ['web-0', 'default/web-0', 'here']) {
    const { code, stdout, stderr } = await ask(context, bound, ...TWO, '--explain', pod, '-o', 'json');
    assert.equal(code, 0, stderr);
    const explained = getArray(readReport(stdout), 'placements').filter((item) => getArray(item, 'nodes').length > 0);
    assert.deepEqual(
      explained.map((item) => getString(item, 'pod')?.endsWith(pod)),
      [true],
    );
    for (const node of getArray(explained[0], 'nodes')) {
      assert.equal(getString(node, 'verdict'), 'Success');
      assert.equal(getNumber(node, 'scores', 'TaintToleration'), 300);
    }
  }
});

test('gated pods, pods of another scheduler and of a node that is not there are said to be so', async (context) => {
  const manifests =
    APP('gated', 1, '1', ', schedulingGates: [{name: later}]') +
    APP('other', 1, '1', ', schedulerName: mine') +
    APP('lost', 1, '1', ', nodeName: gone');
  const { code, stdout } = await ask(context, manifests, ...TWO, '-o', 'json');
  assert.equal(code, 1);
  assert.deepEqual(
    getArray(readReport(stdout), 'held')
      .map((item) => `${getString(item, 'pod')} ${getString(item, 'why')}`)
      .toSorted(),
    ['default/gated-0 gates', 'default/lost-0 node', 'default/other-0 scheduler'],
  );
  const waiting = await ask(context, APP('gated', 1, '1', ', schedulingGates: [{name: later}]'), ...TWO);
  assert.equal(waiting.code, 0);
});

test('without nodes nothing is guessed', async (context) => {
  const { code, stdout } = await ask(context, APP('web', 2, '1'));
  assert.equal(code, 1);
  assert.match(stdout, /^Schedule: 2 pods and no nodes known /);
  assert.match(
    stdout,
    /At least needed, whatever the nodes are\n {3}1 node, with 2 cpu for pods in all\n {3}and for the largest pod a node with 1 cpu\n/,
  );
  assert.match(stdout, /No nodes are known, so where pods go cannot be said, only what they need at least/);
});

test('orders say who depends on them, with the seed that repeats them', async (context) => {
  const manifests = APP('small', 4, '1') + APP('wide', 1, '3');
  const { stdout } = await ask(context, manifests, ...TWO, '--orders', '30', '--seed', '5', '-o', 'json');
  const orders = getObject(readReport(stdout), 'orders');
  assert.deepEqual(
    getArray(orders, 'workloads').map((item) => [getString(item, 'workload', 'name'), getString(item, 'verdict')]),
    [
      ['small', 'always'],
      ['wide', 'sometimes'],
    ],
  );
  const text = await ask(context, manifests, ...TWO, '--orders', '30', '--seed', '5');
  assert.match(text.stdout, /Deployment default\/wide sometimes fits: in \d+ of 30 orders of seed 5/);
});

test('a mistyped number of replicas is answered like any other', async (context) => {
  const { code, stdout } = await ask(context, APP('web', 1_000_000_000, '1'), ...TWO, '-o', 'json');
  assert.equal(code, 1);
  const report = readReport(stdout);
  assert.deepEqual([getNumber(report, 'summary', 'placed'), getNumber(report, 'summary', 'unplaced')], [8, 999_999_992]);
});

test('what cannot be read is a finding at its place, and the rest is answered', async (context) => {
  const { code, stdout } = await ask(context, `${APP('web', 1, '1')}kind: [\n`, ...TWO, '-o', 'json');
  assert.equal(code, 1);
  const report = readReport(stdout);
  assert.deepEqual(
    getArray(report, 'findings').map((item) => getString(item, 'source', 'file')),
    ['app.yaml'],
  );
});

const MISTAKES: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [[...TWO, '--explain', 'wbe-0'], /--explain wbe-0: there is no such pod\n {2}did you mean default\/web-0\?/],
  [[...TWO, '--explain', 'default/'], /--explain default\/: there is no such pod/],
  [[...TWO, '--seed', '3'], /--seed is of use with --orders N/],
  [[...TWO, '--orders', '0'], /--orders 0: must be a whole number from 1 on/],
  [[...TWO, '--explian', 'web-0'], /did you mean --explain\?/],
];

for (const [args, message] of MISTAKES) {
  test(`kplan schedule ${args.join(' ')} says what is wrong`, async (context) => {
    const { code, stdout, stderr } = await ask(context, APP('web', 1, '1'), ...args);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, message);
  });
}
