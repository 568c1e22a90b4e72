import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { apart, capacityOf, deploymentRef, workload } from './fixture.ts';

const SPREAD = {
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
    },
  ],
};

const CASES: readonly { name: string; nodes: string; objects: readonly KubernetesObject[]; more: number; message: RegExp }[] = [
  {
    name: 'room is counted on each node, not over all',
    nodes: '3x4cpu,16Gi',
    objects: [workload('web', { replicas: 2, requests: { cpu: '1500m' } })],
    more: 4,
    message: /^0\/3 nodes are available: 3 Insufficient cpu\. /,
  },
  {
    name: 'a pod that asks for nothing takes a slot',
    nodes: '2x4cpu,16Gi,pods=5',
    objects: [workload('web', { replicas: 1 })],
    more: 9,
    message: /2 Too many pods/,
  },
  {
    name: 'what keeps away from itself has one for each node',
    nodes: '3x4cpu,16Gi',
    objects: [workload('web', { replicas: 1, requests: { cpu: '1' }, spec: apart('web') })],
    more: 2,
    message: /3 node\(s\) didn't match pod anti-affinity rules/,
  },
  {
    name: 'a full zone stops the others where pods are spread',
    nodes: '1x4cpu,16Gi,zones=1,name=a;2x1cpu,16Gi,label:topology.kubernetes.io/zone=b,name=b',
    objects: [workload('web', { replicas: 2, requests: { cpu: '1' }, spec: SPREAD })],
    more: 3,
    message: /1 node\(s\) didn't match pod topology spread constraints, 2 Insufficient cpu/,
  },
  {
    name: 'a workload without replicas is asked for what it would have',
    nodes: '2x4cpu,16Gi',
    objects: [workload('web', { replicas: 0, requests: { cpu: '2' } })],
    more: 4,
    message: /2 Insufficient cpu/,
  },
  {
    name: 'DaemonSets have their part first',
    nodes: '2x4cpu,16Gi',
    objects: [workload('web', { requests: { cpu: '1' } }), workload('agent', { kind: 'DaemonSet', requests: { cpu: '100m' } })],
    more: 5,
    message: /2 Insufficient cpu/,
  },
];

for (const { name, nodes, objects, more, message } of CASES) {
  test(name, () => {
    const { wanted, fleets, rooms } = capacityOf(objects, { nodes, wanted: deploymentRef('web') });
    assert.equal(wanted?.pods, more);
    assert.equal(wanted?.isAtLeast, false);
    assert.match(wanted?.obstacle?.message ?? '', message);
    assert.equal(
      wanted?.obstacle?.nodes.reduce((sum, { pods }) => sum + pods, 0),
      more,
    );
    assert.deepEqual([fleets, rooms], [[], []]);
  });
}

test('every workload is told its room, and what one node lacks is named', () => {
  const objects = [
    workload('web', { requests: { cpu: '1', memory: '6Gi' } }),
    workload('db', { kind: 'StatefulSet', requests: { cpu: '3' } }),
  ];
  const { rooms } = capacityOf(objects, { nodes: '2x4cpu,16Gi' });
  assert.deepEqual(
    rooms.map(({ workload: ref, pods }) => [ref.name, pods]),
    [
      ['web', 2],
      ['db', 1],
    ],
  );
  const { wanted } = capacityOf(objects, { nodes: '2x4cpu,16Gi', wanted: deploymentRef('web') });
  assert.deepEqual(
    wanted?.obstacle?.nodes.map(({ scarce }) => scarce?.resource),
    ['cpu', 'memory'],
  );
});
