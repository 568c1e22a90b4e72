import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { node, pod, scoresOf, verdictsOf } from '../cluster-fixture.ts';

const NEAR = "InterPodAffinity!: node(s) didn't match pod affinity rules";
const APART = "InterPodAffinity: node(s) didn't match pod anti-affinity rules";
const EXISTING = "InterPodAffinity: node(s) didn't satisfy existing pods anti-affinity rules";
const HOST = 'kubernetes.io/hostname';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const term = (more: JsonObject = {}): JsonObject => ({ topologyKey: HOST, labelSelector: { matchLabels: { app: 'x' } }, ...more });
const near = (...terms: JsonObject[]): JsonObject => ({ affinity: { podAffinity: { [REQUIRED]: terms } } });
const apart = (...terms: JsonObject[]): JsonObject => ({ affinity: { podAntiAffinity: { [REQUIRED]: terms } } });
const NODES = [node('a', { labels: { zone: '1' } }), node('b', { labels: { zone: '1' } }), node('c', { labels: { zone: '2' } })];
const x = (on: string, more: Parameters<typeof pod>[1] = {}): KubernetesObject => pod('x', { labels: { app: 'x' }, on, ...more });
const SPACE: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other', labels: { team: 'blue' } } };

const CASES: readonly { name: string; objects: readonly KubernetesObject[]; want: Record<string, string> }[] = [
  { name: 'affinity by host', objects: [x('a'), pod('p', { spec: near(term()) })], want: { a: 'ok', b: NEAR, c: NEAR } },
  {
    name: 'affinity by zone',
    objects: [x('a'), pod('p', { spec: near(term({ topologyKey: 'zone' })) })],
    want: { a: 'ok', b: 'ok', c: NEAR },
  },
  { name: 'affinity to nobody', objects: [pod('p', { spec: near(term()) })], want: { a: NEAR, b: NEAR, c: NEAR } },
  {
    name: 'the first of its kind may start anywhere',
    objects: [pod('p', { spec: near(term()), labels: { app: 'x' } })],
    want: { a: 'ok', b: 'ok', c: 'ok' },
  },
  {
    name: 'but not where the key is missing',
    objects: [pod('p', { spec: near(term({ topologyKey: 'rack' })), labels: { app: 'x' } })],
    want: { a: NEAR, b: NEAR, c: NEAR },
  },
  {
    name: 'all terms must be met by the same pods',
    objects: [x('a'), pod('p', { spec: near(term(), term({ labelSelector: { matchLabels: { tier: 'db' } } })) })],
    want: { a: NEAR, b: NEAR, c: NEAR },
  },
  { name: 'anti-affinity by host', objects: [x('a'), pod('p', { spec: apart(term()) })], want: { a: APART, b: 'ok', c: 'ok' } },
  {
    name: 'anti-affinity by zone',
    objects: [x('a'), pod('p', { spec: apart(term({ topologyKey: 'zone' })) })],
    want: { a: APART, b: APART, c: 'ok' },
  },
  {
    name: 'a node without the key is free of anti-affinity',
    objects: [x('a'), pod('p', { spec: apart(term({ topologyKey: 'rack' })) })],
    want: { a: 'ok', b: 'ok', c: 'ok' },
  },
  {
    name: 'an existing pod keeps others away',
    objects: [pod('o', { spec: apart(term()), on: 'a' }), pod('p', { labels: { app: 'x' } })],
    want: { a: EXISTING, b: 'ok', c: 'ok' },
  },
  {
    name: 'an existing pod keeps only those away that it means',
    objects: [pod('o', { spec: apart(term()), on: 'a' }), pod('p', { labels: { app: 'y' } })],
    want: { a: 'ok', b: 'ok', c: 'ok' },
  },
  {
    name: 'own namespace by default',
    objects: [x('a', { namespace: 'other' }), pod('p', { spec: apart(term()) })],
    want: { a: 'ok', b: 'ok', c: 'ok' },
  },
  {
    name: 'a namespace by name',
    objects: [x('a', { namespace: 'other' }), pod('p', { spec: apart(term({ namespaces: ['other'] })) })],
    want: { a: APART, b: 'ok', c: 'ok' },
  },
  {
    name: 'namespaces by label',
    objects: [
      SPACE,
      x('a', { namespace: 'other' }),
      pod('p', { spec: apart(term({ namespaceSelector: { matchLabels: { team: 'blue' } } })) }),
    ],
    want: { a: APART, b: 'ok', c: 'ok' },
  },
  {
    name: 'all namespaces',
    objects: [x('a', { namespace: 'other' }), pod('p', { spec: apart(term({ namespaceSelector: {} })) })],
    want: { a: APART, b: 'ok', c: 'ok' },
  },
  {
    name: 'an absent selector means nobody',
    objects: [x('a'), pod('p', { spec: apart({ topologyKey: HOST }) })],
    want: { a: 'ok', b: 'ok', c: 'ok' },
  },
  {
    name: 'terminating pods count',
    objects: [x('a', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), pod('p', { spec: apart(term()) })],
    want: { a: APART, b: 'ok', c: 'ok' },
  },
  {
    name: 'matchLabelKeys narrow the selector',
    objects: [
      x('a', { labels: { app: 'x', rev: '1' } }),
      pod('p', { spec: apart(term({ matchLabelKeys: ['rev'] })), labels: { rev: '2' } }),
    ],
    want: { a: 'ok', b: 'ok', c: 'ok' },
  },
  {
    name: 'mismatchLabelKeys too',
    objects: [
      x('a', { labels: { app: 'x', rev: '1' } }),
      pod('p', { spec: apart(term({ mismatchLabelKeys: ['rev'] })), labels: { rev: '1' } }),
    ],
    want: { a: 'ok', b: 'ok', c: 'ok' },
  },
];

for (const { name, objects, want } of CASES) {
  test(`InterPodAffinity: ${name}`, () => {
    assert.deepEqual(verdictsOf([...NODES, ...objects]), want);
  });
}

const prefers = (kind: string, weight: number): JsonObject => ({
  affinity: { [kind]: { [PREFERRED]: [{ weight, podAffinityTerm: term() }] } },
});
const SCORES: readonly { name: string; objects: readonly KubernetesObject[]; want: Record<string, number | undefined> }[] = [
  { name: 'preferred affinity', objects: [x('a'), pod('p', { spec: prefers('podAffinity', 5) })], want: { a: 200, b: 0, c: 0 } },
  { name: 'preferred anti-affinity', objects: [x('a'), pod('p', { spec: prefers('podAntiAffinity', 5) })], want: { a: 0, b: 200, c: 200 } },
  {
    name: 'what existing pods prefer',
    objects: [pod('o', { spec: prefers('podAffinity', 5), on: 'b' }), pod('p', { labels: { app: 'x' } })],
    want: { a: 0, b: 200, c: 0 },
  },
  {
    name: 'what existing pods require counts 1',
    objects: [
      pod('o', { spec: near(term()), on: 'b' }),
      pod('q', { spec: prefers('podAffinity', 2), on: 'a' }),
      pod('p', { labels: { app: 'x' } }),
    ],
    want: { a: 200, b: 100, c: 0 },
  },
  { name: 'nothing to prefer', objects: [x('a'), pod('p')], want: { a: undefined, b: undefined, c: undefined } },
];

for (const { name, objects, want } of SCORES) {
  test(`score of InterPodAffinity: ${name}`, () => {
    assert.deepEqual(scoresOf([...NODES, ...objects], 'InterPodAffinity'), want);
  });
}
