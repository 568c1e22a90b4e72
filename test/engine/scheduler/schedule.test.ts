import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { nameOf, specOf, World, type KubernetesObject } from '../../../src/model/index.ts';
import { schedule, schedulingKnown } from '../../../src/engine/scheduler/index.ts';
import { getObject, type JsonObject } from '../../../src/std/index.ts';
import { node, placementOf, pod } from './cluster-fixture.ts';

const NO_CLAIMS = 'no new claims to deallocate, ';
const HOPELESS = 'Preemption is not helpful for scheduling';
const OWNED = { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', controller: true }] };
const big = (name: string, more: Parameters<typeof pod>[1] = {}): KubernetesObject => pod(name, { requests: { memory: '6Gi' }, ...more });
const priority = (value: number, more: JsonObject = {}): JsonObject => ({
  priority: value,
  containers: [{ name: 'c', resources: { requests: { memory: '6Gi' } } }],
  ...more,
});

const MESSAGES: readonly { name: string; objects: readonly KubernetesObject[]; want: string }[] = [
  { name: 'no nodes', objects: [pod('p')], want: 'no nodes available to schedule pods' },
  {
    name: 'gates',
    objects: [node('n'), pod('p', { spec: { schedulingGates: [{ name: 'g' }] } })],
    want: 'Scheduling is blocked due to non-empty scheduling gates',
  },
  { name: 'success', objects: [node('n'), pod('p')], want: 'Successfully assigned test/p to n' },
  {
    name: 'reasons in byte order, each with its nodes',
    objects: [
      node('a', { spec: { unschedulable: true } }),
      node('b', { spec: { taints: [{ key: 't', effect: 'NoSchedule' }] } }),
      node('c', { allocatable: { cpu: '1', memory: '1Gi' } }),
      pod('p', { requests: { cpu: '2', memory: '2Gi' } }),
    ],
    want:
      '0/3 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. ' +
      `${NO_CLAIMS}preemption: 0/3 nodes are available: 3 ${HOPELESS}.`,
  },
  {
    name: 'ten sorts before two',
    objects: [
      ...Array.from({ length: 10 }, (_, i) => node(`a${i}`, { spec: { unschedulable: true } })),
      ...Array.from({ length: 2 }, (_, i) => node(`b${i}`, { allocatable: { cpu: '1' } })),
      pod('p', { requests: { cpu: '2' } }),
    ],
    want: `0/12 nodes are available: 10 node(s) were unschedulable, 2 Insufficient cpu. ${NO_CLAIMS}preemption: 0/12 nodes are available: 12 ${HOPELESS}.`,
  },
  {
    name: 'nobody of lower priority to evict',
    objects: [node('n'), big('o', { on: 'n' }), big('p')],
    want: `0/1 nodes are available: 1 Insufficient memory. ${NO_CLAIMS}preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.`,
  },
  {
    name: 'evicting all of lower priority is not enough',
    objects: [
      node('n'),
      big('o', { on: 'n', spec: priority(5, { containers: [{ name: 'c', resources: { requests: { memory: '6Gi' } } }] }) }),
      pod('low', { on: 'n' }),
      pod('p', { spec: priority(5) }),
    ],
    want: `0/1 nodes are available: 1 Insufficient memory. ${NO_CLAIMS}preemption: 0/1 nodes are available: 1 Insufficient memory.`,
  },
  {
    name: 'a policy of never',
    objects: [node('n'), big('o', { on: 'n' }), pod('p', { spec: priority(5, { preemptionPolicy: 'Never' }) })],
    want: `0/1 nodes are available: 1 Insufficient memory. ${NO_CLAIMS}preemption: not eligible due to preemptionPolicy=Never.`,
  },
  {
    name: 'refused before any node is looked at',
    objects: [node('n'), pod('p', { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] } })],
    want: '0/1 nodes are available: persistentvolumeclaim "c" not found. not found',
  },
];

for (const { name, objects, want } of MESSAGES) {
  test(`message: ${name}`, () => {
    assert.equal(placementOf(objects).message, want);
  });
}

test('equal scores are all named and the first by code unit is taken', () => {
  const placement = placementOf([node('b'), node('a'), node('C'), pod('p')]);
  assert.deepEqual([placement.node, placement.best, placement.feasible], ['C', ['C', 'a', 'b'], 3]);
});

test('one feasible node is not scored', () => {
  assert.equal(placementOf([node('a'), node('b', { spec: { unschedulable: true } }), pod('p')]).score, null);
});

