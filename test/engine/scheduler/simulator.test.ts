import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isKubernetesObject, nameOf, refOf, withMetadata, World, type KubernetesObject } from '../../../src/model/index.ts';
import { createPlacer, schedule, simulate } from '../../../src/engine/scheduler/index.ts';
import type { PodInfo } from '../../../src/engine/scheduler/pod-class.ts';
import type { Simulation } from '../../../src/engine/scheduler/schedule.ts';
import { createSimulator } from '../../../src/engine/scheduler/simulator.ts';
import { getArray, getObject, getString } from '../../../src/std/index.ts';
import { Random } from '../../judges/random.ts';
import { makeSchedulerCase } from '../../judges/scheduler-world/case.ts';
import { node, pod } from './cluster-fixture.ts';

/** A random scheduler case with many pods more, some without a node: so many that what changes later is a small part. */
function makeWorld(random: Random): World {
  const scenario = makeSchedulerCase(random);
  const objects = getArray(scenario, 'objects').filter(isKubernetesObject);
  const pending = [getObject(scenario, 'pod'), ...getArray(scenario, 'next')].filter(isKubernetesObject);
  const placed = objects.filter(({ kind }) => kind === 'Pod');
  const copies = [...placed, ...pending].flatMap((item) =>
    random.list(8, (i) => withMetadata(item, { name: `${nameOf(item)}-copy-${i}` })),
  );
  return World.of([...objects, ...pending, ...copies]);
}

/**
 * The world after some pods were bound as they were placed, some deleted, some made anew, and now and then a node closed; now and then
 * after one only of those that wait has changed.
 */
function step(world: World, random: Random): World {
  if (random.once(2)) return stepOfWaiting(world, random);
  const bound = schedule(world).placements.flatMap(({ pod: key, node: name }) => {
    const [namespace = '', own = ''] = key.split('/');
    const object = world.get({ group: '', kind: 'Pod', namespace, name: own });
    return object === undefined || name === null || !random.once(3)
      ? []
      : [{ ...object, spec: { ...getObject(object, 'spec'), nodeName: name } }];
  });
  const pods = world.byKind('', 'Pod');
  const gone = pods.filter(() => random.once(40));
  const made = pods.filter(() => random.once(40)).map((item) => toNew(item, random));
  const nodes = random.once(6) ? world.byKind('', 'Node').slice(0, 1) : [];
  const closed = nodes.map((item) => ({ ...item, spec: { ...getObject(item, 'spec'), unschedulable: true } }));
  return world
    .with(bound)
    .without(gone.map(refOf))
    .with([...made, ...closed]);
}

function stepOfWaiting(world: World, random: Random): World {
  const waiting = world.byKind('', 'Pod').filter((item) => getString(item, 'spec', 'nodeName') === undefined);
  const changed = waiting.filter(() => random.once(waiting.length)).slice(0, 2);
  return random.once(2) ? world.with(changed.map((item) => toNew(item, random))) : world.without(changed.map(refOf));
}

function toNew(item: KubernetesObject, random: Random): KubernetesObject {
  const { nodeName: _, ...spec } = getObject(item, 'spec') ?? {};
  return { ...withMetadata(item, { name: `${nameOf(item)}-${random.below(100)}` }), spec, status: {} };
}

test('worlds that come one after the other are placed as each by itself', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.boolean(), (seed, settlesClaims) => {
      const random = new Random(seed);
      const next = createSimulator({ settlesClaims });
      let world = makeWorld(random);
      for (let count = 0; count < 6; count++) {
        assert.deepEqual(tell(next(world)), tell(simulate(world, { settlesClaims })));
        world = step(world, random);
      }
    }),
    // In the first a claim is provisioned while room is kept for a nominated pod.
    { numRuns: 80, examples: [[1815887773, true]] },
  );
});

/** What a simulation says, and what its nodes are like afterwards. */
function tell({ result, cluster, unplaced, held }: Simulation): object {
  const podsOf = (pods: readonly PodInfo[]): readonly string[] => pods.map(({ key }) => key);
  const nodes = cluster.nodes.map((item) => [item.name, podsOf(item.pods), item.hostPorts]);
  const taken = ['cpu', 'memory'].map((resource) => [...cluster.column(resource).requested]);
  return { result, unplaced: podsOf(unplaced), held: held.map(({ pod: { key }, why }) => [key, why]), nodes, taken };
}

const straight = (count: number): World =>
  World.of([
    ...['a', 'b', 'c'].map((name) => node(name, { allocatable: { cpu: '100', memory: '100Gi', pods: '100' } })),
    ...Array.from({ length: count }, (_, i) => pod(`web-${i}`, { requests: { cpu: '1' } })),
  ]);

test('what stands before the first pod that differs is not decided again', () => {
  const next = createSimulator();
  const world = straight(20);
  const first = next(world);
  const second = next(world.with([pod('web-12', { requests: { cpu: '3' } })]));
  const shared = second.result.placements.filter((placement, index) => placement === first.result.placements[index]);
  assert.deepEqual([shared.length, first.isCurrent(), second.isCurrent()], [12, false, true]);
});

const selecting = (app: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', namespace: 'test' },
  spec: { selector: { matchLabels: { app } } },
});

test('a controller that selects others spreads its pods anew', () => {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', controller: true }];
  const web = (name: string, on?: string): KubernetesObject =>
    pod(name, { labels: { app: 'web' }, metadata: { ownerReferences }, ...(on === undefined ? {} : { on }) });
  const filler = Array.from({ length: 40 }, (_, i) => pod(`filler-${i}`, { on: 'c' }));
  const nodes = ['a', 'b', 'c'].map((name) => node(name, { allocatable: { cpu: '100', memory: '100Gi', pods: '100' } }));
  const world = World.of([...nodes, ...filler, web('web-0', 'a'), web('web-1'), selecting('db')]);
  const next = world.with([selecting('web')]);
  const place = createPlacer();
  const nodeOf = (placed: World): unknown => place(placed).placements[0]?.node;
  assert.deepEqual([nodeOf(world), nodeOf(next)], [schedule(world).placements[0]?.node, schedule(next).placements[0]?.node]);
  assert.equal(nodeOf(next), 'b');
});
