import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../src/model/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { changeOf, manifest, object, plan } from './scenario.ts';

const POD: JsonObject = { containers: [{ name: 'c', image: 'i:1' }] };
const TEMPLATE: JsonObject = { metadata: { labels: { a: 'b' } }, spec: POD };

function make(apiVersion: string, kind: string, fields: JsonObject): JsonObject {
  return { apiVersion, kind, metadata: { name: 'x' }, ...fields };
}

const set = (spec: JsonObject): JsonObject =>
  make('apps/v1', 'StatefulSet', { spec: { selector: { matchLabels: { a: 'b' } }, template: TEMPLATE, serviceName: 's', ...spec } });
const job = (spec: JsonObject): JsonObject =>
  make('batch/v1', 'Job', { spec: { template: { spec: { ...POD, restartPolicy: 'Never' } }, ...spec } });
const service = (spec: JsonObject): JsonObject => make('v1', 'Service', { spec });
const claim = (storage: string, spec: JsonObject = {}): JsonObject =>
  make('v1', 'PersistentVolumeClaim', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...spec } });
const pod = (spec: JsonObject): JsonObject => make('v1', 'Pod', { spec: { ...POD, ...spec } });
const config = (fields: JsonObject): JsonObject => make('v1', 'ConfigMap', { data: { a: '1' }, ...fields });
const binding = (name: string): JsonObject =>
  make('rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name } });
const definition = (scope: string): JsonObject =>
  make('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
    spec: { group: 'g', scope, names: { kind: 'X', plural: 'xs' }, versions: [] },
  });

