import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../../src/model/index.ts';
import { describeHoldings } from '../../src/planner/holdings.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { object } from './scenario.ts';

const named = (apiVersion: string, kind: string, fields: JsonObject = {}, name = 'db'): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop', uid: `${kind}-${name}` },
  ...fields,
});
const template = { metadata: {}, spec: { containers: [] } };
const owned = (name: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: {
    name,
    namespace: 'shop',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'StatefulSet-db' }],
  },
});
const volume = (policy?: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'disk' },
  spec: policy === undefined ? {} : { persistentVolumeReclaimPolicy: policy },
});
const claim = named('v1', 'PersistentVolumeClaim', { spec: { volumeName: 'disk' } });

const CASES: readonly (readonly [name: string, value: JsonObject, others: readonly JsonObject[], want: string])[] = [
  ['a Deployment', named('apps/v1', 'Deployment', { spec: { replicas: 3, template } }), [], '3 pods'],
  ['a Deployment that does not say', named('apps/v1', 'Deployment', { spec: { template } }), [], '1 pod'],
  ['one whose pods are counted', named('apps/v1', 'Deployment', { spec: { template }, status: { replicas: 5 } }), [], '5 pods'],
  ['a DaemonSet', named('apps/v1', 'DaemonSet', { spec: { template } }), [], 'its pods'],
  ['a StatefulSet', named('apps/v1', 'StatefulSet', { spec: { replicas: 2, template } }), [], '2 pods'],
  [
    'a StatefulSet that owns its claims',
    named('apps/v1', 'StatefulSet', { spec: { replicas: 2, template } }),
    [owned('data-db-0'), owned('data-db-1')],
    '2 pods and 2 claims (PersistentVolumeClaim shop/data-db-0, PersistentVolumeClaim shop/data-db-1) with the data',
  ],
  ['a claim', claim, [], 'its data, unless the volume says Retain,'],
  ['a claim of a volume that goes', claim, [volume('Delete')], 'PersistentVolume disk with its data (reclaim policy Delete)'],
  ['a claim of a volume that stays', claim, [volume('Retain')], 'the way to its data, which PersistentVolume disk keeps,'],
  ['a claim of a volume that does not say', claim, [volume()], 'the way to its data, which PersistentVolume disk keeps,'],
  ['a Service', named('v1', 'Service'), [], 'its address'],
  [
    'a Namespace',
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    [named('v1', 'Secret', {}, 'a'), named('v1', 'ConfigMap', {}, 'b')],
    '2 known objects (ConfigMap shop/b, Secret shop/a)',
  ],
];

for (const [name, value, others, want] of CASES)
  test(`what goes with ${name}`, () => {
    assert.equal(describeHoldings(object(value), World.of([value, ...others].map(object))), want);
  });
