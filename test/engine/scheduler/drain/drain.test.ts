import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { node } from '../cluster-fixture.ts';
import { budget, drain, running, workload, type PodFields } from './drain-fixture.ts';

const OF_SET = { owner: 'ReplicaSet' as const };
const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";

/** A ReplicaSet with one pod on each of the named nodes. */
function app(nodes: string, fields: PodFields = {}): KubernetesObject[] {
  const pods = nodes.split('').map((on, index) => running(`p${index}`, on, { ...OF_SET, ...fields }));
  return [workload('ReplicaSet', 'app', pods.length), ...pods];
}

const BUDGETS: readonly {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  /** The round in which each pod leaves; the cause for those that do not. */
  readonly want: Readonly<Record<string, number | string>>;
}[] = [
  { name: 'minAvailable leaves one at a time', objects: [...app('aab'), budget('b', 'app', { minAvailable: 2 })], want: { p0: 1, p1: 2 } },
  {
    name: 'maxUnavailable 50% of 3 rounds up to two',
    objects: [...app('aaa'), budget('b', 'app', { maxUnavailable: '50%' })],
    want: { p0: 1, p1: 1, p2: 2 },
  },
  {
    name: 'minAvailable 50% of 3 rounds up to two',
    objects: [...app('aaa'), budget('b', 'app', { minAvailable: '50%' })],
    want: { p0: 1, p1: 2, p2: 3 },
  },
  {
    name: 'minAvailable of all lets nobody go',
    objects: [...app('ab'), budget('b', 'app', { minAvailable: '100%' })],
    want: { p0: 'The disruption budget b needs 2 healthy pods and has 2 currently' },
  },
  {
    name: 'maxUnavailable 0 lets nobody go',
    objects: [...app('ab'), budget('b', 'app', { maxUnavailable: 0 })],
    want: { p0: 'The disruption budget b needs 2 healthy pods and has 2 currently' },
  },
  {
    name: 'two budgets for a pod are not supported',
    objects: [...app('ab'), budget('b', 'app', { minAvailable: 0 }), budget('c', 'app', { minAvailable: 0 })],
    want: { p0: '' },
  },
  {
    name: 'a pod that is not ready goes while the others are enough',
    objects: [...app('ab'), running('x', 'a', { ...OF_SET, ready: false }), budget('b', 'app', { minAvailable: 2 })],
    want: { p0: 2, x: 1 },
  },
  {
    name: 'a pod that is not ready is held while too few are',
    objects: [workload('ReplicaSet', 'app', 2), running('p', 'a', { ...OF_SET, ready: false }), budget('b', 'app', { minAvailable: 1 })],
    want: { p: 'The disruption budget b needs 1 healthy pods and has 0 currently' },
  },
  {
    name: 'a pod that is not ready always goes with AlwaysAllow',
    objects: [
      workload('ReplicaSet', 'app', 2),
      running('p', 'a', { ...OF_SET, ready: false }),
      budget('b', 'app', { minAvailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' }),
    ],
    want: { p: 1 },
  },
  {
    name: 'a pod that has not started is no disruption',
    objects: [
      workload('ReplicaSet', 'app', 1),
      running('p', 'a', { ...OF_SET, phase: 'Pending' }),
      budget('b', 'app', { minAvailable: 1 }),
    ],
    want: { p: 1 },
  },
  {
    name: 'a share cannot be told of pods of a Job',
    objects: [workload('Job', 'app'), running('p', 'a', { owner: 'Job' }), budget('b', 'app', { maxUnavailable: 1 })],
    want: {
      p: 'The disruption budget b does not allow evicting pods currently because it failed sync: jobs.batch does not implement the scale subresource',
    },
  },
  {
    name: 'a number can be told of pods of a Job',
    objects: [workload('Job', 'app'), running('p', 'a', { owner: 'Job' }), budget('b', 'app', { minAvailable: 0 })],
    want: { p: 1 },
  },
  {
    name: 'an empty selector is all of the namespace',
    objects: [...app('ab'), { ...budget('b', 'app', {}), spec: { selector: {}, maxUnavailable: 0 } }],
    want: { p0: 'The disruption budget b needs 2 healthy pods and has 2 currently' },
  },
  {
    name: 'a budget of another namespace counts for nothing',
    objects: [...app('ab'), { ...budget('b', 'app', { maxUnavailable: 0 }), metadata: { name: 'b', namespace: 'other' } }],
    want: { p0: 1 },
  },
  {
    name: 'what the disruption controller counted stands in for controllers that are not known',
    objects: [
      running('p', 'a', OF_SET),
      running('q', 'b', OF_SET),
      {
        ...budget('b', 'app', { maxUnavailable: 1 }),
        status: { expectedPods: 2, desiredHealthy: 1, currentHealthy: 2, disruptionsAllowed: 1 },
      },
    ],
    want: { p: 1 },
  },
];

for (const { name, objects, want } of BUDGETS) {
  test(`drain: ${name}`, () => {
    const [result] = drain([node('a'), node('b'), ...objects], ['a']);
    const rounds = result?.evicted.map(({ pod, round }) => [pod.replace('test/', ''), round]) ?? [];
    const held = result?.blocked.map(({ pod, cause }) => [pod.replace('test/', ''), cause]) ?? [];
    assert.deepEqual(Object.fromEntries([...rounds, ...held]), want);
    assert.equal(result?.outcome, held.length > 0 ? 'stuck' : 'drained');
  });
}

test('what is made in the place of evicted pods goes elsewhere, and what finds no place holds up the rest', () => {
  const half = { requests: { cpu: '3' } };
  const objects = [node('a', { allocatable: { cpu: '8' } }), node('b'), ...app('aa', half), budget('b', 'app', { minAvailable: 1 })];
  const [result] = drain(objects, ['a']);
  assert.deepEqual(
    result?.evicted.map(({ pod, to }) => [pod, to]),
    [
      ['test/p0', 'b'],
      ['test/p1', null],
    ],
  );
  const [tight] = drain(
    [...objects, budget('c', 'none', {}), running('full', 'b', { ...OF_SET, of: 'other', requests: { cpu: '3' } })],
    ['a'],
  );
  assert.deepEqual(
    tight?.blocked.map(({ pod, code, message, budgets, cause }) => [pod, code, message, budgets, cause]),
    [['test/p1', 429, VIOLATES, ['test/b'], 'The disruption budget b needs 1 healthy pods and has 1 currently']],
  );
  assert.deepEqual(
    tight?.evicted.map(({ pod, to }) => [pod, to]),
    [['test/p0', null]],
  );
});

test('all nodes are cordoned before the first is drained', () => {
  const [first, second] = drain([node('a'), node('b'), node('c'), ...app('ab')], ['a', 'b']);
  assert.deepEqual([first?.evicted[0]?.to, second?.evicted[0]?.to], ['c', 'c']);
});

test('a node that is refused does not keep the others', () => {
  const outcomes = drain([node('a'), node('b'), node('c'), running('bare', 'a'), ...app('b')], ['a', 'b']).map(({ outcome }) => outcome);
  assert.deepEqual(outcomes, ['refused', 'drained']);
});

test('without eviction no budget is asked', () => {
  const [result] = drain([node('a'), node('b'), ...app('ab'), budget('b', 'app', { maxUnavailable: 0 })], ['a'], { disableEviction: true });
  assert.deepEqual([result?.outcome, result?.rounds], ['drained', 1]);
});

test('pods that wait for a node are placed before the node is cordoned', () => {
  const { status: _, ...waiting } = running('w', '', OF_SET);
  const [result] = drain(
    [
      node('a', { allocatable: { cpu: '8' } }),
      node('b', { spec: { unschedulable: true } }),
      workload('ReplicaSet', 'app'),
      { ...waiting, apiVersion: 'v1', kind: 'Pod', metadata: waiting.metadata, spec: { containers: [] } },
    ],
    ['a'],
  );
  assert.deepEqual(
    result?.evicted.map(({ pod, to }) => [pod, to]),
    [['test/w', null]],
  );
});
