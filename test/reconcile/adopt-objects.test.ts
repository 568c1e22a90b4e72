import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Cluster } from '../../src/cluster/index.ts';
import { KplanError, refOf, type KubernetesObject } from '../../src/model/index.ts';
import { listAdoptees, type Adoptee } from '../../src/planner/index.ts';
import { adoptObjects, membershipLabel, readInventory, type AdoptResult } from '../../src/reconcile/index.ts';
import { getArray, getObject, getString } from '../../src/std/index.ts';
import { manifest, object } from '../planner/scenario.ts';
import { CATALOG, REAL_CLOCK, withCluster } from '../sim/embedded.ts';

const CONFIG = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' }, data: { k: 'v' } };
const REF = refOf(object(CONFIG));
const { key, value } = membershipLabel('u');

function adoptees(): readonly Adoptee[] {
  const settings = { catalog: CATALOG, defaultNamespace: 'default', fieldManager: 'kapply', now: '2026-01-01T00:00:00Z', salt: 's' };
  return listAdoptees([manifest(CONFIG)], { ...settings, labels: { [key]: value } });
}

function adopt(cluster: Cluster): Promise<readonly AdoptResult[]> {
  return adoptObjects(cluster, adoptees(), { unit: 'u', fieldManager: 'kapply', clock: REAL_CLOCK });
}

/** A cluster in which something happens right before the first write of a kind. */
function disturbed(cluster: Cluster, verb: 'apply' | 'update', disturb: () => Promise<unknown>): Cluster {
  let isDone = false;
  const before = async (target: KubernetesObject): Promise<void> => {
    if (isDone || target.metadata['name'] !== 'c') return;
    isDone = true;
    await disturb();
  };
  return {
    identity: () => cluster.identity(),
    resources: () => cluster.resources(),
    get: (ref) => cluster.get(ref),
    list: (kind, query) => cluster.list(kind, query),
    watch: (kind, from) => cluster.watch(kind, from),
    create: (target, options) => cluster.create(target, options),
    updateStatus: (target, options) => cluster.updateStatus(target, options),
    delete: (ref, options) => cluster.delete(ref, options),
    close: () => cluster.close(),
    apply: async (target, options) => {
      if (verb === 'apply') await before(target);
      return cluster.apply(target, options);
    },
    update: async (target, options) => {
      if (verb === 'update') await before(target);
      return cluster.update(target, options);
    },
  };
}

const managersOf = (live: KubernetesObject | undefined): readonly string[] =>
  getArray(live?.metadata, 'managedFields').map((entry) => getString(entry, 'manager') ?? '');

async function mustBeTaken(cluster: Cluster, data: Readonly<Record<string, string>>): Promise<void> {
  const live = await cluster.get(REF);
  assert.deepEqual(getObject(live, 'data'), data);
  assert.ok(!managersOf(live).includes('helm'), managersOf(live).join());
  assert.ok(managersOf(live).includes('kapply'));
  assert.equal((await readInventory(cluster, 'u')).owned.size, 1);
}

describe('taking over', () => {
  for (const verb of ['apply', 'update'] as const) {
    test(`is not disturbed by another writer right before its ${verb}, and loses nothing of what that wrote`, async () => {
      await withCluster(async (cluster) => {
        await cluster.create(object(CONFIG), { fieldManager: 'helm' });
        const other = { ...CONFIG, data: { other: 'o' } };
        const results = await adopt(disturbed(cluster, verb, () => cluster.apply(object(other), { fieldManager: 'racer' })));
        assert.deepEqual(results, [{ ref: REF, outcome: 'adopted' }]);
        await mustBeTaken(cluster, { k: 'v', other: 'o' });
      });
    });

    test(`that ends right before its ${verb} is finished by the next run`, async () => {
      await withCluster(async (cluster) => {
        await cluster.create(object(CONFIG), { fieldManager: 'helm' });
        const dying = disturbed(cluster, verb, () => Promise.reject(new Error('killed')));
        await assert.rejects(adopt(dying), /killed/);
        assert.deepEqual(await adopt(cluster), [{ ref: REF, outcome: 'adopted' }]);
        await mustBeTaken(cluster, { k: 'v' });
        assert.deepEqual(await adopt(cluster), [{ ref: REF, outcome: 'unchanged' }]);
      });
    });

    test(`fails for what is deleted right before its ${verb}, and does not make it again`, async () => {
      await withCluster(async (cluster) => {
        await cluster.create(object(CONFIG), { fieldManager: 'helm' });
        const [result] = await adopt(disturbed(cluster, verb, () => cluster.delete(REF)));
        assert.equal(result?.outcome, 'failed');
        assert.equal(await cluster.get(REF), undefined);
      });
    });
  }

  test('says what the cluster says where that is out of reach', async () => {
    await withCluster(async (cluster) => {
      await cluster.create(object(CONFIG), { fieldManager: 'helm' });
      const refused = disturbed(cluster, 'apply', () => Promise.reject(new KplanError('CLUSTER_REFUSED', 'Forbidden (403)')));
      assert.deepEqual(await adopt(refused), [{ ref: REF, outcome: 'failed', message: 'Forbidden (403)' }]);
    });
  });
});
