import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsOf, nameOf, refKeyOf, World, type KubernetesObject } from '../../../src/model/index.ts';
import { expandWorld } from '../../../src/engine/controllers/index.ts';
import { getArray, getAt, getNumber, getObject, getString, type JsonObject } from '../../../src/std/index.ts';
import { NODES, workload } from './workloads.ts';

function podNames(...objects: readonly KubernetesObject[]): readonly string[] {
  return expandWorld(World.of(objects)).byKind('', 'Pod').map(nameOf);
}

const owned = (by: KubernetesObject): JsonObject => ({
  ownerReferences: [{ apiVersion: by.apiVersion, kind: by.kind, name: nameOf(by), uid: 'u1', controller: true }],
});
const live = (object: KubernetesObject, uid = 'u1'): KubernetesObject => ({ ...object, metadata: { ...object.metadata, uid } });
const livePod = (
  name: string,
  owner: KubernetesObject,
  more: { spec?: JsonObject; labels?: JsonObject; status?: JsonObject } = {},
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: name, labels: { app: 'app', ...more.labels }, ...owned(owner) },
  spec: { containers: [{ name: 'c', image: 'app:1' }], nodeName: 'node-1', ...more.spec },
  status: more.status ?? { phase: 'Running' },
});
const autoscaler = (minReplicas: number, maxReplicas: number): KubernetesObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'h', namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app' }, minReplicas, maxReplicas },
});

const CASES: readonly { name: string; objects: readonly KubernetesObject[]; want: readonly string[] }[] = [
  { name: 'a Deployment of two', objects: [workload('Deployment', { replicas: 2 })], want: ['app-0', 'app-1'] },
  { name: 'one replica by default', objects: [workload('Deployment')], want: ['app-0'] },
  { name: 'no replicas', objects: [workload('Deployment', { replicas: 0 })], want: [] },
  { name: 'a ReplicaSet', objects: [workload('ReplicaSet', { replicas: 1 })], want: ['app-0'] },
  { name: 'a ReplicationController', objects: [workload('ReplicationController', { replicas: 1 })], want: ['app-0'] },
  {
    name: 'a StatefulSet from its first ordinal',
    objects: [workload('StatefulSet', { replicas: 2, ordinals: { start: 5 } })],
    want: ['app-5', 'app-6'],
  },
  { name: 'a DaemonSet on every node', objects: [...NODES, workload('DaemonSet')], want: ['app-0', 'app-1', 'app-2'] },
  { name: 'a DaemonSet without nodes', objects: [workload('DaemonSet')], want: [] },
  {
    name: 'a DaemonSet on chosen nodes',
    objects: [...NODES, workload('DaemonSet', {}, 'app:1', { nodeSelector: { 'kubernetes.io/hostname': 'node-2' } })],
    want: ['app-1'].map(() => 'app-0'),
  },
  { name: 'a Job', objects: [workload('Job')], want: ['app-0'] },
  {
    name: 'a Job of three side by side',
    objects: [workload('Job', { parallelism: 3, completions: 9 })],
    want: ['app-0', 'app-1', 'app-2'],
  },
  {
    name: 'no more of a Job than are left',
    objects: [{ ...workload('Job', { parallelism: 3, completions: 9 }), status: { succeeded: 8 } }],
    want: ['app-0'],
  },
  { name: 'a suspended Job', objects: [workload('Job', { suspend: true })], want: [] },
  {
    name: 'a Job that has ended',
    objects: [{ ...workload('Job'), status: { conditions: [{ type: 'Complete', status: 'True' }] } }],
    want: [],
  },
  {
    name: 'at least the minimum of the autoscaler',
    objects: [workload('Deployment', { replicas: 1 }), autoscaler(2, 4)],
    want: ['app-0', 'app-1'],
  },
  { name: 'at most its maximum', objects: [workload('Deployment', { replicas: 9 }), autoscaler(1, 2)], want: ['app-0', 'app-1'] },
  { name: 'an autoscaler is off at 0', objects: [workload('Deployment', { replicas: 0 }), autoscaler(2, 4)], want: [] },
  {
    name: 'live pods of a ReplicaSet stay',
    objects: [live(workload('ReplicaSet', { replicas: 2 })), livePod('app-x', workload('ReplicaSet'))],
    want: ['app-0', 'app-x'],
  },
  {
    name: 'those too many go, pending ones first',
    objects: [
      live(workload('ReplicaSet', { replicas: 1 })),
      livePod('app-a', workload('ReplicaSet'), { status: { phase: 'Pending' } }),
      livePod('app-b', workload('ReplicaSet')),
    ],
    want: ['app-b'],
  },
  {
    name: 'pods of another template are replaced in a StatefulSet',
    objects: [live(workload('StatefulSet', { replicas: 1 }, 'app:2')), livePod('app-0', workload('StatefulSet'))],
    want: ['app-0'],
  },
  { name: 'pods whose owner is gone go too', objects: [livePod('app-0', workload('StatefulSet'))], want: [] },
  {
    name: 'pods of owners of unknown kinds stay',
    objects: [livePod('app-0', { ...workload('Deployment'), apiVersion: 'example.com/v1', kind: 'Robot' })],
    want: ['app-0'],
  },
];

