import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROLLERS } from '../../../src/engine/controllers/index.ts';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { getArray, getObject, getString, type JsonObject, type JsonValue } from '../../../src/std/index.ts';

const CONTROLLER = CONTROLLERS.find(({ name }) => name === 'endpoint-slice');

const node = (name: string, zone?: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone } },
});
const pod = (name: string, more: { spec?: JsonObject; status?: JsonObject; metadata?: JsonObject } = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { app: 'web' }, ...more.metadata },
  spec: { nodeName: 'n1', containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }], ...more.spec },
  status: { phase: 'Running', podIP: `10.0.0.${name.length}`, conditions: [{ type: 'Ready', status: 'True' }], ...more.status },
});
const service = (spec: JsonObject = {}, labels: JsonObject = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', labels },
  spec: { selector: { app: 'web' }, ports: [{ name: 'web', port: 80, targetPort: 'http' }], ...spec },
});

function slicesOf(of: KubernetesObject, ...objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const intents = CONTROLLER?.reconcile(World.of([node('n1', 'east'), of, ...objects]), of, { now: 0 }) ?? [];
  return intents.flatMap((intent) => (intent.type === 'create' ? [intent.object] : []));
}

function endpointsOf(slices: readonly KubernetesObject[]): readonly JsonValue[] {
  return slices.flatMap((slice) => getArray(slice, 'endpoints'));
}

const conditions = (ready: boolean, serving: boolean, terminating: boolean): JsonObject => ({ ready, serving, terminating });
const unready = { conditions: [{ type: 'Ready', status: 'False' }] };
const going = { deletionTimestamp: '2026-01-01T00:00:00Z' };

const CONDITIONS: readonly { name: string; service: KubernetesObject; pod: KubernetesObject; want: readonly JsonValue[] }[] = [
  { name: 'a pod that is ready', service: service(), pod: pod('a'), want: [conditions(true, true, false)] },
  { name: 'a pod that is not', service: service(), pod: pod('a', { status: unready }), want: [conditions(false, false, false)] },
  { name: 'one that goes serves on', service: service(), pod: pod('a', { metadata: going }), want: [conditions(false, true, true)] },
  {
    name: 'one that is published before it is ready',
    service: service({ publishNotReadyAddresses: true }),
    pod: pod('a', { status: unready }),
    want: [conditions(true, false, false)],
  },
  { name: 'one that has ended', service: service(), pod: pod('a', { status: { phase: 'Succeeded' } }), want: [] },
  { name: 'one without an address', service: service(), pod: pod('a', { status: { podIP: '' } }), want: [] },
  { name: 'one whose node has gone', service: service(), pod: pod('a', { spec: { nodeName: 'n9' } }), want: [] },
  {
    name: 'one whose node has gone, published all the same',
    service: service({ publishNotReadyAddresses: true }),
    pod: pod('a', { spec: { nodeName: 'n9' } }),
    want: [conditions(true, true, false)],
  },
];

for (const { name, service: of, pod: only, want } of CONDITIONS) {
  test(`endpoints: ${name}`, () => {
    assert.deepEqual(
      endpointsOf(slicesOf(of, only)).map((endpoint) => getObject(endpoint, 'conditions')),
      want,
    );
  });
}

const HINTS: readonly { name: string; distribution?: string; pod?: KubernetesObject; want: JsonValue | undefined }[] = [
  { name: 'none unless asked for', want: undefined },
  { name: 'the zone', distribution: 'PreferClose', want: { forZones: [{ name: 'east' }] } },
  { name: 'the zone by its newer name', distribution: 'PreferSameZone', want: { forZones: [{ name: 'east' }] } },
  {
    name: 'the node, and else the zone',
    distribution: 'PreferSameNode',
    want: { forNodes: [{ name: 'n1' }], forZones: [{ name: 'east' }] },
  },
  { name: 'none for who is not ready', distribution: 'PreferClose', pod: pod('a', { status: unready }), want: undefined },
];

for (const { name, distribution, pod: only = pod('a'), want } of HINTS) {
  test(`hints: ${name}`, () => {
    const of = service(distribution === undefined ? {} : { trafficDistribution: distribution });
    assert.deepEqual(getObject(endpointsOf(slicesOf(of, only))[0], 'hints'), want);
  });
}

test('no slice has more than a hundred endpoints, and each has a name of its own', () => {
  const pods = Array.from({ length: 230 }, (_, index) => pod(`p${index}`));
  const slices = slicesOf(service(), ...pods);
  assert.deepEqual(
    slices.map((slice) => getArray(slice, 'endpoints').length),
    [100, 100, 30],
  );
  assert.equal(new Set(slices.map((slice) => getString(slice.metadata, 'name'))).size, 3);
});

test('pods that resolve a name to other ports have slices of their own', () => {
  const other = pod('other', { spec: { nodeName: 'n1', containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 9090 }] }] } });
  const sidecar = pod('side', {
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'c' }],
      initContainers: [{ name: 's', restartPolicy: 'Always', ports: [{ name: 'http', containerPort: 7070 }] }],
    },
  });
  const ports = slicesOf(service(), pod('a'), other, sidecar).map((slice) =>
    getArray(slice, 'ports').map((port) => getObject(port)?.['port']),
  );
  assert.deepEqual(ports, [[8080], [9090], [7070]]);
});

test('a headless Service says so, and its labels that say what a slice is are not taken over', () => {
  const [slice] = slicesOf(service({ clusterIP: 'None' }, { team: 'a', 'kubernetes.io/service-name': 'other' }));
  assert.deepEqual(getObject(slice?.metadata, 'labels'), {
    team: 'a',
    'service.kubernetes.io/headless': '',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    'kubernetes.io/service-name': 'web',
  });
});

test('each family of addresses has its slices', () => {
  const both = pod('a', { status: { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } });
  const slices = slicesOf(service({ ipFamilies: ['IPv6', 'IPv4'] }), both);
  assert.deepEqual(
    slices.map((slice) => [slice['addressType'], getArray(getArray(slice, 'endpoints')[0], 'addresses')]),
    [
      ['IPv4', ['10.0.0.1']],
      ['IPv6', ['fd00::1']],
    ],
  );
});
