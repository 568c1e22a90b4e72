import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf, refOf, type KubernetesObject } from '../../../src/model/index.ts';
import { CONTROLLERS, stepRollout } from '../../../src/engine/controllers/index.ts';
import { getArray, getAt, getNumber, getObject, getString, type JsonObject } from '../../../src/std/index.ts';
import { LittleCluster, live, podsOf } from './little-cluster.ts';
import { job, NODES, workload } from './workloads.ts';

function settled(...objects: readonly KubernetesObject[]): LittleCluster {
  const cluster = new LittleCluster();
  cluster.apply(...NODES, ...objects);
  cluster.settle();
  return cluster;
}

function statusOf(cluster: LittleCluster, kind: string, group = 'apps'): JsonObject {
  return getObject(live(cluster, kind, 'app', group), 'status') ?? {};
}

test('the table is in the order of its names', () => {
  const names = CONTROLLERS.map(({ name }) => name);
  assert.deepEqual(names, names.toSorted());
});

test('a StatefulSet starts its pods one after the other, each with its claim', () => {
  const claims = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }];
  const cluster = settled(workload('StatefulSet', { replicas: 3, serviceName: 'app', volumeClaimTemplates: claims }));
  for (const world of cluster.seen) {
    const starting = podsOf(world, 'app').filter((pod) => getString(pod, 'status', 'phase') !== 'Running');
    assert.ok(starting.length <= 1);
  }
  assert.deepEqual(podsOf(cluster.world, 'app').map(nameOf), ['app-0', 'app-1', 'app-2']);
  assert.deepEqual(
    cluster.world.byKind('', 'PersistentVolumeClaim').map((claim) => [nameOf(claim), getString(claim, 'status', 'phase')]),
    [
      ['data-app-0', 'Bound'],
      ['data-app-1', 'Bound'],
      ['data-app-2', 'Bound'],
    ],
  );
  const status = statusOf(cluster, 'StatefulSet');
  assert.deepEqual(
    [status['readyReplicas'], status['currentReplicas'], status['currentRevision'] === status['updateRevision']],
    [3, 3, true],
  );
});

test('a Parallel StatefulSet starts all at once', () => {
  const cluster = settled(workload('StatefulSet', { replicas: 3, podManagementPolicy: 'Parallel' }));
  assert.ok(
    cluster.seen.some((world) => podsOf(world, 'app').filter((pod) => getString(pod, 'status', 'phase') === 'Pending').length === 3),
  );
});

test('a StatefulSet updates from the highest ordinal, one at a time, down to its partition', () => {
  const cluster = settled(workload('StatefulSet', { replicas: 3 }));
  const rollingUpdate = { updateStrategy: { rollingUpdate: { partition: 1 } } };
  cluster.apply(workload('StatefulSet', { replicas: 3, ...rollingUpdate }, 'app:2'));
  cluster.settle();
  const images = (): readonly unknown[] => podsOf(cluster.world, 'app').map((pod) => getString(pod, 'spec', 'containers', 0, 'image'));
  assert.deepEqual(images(), ['app:1', 'app:2', 'app:2']);
  assert.deepEqual([statusOf(cluster, 'StatefulSet')['updatedReplicas'], statusOf(cluster, 'StatefulSet')['currentReplicas']], [2, 1]);
  cluster.apply(workload('StatefulSet', { replicas: 3 }, 'app:2'));
  cluster.settle();
  assert.deepEqual(images(), ['app:2', 'app:2', 'app:2']);
  const { currentRevision, updateRevision } = statusOf(cluster, 'StatefulSet');
  assert.equal(currentRevision, updateRevision);
});

for (const [name, strategy] of [
  ['without a strategy', {}],
  ['of a type without parameters', { updateStrategy: { type: 'RollingUpdate' } }],
  ['of a type with them', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: {} } }],
] as const)
  test(`a StatefulSet ${name} is updated to its end where deleted pods are gone at once`, () => {
    const cluster = settled(workload('StatefulSet', { replicas: 3, ...strategy }));
    cluster.apply(workload('StatefulSet', { replicas: 3, ...strategy }, 'app:2'));
    let world = cluster.world;
    const images = (): readonly unknown[] => podsOf(world, 'app').map((pod) => getString(pod, 'spec', 'containers', 0, 'image'));
    for (let step = 0; step < 12; step++) {
      world = stepRollout(world, [refOf(live(cluster, 'StatefulSet', 'app', 'apps'))], cluster.now).world;
      const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2020-01-01T00:00:00Z' }] };
      world = world.with(podsOf(world, 'app').map((pod) => ({ ...pod, status: ready })));
    }
    assert.deepEqual(images(), ['app:2', 'app:2', 'app:2']);
  });