test('pods are decided by priority, then age, then name and ordinal', () => {
  const at = (time: string): JsonObject => ({ creationTimestamp: `2026-01-01T00:00:0${time}Z` });
  const pods = [
    pod('web-10'),
    pod('web-9'),
    pod('new', { metadata: at('5') }),
    pod('old', { metadata: at('1') }),
    pod('first', { spec: { priority: 1 } }),
  ];
  const { placements } = schedule(World.of([node('n'), ...pods]));
  assert.deepEqual(
    placements.map((placement) => placement.pod),
    ['test/first', 'test/old', 'test/new', 'test/web-9', 'test/web-10'],
  );
});

test('pods of other schedulers are left to them, ended and terminating ones are not placed', () => {
  const gone = { deletionTimestamp: '2026-01-01T00:00:00Z' };
  const objects = [
    node('n'),
    pod('f', { spec: { schedulerName: 'mine' } }),
    pod('t', { metadata: gone }),
    { ...pod('e'), status: { phase: 'Failed' } },
  ];
  const result = schedule(World.of(objects));
  assert.deepEqual([result.placements, result.foreign], [[], ['test/f']]);
});

test('a pod of higher priority evicts as few as it needs, and they look for another place', () => {
  const objects = [
    node('a'),
    node('b', { allocatable: { memory: '4Gi' } }),
    big('low', { on: 'a', requests: { memory: '3Gi' }, metadata: OWNED }),
    pod('small', { on: 'a', requests: { memory: '1Gi' } }),
    pod('p', { spec: priority(9) }),
  ];
  const result = schedule(World.of(objects));
  assert.deepEqual(result.preempted, [{ pod: 'test/low', node: 'a', by: 'test/p' }]);
  assert.deepEqual(
    result.placements.map(({ pod, node }) => [pod, node]),
    [
      ['test/p', 'a'],
      ['test/low', 'b'],
    ],
  );
});

test('preemption takes the node whose victims matter least', () => {
  const objects = [
    node('a'),
    node('b'),
    pod('mid', { on: 'a', spec: priority(5) }),
    pod('low', { on: 'b', spec: priority(1) }),
    pod('p', { spec: priority(9) }),
  ];
  assert.deepEqual(schedule(World.of(objects)).preempted, [{ pod: 'test/low', node: 'b', by: 'test/p' }]);
});

test('preemption takes pods that are going off a spread that never counted them, as kube-scheduler does', () => {
  const labels = { app: 'x' };
  const gone = { deletionTimestamp: '2026-01-02T03:04:05Z' };
  const spread = {
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: labels } },
    ],
  };
  const objects = [
    node('a'),
    node('b', { allocatable: { memory: '1Gi' } }),
    pod('stays', { on: 'a', labels, spec: { priority: 10 } }),
    pod('goes', { on: 'a', labels, metadata: gone }),
    pod('p', { labels, spec: priority(9, spread) }),
  ];
  const { placements, preempted } = schedule(World.of(objects));
  assert.deepEqual([placements.map((item) => item.node), preempted], [['a'], []]);
});

test('preemption spares pods whose budget allows no disruption, if it can', () => {
  const budget: KubernetesObject = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', namespace: 'test' },
    spec: { selector: { matchLabels: { app: 'kept' } } },
    status: { disruptionsAllowed: 0 },
  };
  const objects = [
    node('a'),
    node('b'),
    budget,
    big('o1', { on: 'a', labels: { app: 'kept' } }),
    big('o2', { on: 'b' }),
    pod('p', { spec: priority(9) }),
  ];
  assert.deepEqual(schedule(World.of(objects)).preempted, [{ pod: 'test/o2', node: 'b', by: 'test/p' }]);
});

test('a world without nodes says nothing of scheduling', () => {
  assert.deepEqual([schedulingKnown(World.of([pod('p')])), schedulingKnown(World.of([node('n')]))], [false, true]);
});

const amount = fc.integer({ min: 1, max: 8 });
const podFields = fc.record({
  cpu: amount,
  memory: amount,
  zone: fc.constantFrom('', 'a', 'b'),
  app: fc.constantFrom('x', 'y'),
  apart: fc.boolean(),
  port: fc.boolean(),
});
const cluster = fc.record({
  nodes: fc.array(fc.record({ cpu: amount, memory: amount, zone: fc.constantFrom('a', 'b'), tainted: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  }),
  pods: fc.array(podFields, { maxLength: 15 }),
});
type Cluster = typeof cluster extends fc.Arbitrary<infer T> ? T : never;

function toObjects({ nodes, pods }: Cluster): readonly KubernetesObject[] {
  return [
    ...nodes.map(({ cpu, memory, zone, tainted }, i) =>
      node(`n${i}`, {
        allocatable: { cpu: String(cpu), memory: `${memory}Gi` },
        labels: { zone },
        spec: tainted ? { taints: [{ key: 't', effect: 'NoSchedule' }] } : {},
      }),
    ),
    ...pods.map(({ cpu, memory, zone, app, apart, port }, i) => {
      const terms = [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } }];
      const resources = { requests: { cpu: `${cpu * 250}m`, memory: `${memory * 256}Mi` } };
      const spec = {
        containers: [{ name: 'c', resources, ...(port ? { ports: [{ containerPort: 1, hostPort: 80 }] } : {}) }],
        ...(zone === '' ? {} : { nodeSelector: { zone } }),
        ...(apart ? { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } } : {}),
      };
      return pod(`p-${i}`, { labels: { app }, spec });
    }),
  ];
}

