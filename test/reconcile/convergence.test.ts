import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import type { Cluster } from '../../src/cluster/index.ts';
import { refKeyOf, refOf, withMetadata, type KubernetesObject, type Plan } from '../../src/model/index.ts';
import { applyPlan, readInventory } from '../../src/reconcile/index.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster, strip, toError } from './fake-cluster.ts';
import { makeReady, planFor, toObject, toPlan, toPrecondition, UNIT } from './toy-planner.ts';

const KINDS = ['Namespace', 'ConfigMap', 'Deployment'] as const;
const STRANGERS = [
  toObject('ConfigMap', 'stranger', { data: { of: 'another' } }),
  toObject('Deployment', 'stranger', { spec: { replicas: 2 } }),
];

class Killed extends Error {}

/** A process's connection: after so many requests the process is dead, with the last request made or not. */
function mortal(cluster: FakeCluster, life: number, isLastMade: boolean): Cluster {
  let left = life;
  const live = async <T>(request: () => Promise<T>): Promise<T> => {
    left--;
    if (left > 0) return request();
    if (left === 0 && isLastMade) await request();
    throw new Killed();
  };
  return {
    identity: () => cluster.identity(),
    resources: () => cluster.resources(),
    get: (ref) => live(() => cluster.get(ref)),
    list: (kind, query) => live(() => cluster.list(kind, query)),
    watch: (kind, from) => cluster.watch(kind, from),
    apply: (object, options) => live(() => cluster.apply(object, options)),
    create: (object, options) => live(() => cluster.create(object, options)),
    update: (object, options) => live(() => cluster.update(object, options)),
    updateStatus: (object, options) => live(() => cluster.updateStatus(object, options)),
    delete: (ref, options) => live(() => cluster.delete(ref, options)),
    close: () => cluster.close(),
  };
}

async function newCluster(): Promise<FakeCluster> {
  const cluster = new FakeCluster();
  cluster.controllers = makeReady;
  for (const stranger of STRANGERS) cluster.put(stranger);
  return cluster;
}

async function run(cluster: Cluster, plan: Plan): Promise<string> {
  try {
    return (await applyPlan(cluster, plan, { clock: new FakeClock(), concurrency: 3 })).conclusion;
  } catch (error) {
    if (error instanceof Killed) return 'killed';
    throw error;
  }
}

async function reach(cluster: FakeCluster, manifests: readonly KubernetesObject[]): Promise<void> {
  assert.equal(await run(cluster, await planFor(cluster, manifests)), 'applied');
}

/** What must be the same however one gets there. */
function worldOf(cluster: FakeCluster): readonly unknown[] {
  return cluster
    .objects()
    .map((object) => [refKeyOf(object), withMetadata(strip(object), {})] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const manifest = fc
  .tuple(fc.constantFrom(...KINDS), fc.nat(3), fc.nat(2))
  .map(([kind, name, version]) =>
    toObject(kind, `o${name}`, kind === 'Deployment' ? { spec: { replicas: version } } : { data: { version: String(version) } }),
  );
const manifests = fc.uniqueArray(manifest, { selector: refKeyOf, maxLength: 8 });
const kills = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.boolean()), { minLength: 1, maxLength: 5 });

it('converges to the same world however often and wherever it is killed, and touches no stranger', async () => {
  await fc.assert(
    fc.asyncProperty(manifests, manifests, kills, async (before, after, deaths) => {
      const straight = await newCluster();
      await reach(straight, before);
      await reach(straight, after);
      const killed = await newCluster();
      await reach(killed, before);
      for (const [life, isLastMade] of deaths) {
        await run(mortal(killed, life, isLastMade), await planFor(killed, after));
        assertNothingLeaked(killed, await readInventory(killed, UNIT).then(({ objects }) => objects));
      }
      await reach(killed, after);
      assert.deepEqual(worldOf(killed), worldOf(straight));
      for (const stranger of STRANGERS) assert.ok(killed.objects().some((object) => refKeyOf(object) === refKeyOf(stranger)));
    }),
    { numRuns: 60 },
  );
});

/** Every object that carries the label is found by the inventory, wherever the process died. */
function assertNothingLeaked(cluster: FakeCluster, found: readonly KubernetesObject[]): void {
  const known = new Set(found.map(refKeyOf));
  for (const object of cluster.objects()) {
    const label = object.metadata['labels'];
    if (refOf(object).name.startsWith('kapply-') || label === undefined) continue;
    assert.ok(known.has(refKeyOf(object)), `${refKeyOf(object)} is in the inventory`);
  }
}

it('applies the same saved plan again after any death, and ends as if it had lived', async () => {
  await fc.assert(
    fc.asyncProperty(manifests, manifests, kills, async (before, after, deaths) => {
      const cluster = await newCluster();
      await reach(cluster, before);
      const plan = await planFor(cluster, after);
      for (const [life, isLastMade] of deaths) await run(mortal(cluster, life, isLastMade), plan);
      assert.equal(await run(cluster, plan), 'applied');
      assert.deepEqual((await planFor(cluster, after)).waves, []);
    }),
    { numRuns: 60 },
  );
});

it('converges through refusals that pass', async () => {
  await fc.assert(
    fc.asyncProperty(manifests, fc.infiniteStream(fc.nat(9)), async (after, dice) => {
      const cluster = await newCluster();
      let streak = 0;
      cluster.fault = (verb, _, dryRun) => {
        const unlucky = !dryRun && (verb === 'apply' || verb === 'delete') && streak < 2 && (dice.next().value ?? 0) < 3;
        streak = unlucky ? streak + 1 : 0;
        return unlucky ? toError(503, 'ServiceUnavailable') : undefined;
      };
      for (let tries = 0; tries < 5; tries++) if ((await run(cluster, await planFor(cluster, after))) === 'applied') break;
      cluster.fault = () => undefined;
      assert.deepEqual((await planFor(cluster, after)).waves, []);
    }),
    { numRuns: 40 },
  );
});

it('creates what a replacement that was killed half-way had deleted, from the same saved plan', async () => {
  for (const life of Array.from({ length: 12 }, (_, index) => index + 1)) {
    const cluster = await newCluster();
    await reach(cluster, [toObject('Deployment', 'web', { spec: { replicas: 1 } })]);
    const [live] = (await readInventory(cluster, UNIT)).objects;
    assert.ok(live !== undefined);
    const desired = toObject('Deployment', 'web', { spec: { replicas: 2 } });
    const step = { action: 'replace' as const, ref: refOf(live), desired, precondition: toPrecondition(live) };
    const plan = toPlan([{ label: 'workloads', steps: [step] }]);
    await run(mortal(cluster, life, life % 2 === 0), plan);
    assert.equal(await run(cluster, plan), 'applied', `killed at request ${life}`);
    const [after] = (await readInventory(cluster, UNIT)).objects;
    assert.deepEqual(after?.['spec'], { replicas: 2 });
    assert.notEqual(after?.metadata['uid'], live.metadata['uid']);
  }
});