test('a StatefulSet that shrinks loses its highest ordinals and keeps its claims', () => {
  const claims = [{ metadata: { name: 'd' }, spec: { resources: { requests: { storage: '1Gi' } } } }];
  const cluster = settled(workload('StatefulSet', { replicas: 3, volumeClaimTemplates: claims }));
  cluster.apply(workload('StatefulSet', { replicas: 1, volumeClaimTemplates: claims }));
  cluster.settle();
  assert.deepEqual([podsOf(cluster.world, 'app').map(nameOf), cluster.world.byKind('', 'PersistentVolumeClaim').length], [['app-0'], 3]);
});

test('a DaemonSet runs on every node and follows new and lost ones', () => {
  const cluster = settled(workload('DaemonSet'));
  assert.deepEqual([statusOf(cluster, 'DaemonSet')['desiredNumberScheduled'], statusOf(cluster, 'DaemonSet')['numberAvailable']], [3, 3]);
  cluster.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-9' }, spec: {}, status: NODES[0]?.['status'] ?? {} });
  cluster.settle();
  assert.equal(statusOf(cluster, 'DaemonSet')['numberReady'], 4);
  cluster.world = cluster.world.without([{ group: '', kind: 'Node', name: 'node-9' }]);
  cluster.settle();
  assert.deepEqual([podsOf(cluster.world, 'app').length, statusOf(cluster, 'DaemonSet')['numberReady']], [3, 3]);
});

for (const [name, rollingUpdate] of [
  ['one node at a time', { maxUnavailable: 1 }],
  ['with a second pod', { maxSurge: 1 }],
] as const) {
  test(`a DaemonSet updates ${name}`, () => {
    const cluster = settled(workload('DaemonSet', { updateStrategy: { rollingUpdate } }));
    const from = cluster.seen.length;
    cluster.apply(workload('DaemonSet', { updateStrategy: { rollingUpdate } }, 'app:2'));
    cluster.settle();
    const least = 'maxSurge' in rollingUpdate ? 3 : 2;
    for (const world of cluster.seen.slice(from)) {
      const serving = podsOf(world, 'app').filter(
        (pod) => getString(pod, 'status', 'phase') === 'Running' && pod.metadata['deletionTimestamp'] === undefined,
      );
      assert.ok(new Set(serving.map((pod) => getString(pod, 'spec', 'nodeName'))).size >= least);
    }
    assert.deepEqual(
      new Set(podsOf(cluster.world, 'app').map((pod) => getString(pod, 'spec', 'containers', 0, 'image'))),
      new Set(['app:2']),
    );
    assert.equal(statusOf(cluster, 'DaemonSet')['updatedNumberScheduled'], 3);
  });
}

function cronJob(spec: JsonObject): KubernetesObject {
  const jobTemplate = { spec: getObject(job(), 'spec') ?? {} };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'app', namespace: 'shop' },
    spec: { schedule: '*/10 * * * *', successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1, jobTemplate, ...spec },
  };
}

test('a CronJob makes a Job at each of its times and keeps the last three', () => {
  const cluster = new LittleCluster();
  cluster.apply(...NODES, cronJob({}));
  cluster.settle(3_605_000);
  const jobs = cluster.world.byKind('batch', 'Job').map(nameOf);
  const minutes = Date.UTC(2026, 0, 1) / 60_000;
  assert.deepEqual(jobs, [`app-${minutes + 40}`, `app-${minutes + 50}`, `app-${minutes + 60}`]);
  assert.equal(statusOf(cluster, 'CronJob', 'batch')['lastScheduleTime'], '2026-01-01T01:00:00Z');
});

test('a suspended CronJob makes none', () => {
  const cluster = new LittleCluster();
  cluster.apply(cronJob({ suspend: true }));
  cluster.settle(3_600_000);
  assert.equal(cluster.world.byKind('batch', 'Job').length, 0);
});

