import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorldReading } from '../../../src/cluster/index.ts';
import { withMetadata, World, type KubernetesObject } from '../../../src/model/index.ts';
import { findOwners, listUnits, readInventory, withMembership } from '../../../src/reconcile/index.ts';
import { toParentObject } from '../../../src/reconcile/inventory/parent.ts';
import { compareBy } from '../../../src/std/index.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { toObject } from '../toy-planner.ts';

const EXTENT = { groupKinds: ['ConfigMap', 'Deployment.apps'], namespaces: ['default', 'shop'] };

function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  return withMetadata(object, { namespace });
}

const byKey = compareBy(([key]: readonly [string, string]) => key);

/** What the others own, asked for one by one. */
async function askEach(cluster: FakeCluster, except: string): Promise<ReadonlyMap<string, string>> {
  const owned = new Map<string, string>();
  for (const unit of await listUnits(cluster))
    if (unit !== except) for (const key of (await readInventory(cluster, unit)).owned) owned.set(key, unit);
  return owned;
}

function fill(cluster: FakeCluster): void {
  for (const unit of ['shop', 'blog', 'wiki']) {
    cluster.put(toParentObject(unit, EXTENT));
    cluster.put(inNamespace(withMembership(toObject('ConfigMap', `${unit}-in`), unit), 'shop'));
    cluster.put(inNamespace(withMembership(toObject('ConfigMap', `${unit}-elsewhere`), unit), 'nowhere'));
    cluster.put(inNamespace(withMembership(toObject('Secret', `${unit}-other-kind`), unit), 'shop'));
  }
}

async function read(cluster: FakeCluster, unread: readonly string[] = []): Promise<WorldReading> {
  return { world: World.of(cluster.objects()), unread, types: await cluster.resources() };
}

test('a reading tells who owns what as the inventories do, one by one', async () => {
  const cluster = new FakeCluster();
  fill(cluster);
  const { ownedByOthers, unknown } = findOwners(await read(cluster), await listUnits(cluster), 'shop');
  assert.deepEqual([...ownedByOthers].toSorted(byKey), [...(await askEach(cluster, 'shop'))].toSorted(byKey));
  assert.deepEqual([...new Set(ownedByOthers.values())], ['blog', 'wiki']);
  assert.deepEqual(unknown, []);
});

test('units with a kind that was not read, and parents that are not as kapply writes them, must be asked', async () => {
  const cluster = new FakeCluster();
  fill(cluster);
  cluster.put(toParentObject('plain', { groupKinds: ['ConfigMap'], namespaces: ['default'] }));
  const stray = toParentObject('stray', { groupKinds: ['ConfigMap'], namespaces: ['default'] });
  cluster.put(withMetadata(stray, { name: 'kapply-elsewhere' }));
  const { ownedByOthers, unknown } = findOwners(await read(cluster, ['apps/Deployment']), await listUnits(cluster), 'shop');
  assert.deepEqual([...ownedByOthers.keys()], []);
  assert.deepEqual(unknown, ['blog', 'stray', 'wiki']);
});
