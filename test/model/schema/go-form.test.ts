import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gvkOf, isKubernetesObject, type KubernetesObject } from '../../../src/model/index.ts';
import { keepAllocated, loadCatalog, toGoForm } from '../../../src/model/schema/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';

const CATALOG = loadCatalog('1.36');

function object(apiVersion: string, kind: string, rest: JsonObject): KubernetesObject {
  const made = { apiVersion, kind, metadata: { name: 'x' }, ...rest };
  assert.ok(isKubernetesObject(made));
  return made;
}

function written(given: KubernetesObject): KubernetesObject {
  const kind = CATALOG.find(gvkOf(given));
  assert.ok(kind);
  return toGoForm(kind, given);
}

const pod = (spec: JsonObject): KubernetesObject => object('v1', 'Pod', { spec });
const port = (fields: JsonObject): JsonObject => ({ ports: [{ port: 80, ...fields }] });

const CASES: readonly { readonly name: string; readonly given: KubernetesObject; readonly want: KubernetesObject }[] = [
  { name: 'flags held by value', given: pod({ hostNetwork: false, hostPID: true }), want: pod({ hostPID: true }) },
  {
    name: 'flags and numbers that are pointed to',
    given: pod({ automountServiceAccountToken: false, activeDeadlineSeconds: 0 }),
    want: pod({ automountServiceAccountToken: false, activeDeadlineSeconds: 0 }),
  },
  {
    name: 'texts, pointed to and not',
    given: pod({ hostname: '', runtimeClassName: '' }),
    want: pod({ runtimeClassName: '' }),
  },
  {
    name: 'empty lists and maps, not structs',
    given: pod({ tolerations: [], nodeSelector: {}, securityContext: {} }),
    want: pod({ securityContext: {} }),
  },
  {
    name: 'structs within structs, given or not',
    given: object('networking.k8s.io/v1', 'NetworkPolicy', { spec: { policyTypes: ['Ingress'] } }),
    want: object('networking.k8s.io/v1', 'NetworkPolicy', { spec: { policyTypes: ['Ingress'], podSelector: {} } }),
  },
  {
    name: 'structs of structs',
    given: object('v1', 'PodTemplate', {}),
    want: object('v1', 'PodTemplate', { template: { metadata: {}, spec: {} } }),
  },
  { name: 'nulls', given: pod({ nodeName: null }), want: pod({}) },
  {
    name: 'nulls in maps',
    given: object('v1', 'ConfigMap', { metadata: { name: 'x', labels: { a: null } }, data: { a: null }, binaryData: { b: null } }),
    want: object('v1', 'ConfigMap', { metadata: { name: 'x', labels: { a: '' } }, data: { a: '' }, binaryData: { b: '' } }),
  },
  {
    name: 'nulls in maps of amounts',
    given: object('v1', 'ResourceQuota', { spec: { hard: { pods: null } } }),
    want: object('v1', 'ResourceQuota', { spec: { hard: { pods: '0' } } }),
  },
  {
    name: 'entries of maps',
    given: object('v1', 'ConfigMap', { data: { a: '' } }),
    want: object('v1', 'ConfigMap', { data: { a: '' } }),
  },
  {
    name: 'one of two structs of a name',
    given: object('v1', 'Endpoints', { subsets: [port({ name: '' })] }),
    want: object('v1', 'Endpoints', { subsets: [port({})] }),
  },
  {
    name: 'the other',
    given: object('discovery.k8s.io/v1', 'EndpointSlice', port({ name: '' })),
    want: object('discovery.k8s.io/v1', 'EndpointSlice', port({ name: '' })),
  },
];

for (const { name, given, want } of CASES) test(`Go writes ${name}`, () => assert.deepEqual(written(given), want));

test('what loses nothing is shared', () => {
  const given = pod({ hostPID: true, volumes: [{ name: 'v', emptyDir: {} }] });
  assert.equal(written(given)['spec'], given['spec']);
});

const service = (spec: JsonObject): KubernetesObject => object('v1', 'Service', { spec });
const address: JsonObject = { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] };
const ports = (nodePort?: number, number = 80): JsonObject => ({
  ports: [{ name: 'p', port: number, ...(nodePort === undefined ? {} : { nodePort }) }],
});
const live = service({ type: 'NodePort', ...address, ...ports(30080) });

test('an update keeps what was allocated and is not asked for otherwise', () => {
  const cases: readonly { readonly given: JsonObject; readonly want: JsonObject }[] = [
    { given: { type: 'NodePort', clusterIP: '', ...ports(0, 81) }, want: { type: 'NodePort', ...address, ...ports(30080, 81) } },
    { given: { type: 'NodePort', ...ports(30081) }, want: { type: 'NodePort', ...address, ...ports(30081) } },
    { given: { type: 'ClusterIP', ...ports() }, want: { type: 'ClusterIP', ...address, ...ports() } },
    { given: { type: 'ExternalName', externalName: 'x' }, want: { type: 'ExternalName', externalName: 'x' } },
  ];
  for (const { given, want } of cases) assert.deepEqual(keepAllocated(live, service(given))['spec'], want);
  assert.equal(keepAllocated(live, live), live);
});

test('an update keeps when a device was tainted', () => {
  const taint = { key: 'a.io/broken', effect: 'NoSchedule' };
  const time = { timeAdded: '2026-01-01T00:00:00Z' };
  const other = { timeAdded: '2026-02-01T00:00:00Z' };
  const cases: readonly { readonly live: JsonObject; readonly given: JsonObject; readonly want: JsonObject }[] = [
    { live: { ...taint, ...time }, given: taint, want: { ...taint, ...time } },
    { live: { ...taint, ...time }, given: { ...taint, ...other }, want: { ...taint, ...other } },
    { live: { ...taint, ...time }, given: { ...taint, effect: 'NoExecute' }, want: { ...taint, effect: 'NoExecute' } },
    { live: taint, given: taint, want: taint },
  ];
  const places: readonly ((one: JsonObject) => KubernetesObject)[] = [
    (one) => object('resource.k8s.io/v1', 'ResourceSlice', { spec: { devices: [{ name: 'other' }, { name: 'gpu', taints: [one] }] } }),
    (one) => object('resource.k8s.io/v1beta1', 'ResourceSlice', { spec: { devices: [{ name: 'gpu', basic: { taints: [one] } }] } }),
    (one) => object('resource.k8s.io/v1alpha3', 'DeviceTaintRule', { spec: { taint: one } }),
  ];
  for (const place of places) {
    for (const item of cases) assert.deepEqual(keepAllocated(place(item.live), place(item.given)), place(item.want));
  }
});

test('an update keeps the source of a claim that says it in one way alone', () => {
  const claim = (spec: JsonObject): KubernetesObject => object('v1', 'PersistentVolumeClaim', { spec });
  const source: JsonObject = { apiGroup: 'example.com', kind: 'Backup', name: 'yesterday' };
  const both = { dataSource: source, dataSourceRef: source };
  const cases: readonly { readonly live: JsonObject; readonly given: JsonObject; readonly want: JsonObject }[] = [
    { live: both, given: { dataSource: source }, want: both },
    { live: both, given: {}, want: {} },
    { live: {}, given: { dataSource: source }, want: { dataSource: source } },
  ];
  for (const item of cases) assert.deepEqual(keepAllocated(claim(item.live), claim(item.given))['spec'], item.want);
});
