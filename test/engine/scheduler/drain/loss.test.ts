import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { listNodeLosses, listZoneLosses, loseNodes } from '../../../../src/engine/scheduler/index.ts';
import { node } from '../cluster-fixture.ts';
import { budget, running, workload, type PodFields } from './drain-fixture.ts';

const OF_SET = { owner: 'ReplicaSet' as const };
const ZONE = 'topology.kubernetes.io/zone';
const lost = (name: string, fields: PodFields = OF_SET): KubernetesObject => running(name, 'a', fields);
const claim = (mode: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'test', annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
  spec: { accessModes: [mode], volumeName: 'v' },
});
const volume: KubernetesObject = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec: {} };
const WITH_CLAIM = { ...OF_SET, spec: { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] } };
const tolerating = (seconds?: number): PodFields => ({
  ...OF_SET,
  spec: {
    tolerations: [
      {
        key: 'node.kubernetes.io/unreachable',
        operator: 'Exists',
        effect: 'NoExecute',
        ...(seconds === undefined ? {} : { tolerationSeconds: seconds }),
      },
    ],
  },
});

const RECOVERIES: readonly {
  name: string;
  objects: readonly KubernetesObject[];
  want: readonly [string, number | undefined, string | null | undefined];
}[] = [
  { name: 'of a ReplicaSet', objects: [lost('p')], want: ['replaced', 300, 'b'] },
  { name: 'that gives up early', objects: [lost('p', tolerating(30))], want: ['replaced', 30, 'b'] },
  { name: 'that tolerates it for ever', objects: [lost('p', tolerating())], want: ['tolerates', undefined, 'b'] },
  { name: 'of a StatefulSet', objects: [lost('p', { owner: 'StatefulSet' })], want: ['waits-for-node', undefined, 'b'] },
  {
    name: 'with a volume of one node',
    objects: [lost('p', WITH_CLAIM), claim('ReadWriteOnce'), volume],
    want: ['waits-for-node', undefined, 'b'],
  },
  { name: 'with a volume of many nodes', objects: [lost('p', WITH_CLAIM), claim('ReadWriteMany'), volume], want: ['replaced', 300, 'b'] },
  { name: 'without a controller', objects: [lost('p', {})], want: ['gone', undefined, undefined] },
  { name: 'that fits nowhere else', objects: [lost('p', { ...OF_SET, requests: { cpu: '8' } })], want: ['replaced', 300, null] },
  {
    name: 'that a budget would hold',
    objects: [lost('p'), workload('ReplicaSet', 'app'), budget('b', 'app', { maxUnavailable: 0 })],
    want: ['replaced', 300, 'b'],
  },
];

for (const { name, objects, want } of RECOVERIES) {
  test(`the loss of a node: a pod ${name}`, () => {
    const world = World.of([node('a', { allocatable: { cpu: '16' } }), node('b'), ...objects]);
    const [loss] = loseNodes(world, [{ name: 'a', nodes: ['a'] }], {});
    const [pod] = loss?.lost ?? [];
    assert.deepEqual([pod?.recovery, pod?.after, pod?.to], want);
  });
}

test('pods of a DaemonSet go with their node, and are not counted', () => {
  const world = World.of([node('a'), node('b'), workload('DaemonSet', 'app'), lost('p', { owner: 'DaemonSet' })]);
  assert.deepEqual(
    loseNodes(world, listNodeLosses(world), {}).map((loss) => loss.lost),
    [[], []],
  );
});

test('pods of higher priority push others out, and those that find no place are told', () => {
  const high = {
    ...OF_SET,
    requests: { cpu: '3' },
    spec: { priority: 10, containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '3' } } }] },
  };
  const low = running('low', 'b', { ...OF_SET, of: 'low', requests: { cpu: '3' } });
  const world = World.of([node('a'), node('b'), lost('high', high), low]);
  const [loss] = loseNodes(world, [{ name: 'a', nodes: ['a'] }], {});
  assert.deepEqual(loss?.preempted, [{ pod: 'test/low', node: 'b', by: 'test/high' }]);
  assert.deepEqual(
    loss?.displaced.map(({ pod }) => pod),
    ['test/low'],
  );
  assert.equal(loss?.lost[0]?.to, 'b');
});

test('every node, and every zone with all of its nodes', () => {
  const labels = (zone: string): { labels: Record<string, string> } => ({ labels: { [ZONE]: zone } });
  const world = World.of([node('c', labels('z2')), node('a', labels('z1')), node('b', labels('z1')), node('d')]);
  assert.deepEqual(
    listNodeLosses(world).map(({ name }) => name),
    ['a', 'b', 'c', 'd'],
  );
  assert.deepEqual(listZoneLosses(world), [
    { name: 'z1', nodes: ['a', 'b'] },
    { name: 'z2', nodes: ['c'] },
  ]);
});

test('a volume of a lost zone holds its pod there', () => {
  const local = {
    ...volume,
    spec: { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: ['z1'] }] }] } } },
  };
  const world = World.of([
    node('a', { labels: { [ZONE]: 'z1' } }),
    node('b', { labels: { [ZONE]: 'z2' } }),
    lost('p', { ...WITH_CLAIM, owner: 'StatefulSet' }),
    claim('ReadWriteOnce'),
    local,
  ]);
  const [loss] = loseNodes(world, listZoneLosses(world), {});
  assert.equal(loss?.lost[0]?.to, null);
  assert.match(loss?.lost[0]?.message ?? '', /didn't match PersistentVolume's node affinity/);
});
