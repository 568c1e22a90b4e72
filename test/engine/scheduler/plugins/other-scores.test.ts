import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { node, pod, scoresOf, verdictsOf } from '../cluster-fixture.ts';

const prefer = (...weights: readonly (readonly [number, string])[]): KubernetesObject =>
  pod('p', {
    spec: {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: weights.map(([weight, zone]) => ({
            weight,
            preference: { matchExpressions: [{ key: 'zone', operator: 'In', values: [zone] }] },
          })),
        },
      },
    },
  });
const NODES = [node('a', { labels: { zone: '1' } }), node('b', { labels: { zone: '2' } }), node('c')];
const avoided = (...keys: string[]): { taints: { key: string; effect: string }[] } => ({
  taints: keys.map((key) => ({ key, effect: 'PreferNoSchedule' })),
});
const MEBIBYTE = 1024 * 1024;

const CASES: readonly { name: string; plugin: string; objects: readonly KubernetesObject[]; want: Record<string, number | undefined> }[] = [
  {
    name: 'NodeAffinity: the preferred node gets all',
    plugin: 'NodeAffinity',
    objects: [...NODES, prefer([10, '1'])],
    want: { a: 200, b: 0, c: 0 },
  },
  {
    name: 'NodeAffinity: by weight of the highest',
    plugin: 'NodeAffinity',
    objects: [...NODES, prefer([10, '1'], [3, '2'])],
    want: { a: 200, b: 60, c: 0 },
  },
  {
    name: 'NodeAffinity: no preference, no score',
    plugin: 'NodeAffinity',
    objects: [...NODES, pod('p')],
    want: { a: undefined, b: undefined, c: undefined },
  },
  {
    name: 'TaintToleration: no taints, all alike',
    plugin: 'TaintToleration',
    objects: [...NODES, pod('p')],
    want: { a: 300, b: 300, c: 300 },
  },
  {
    name: 'TaintToleration: fewer taints are better',
    plugin: 'TaintToleration',
    objects: [node('a', { spec: avoided('x', 'y') }), node('b', { spec: avoided('x') }), node('c'), pod('p')],
    want: { a: 0, b: 150, c: 300 },
  },
  {
    name: 'TaintToleration: tolerated taints do not count',
    plugin: 'TaintToleration',
    objects: [
      node('a', { spec: avoided('x', 'y') }),
      node('b', { spec: avoided('x') }),
      pod('p', { spec: { tolerations: [{ key: 'x', operator: 'Exists' }] } }),
    ],
    want: { a: 0, b: 300 },
  },
  {
    name: 'ImageLocality: the larger share of the image',
    plugin: 'ImageLocality',
    objects: [node('a', { images: [{ names: ['app:latest'], sizeBytes: 1000 * MEBIBYTE }] }), node('b'), pod('p')],
    want: { a: 48, b: 0 },
  },
];

for (const { name, plugin, objects, want } of CASES) {
  test(`score: ${name}`, () => {
    assert.deepEqual(scoresOf(objects, plugin), want);
  });
}

const claim = (fields: KubernetesObject['metadata'], volumeName?: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'test' },
  spec: { ...fields, ...(volumeName === undefined ? {} : { volumeName }) },
});
const VOLUME: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'v' },
  spec: { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['1'] }] }] } } },
};
const mounting = (name: string, on?: string): KubernetesObject =>
  pod(name, { spec: { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] }, ...(on === undefined ? {} : { on }) });
const AWAY = "VolumeBinding!: node(s) didn't match PersistentVolume's node affinity";
const IN_USE =
  'VolumeRestrictions: node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';
const MISSING = 'VolumeRestrictions!: persistentvolumeclaim "data" not found';

const VOLUMES: readonly { name: string; objects: readonly KubernetesObject[]; want: Record<string, string> }[] = [
  { name: 'a claim that is not there', objects: [...NODES, mounting('p')], want: { a: MISSING, b: MISSING, c: MISSING } },
  { name: 'an unbound claim', objects: [...NODES, claim({}), mounting('p')], want: { a: 'ok', b: 'ok', c: 'ok' } },
  { name: 'a volume of one zone', objects: [...NODES, VOLUME, claim({}, 'v'), mounting('p')], want: { a: 'ok', b: AWAY, c: AWAY } },
  {
    name: 'a claim for one pod',
    objects: [...NODES, claim({ accessModes: ['ReadWriteOncePod'] }), mounting('o', 'a'), mounting('p')],
    want: { a: IN_USE, b: IN_USE, c: IN_USE },
  },
  {
    name: 'a claim for one pod that nobody uses',
    objects: [...NODES, claim({ accessModes: ['ReadWriteOncePod'] }), mounting('p')],
    want: { a: 'ok', b: 'ok', c: 'ok' },
  },
];

for (const { name, objects, want } of VOLUMES) {
  test(`volumes: ${name}`, () => {
    assert.deepEqual(verdictsOf(objects), want);
  });
}
