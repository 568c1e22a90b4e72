import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getArray, getNumber, getObject, getString } from '../../src/std/index.ts';
import { run, temporaryFolder } from './program.ts';
import { readReport } from './report-schema.ts';

const APP = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 6
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 1500m, memory: 1Gi}}}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: other}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 100m}}}]}
`;

function makeFolder(context: Parameters<typeof temporaryFolder>[0]): string {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'app.yaml'), APP);
  return folder;
}

test('the fewest nodes of each shape and of the mix, with their proof', async (context) => {
  const shapes = ['--node-shape', 'small=4cpu,16Gi,price=0.1', '--node-shape', 'm5.2xlarge,price=0.19'];
  const { code, stdout, stderr } = await run('kplan', makeFolder(context), ['capacity', 'app.yaml', ...shapes, '-o', 'json']);
  assert.equal(code, 0, stderr);
  const fleets = getArray(readReport(stdout), 'fleets').map((fleet) => [
    getArray(fleet, 'shapes').map(String).join(' + '),
    getNumber(fleet, 'count'),
    getString(fleet, 'lower'),
    getString(fleet, 'upper'),
    getObject(fleet)?.['optimal'],
  ]);
  assert.deepEqual(fleets, [
    ['small', 3, '0.30', '0.30', true],
    ['m5.2xlarge', 2, '0.38', '0.38', true],
    ['small + m5.2xlarge', 2, '0.29', '0.29', true],
  ]);
});

test('how many more of one workload fit, and what the scheduler would say of the next', async (context) => {
  const args = ['capacity', 'app.yaml', '--nodes', '4x4cpu,16Gi', '--for', 'deploy/web', '-n', 'shop', '-o', 'json'];
  const { code, stdout, stderr } = await run('kplan', makeFolder(context), args);
  assert.equal(code, 0, stderr);
  const wanted = getObject(readReport(stdout), 'wanted');
  assert.deepEqual([getNumber(wanted, 'has'), getNumber(wanted, 'more')], [6, 2]);
  assert.match(getString(wanted, 'message') ?? '', /^0\/4 nodes are available: 4 Insufficient cpu\. /);
  assert.equal(getString(wanted, 'nodes', 0, 'scarce', 'resource'), 'cpu');
});

test('the text begins with the sum and ends with what to do next', async (context) => {
  const { stdout } = await run('kplan', makeFolder(context), ['capacity', 'app.yaml', '--nodes', '4x4cpu,16Gi']);
  assert.match(stdout, /^Capacity: 7 pods, on 4 nodes/);
  assert.match(stdout, /Fewest nodes for all pods\n.*Shape/);
  assert.match(stdout, /Deployment shop\/web +6 +2/);
  assert.match(stdout, /says how many more of a workload fit; `--node-shape` compares kinds of nodes\.\n$/);
});

test('Markdown has the same tables', async (context) => {
  const { stdout } = await run('kplan', makeFolder(context), ['capacity', 'app.yaml', '--nodes', '4x4cpu,16Gi', '-o', 'markdown']);
  assert.match(stdout, /Fewest nodes for all pods \(1\)/);
  assert.match(stdout, /\| Deployment shop\/web \| 6 \| 2 \|/);
});

test('what the Cluster Autoscaler would add for pods that find no node', async (context) => {
  const groups = ['--node-group', 'small=4cpu,16Gi,max=1', '--node-group', 'big=m5.2xlarge,max=5'];
  const args = ['capacity', 'app.yaml', '--nodes', '1x4cpu,16Gi', ...groups, '-o', 'json'];
  const { code, stdout, stderr } = await run('kplan', makeFolder(context), args);
  assert.equal(code, 0, stderr);
  const autoscaler = getObject(readReport(stdout), 'autoscaler');
  assert.equal(getNumber(autoscaler, 'waiting'), 4);
  assert.deepEqual(
    getArray(autoscaler, 'added').map((item) => [getString(item, 'group'), getNumber(item, 'nodes')]),
    [['big', 1]],
  );
});

const MISTAKES: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['--for', 'web'], /--for web is not KIND\/NAME/],
  [['--for', 'deploy/wep'], /there is no such Deployment\n.*did you mean deploy\/web\?/],
  [['--for', 'deploy/web'], /2 namespaces have it: other, shop\n.*-n other chooses one/],
  [['--for', 'ds/agent'], /a DaemonSet has one pod on each node/],
  [['--node-shape', 's=0cpu,1Gi'], /nothing of its cpu is left for pods/],
  [['--node-shape', 's=2cpu,8Gi,reserved=99%,pods=0'], /nothing of its pods is left for pods/],
  [['--node-shape', 's=2cpu,8Gi,price=-1'], /"price=-1" is not a price above 0/],
  [['--node-shape', 's=2cpu,8Gi,price=0'], /"price=0" is not a price above 0/],
  [['--node-shape', 's=2cpu,8Gi,price=0.00000001'], /more than 6 decimals/],
  [['--node-shape', 's=2cpu,lots'], /"lots" is not an amount of memory/],
  [['--node-shape', 'q9.mega'], /neither CPUcpu,MEMORY nor a machine/],
  [['--node-group', 'workers'], /it is not NAME=SHAPE/],
  [['--node-group', 'workers=m5.large,max=many'], /"max=many" is not a number of nodes/],
  [['--node-group', 'workers=m5.large,min=5,max=2'], /min=5 is more than max=2/],
  [['--expander', 'random'], /must be least-waste, most-pods, price/],
  [['--node-shape', '=2cpu,8Gi'], /does not begin with a name/],
  [['--node-shape', 's=2cpu,8Gi', '--node-shape', 's=4cpu,8Gi'], /s is given twice/],
  [['--node-shape', 's=2cpu,8Gi,price=1', '--node-shape', 't=4cpu,8Gi'], /t has no price, though others have/],
];

for (const [args, message] of MISTAKES) {
  test(`capacity ${args.join(' ')} says what is wrong`, async (context) => {
    const { code, stdout, stderr } = await run('kplan', makeFolder(context), ['capacity', 'app.yaml', ...args]);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, message);
  });
}

test('what containers should ask for by what they use, and the nodes that this spares', async (context) => {
  const folder = makeFolder(context);
  const items = ['a', 'b'].map((name) => ({
    metadata: { name: `web-x-${name}`, namespace: 'shop', labels: { app: 'web' } },
    timestamp: '2026-03-01T00:00:00Z',
    containers: [{ name: 'c', usage: { cpu: '200m', memory: '400Mi' } }],
  }));
  const list = JSON.stringify({ kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', items });
  writeFileSync(join(folder, 'usage.json'), `${list}\n${list}\n`);
  const args = ['capacity', 'app.yaml', '--node-shape', 'small=4cpu,16Gi', '--usage', 'usage.json'];
  const { code, stdout, stderr } = await run('kplan', folder, [...args, '-o', 'json']);
  assert.equal(code, 0, stderr);
  const report = readReport(stdout);
  const sizing = getObject(report, 'rightSizing');
  const counts = [report, sizing ?? null].map((part) => getArray(part, 'fleets').map((fleet) => getNumber(fleet, 'count')));
  const [container] = getArray(sizing, 'containers');
  assert.deepEqual(
    [counts, getObject(container, 'cpu'), getObject(container, 'memory'), getNumber(container, 'samples'), getNumber(container, 'pods')],
    [
      [[3], [1]],
      { now: '1500m', target: '230m', lower: '230m', upper: '230m' },
      { now: '1Gi', target: '460Mi', lower: '460Mi', upper: '460Mi' },
      4,
      6,
    ],
  );
  const text = await run('kplan', folder, args);
  assert.match(text.stdout.replaceAll(/\s+/g, ' '), /Deployment shop\/web c 6 1500m -> 230m 1Gi -> 460Mi/);
});

test('what is no list of usage is refused with its name', async (context) => {
  const folder = makeFolder(context);
  writeFileSync(join(folder, 'usage.json'), '{"kind": "NodeMetricsList"}');
  const { code, stderr } = await run('kplan', folder, ['capacity', 'app.yaml', '--usage', 'usage.json']);
  assert.equal(code, 3);
  assert.match(stderr, /usage\.json: it is no PodMetricsList of metrics\.k8s\.io/);
});
