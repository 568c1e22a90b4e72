import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deleteUnit, membershipLabel, PART_OF_LABEL, readStatus, type ApplyResult } from '../../src/reconcile/index.ts';
import { labelsOf, refOf, stepsOf, withMetadata, type KubernetesObject, type Plan } from '../../src/model/index.ts';
import type { EmbeddedCluster } from '../../src/sim/index.ts';
import { getNumber } from '../../src/std/index.ts';
import { REAL_CLOCK, withCluster } from '../sim/embedded.ts';
import { carryOut, deployment, object, planUnit, UNIT, withControllers } from './embedded-unit.ts';

const SHOP: readonly KubernetesObject[] = [
  object('Namespace', 'shop'),
  object('ConfigMap', 'settings', { data: { colour: 'red' } }),
  object('Secret', 'token', { stringData: { password: 'hunter2' } }),
  object('PersistentVolumeClaim', 'data', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }),
  object('Service', 'web', { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } }),
  deployment('web', 2),
  deployment('api', 1),
];

async function apply(cluster: EmbeddedCluster, objects: readonly KubernetesObject[]): Promise<ApplyResult> {
  return carryOut(cluster, await planUnit(cluster, objects), objects);
}

function tell(result: ApplyResult): string {
  return JSON.stringify([result.conclusion, result.message, result.steps.filter(({ outcome }) => outcome !== 'applied')], undefined, 1);
}

describe('applyPlan on the embedded cluster', () => {
  it('makes a plan of the planner true, finds nothing to do then, and follows changes', async () => {
    await withCluster(async (cluster) => {
      const first = await apply(cluster, SHOP);
      assert.equal(first.conclusion, 'applied', tell(first));
      assert.deepEqual((await planUnit(cluster, SHOP)).waves, []);
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
      assert.deepEqual((await planUnit(cluster, next)).waves, []);
    });
  });

  it('never deletes what another unit has taken over, though it does so at the last moment', async () => {
    await withCluster(async (cluster) => {
      assert.equal((await apply(cluster, SHOP)).conclusion, 'applied');
      const gone = SHOP.find(({ kind }) => kind === 'ConfigMap');
      assert.ok(gone);
      const plan = await planUnit(
        cluster,
        SHOP.filter((wanted) => wanted !== gone),
      );
      const label = membershipLabel('other');
      const original = cluster.delete.bind(cluster);
      cluster.delete = async (ref, options) => {
        cluster.delete = original;
        const taken = withMetadata(gone, { labels: { [label.key]: label.value } });
        assert.equal((await cluster.apply(taken, { fieldManager: 'kapply', force: true })).kind, 'ok');
        return original(ref, options);
      };
      const result = await carryOut(cluster, plan, SHOP);
      assert.match(tell(result), /belongs to another ApplySet/);
      assert.equal(labelsOf((await cluster.get(refOf(gone))) ?? gone).get(label.key), label.value);
    });
  });

  it('never makes anew what somebody deletes at the last moment', async () => {
    await withCluster(async (cluster) => {
      assert.equal((await apply(cluster, SHOP)).conclusion, 'applied');
      const settings = SHOP.find(({ kind }) => kind === 'ConfigMap');
      assert.ok(settings);
      const changed = { ...settings, data: { changed: 'yes' } };
      const wanted = SHOP.map((object) => (object === settings ? changed : object));
      const plan = await planUnit(cluster, wanted);
      const original = cluster.apply.bind(cluster);
      cluster.apply = async (object, options) => {
        if (object.kind !== 'ConfigMap' || refOf(object).name !== refOf(settings).name) return original(object, options);
        cluster.apply = original;
        assert.equal((await cluster.delete(refOf(settings))).kind, 'ok');
        return original(object, options);
      };
      assert.match(tell(await carryOut(cluster, plan, wanted)), /no longer exists/);
      assert.equal(await cluster.get(refOf(settings)), undefined);
    });
  });

  it('takes no EndpointSlice of a controller for its own, beside one that it applied', async () => {
    await withCluster(async (cluster) => {
      const slice: KubernetesObject = {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'outside', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'outside' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['192.0.2.1'] }],
        ports: [{ port: 80 }],
      };
      const first = await apply(cluster, [...SHOP, slice]);
      assert.equal(first.conclusion, 'applied', tell(first));
      const { items } = await cluster.list(refOf(slice), { namespace: 'shop', labelSelector: PART_OF_LABEL });
      assert.ok(items.length > 1, 'the controller copies the labels of the Service');
      assert.deepEqual((await planUnit(cluster, [...SHOP, slice])).waves, []);
      const gone = await planUnit(cluster, SHOP);
      assert.deepEqual(
        stepsOf(gone).map(({ action, ref }) => `${action} ${ref.kind} ${ref.name}`),
        ['delete EndpointSlice outside'],
      );
      const status = await readStatus(cluster, UNIT, { now: Date.now() });
      assert.deepEqual(
        status.objects.flatMap(({ ref }) => (ref.kind === 'EndpointSlice' ? [ref.name] : [])),
        ['outside'],
      );
    });
  });

  it('applies a saved plan exactly, or says what has gone stale', async () => {
    await withCluster(async (cluster) => {
      await apply(cluster, SHOP);
      const next = SHOP.map((wanted) => (wanted.kind === 'ConfigMap' ? { ...wanted, data: { colour: 'blue' } } : wanted));
      const plan = await planUnit(cluster, next);
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
      const result = await withControllers(cluster, () => deleteUnit(cluster, UNIT, { clock: REAL_CLOCK, allow: () => true }));
      assert.equal(result.conclusion, 'applied', tell(result));
      assert.equal(await cluster.get(refOf(object('Namespace', 'shop'))), undefined);
      assert.equal((await readStatus(cluster, UNIT, { now: 0 })).exists, false);
    });
  });
});