test('only a proven immutable field makes a replacement', () => {
  const suspended = { suspend: true, template: { spec: { ...POD, restartPolicy: 'Never' } } };
  const cases = [
    { name: 'StatefulSet replicas', before: set({ replicas: 1 }), after: set({ replicas: 2 }), want: undefined },
    {
      name: 'StatefulSet template',
      before: set({}),
      after: set({ template: { ...TEMPLATE, spec: { containers: [{ name: 'c', image: 'i:2' }] } } }),
      want: undefined,
    },
    { name: 'StatefulSet service', before: set({}), after: set({ serviceName: 't' }), want: '.spec.serviceName' },
    {
      name: 'StatefulSet pod management',
      before: set({}),
      after: set({ podManagementPolicy: 'Parallel' }),
      want: '.spec.podManagementPolicy',
    },
    {
      name: 'Job template',
      before: job({}),
      after: job({ template: { spec: { containers: [{ name: 'c', image: 'i:2' }], restartPolicy: 'Never' } } }),
      want: '.spec.template',
    },
    { name: 'Job parallelism', before: job({}), after: job({ parallelism: 3 }), want: undefined },
    { name: 'Job completions', before: job({ completions: 1 }), after: job({ completions: 3 }), want: '.spec.completions' },
    {
      name: 'elastic indexed Job',
      before: job({ completionMode: 'Indexed', completions: 1, parallelism: 1 }),
      after: job({ completionMode: 'Indexed', completions: 3, parallelism: 3 }),
      want: undefined,
    },
    {
      name: 'scheduling directives of a suspended Job',
      before: job(suspended),
      after: job({ ...suspended, template: { spec: { ...POD, restartPolicy: 'Never', nodeSelector: { a: 'b' } } } }),
      want: undefined,
    },
    {
      name: 'Service address',
      before: service({ clusterIP: '10.0.0.1' }),
      after: service({ clusterIP: '10.0.0.2' }),
      want: '.spec.clusterIP',
    },
    {
      name: 'Service address of an external name',
      before: service({ clusterIP: '10.0.0.1' }),
      after: service({ type: 'ExternalName', externalName: 'x' }),
      want: undefined,
    },
    { name: 'Service type', before: service({ type: 'ClusterIP' }), after: service({ type: 'NodePort' }), want: undefined },
    { name: 'a growing claim', before: claim('1Gi'), after: claim('2Gi'), want: undefined },
    { name: 'a shrinking claim', before: claim('2Gi'), after: claim('1Gi'), want: '.spec.resources.requests.storage' },
    {
      name: 'the class of a claim',
      before: claim('1Gi', { storageClassName: 'a' }),
      after: claim('1Gi', { storageClassName: 'b' }),
      want: '.spec.storageClassName',
    },
    { name: 'a claim that is given its volume', before: claim('1Gi'), after: claim('1Gi', { volumeName: 'v' }), want: undefined },
    {
      name: 'a claim that is given another volume',
      before: claim('1Gi', { volumeName: 'v' }),
      after: claim('1Gi', { volumeName: 'w' }),
      want: '.spec.volumeName',
    },
    {
      name: 'how volumes of a driver live',
      before: make('storage.k8s.io/v1', 'CSIDriver', { spec: { volumeLifecycleModes: ['Persistent'] } }),
      after: make('storage.k8s.io/v1', 'CSIDriver', { spec: { volumeLifecycleModes: ['Persistent', 'Ephemeral'] } }),
      want: '.spec.volumeLifecycleModes',
    },
    {
      name: 'what a driver is told of pods',
      before: make('storage.k8s.io/v1', 'CSIDriver', { spec: { podInfoOnMount: false } }),
      after: make('storage.k8s.io/v1', 'CSIDriver', { spec: { podInfoOnMount: true } }),
      want: undefined,
    },
    { name: 'Pod image', before: pod({}), after: pod({ containers: [{ name: 'c', image: 'i:2' }] }), want: undefined },
    {
      name: 'Pod environment',
      before: pod({}),
      after: pod({ containers: [{ name: 'c', image: 'i:1', env: [{ name: 'A', value: '1' }] }] }),
      want: '.spec.containers',
    },
    { name: 'Pod node', before: pod({ nodeName: 'a' }), after: pod({ nodeName: 'b' }), want: '.spec.nodeName' },
    { name: 'config', before: config({}), after: config({ data: { a: '2' } }), want: undefined },
    { name: 'immutable config', before: config({ immutable: true }), after: config({ immutable: true, data: { a: '2' } }), want: '.data' },
    { name: 'config made immutable', before: config({}), after: config({ immutable: true }), want: undefined },
    { name: 'Secret type', before: make('v1', 'Secret', { type: 'a/b' }), after: make('v1', 'Secret', { type: 'a/c' }), want: '.type' },
    { name: 'role of a binding', before: binding('r'), after: binding('s'), want: '.roleRef' },
    { name: 'scope of a definition', before: definition('Cluster'), after: definition('Namespaced'), want: '.spec.scope' },
    {
      name: 'class parameters',
      before: make('storage.k8s.io/v1', 'StorageClass', { provisioner: 'p', parameters: { a: '1' } }),
      after: make('storage.k8s.io/v1', 'StorageClass', { provisioner: 'p', parameters: { a: '2' } }),
      want: '.parameters',
    },
    {
      name: 'priority',
      before: make('scheduling.k8s.io/v1', 'PriorityClass', { value: 1 }),
      after: make('scheduling.k8s.io/v1', 'PriorityClass', { value: 2 }),
      want: '.value',
    },
  ];
  for (const { name, before, after, want } of cases) {
    const { metadata } = object(before);
    const placed = { ...before, metadata: { ...metadata, namespace: 'default' } };
    const live = object(isClusterScoped(object(before)) ? before : placed);
    const result = plan([live], [manifest(after)], { mode: 'revision' });
    const change = changeOf(result, live.kind, 'x');
    assert.equal(change?.action, want === undefined ? 'update' : 'replace', name);
    if (want !== undefined) assert.ok(change?.reason?.startsWith(`${want} is immutable`), `${name}: ${change?.reason}`);
  }
});

function isClusterScoped({ kind }: KubernetesObject): boolean {
  return ['CSIDriver', 'CustomResourceDefinition', 'PriorityClass', 'StorageClass'].includes(kind);
}

test('a replacement that interrupts is an error, another one a warning', () => {
  const cases = [
    { name: 'Job', before: job({}), after: job({ completions: 3 }), want: ['KP0102'] },
    { name: 'StatefulSet', before: set({}), after: set({ serviceName: 't' }), want: ['KP0103'] },
    { name: 'role of a binding', before: binding('r'), after: binding('s'), want: ['KA0302'] },
    { name: 'claim', before: claim('2Gi'), after: claim('1Gi'), want: ['KP0103'] },
  ];
  for (const { name, before, after, want } of cases) {
    const live = object({ ...before, metadata: { name: 'x', namespace: 'default' } });
    const { findings } = plan([live], [manifest(after)], { mode: 'revision' });
    assert.deepEqual(
      findings.map(({ code }) => code),
      want,
      name,
    );
    assert.match(findings[0]?.source?.file ?? '', /^a\.yaml \/(roleRef|spec)\//, name);
  }
});
