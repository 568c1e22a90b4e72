import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { node, pod, scoresOf } from '../cluster-fixture.ts';

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