for (const { name, objects, want } of CASES) {
  test(`pods: ${name}`, () => {
    assert.deepEqual(podNames(...objects), want);
  });
}

test('two workloads of one name have pods of different names', () => {
  const names = podNames(workload('Deployment'), workload('StatefulSet'));
  assert.equal(names.length, 2);
  assert.ok(names.includes('app-0') && names.some((name) => /^app-[a-z0-9]{10}-0$/.test(name)));
});

test('a Deployment makes a ReplicaSet whose selector and pods carry the template hash', () => {
  const world = expandWorld(World.of([workload('Deployment', { replicas: 1 })]));
  const [set] = world.byKind('apps', 'ReplicaSet');
  const hash = getString(set, 'spec', 'selector', 'matchLabels', 'pod-template-hash');
  assert.ok(set && hash);
  assert.equal(nameOf(set), `app-${hash}`);
  assert.equal(getNumber(set, 'spec', 'replicas'), 1);
  assert.deepEqual(
    world.byKind('', 'Pod').map((pod) => labelsOf(pod).get('pod-template-hash')),
    [hash],
  );
});

test('a live ReplicaSet of the same template is kept, one of another template is emptied', () => {
  const before = expandWorld(World.of([workload('Deployment', { replicas: 2 })]));
  const sets = before.byKind('apps', 'ReplicaSet').map((set) => live(set, 'rs'));
  const pods = before.byKind('', 'Pod').map((pod, i) => live(pod, `p${i}`));
  const same = expandWorld(World.of([workload('Deployment', { replicas: 2 }), ...sets, ...pods]));
  assert.deepEqual(
    same.byKind('', 'Pod').map((pod) => pod.metadata['uid']),
    ['p0', 'p1'],
  );
  const changed = expandWorld(World.of([workload('Deployment', { replicas: 2 }, 'app:2'), ...sets, ...pods]));
  assert.deepEqual(
    changed
      .byKind('apps', 'ReplicaSet')
      .map((set) => getNumber(set, 'spec', 'replicas'))
      .toSorted((a = 0, b = 0) => a - b),
    [0, 2],
  );
  assert.deepEqual(
    changed.byKind('', 'Pod').map((pod) => getString(pod, 'spec', 'containers', 0, 'image')),
    ['app:2', 'app:2'],
  );
});

test('a StatefulSet has claims, and its pods mount them', () => {
  const claims = [{ metadata: { name: 'data' }, spec: { resources: { requests: { storage: '1Gi' } } } }];
  const world = expandWorld(World.of([workload('StatefulSet', { replicas: 2, volumeClaimTemplates: claims })]));
  assert.deepEqual(world.byKind('', 'PersistentVolumeClaim').map(nameOf), ['data-app-0', 'data-app-1']);
  const mounted = world.byKind('', 'Pod').map((pod) => getString(pod, 'spec', 'volumes', 0, 'persistentVolumeClaim', 'claimName'));
  assert.deepEqual(mounted, ['data-app-0', 'data-app-1']);
});

test('a live StatefulSet pod keeps its node, also where quantities are written otherwise', () => {
  const containers = (cpu: string): JsonObject => ({ containers: [{ name: 'c', image: 'app:1', resources: { requests: { cpu } } }] });
  const set = live(workload('StatefulSet', { replicas: 1 }, 'app:1', containers('1000m')));
  const world = expandWorld(World.of([set, livePod('app-0', set, { spec: containers('1') })]));
  assert.equal(getString(world.byKind('', 'Pod')[0], 'spec', 'nodeName'), 'node-1');
});

test('DaemonSet pods are held to their node and tolerate what nodes suffer from', () => {
  const [pod] = expandWorld(World.of([...NODES, workload('DaemonSet')])).byKind('', 'Pod');
  const terms = getAt(pod, 'spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms');
  assert.deepEqual(terms, [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] }]);
  const tolerated = getArray(pod, 'spec', 'tolerations').map((item) => `${getString(item, 'key')}:${getString(item, 'effect')}`);
  assert.ok(tolerated.includes('node.kubernetes.io/unschedulable:NoSchedule'));
});

