import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { findLeastNeeded } from '../../../src/engine/scheduler/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { pod } from './cluster-fixture.ts';

const small = (name: string, more: Parameters<typeof pod>[1] = {}): KubernetesObject =>
  pod(name, { requests: { cpu: '500m', memory: '1Gi' }, ...more });
const APART = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'x' } } },
      ],
    },
  },
};
const withSpec = (name: string, spec: JsonObject, labels: JsonObject = { app: 'x' }): KubernetesObject =>
  pod(name, { labels, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } });
const onPort = { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }] }] };

const CASES: readonly { name: string; pods: readonly KubernetesObject[]; nodes: number }[] = [
  { name: 'no pods need no node', pods: [], nodes: 0 },
  { name: 'pods that may share a node', pods: [small('a'), small('b')], nodes: 1 },
  { name: 'pods that keep apart', pods: ['a', 'b', 'c'].map((name) => withSpec(name, APART)), nodes: 3 },
  { name: 'pods that keep apart from others', pods: ['a', 'b', 'c'].map((name) => withSpec(name, APART, { app: 'y' })), nodes: 1 },
  { name: 'pods with a host port', pods: ['a', 'b'].map((name) => withSpec(name, onPort)), nodes: 2 },
];

for (const { name, pods, nodes } of CASES) {
  test(`${name}: at least ${nodes}`, () => assert.equal(findLeastNeeded(World.of(pods)).nodes, nodes));
}

test('requests are summed, and the largest of each resource is told', () => {
  const pods = [small('a'), small('b'), pod('c', { requests: { cpu: '2', 'nvidia.com/gpu': '1' } })];
  assert.deepEqual(findLeastNeeded(World.of(pods)), {
    pods: 3,
    nodes: 1,
    requests: { cpu: '3', memory: '2Gi', 'nvidia.com/gpu': '1' },
    largest: { cpu: '2', memory: '1Gi', 'nvidia.com/gpu': '1' },
  });
});

test('pods that are only counted count', () => {
  assert.equal(findLeastNeeded(World.of([small('a')]), new Map([['Pod test/a', 9]])).requests['cpu'], '5');
});
