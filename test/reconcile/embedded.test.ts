import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyPlan, deleteUnit, membershipLabel, readInventory, readStatus, type ApplyResult } from '../../src/reconcile/index.ts';
import { refOf, World, type KubernetesObject, type Manifest, type Plan } from '../../src/model/index.ts';
import { createPlan } from '../../src/planner/index.ts';
import type { EmbeddedCluster } from '../../src/sim/index.ts';
import { getNumber, type JsonObject } from '../../src/std/index.ts';
import { CATALOG, REAL_CLOCK, withCluster } from '../sim/embedded.ts';

const UNIT = 'shop';

function toManifest(object: KubernetesObject, line: number): Manifest {
  const place = { file: 'a.yaml', line, column: 1, endLine: line, endColumn: 1 };
  return { object, origin: { file: 'a.yaml', document: line, line, locate: () => place } };
}

function deployment(name: string, replicas: number, image = 'nginx'): KubernetesObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: { replicas, selector: { matchLabels: labels }, template },
  };
}

function object(kind: string, name: string, fields: JsonObject = {}): KubernetesObject {
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'v1',
    kind,
    metadata: kind === 'Namespace' ? { name } : { name, namespace: 'shop' },
    ...fields,
  };
}

const SHOP: readonly KubernetesObject[] = [
  object('Namespace', 'shop'),
  object('ConfigMap', 'settings', { data: { colour: 'red' } }),
  object('Secret', 'token', { stringData: { password: 'hunter2' } }),
  object('PersistentVolumeClaim', 'data', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }),
  object('Service', 'web', { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } }),
  deployment('web', 2),
  deployment('api', 1),
];

async function planShop(cluster: EmbeddedCluster, objects: readonly KubernetesObject[]): Promise<Plan> {
  const inventory = await readInventory(cluster, UNIT);
  const live = await Promise.all(objects.map((wanted) => cluster.get(refOf(wanted))));
  const { key, value } = membershipLabel(UNIT);
  const source = { kind: 'none', description: '', kubernetesVersions: ['1.36'] } as const;
  return createPlan({
    unit: UNIT,
    fieldManager: 'kapply',
    desired: objects.map(toManifest),
    before: World.of([...inventory.objects, ...live.flatMap((known) => known ?? [])]),
    beforeSource: source,
    afterSource: source,
    mode: 'live',
    owned: inventory.owned,
    ownedByOthers: new Map(),
    context: World.EMPTY,
    catalog: CATALOG,
    defaultNamespace: 'default',
    labels: { [key]: value },
    findings: [],
    engines: [],
    salt: 'salt',
    now: '2026-06-01T00:00:00Z',
    forceConflicts: false,
  });
}

async function apply(cluster: EmbeddedCluster, objects: readonly KubernetesObject[]): Promise<ApplyResult> {
  return carryOut(cluster, await planShop(cluster, objects), objects);
}

async function carryOut(cluster: EmbeddedCluster, plan: Plan, objects: readonly KubernetesObject[]): Promise<ApplyResult> {
  const stop = new AbortController();
  const controllers = cluster.run({ signal: stop.signal, leap: true });
  try {
    return await applyPlan(cluster, plan, {
      clock: REAL_CLOCK,
      findSecret: async ({ name }) => objects.find((wanted) => wanted.kind === 'Secret' && refOf(wanted).name === name),
    });
  } finally {
    stop.abort();
    await controllers;
  }
}

function tell(result: ApplyResult): string {
  return JSON.stringify([result.conclusion, result.message, result.steps.filter(({ outcome }) => outcome !== 'applied')], undefined, 1);
}

describe('applyPlan on the embedded cluster', () => {
  it('makes a plan of the planner true, finds nothing to do then, and follows changes', async () => {
    await withCluster(async (cluster) => {
      const first = await apply(cluster, SHOP);
      assert.equal(first.conclusion, 'applied', tell(first));
      assert.deepEqual((await planShop(cluster, SHOP)).waves, []);
      const status = await readStatus(cluster, UNIT, { now: Date.now() });
      assert.deepEqual(status.summary, { Current: SHOP.length }, JSON.stringify(status.objects, undefined, 1));

      const next = [
        ...SHOP.filter((wanted) => refOf(wanted).name !== 'api' && refOf(wanted).name !== 'web'),
        deployment('web', 3, 'nginx:2'),
      ];
      const second = await apply(cluster, next);
      assert.equal(second.conclusion, 'applied', tell(second));
      const web = await cluster.get(refOf(deployment('web', 3)));
      assert.equal(getNumber(web, 'status', 'readyReplicas'), 3);
      assert.equal(await cluster.get(refOf(deployment('api', 1))), undefined);
      assert.deepEqual((await planShop(cluster, next)).waves, []);
    });
  });

  it('applies a saved plan exactly, or says what has gone stale', async () => {
    await withCluster(async (cluster) => {
      await apply(cluster, SHOP);
      const next = SHOP.map((wanted) => (wanted.kind === 'ConfigMap' ? { ...wanted, data: { colour: 'blue' } } : wanted));
      const plan = await planShop(cluster, next);
      const saved = JSON.parse(JSON.stringify(plan)) as Plan;
      const settings = await cluster.get(refOf(SHOP[1] ?? deployment('x', 1)));
      assert.ok(settings !== undefined);
      await cluster.update({ ...settings, data: { colour: 'green' } }, { fieldManager: 'someone' });
      const refused = await carryOut(cluster, saved, next);
      assert.equal(refused.conclusion, 'refused');
      assert.equal(refused.touched, false);
      assert.match(refused.steps[0]?.message ?? '', /^ConfigMap shop\/settings was changed since the plan was made/);
    });
  });

  it('removes a unit in order and leaves nothing of it', async () => {
    await withCluster(async (cluster) => {
      await apply(cluster, SHOP);
      const stop = new AbortController();
      const controllers = cluster.run({ signal: stop.signal, leap: true });
      const result = await deleteUnit(cluster, UNIT, { clock: REAL_CLOCK, allow: () => true });
      stop.abort();
      await controllers;
      assert.equal(result.conclusion, 'applied', tell(result));
      assert.equal(await cluster.get(refOf(object('Namespace', 'shop'))), undefined);
      assert.equal((await readStatus(cluster, UNIT, { now: 0 })).exists, false);
    });
  });
});
