import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { WorldReading } from '../../../src/cluster/index.ts';
import { refKeyOf, withMetadata, World, type KubernetesObject } from '../../../src/model/index.ts';
import { findOwners, listUnits, readInventory, withMembership } from '../../../src/reconcile/index.ts';
import type { Owners } from '../../../src/reconcile/inventory/owners.ts';
import { toParentObject } from '../../../src/reconcile/inventory/parent.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { toObject } from '../toy-planner.ts';

const EXTENT = { groupKinds: ['ConfigMap', 'Deployment.apps'], namespaces: ['default', 'shop'] };

function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  return withMetadata(object, { namespace });
}

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

/** What a lookup says of all that a cluster holds. */
function tellAll(cluster: FakeCluster, { ownedByOthers }: Owners): ReadonlyMap<string, string> {
  const keys = cluster.objects().map(refKeyOf);
  return new Map(keys.flatMap((key) => ((unit) => (unit === undefined ? [] : [[key, unit] as const]))(ownedByOthers.get(key))));
}

test('a reading tells who owns what as the inventories do, one by one', async () => {
  const cluster = new FakeCluster();
  fill(cluster);
  const owners = findOwners(await read(cluster), 'shop');
  const owned = tellAll(cluster, owners);
  assert.deepEqual(owned, await askEach(cluster, 'shop'));
  assert.deepEqual(new Set(owned.values()), new Set(['blog', 'wiki']));
  assert.deepEqual(owners.unknown, []);
});

test('units with a kind that was not read, and parents that are not as kapply writes them, must be asked', async () => {
  const cluster = new FakeCluster();
  fill(cluster);
  cluster.put(toParentObject('plain', { groupKinds: ['ConfigMap'], namespaces: ['default'] }));
  const stray = toParentObject('stray', { groupKinds: ['ConfigMap'], namespaces: ['default'] });
  cluster.put(withMetadata(stray, { name: 'kapply-elsewhere' }));
  const owners = findOwners(await read(cluster, ['apps/Deployment']), 'shop');
  assert.deepEqual(tellAll(cluster, owners), new Map());
  assert.deepEqual(owners.unknown, ['blog', 'stray', 'wiki']);
});

test('where parents were not read, all units must be asked', async () => {
  const cluster = new FakeCluster();
  fill(cluster);
  const owners = findOwners(await read(cluster, ['/ConfigMap']), 'shop');
  assert.deepEqual(tellAll(cluster, owners), new Map());
  assert.equal(owners.unknown, undefined);
});

test('whatever the parents and the members are, who is asked and who is not own together what all own, asked one by one', async () => {
  const unit = fc.constantFrom('shop', 'blog', 'wiki');
  const namespace = fc.constantFrom('default', 'shop', 'nowhere');
  const kind = fc.constantFrom('ConfigMap', 'Deployment', 'Secret');
  const kinds = fc.uniqueArray(fc.constantFrom('ConfigMap', 'Deployment.apps', 'Secret'), { minLength: 1 });
  const parent = fc.record({ unit, kinds, namespaces: fc.uniqueArray(namespace), isElsewhere: fc.boolean() });
  const member = fc.record({ unit, kind, namespace, name: fc.constantFrom('a', 'b', 'c') });
  const unread = fc.constantFrom<readonly string[]>([], ['apps/Deployment'], ['/Secret']);
  await fc.assert(
    fc.asyncProperty(fc.array(parent, { maxLength: 4 }), fc.array(member, { maxLength: 12 }), unread, async (parents, members, hidden) => {
      const cluster = new FakeCluster();
      for (const { unit: name, kinds: groupKinds, namespaces, isElsewhere } of parents) {
        const object = toParentObject(name, {
          groupKinds: groupKinds.toSorted(),
          namespaces: [...new Set(['default', ...namespaces])].toSorted(),
        });
        cluster.put(isElsewhere ? withMetadata(object, { name: 'kapply-elsewhere' }) : object);
      }
      for (const { unit: name, kind: of, namespace: within, name: object } of members)
        cluster.put(inNamespace(withMembership(toObject(of, object), name), within));
      const owners = findOwners(await read(cluster, hidden), 'shop');
      const owned = new Map(tellAll(cluster, owners));
      for (const other of owners.unknown ?? []) for (const key of (await readInventory(cluster, other)).owned) owned.set(key, other);
      assert.deepEqual(owned, await askEach(cluster, 'shop'));
    }),
  );
});
