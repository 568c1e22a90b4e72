import assert from 'node:assert/strict';
import { it } from 'node:test';
import { actAs } from '../../../src/daemon/unit/acting-cluster.ts';
import { refOf } from '../../../src/model/index.ts';
import { parentRef } from '../../../src/reconcile/index.ts';
import { FakeCluster } from '../../reconcile/fake-cluster.ts';
import { toObject } from '../../reconcile/toy-planner.ts';

it('reads and keeps the inventory as one, and writes as the other', async () => {
  const [own, writer] = [new FakeCluster(), new FakeCluster()];
  const parent = parentRef('shop');
  const cluster = actAs(own, writer, parent);
  const settings = toObject('ConfigMap', 'settings');
  await cluster.get(refOf(settings));
  await cluster.apply(settings, { fieldManager: 'kapply' });
  await cluster.delete(refOf(settings));
  const inventory = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: parent.name, namespace: parent.namespace } };
  await cluster.apply(inventory, { fieldManager: 'kapply' });
  assert.deepEqual(own.requests, ['get ConfigMap/settings', 'apply ConfigMap/kapply-shop']);
  assert.deepEqual(writer.requests, ['apply ConfigMap/settings', 'delete ConfigMap/settings']);
});