const SERVICE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'app', namespace: 'shop' },
  spec: { selector: { app: 'app' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
};
const PORTED = { containers: [{ name: 'c', image: 'app:1', ports: [{ name: 'web', containerPort: 8080 }] }] };

test('a Service lists its ready pods with the ports that their names mean', () => {
  const cluster = settled(SERVICE, workload('Deployment', { replicas: 2 }, 'app:1', PORTED));
  const [slice, ...others] = cluster.world.byKind('discovery.k8s.io', 'EndpointSlice');
  assert.deepEqual([others.length, getArray(slice, 'endpoints').length, getAt(slice, 'ports', 0, 'port')], [0, 2, 8080]);
  assert.ok(getArray(slice, 'endpoints').every((endpoint) => getAt(endpoint, 'conditions', 'ready') === true));
});

test('a Service without pods has an empty slice, one without a selector has none', () => {
  assert.deepEqual(
    settled(SERVICE)
      .world.byKind('discovery.k8s.io', 'EndpointSlice')
      .map((slice) => getArray(slice, 'endpoints')),
    [[]],
  );
  assert.equal(settled({ ...SERVICE, spec: { ports: [{ port: 80 }] } }).world.byKind('discovery.k8s.io', 'EndpointSlice').length, 0);
});

test('pods that are not ready are listed as such', () => {
  const cluster = new LittleCluster();
  cluster.apply(...NODES, SERVICE, workload('Deployment', {}, 'app:kplan-never-ready'));
  cluster.settle(10_000);
  const [slice] = cluster.world.byKind('discovery.k8s.io', 'EndpointSlice');
  assert.equal(getAt(slice, 'endpoints', 0, 'conditions', 'ready'), false);
});

function claim(spec: JsonObject): KubernetesObject {
  const resources = { requests: { storage: '5Gi' } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'app', namespace: 'shop' },
    spec: { accessModes: ['ReadWriteOnce'], resources, ...spec },
  };
}

function storageClass(name: string, fields: JsonObject = {}, isDefault = false): KubernetesObject {
  const annotations = isDefault ? { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } : {};
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, ...annotations },
    provisioner: 'example.com/disk',
    ...fields,
  };
}

const volume = (name: string, storage: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], storageClassName: 'manual' },
});
const MOUNTED = { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'app' } }] };

const CLAIMS: readonly { name: string; objects: readonly KubernetesObject[]; want: string }[] = [
  { name: 'by the default class', objects: [storageClass('fast', {}, true), claim({})], want: 'Bound' },
  { name: 'by a named class', objects: [storageClass('fast'), claim({ storageClassName: 'fast' })], want: 'Bound' },
  { name: 'by a class that is not there', objects: [storageClass('fast'), claim({ storageClassName: 'slow' })], want: 'Pending' },
  { name: 'without a default class', objects: [storageClass('fast'), claim({})], want: 'Pending' },
  { name: 'in a world without classes', objects: [claim({})], want: 'Bound' },
  { name: 'with the empty class', objects: [storageClass('fast', {}, true), claim({ storageClassName: '' })], want: 'Pending' },
  {
    name: 'that waits for its first consumer',
    objects: [storageClass('late', { volumeBindingMode: 'WaitForFirstConsumer' }, true), claim({})],
    want: 'Pending',
  },
  {
    name: 'whose first consumer has come',
    objects: [
      storageClass('late', { volumeBindingMode: 'WaitForFirstConsumer' }, true),
      claim({}),
      workload('Deployment', {}, 'app:1', MOUNTED),
    ],
    want: 'Bound',
  },
  {
    name: 'of a class without a provisioner',
    objects: [storageClass('manual', { provisioner: 'kubernetes.io/no-provisioner' }), claim({ storageClassName: 'manual' })],
    want: 'Pending',
  },
  {
    name: 'of such a class with a volume that fits',
    objects: [
      storageClass('manual', { provisioner: 'kubernetes.io/no-provisioner' }),
      volume('v', '10Gi'),
      claim({ storageClassName: 'manual' }),
    ],
    want: 'Bound',
  },
];

for (const { name, objects, want } of CLAIMS) {
  test(`a claim ${name}`, () => {
    assert.equal(statusOf(settled(...objects), 'PersistentVolumeClaim', '')['phase'], want);
  });
}

