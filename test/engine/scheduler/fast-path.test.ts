import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isKubernetesObject, nameOf, withMetadata, World, type KubernetesObject } from '../../../src/model/index.ts';
import { schedule } from '../../../src/engine/scheduler/index.ts';
import { getArray, getObject } from '../../../src/std/index.ts';
import { Random } from '../../judges/random.ts';
import { makeSchedulerCase } from '../../judges/scheduler-world/case.ts';
import { node, pod } from './cluster-fixture.ts';

/**
 * A world of many pods without a node, several of each sort: those of a random scheduler case, some of which stay where they are.
 */
function makeWorld(seed: number): World {
  const random = new Random(seed);
  const scenario = makeSchedulerCase(random);
  const objects = getArray(scenario, 'objects').filter(isKubernetesObject);
  const others = random.list(4, () => getObject(makeSchedulerCase(random), 'pod')).filter(isKubernetesObject);
  const placed = objects.filter(({ kind }) => kind === 'Pod');
  const pending = [...others, ...getArray(scenario, 'next').filter(isKubernetesObject), ...placed.filter(() => random.once(2))];
  const copies = pending.flatMap((pod) => random.list(1 + random.below(6), (i) => toPending(pod, i)));
  return World.of([...objects, ...copies]);
}

function toPending(pod: KubernetesObject, copy: number): KubernetesObject {
  const { nodeName: _, ...spec } = getObject(pod, 'spec') ?? {};
  const created = `2026-01-01T00:00:${String(10 + ((copy * 7) % 50))}Z`;
  return { ...withMetadata(pod, { name: `${nameOf(pod)}-new-${copy}`, creationTimestamp: created }), spec, status: {} };
}

test('pods go where they go when every plugin is asked about every node, in every version', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.constantFrom('1.34', '1.35', '1.36', '1.36'), (seed, kubernetesVersion) => {
      const world = makeWorld(seed);
      const options = { namesTies: true, kubernetesVersion };
      assert.deepEqual(schedule(world, options), schedule(world, { ...options, way: 'plain' }));
    }),
    { numRuns: 400 },
  );
});

test('what is explained is what was decided', () => {
  const world = makeWorld(7);
  const explained = schedule(world, { explain: '*' }).placements;
  assert.deepEqual(
    explained.map((placement) => ({ ...placement, nodes: undefined })),
    schedule(world, { namesTies: true }).placements.map((placement) => ({ ...placement, nodes: undefined })),
  );
});

test('the nodes with the same score are named, or only the one that is taken', () => {
  const world = World.of([node('b'), node('a'), pod('p')]);
  const bestOf = (namesTies: boolean): unknown => schedule(world, { namesTies }).placements[0]?.best;
  assert.deepEqual([bestOf(true), bestOf(false)], [['a', 'b'], ['a']]);
});

test('a term that a pod brings counts for pods of a class that is known, also where zones were told apart before', () => {
  const labels = { app: 'web' };
  const term = { topologyKey: 'zone', labelSelector: { matchLabels: labels } };
  const spread = { ...term, maxSkew: 5, whenUnsatisfiable: 'DoNotSchedule' };
  const near = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] };
  const web = (name: string): KubernetesObject => pod(name, { labels, spec: { topologySpreadConstraints: [spread] } });
  const world = World.of([
    node('a', { labels: { zone: '1' } }),
    node('b', { labels: { zone: '2' }, allocatable: { cpu: '3' } }),
    web('p1'),
    pod('p2', { spec: { affinity: { podAffinity: near }, nodeSelector: { zone: '2' } } }),
    web('p3'),
  ]);
  assert.deepEqual(
    schedule(world).placements.map((placement) => placement.node),
    ['a', 'b', 'b'],
  );
});