test('the order in which objects are given changes nothing', () => {
  fc.assert(
    fc.property(cluster, fc.integer(), (input, seed) => {
      const objects = toObjects(input);
      const shuffled = objects
        .map((object, i) => ({ object, key: Math.sin(seed + i) }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ object }) => object);
      assert.deepEqual(schedule(World.of(shuffled)), schedule(World.of(objects)));
    }),
    { numRuns: 60 },
  );
});

test('every placed pod could be where it is, and every other one could not be anywhere', () => {
  fc.assert(
    fc.property(cluster, (input) => {
      const objects = toObjects(input);
      const { placements } = schedule(World.of(objects));
      const byKey = new Map(objects.filter(({ kind }) => kind === 'Pod').map((object) => [`test/${nameOf(object)}`, object]));
      const bound = new Map(placements.flatMap(({ pod: key, node: on }) => (on === null ? [] : [[key, on] as const])));
      for (const { pod: key, node: on } of placements) {
        const others = [...bound].filter(([other]) => other !== key).flatMap(([other, name]) => bind(byKey.get(other), name));
        const nodes = objects.filter(({ kind }) => kind === 'Node');
        const self = byKey.get(key);
        assert.ok(self);
        const again = placementOf([...nodes, ...others, self], key);
        const verdict = again.nodes?.find((item) => item.node === on)?.verdict;
        if (on === null) assert.equal(again.node, null);
        else assert.equal(verdict, 'Success');
      }
    }),
    { numRuns: 60 },
  );
});

function bind(object: KubernetesObject | undefined, name: string): KubernetesObject[] {
  if (object === undefined) return [];
  return [{ ...object, spec: { ...specOf(object), nodeName: name } }];
}

test('renaming nodes in order renames the answer', () => {
  fc.assert(
    fc.property(cluster, (input) => {
      const objects = toObjects(input);
      const rename = (text: string): string => text.replaceAll(/\bn(\d)\b/g, 'm$1');
      const renamed = objects.map((object) =>
        object.kind === 'Node' ? { ...object, metadata: { ...object.metadata, name: rename(nameOf(object)) } } : object,
      );
      const hosts = renamed.map((object) => (object.kind === 'Node' ? relabel(object) : object));
      const answer = schedule(World.of(objects)).placements.map((placement) => ({
        ...placement,
        node: placement.node === null ? null : rename(placement.node),
        best: placement.best.map(rename),
        message: rename(placement.message),
      }));
      assert.deepEqual(schedule(World.of(hosts)).placements, answer);
    }),
    { numRuns: 30 },
  );
});

function relabel(object: KubernetesObject): KubernetesObject {
  return {
    ...object,
    metadata: { ...object.metadata, labels: { ...getObject(object.metadata, 'labels'), 'kubernetes.io/hostname': nameOf(object) } },
  };
}

test('a pod that comes between two of a kind makes room for the second', () => {
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'friend' } } };
  const shy = (name: string): KubernetesObject =>
    pod(name, { spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } } });
  const { placements } = schedule(World.of([node('n'), shy('a'), pod('b', { labels: { app: 'friend' } }), shy('c')]));
  assert.deepEqual(
    placements.map((placement) => [placement.pod, placement.node]),
    [
      ['test/a', null],
      ['test/b', 'n'],
      ['test/c', 'n'],
    ],
  );
});

const OLD = [
  {
    name: 'since 1.34 no taint is named',
    version: '1.34',
    want: '0/1 nodes are available: 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
  },
  {
    name: 'before 1.34 the taint is named, and nobody speaks of claims',
    version: '1.33',
    want: '0/1 nodes are available: 1 node(s) had untolerated taint {team: a}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
  },
];

for (const { name, version, want } of OLD) {
  test(`messages by version: ${name}`, () => {
    const tainted = node('n', { spec: { taints: [{ key: 'team', value: 'a', effect: 'NoSchedule' }] } });
    assert.equal(placementOf([tainted, pod('p')], 'test/p', version).message, want);
  });
}

test('before 1.34 a claim that is not there does not end the search for victims', () => {
  const wanting = pod('p', { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] } });
  const { message } = placementOf([node('n'), wanting], 'test/p', '1.33');
  assert.equal(
    message,
    '0/1 nodes are available: persistentvolumeclaim "c" not found. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
  );
});