test('a claim takes the smallest volume that fits, and releases it', () => {
  const manual = storageClass('manual', { provisioner: 'kubernetes.io/no-provisioner' });
  const cluster = settled(manual, volume('a', '50Gi'), volume('b', '8Gi'), volume('c', '1Gi'), claim({ storageClassName: 'manual' }));
  assert.equal(getString(live(cluster, 'PersistentVolumeClaim', 'app', ''), 'spec', 'volumeName'), 'b');
  cluster.world = cluster.world.without([{ group: '', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'app' }]);
  cluster.settle();
  assert.equal(getString(live(cluster, 'PersistentVolume', 'b', '', ''), 'status', 'phase'), 'Released');
});

const BUDGETS: readonly { name: string; spec: JsonObject; replicas: number; want: readonly [number, number] }[] = [
  { name: 'minAvailable 2 of 3', spec: { minAvailable: 2 }, replicas: 3, want: [2, 1] },
  { name: 'minAvailable 50% of 3 rounds up', spec: { minAvailable: '50%' }, replicas: 3, want: [2, 1] },
  { name: 'maxUnavailable 1 of 3', spec: { maxUnavailable: 1 }, replicas: 3, want: [2, 1] },
  { name: 'maxUnavailable 30% of 3 rounds up', spec: { maxUnavailable: '30%' }, replicas: 3, want: [2, 1] },
  { name: 'minAvailable of all', spec: { minAvailable: 3 }, replicas: 3, want: [3, 0] },
];

for (const { name, spec, replicas, want } of BUDGETS) {
  test(`a budget of ${name}`, () => {
    const budget: KubernetesObject = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'app', namespace: 'shop' },
      spec: { selector: { matchLabels: { app: 'app' } }, ...spec },
    };
    const status = statusOf(settled(budget, workload('Deployment', { replicas })), 'PodDisruptionBudget', 'policy');
    assert.deepEqual([status['desiredHealthy'], status['disruptionsAllowed']], want);
  });
}

test('an autoscaler raises replicas to its minimum', () => {
  const autoscaler: KubernetesObject = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'app', namespace: 'shop' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app' }, minReplicas: 3, maxReplicas: 5 },
  };
  const cluster = settled(autoscaler, workload('Deployment', { replicas: 1 }));
  assert.equal(getNumber(live(cluster, 'Deployment', 'app'), 'spec', 'replicas'), 3);
  assert.deepEqual([statusOf(cluster, 'HorizontalPodAutoscaler', 'autoscaling')['currentReplicas']], [3]);
});

test('addresses come to load balancers and ingresses', () => {
  const ingress: KubernetesObject = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'app', namespace: 'shop' },
    spec: {},
  };
  const cluster = settled({ ...SERVICE, spec: { ...getObject(SERVICE, 'spec'), type: 'LoadBalancer' } }, ingress);
  for (const [kind, group] of [
    ['Service', ''],
    ['Ingress', 'networking.k8s.io'],
  ] as const) {
    assert.match(getString(live(cluster, kind, 'app', group), 'status', 'loadBalancer', 'ingress', 0, 'ip') ?? '', /^203\.0\.113\.\d+$/);
  }
});

test('a namespace gets its default ServiceAccount', () => {
  const cluster = settled({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  assert.equal(nameOf(live(cluster, 'ServiceAccount', 'default', '')), 'default');
});

test('a pod waits for the ConfigMap that it refers to', () => {
  const cluster = new LittleCluster();
  const spec = { containers: [{ name: 'c', image: 'i', envFrom: [{ configMapRef: { name: 'settings' } }] }] };
  cluster.apply(...NODES, workload('Deployment', {}, 'app:1', spec));
  cluster.settle(5000);
  const waiting = getAt(cluster.world.byKind('', 'Pod')[0], 'status', 'containerStatuses', 0, 'state', 'waiting');
  assert.deepEqual(waiting, { reason: 'CreateContainerConfigError', message: 'configmap "settings" not found' });
  cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' } });
  cluster.settle();
  assert.equal(getString(cluster.world.byKind('', 'Pod')[0], 'status', 'phase'), 'Running');
});

test('a crashing pod is restarted after longer and longer waits', () => {
  const cluster = new LittleCluster();
  cluster.apply(...NODES, workload('ReplicaSet', { replicas: 1 }, 'app:kplan-crashloop'));
  cluster.settle(75_000);
  const status = getAt(cluster.world.byKind('', 'Pod')[0], 'status', 'containerStatuses', 0);
  assert.deepEqual([getNumber(status, 'restartCount'), getString(status, 'state', 'waiting', 'reason')], [3, 'CrashLoopBackOff']);
});
