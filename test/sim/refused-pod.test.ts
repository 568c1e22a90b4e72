import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../src/model/index.ts';
import type { EmbeddedCluster } from '../../src/sim/index.ts';
import { compareBy, getArray, getString, type JsonObject } from '../../src/std/index.ts';
import { withCluster } from './embedded.ts';

const POD: JsonObject = { serviceAccountName: 'nosa', containers: [{ name: 'c', image: 'n:1' }] };

function workload(apiVersion: string, kind: string, spec: JsonObject = {}, pod: JsonObject = POD): KubernetesObject {
  const labels = { app: kind.toLowerCase() };
  const selector = kind === 'Job' ? {} : { selector: { matchLabels: labels } };
  return {
    apiVersion,
    kind,
    metadata: { name: kind.toLowerCase(), namespace: 'default' },
    spec: { ...spec, ...selector, template: { metadata: { labels }, spec: pod } },
  };
}

const WORKLOADS = [
  workload('apps/v1', 'Deployment'),
  workload('apps/v1', 'DaemonSet'),
  workload('apps/v1', 'StatefulSet', { serviceName: 's' }),
  workload('batch/v1', 'Job', {}, { ...POD, restartPolicy: 'Never' }),
];
async function listEvents(cluster: EmbeddedCluster): Promise<readonly string[]> {
  const { items } = await cluster.list({ group: '', version: 'v1', kind: 'Event' }, { namespace: 'default' });
  const hash = /(deployment)-[a-z0-9]+/g;
  return items
    .map(
      (event) => `${getString(event, 'involvedObject', 'kind') ?? ''}: ${getString(event, 'message')?.replaceAll(hash, '$1-HASH') ?? ''}`,
    )
    .toSorted();
}

async function findFailure(cluster: EmbeddedCluster, kind: string): Promise<string | undefined> {
  const { items } = await cluster.list({ group: 'apps', version: 'v1', kind }, { namespace: 'default' });
  const failure = getArray(items[0], 'status', 'conditions').find((condition) => getString(condition, 'type') === 'ReplicaFailure');
  return failure === undefined
    ? undefined
    : `${getString(failure, 'reason') ?? ''}: ${getString(failure, 'message')?.replace(/-[a-z0-9]{6,}-/, '-HASH-') ?? ''}`;
}

test('pods that the API refuses leave the traces that kube-controller-manager leaves, until they can be made', () =>
  withCluster(async (cluster) => {
    for (const object of WORKLOADS) {
      const result = await cluster.create(object, { fieldManager: 'test' });
      assert.equal(result.kind, 'ok', JSON.stringify(result));
    }
    await cluster.settle();
    const why = 'is forbidden: error looking up service account default/nosa: serviceaccount "nosa" not found';
    assert.deepEqual(await listEvents(cluster), [
      `DaemonSet: Error creating: pods "daemonset-" ${why}`,
      `Job: Error creating: pods "job-" ${why}`,
      `ReplicaSet: Error creating: pods "deployment-HASH-" ${why}`,
      `StatefulSet: create Pod statefulset-0 in StatefulSet statefulset failed error: pods "statefulset-0" ${why}`,
    ]);
    for (const kind of ['ReplicaSet', 'Deployment']) {
      assert.equal(await findFailure(cluster, kind), `FailedCreate: pods "deployment-HASH-" ${why}`, kind);
    }
    await cluster.create(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'nosa', namespace: 'default' } },
      { fieldManager: 'test' },
    );
    await cluster.settle();
    assert.deepEqual(await listEvents(cluster), []);
    for (const kind of ['ReplicaSet', 'Deployment']) assert.equal(await findFailure(cluster, kind), undefined, kind);
    const { items } = await cluster.list({ group: '', version: 'v1', kind: 'Pod' }, { namespace: 'default' });
    const owners = items.map((pod) => getString(getArray(pod.metadata, 'ownerReferences')[0], 'kind'));
    assert.deepEqual([...new Set(owners)].toSorted(compareBy((kind) => kind ?? '')), ['DaemonSet', 'Job', 'ReplicaSet', 'StatefulSet']);
  }));
