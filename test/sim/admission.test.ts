import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import type { KubernetesObject } from '../../src/model/index.ts';
import { getArray, getNumber, getObject, getString, type JsonObject } from '../../src/std/index.ts';
import { configMap, deployment, namespaceObject, stored } from '../cluster-contract.ts';
import { withCluster } from './embedded.ts';

const BY = { fieldManager: 'test' };

function pod(name: string, fields: { readonly spec?: JsonObject; readonly resources?: JsonObject } = {}): KubernetesObject {
  const container = {
    name: 'main',
    image: 'registry.example/app:1',
    ...(fields.resources === undefined ? {} : { resources: fields.resources }),
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default', name }, spec: { containers: [container], ...fields.spec } };
}

function quota(hard: JsonObject): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { namespace: 'default', name: 'q' }, spec: { hard } };
}

function limitRange(item: JsonObject): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { namespace: 'default', name: 'l' },
    spec: { limits: [{ type: 'Container', ...item }] },
  };
}

function secured(level: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': level } },
  };
}

const REFUSED: readonly {
  readonly name: string;
  readonly given?: readonly KubernetesObject[];
  readonly object: KubernetesObject;
  readonly want: string;
}[] = [
  {
    name: 'a ServiceAccount that is not there',
    object: pod('a', { spec: { serviceAccountName: 'robot' } }),
    want: 'pods "a" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found',
  },
  {
    name: 'a PriorityClass that is not there',
    object: pod('a', { spec: { priorityClassName: 'high' } }),
    want: 'pods "a" is forbidden: no PriorityClass with name high was found',
  },
  {
    name: 'a pod that its namespace does not let in',
    given: [secured('baseline')],
    object: { ...pod('a', { spec: { hostPID: true } }), metadata: { namespace: 'shop', name: 'a' } },
    want: 'pods "a" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)',
  },
  {
    name: 'a level of Pod Security that does not exist',
    object: secured('strict'),
    want: 'Namespace "shop" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
  },
  {
    name: 'one pod too many',
    given: [quota({ pods: '1' }), pod('first')],
    object: pod('a'),
    want: 'pods "a" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
  },
  {
    name: 'more CPU than is left',
    given: [
      quota({ 'requests.cpu': '1', 'requests.memory': '1Gi' }),
      pod('first', { resources: { requests: { cpu: '600m', memory: '1Mi' } } }),
    ],
    object: pod('a', { resources: { requests: { cpu: '500m', memory: '1Mi' } } }),
    want: 'pods "a" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
  },
  {
    name: 'a pod that does not say what a quota limits',
    given: [quota({ 'limits.memory': '1Gi', cpu: '3' })],
    object: pod('a'),
    want: 'pods "a" is forbidden: failed quota: q: must specify cpu for: main; limits.memory for: main',
  },
  {
    name: 'a count of any kind',
    given: [quota({ 'count/deployments.apps': '1' }), deployment('default', 'first', 0)],
    object: deployment('default', 'a', 0),
    want: 'deployments.apps "a" is forbidden: exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=1, limited: count/deployments.apps=1',
  },
  {
    name: 'more than a LimitRange allows',
    given: [limitRange({ max: { cpu: '1' }, min: { cpu: '100m' } })],
    object: pod('a', { resources: { requests: { cpu: '50m' }, limits: { cpu: '2' } } }),
    want: 'pods "a" is forbidden: [minimum cpu usage per Container is 100m, but request is 50m, maximum cpu usage per Container is 1, but limit is 2]',
  },
  {
    name: 'a second system namespace',
    object: namespaceObject('default'),
    want: 'namespaces "default" already exists',
  },
];

describe('admission refuses', () => {
  for (const { name, given = [], object, want } of REFUSED) {
    test(name, async () => {
      await withCluster(async (cluster) => {
        for (const item of given) stored(await cluster.create(item, BY));
        const result = await cluster.create(object, BY);
        assert.equal(result.kind === 'error' ? result.message : 'accepted', want);
      });
    });
  }
});

test('a pod gets its account, priority, tolerations, class of service and the limits of its namespace', async () => {
  await withCluster(async (cluster) => {
    stored(await cluster.create(limitRange({ default: { memory: '64Mi' }, defaultRequest: { cpu: '10m' } }), BY));
    const created = stored(await cluster.create(pod('a', { spec: { priorityClassName: 'system-node-critical' } }), BY));
    assert.equal(getString(created, 'spec', 'serviceAccountName'), 'default');
    assert.equal(getNumber(created, 'spec', 'priority'), 2_000_001_000);
    assert.deepEqual(
      getArray(created, 'spec', 'tolerations').map((item) => [getString(item, 'key'), getNumber(item, 'tolerationSeconds')]),
      [
        ['node.kubernetes.io/not-ready', 300],
        ['node.kubernetes.io/unreachable', 300],
      ],
    );
    assert.deepEqual(getObject(created, 'spec', 'containers', 0, 'resources'), {
      limits: { memory: '64Mi' },
      requests: { cpu: '10m', memory: '64Mi' },
    });
    assert.deepEqual(getObject(created, 'status'), { phase: 'Pending', qosClass: 'Burstable' });
  });
});

test('system namespaces cannot be deleted', async () => {
  await withCluster(async (cluster) => {
    const result = await cluster.delete({ group: '', version: 'v1', kind: 'Namespace', name: 'kube-system' });
    assert.equal(result.kind === 'error' ? result.message : '', 'namespaces "kube-system" is forbidden: this namespace may not be deleted');
  });
});

test('a quota says what is used', async () => {
  await withCluster(async (cluster) => {
    stored(await cluster.create(quota({ pods: '5', 'requests.memory': '1Gi', configmaps: '10' }), BY));
    stored(await cluster.create(pod('a', { resources: { requests: { memory: '100Mi' } } }), BY));
    stored(await cluster.create(configMap('default', 'm'), BY));
    await cluster.settle();
    const found = await cluster.get({ group: '', version: 'v1', kind: 'ResourceQuota', namespace: 'default', name: 'q' });
    assert.deepEqual(getObject(found, 'status', 'used'), { pods: '1', 'requests.memory': '100Mi', configmaps: '1' });
  });
});

test('what is refused leaves nothing behind', async () => {
  await withCluster(async (cluster) => {
    const before = (await cluster.list({ group: '', version: 'v1', kind: 'ServiceAccount' })).resourceVersion;
    const result = await cluster.create(namespaceObject('Not_A_Name'), BY);
    assert.equal(result.kind, 'error');
    const after = await cluster.list({ group: '', version: 'v1', kind: 'ServiceAccount' });
    assert.equal(after.resourceVersion, before);
    assert.ok(after.items.every((item) => item.metadata['namespace'] !== 'Not_A_Name'));
  });
});
