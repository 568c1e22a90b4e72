import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classesByResource, toExtendedClaim } from '../../../../src/engine/scheduler/devices/extended-resources.ts';
import { nameOf, World, type KubernetesObject } from '../../../../src/model/index.ts';
import { getArray, getNumber, getString, type JsonObject } from '../../../../src/std/index.ts';

const GPU = 'example.com/gpu';

function deviceClass(name: string, extendedResourceName: string, creationTimestamp = '2026-01-01T00:00:00Z'): KubernetesObject {
  return { apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: { name, creationTimestamp }, spec: { extendedResourceName } };
}

const asking = (gpus: number, more: JsonObject = {}): JsonObject => ({
  name: 'c',
  resources: { limits: { cpu: '1', [GPU]: String(gpus) } },
  ...more,
});

const CASES: readonly { readonly name: string; readonly spec: JsonObject; readonly want: Readonly<Record<string, number>> }[] = [
  {
    name: 'each container by itself',
    spec: { containers: [asking(1), asking(2)] },
    want: { 'container-0-request-1': 1, 'container-1-request-1': 2 },
  },
  {
    name: 'an init container uses what the others ask for',
    spec: { initContainers: [asking(2)], containers: [asking(2)] },
    want: { 'container-1-request-1': 2 },
  },
  {
    name: 'of what init containers need beside the most',
    spec: { initContainers: [asking(3), asking(5)], containers: [asking(2)] },
    want: { 'container-1-request-1': 3, 'container-2-request-1': 2 },
  },
  {
    name: 'a sidecar has its own, and only later ones are used',
    spec: { initContainers: [asking(1, { restartPolicy: 'Always' }), asking(2)], containers: [] },
    want: { 'container-0-request-1': 1, 'container-1-request-1': 2 },
  },
  { name: 'nothing asked for', spec: { containers: [asking(0)] }, want: {} },
];

for (const { name, spec, want } of CASES) {
  test(`the claim for extended resources: ${name}`, () => {
    const claim = toExtendedClaim({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec }, new Map([[GPU, 'gpu']]));
    const requests = getArray(claim, 'spec', 'devices', 'requests');
    const counts = requests.map((item) => [getString(item, 'name') ?? '', getNumber(item, 'exactly', 'count')]);
    assert.deepEqual(Object.fromEntries(counts), want);
  });
}

test('of classes with one resource the youngest counts, of equals the first by name; each has its own besides', () => {
  const world = World.of([
    deviceClass('a', GPU),
    deviceClass('b', GPU, '2026-02-01T00:00:00Z'),
    deviceClass('c', 'x/y'),
    deviceClass('d', 'x/y'),
  ]);
  const found = [...classesByResource(world)].map(([resource, item]) => `${resource}=${nameOf(item)}`);
  assert.deepEqual(found.toSorted(), [
    'deviceclass.resource.kubernetes.io/a=a',
    'deviceclass.resource.kubernetes.io/b=b',
    'deviceclass.resource.kubernetes.io/c=c',
    'deviceclass.resource.kubernetes.io/d=d',
    'example.com/gpu=b',
    'x/y=c',
  ]);
});