const POLICIES: readonly {
  name: string;
  objects: readonly KubernetesObject[];
  podSpec: JsonObject;
  path: readonly (string | number)[];
  want: unknown;
}[] = [
  {
    name: 'priority by class',
    objects: [{ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000 }],
    podSpec: { priorityClassName: 'high' },
    path: ['priority'],
    want: 1000,
  },
  {
    name: 'a system class needs no object',
    objects: [],
    podSpec: { priorityClassName: 'system-node-critical' },
    path: ['priority'],
    want: 2000001000,
  },
  {
    name: 'the default class',
    objects: [
      {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: 'usual' },
        value: 7,
        globalDefault: true,
        preemptionPolicy: 'Never',
      },
    ],
    podSpec: {},
    path: ['preemptionPolicy'],
    want: 'Never',
  },
  {
    name: 'overhead by runtime class',
    objects: [
      {
        apiVersion: 'node.k8s.io/v1',
        kind: 'RuntimeClass',
        metadata: { name: 'vm' },
        handler: 'vm',
        overhead: { podFixed: { cpu: '250m' } },
      },
    ],
    podSpec: { runtimeClassName: 'vm' },
    path: ['overhead', 'cpu'],
    want: '250m',
  },
  {
    name: 'default requests by limit range',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'l', namespace: 'shop' },
        spec: { limits: [{ type: 'Container', default: { memory: '1Gi' }, defaultRequest: { memory: '512Mi' } }] },
      },
    ],
    podSpec: {},
    path: ['containers', 0, 'resources', 'requests', 'memory'],
    want: '512Mi',
  },
  {
    name: 'the limit range of another namespace',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'l', namespace: 'other' },
        spec: { limits: [{ type: 'Container', default: { memory: '1Gi' } }] },
      },
    ],
    podSpec: {},
    path: ['containers', 0, 'resources'],
    want: undefined,
  },
  {
    name: 'limits become requests',
    objects: [],
    podSpec: { containers: [{ name: 'c', resources: { limits: { cpu: '2' } } }] },
    path: ['containers', 0, 'resources', 'requests', 'cpu'],
    want: '2',
  },
  { name: 'tolerations of lost nodes', objects: [], podSpec: {}, path: ['tolerations', 0, 'tolerationSeconds'], want: 300 },
];

for (const { name, objects, podSpec, path, want } of POLICIES) {
  test(`admission: ${name}`, () => {
    const world = expandWorld(World.of([...objects, workload('Deployment', {}, 'app:1', podSpec)]));
    assert.deepEqual(getAt(world.byKind('', 'Pod')[0], 'spec', ...path), want);
  });
}

test('namespaces have their name as a label and a default ServiceAccount', () => {
  const world = expandWorld(World.of([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { a: 'b' } } }]));
  assert.deepEqual(getObject(world.byKind('', 'Namespace')[0], 'metadata', 'labels'), { a: 'b', 'kubernetes.io/metadata.name': 'shop' });
  assert.deepEqual(world.byKind('', 'ServiceAccount').map(refKeyOf), ['/ServiceAccount/shop/default']);
});

test('expanding twice is expanding once', () => {
  const once = expandWorld(World.of([workload('Deployment', { replicas: 2 }), workload('StatefulSet', { replicas: 2 })]));
  assert.deepEqual(expandWorld(World.of(once.objects())).objects().map(refKeyOf), once.objects().map(refKeyOf));
});

test('unchanged workloads are not expanded again', () => {
  const other = { ...workload('Deployment'), metadata: { name: 'other', namespace: 'shop' } };
  const world = World.of([workload('Deployment', { replicas: 2 }), other]);
  const ref = { group: '', kind: 'Pod', namespace: 'shop', name: 'other-0' };
  const before = expandWorld(world).get(ref);
  assert.ok(before !== undefined && before === expandWorld(world.with([workload('Deployment', { replicas: 3 })])).get(ref));
});

test('pods of a Job bear its name, and those of an indexed one their index', () => {
  const job = workload('Job', { parallelism: 2, completions: 4, completionMode: 'Indexed' });
  const done = livePod('app-0-x', job, { status: { phase: 'Succeeded' }, labels: {} });
  const finished = { ...done, metadata: { ...done.metadata, annotations: { 'batch.kubernetes.io/job-completion-index': '0' } } };
  const pods = expandWorld(World.of([live(job), finished]))
    .byKind('', 'Pod')
    .filter((pod) => nameOf(pod) !== 'app-0-x');
  assert.deepEqual(
    pods.map((pod) => [
      nameOf(pod),
      labelsOf(pod).get('job-name'),
      getString(pod.metadata, 'annotations', 'batch.kubernetes.io/job-completion-index'),
    ]),
    [
      ['app-1', 'app', '1'],
      ['app-2', 'app', '2'],
    ],
  );
});

test('a DaemonSet tolerates for ever what other pods tolerate for five minutes', () => {
  const [pod] = expandWorld(World.of([...NODES.slice(0, 1), workload('DaemonSet')])).byKind('', 'Pod');
  const seconds = getArray(pod, 'spec', 'tolerations').map((toleration) => getNumber(toleration, 'tolerationSeconds'));
  assert.equal(seconds.length, 6);
  assert.ok(seconds.every((value) => value === undefined));
});
