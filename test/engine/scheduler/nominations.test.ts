import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTrial, schedule } from '../../../src/engine/scheduler/index.ts';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { getObject, type JsonObject } from '../../../src/std/index.ts';
import { node, pod } from './cluster-fixture.ts';

const SHARED = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone' }] } } };
const NEVER = { preemptionPolicy: 'Never' };

/** A pod of 6Gi; a node has room for one. */
function big(name: string, age: number, spec: JsonObject = {}): KubernetesObject {
  return pod(name, { requests: { memory: '6Gi' }, spec, metadata: { creationTimestamp: `2026-01-01T00:00:${10 + age}Z` } });
}

function nominated(object: KubernetesObject, on: string): KubernetesObject {
  return { ...object, status: { ...getObject(object, 'status'), nominatedNodeName: on } };
}

const EVICTED = {
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }],
};
/** Fills a node until it is gone. */
const LEAVING: KubernetesObject = {
  ...pod('leaving', { requests: { memory: '6Gi' }, on: 'a', metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
  status: EVICTED,
};

const CASES: readonly {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly want: Readonly<Record<string, string | null>>;
}[] = [
  {
    name: 'a pod goes to the node that it is nominated to, though another is as good',
    objects: [node('a'), node('b'), nominated(big('p', 0), 'b')],
    want: { p: 'b' },
  },
  {
    name: 'a pod that its node does not take goes elsewhere',
    objects: [node('a', { allocatable: { memory: '1Gi' } }), node('b'), nominated(big('p', 0), 'a')],
    want: { p: 'b' },
  },
  {
    name: 'a nomination to a node that is not there means nothing',
    objects: [node('a'), nominated(big('p', 0), 'gone')],
    want: { p: 'a' },
  },
  {
    name: 'an older pod leaves room for one that is as important',
    objects: [node('a'), node('b'), big('p', 0), nominated(big('waits', 1), 'a')],
    want: { p: 'b', waits: 'a' },
  },
  {
    name: 'nobody leaves room for one that is less important',
    objects: [node('a'), big('p', 0, { priority: 5 }), nominated(big('waits', 1, NEVER), 'a')],
    want: { p: 'a', waits: null },
  },
  {
    name: 'room is kept while an evicted pod is on its way out',
    objects: [
      node('a', { allocatable: { memory: '8Gi' } }),
      LEAVING,
      nominated(big('first', 0, { priority: 5 }), 'a'),
      pod('second', { requests: { memory: '1500Mi' } }),
    ],
    want: { first: null, second: null },
  },
  {
    name: 'a pod that says whom it is away from is not asked of one that is not there yet, if nobody else is away from it',
    objects: [
      node('a', { labels: { zone: 'z' } }),
      pod('p', { metadata: { creationTimestamp: '2026-01-01T00:00:00Z' } }),
      nominated(big('waits', 1, SHARED), 'a'),
    ],
    want: { p: 'a', waits: 'a' },
  },
];

for (const { name, objects, want } of CASES) {
  test(name, () => {
    for (const explain of [undefined, '*']) {
      const { placements } = schedule(World.of(objects), explain === undefined ? {} : { explain });
      assert.deepEqual(Object.fromEntries(placements.map((item) => [item.pod.slice('test/'.length), item.node])), want);
    }
  });
}

test('a pod that waits for those that it has evicted evicts no more', () => {
  const objects = [node('a'), LEAVING, nominated(big('p', 0, { priority: 5 }), 'a')];
  const [placement] = schedule(World.of(objects)).placements;
  assert.equal(
    placement?.message,
    '0/1 nodes are available: 1 Insufficient memory. no new claims to deallocate, preemption: not eligible due to a terminating pod on the nominated node.',
  );
});

test('a pod that makes room takes it from pods of lower priority that are nominated there', () => {
  const objects = [
    node('a'),
    pod('low', { requests: { memory: '6Gi' }, on: 'a', spec: { priority: -1 } }),
    big('high', 0, { priority: 5 }),
  ];
  const { placements, preempted } = schedule(World.of([...objects, nominated(big('waits', 1, NEVER), 'a')]));
  assert.deepEqual(preempted, [{ pod: 'test/low', node: 'a', by: 'test/high' }]);
  assert.deepEqual(
    placements.map((item) => [item.pod, item.node]),
    [
      ['test/high', 'a'],
      ['test/waits', null],
    ],
  );
});

test('what a trial takes back leaves nominations as they were', () => {
  const trial = openTrial(World.of([node('a'), node('b'), nominated(big('p', 0), 'b')]));
  const place = (): readonly (string | null)[] => trial.place(trial.waiting()).placements.map((item) => item.node);
  const before = trial.checkpoint();
  const first = place();
  trial.rollback(before);
  assert.deepEqual([first, place()], [['b'], ['b']]);
});
