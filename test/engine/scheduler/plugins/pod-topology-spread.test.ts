import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { node, pod, scoresOf, verdictsOf } from '../cluster-fixture.ts';

const SKEW = "PodTopologySpread: node(s) didn't match pod topology spread constraints";
const LABEL = "PodTopologySpread!: node(s) didn't match pod topology spread constraints (missing required label)";
const ZONE = 'topology.kubernetes.io/zone';
const zoned = (name: string, zone: string, spec: JsonObject = {}): KubernetesObject => node(name, { labels: { [ZONE]: zone }, spec });
const NODES = [zoned('a1', 'a'), zoned('a2', 'a'), zoned('b1', 'b')];
const app = (name: string, on: string, more: Parameters<typeof pod>[1] = {}): KubernetesObject =>
  pod(name, { labels: { app: 'x' }, on, ...more });
const spread = (more: JsonObject = {}): JsonObject => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'x' } }, ...more },
  ],
});
const incoming = (spec: JsonObject, labels: JsonObject = { app: 'x' }): KubernetesObject => pod('p', { spec, labels });

const CASES: readonly { name: string; objects: readonly KubernetesObject[]; want: Record<string, string> }[] = [
  { name: 'nothing placed yet', objects: [...NODES, incoming(spread())], want: { a1: 'ok', a2: 'ok', b1: 'ok' } },
  { name: 'the fuller zone is closed', objects: [...NODES, app('o', 'a1'), incoming(spread())], want: { a1: SKEW, a2: SKEW, b1: 'ok' } },
  {
    name: 'a larger skew is allowed',
    objects: [...NODES, app('o', 'a1'), incoming(spread({ maxSkew: 2 }))],
    want: { a1: 'ok', a2: 'ok', b1: 'ok' },
  },
  {
    name: 'ScheduleAnyway forbids nothing',
    objects: [...NODES, app('o', 'a1'), incoming(spread({ whenUnsatisfiable: 'ScheduleAnyway' }))],
    want: { a1: 'ok', a2: 'ok', b1: 'ok' },
  },
  {
    name: 'pods of other namespaces do not count',
    objects: [...NODES, app('o', 'a1', { namespace: 'other' }), incoming(spread())],
    want: { a1: 'ok', a2: 'ok', b1: 'ok' },
  },
  {
    name: 'terminating pods do not count',
    objects: [...NODES, app('o', 'a1', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), incoming(spread())],
    want: { a1: 'ok', a2: 'ok', b1: 'ok' },
  },
  {
    name: 'a pod that does not select itself adds nothing',
    objects: [...NODES, app('o', 'a1'), incoming(spread(), { app: 'y' })],
    want: { a1: 'ok', a2: 'ok', b1: 'ok' },
  },
  {
    name: 'a node without the label',
    objects: [...NODES, node('c1'), incoming(spread())],
    want: { a1: 'ok', a2: 'ok', b1: 'ok', c1: LABEL },
  },
  {
    name: 'an empty selector counts no pods',
    objects: [...NODES, app('o', 'a1'), incoming(spread({ labelSelector: {} }))],
    want: { a1: 'ok', a2: 'ok', b1: 'ok' },
  },
  {
    name: 'too few domains make the least 0',
    objects: [...NODES, app('o', 'a1'), app('q', 'b1'), incoming(spread({ minDomains: 3 }))],
    want: { a1: SKEW, a2: SKEW, b1: SKEW },
  },
  {
    name: 'nodes the pod may not go to are not domains',
    objects: [...NODES, app('o', 'a1'), incoming({ ...spread(), nodeSelector: { [ZONE]: 'a' } })],
    want: { a1: 'ok', a2: 'ok', b1: "NodeAffinity!: node(s) didn't match Pod's node affinity/selector" },
  },
  {
    name: 'unless the policy ignores that',
    objects: [...NODES, app('o', 'a1'), incoming({ ...spread({ nodeAffinityPolicy: 'Ignore' }), nodeSelector: { [ZONE]: 'a' } })],
    want: { a1: SKEW, a2: SKEW, b1: "NodeAffinity!: node(s) didn't match Pod's node affinity/selector" },
  },
  {
    name: 'tainted nodes are domains',
    objects: [zoned('a1', 'a'), zoned('b1', 'b', { taints: [{ key: 't', effect: 'NoSchedule' }] }), app('o', 'a1'), incoming(spread())],
    want: { a1: SKEW, b1: 'TaintToleration!: node(s) had untolerated taint(s)' },
  },
  {
    name: 'unless the policy honours taints',
    objects: [
      zoned('a1', 'a'),
      zoned('b1', 'b', { taints: [{ key: 't', effect: 'NoSchedule' }] }),
      app('o', 'a1'),
      incoming(spread({ nodeTaintsPolicy: 'Honor' })),
    ],
    want: { a1: 'ok', b1: 'TaintToleration!: node(s) had untolerated taint(s)' },
  },
  {
    name: 'matchLabelKeys count one revision alone',
    objects: [
      ...NODES,
      app('o', 'a1', { labels: { app: 'x', rev: '1' } }),
      incoming(spread({ matchLabelKeys: ['rev'] }), { app: 'x', rev: '2' }),
    ],
    want: { a1: 'ok', a2: 'ok', b1: 'ok' },
  },
];

for (const { name, objects, want } of CASES) {
  test(`PodTopologySpread: ${name}`, () => {
    assert.deepEqual(verdictsOf(objects), want);
  });
}

const SET: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'x', namespace: 'test' },
  spec: { selector: { matchLabels: { app: 'x' } } },
};
const owned = { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', controller: true }] };

test('score: soft constraints prefer the emptier zone', () => {
  const objects = [...NODES, app('o', 'a1'), incoming(spread({ whenUnsatisfiable: 'ScheduleAnyway' }))];
  assert.deepEqual(scoresOf(objects, 'PodTopologySpread'), { a1: 0, a2: 0, b1: 200 });
});

test('score: pods of a ReplicaSet are spread by default', () => {
  const objects = [...NODES, SET, app('o', 'a1'), pod('p', { labels: { app: 'x' }, metadata: owned })];
  const scores = scoresOf(objects, 'PodTopologySpread');
  assert.ok((scores['b1'] ?? 0) > (scores['a2'] ?? 0) && (scores['a2'] ?? 0) > (scores['a1'] ?? 0));
});

test('score: pods that nothing selects have no default spreading', () => {
  assert.deepEqual(scoresOf([...NODES, app('o', 'a1'), incoming({})], 'PodTopologySpread'), {
    a1: undefined,
    a2: undefined,
    b1: undefined,
  });
});

test('score: a Service that selects the pod spreads it too', () => {
  const service: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'test' },
    spec: { selector: { app: 'x' } },
  };
  assert.deepEqual(scoresOf([zoned('a1', 'a'), zoned('b1', 'b'), service, app('o', 'a1'), incoming({})], 'PodTopologySpread'), {
    a1: 132,
    b1: 200,
  });
});
