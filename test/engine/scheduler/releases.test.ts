import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject, JsonValue } from '../../../src/std/index.ts';
import { node, placementOf, pod, scoresOf, verdictsOf } from './cluster-fixture.ts';

const API = 'resource.k8s.io/v1';
const DRIVER = 'gpu.example.com';

function slice(name: string, spec: JsonObject): KubernetesObject {
  const pool = { name: 'pool', generation: 1, resourceSliceCount: 1 };
  return { apiVersion: API, kind: 'ResourceSlice', metadata: { name }, spec: { driver: DRIVER, pool, nodeName: 'n', ...spec } };
}

const CLASS: KubernetesObject = { apiVersion: API, kind: 'DeviceClass', metadata: { name: 'gpu' }, spec: {} };

function claim(name: string, metadata: JsonObject = {}): KubernetesObject {
  const devices = { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu', count: 1 } }] };
  return { apiVersion: API, kind: 'ResourceClaim', metadata: { name, namespace: 'test', ...metadata }, spec: { devices } };
}

const asking = pod('p', { spec: { resourceClaims: [{ name: 'c', resourceClaimName: 'claim' }] } });
const templated: KubernetesObject = {
  ...pod('p', { spec: { resourceClaims: [{ name: 'c', resourceClaimTemplateName: 't' }] }, metadata: { uid: 'u' } }),
  status: { resourceClaimStatuses: [{ name: 'c', resourceClaimName: 'claim' }] },
};

const COUNTED = { counterSet: 'set', counters: { cores: { value: '4' } } };

/** What the scheduler of a release says of the node `n`, where releases differ. */
const CASES: readonly { readonly name: string; readonly objects: readonly KubernetesObject[]; readonly want: JsonObject }[] = [
  {
    name: 'taints of devices count since 1.36',
    objects: [CLASS, claim('claim'), slice('s', { devices: [{ name: 'd', taints: [{ key: 'sick', effect: 'NoSchedule' }] }] }), asking],
    want: { '1.34': 'ok', '1.35': 'ok', '1.36': 'DynamicResources!: cannot allocate all claims' },
  },
  {
    name: 'counters that devices share count since 1.36',
    objects: [CLASS, claim('claim'), slice('s', { devices: [{ name: 'd', consumesCounters: [COUNTED] }] }), asking],
    want: { '1.34': 'ok', '1.35': 'ok', '1.36': 'DynamicResources!: invalid resource pools were encountered' },
  },
  {
    name: 'what is there of an incomplete pool was given up to 1.34',
    objects: [
      CLASS,
      claim('claim'),
      slice('s', { devices: [{ name: 'd' }], pool: { name: 'pool', generation: 1, resourceSliceCount: 2 } }),
      asking,
    ],
    want: {
      '1.34': 'ok',
      '1.35': 'DynamicResources!: cannot allocate all claims',
      '1.36': 'DynamicResources!: cannot allocate all claims',
    },
  },
  {
    name: 'an invalid pool ends the cycle up to 1.34',
    objects: [CLASS, claim('claim'), slice('s', { devices: [{ name: 'd' }, { name: 'd' }] }), asking],
    want: {
      '1.34': 'running "DynamicResources" filter plugin: pool pool is invalid: duplicate device name d',
      '1.35': 'DynamicResources!: invalid resource pools were encountered',
      '1.36': 'DynamicResources!: invalid resource pools were encountered',
    },
  },
  {
    name: "a claim of another pod is told of in each release's words",
    objects: [CLASS, claim('claim'), slice('s', { devices: [{ name: 'd' }] }), templated],
    want: {
      '1.34': 'DynamicResources!: ResourceClaim test/claim was not created for pod test/p (pod is not owner)',
      '1.35': 'DynamicResources!: ResourceClaim test/claim was not created for pod test/p (pod is not owner)',
      '1.36': 'DynamicResources!: ResourceClaim test/claim was not created for Pod test/p (Pod is not owner)',
    },
  },
];

for (const { name, objects, want } of CASES) {
  test(`releases differ: ${name}`, () => {
    assert.deepEqual(Object.fromEntries(Object.keys(want).map((version) => [version, tellOf(objects, version)])), want satisfies JsonValue);
  });
}

function tellOf(objects: readonly KubernetesObject[], version: string): string {
  const all = [node('n'), ...objects];
  return verdictsOf(all, 'test/p', version)['n'] ?? placementOf(all, 'test/p', version).message;
}

test('images that are mounted count for where they are since 1.36, and a pod as a whole is resized since then', () => {
  const images = [{ names: ['model:1'], sizeBytes: 800 * 1024 * 1024 }];
  const mounting = pod('p', { spec: { volumes: [{ name: 'v', image: { reference: 'model:1' } }] } });
  const gainOf = (version: string): number => scoresOf([node('n', { images }), node('o'), mounting], 'ImageLocality', version)['n'] ?? 0;
  assert.deepEqual(['1.34', '1.35', '1.36'].map(gainOf), [0, 0, 38]);
  const resized: KubernetesObject = {
    ...pod('q', { on: 'n', spec: { resources: { requests: { cpu: '1' } } } }),
    status: { resources: { requests: { cpu: '4' } }, startTime: '2026-01-01T00:00:00Z' },
  };
  const wanting = pod('p', { requests: { cpu: '2' } });
  const placeIn = (version: string): string | null => placementOf([node('n'), resized, wanting], 'test/p', version).node;
  assert.deepEqual(['1.34', '1.35', '1.36'].map(placeIn), ['n', 'n', null]);
});
