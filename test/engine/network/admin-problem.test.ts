import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/std/index.ts';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { listPolicyChecks } from '../../../src/engine/network/index.ts';

const EVERYBODY: JsonObject = { namespaces: {} };
const admin = (name: string, fields: JsonObject = {}): KubernetesObject => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha1',
  kind: 'AdminNetworkPolicy',
  metadata: { name },
  spec: { priority: 10, subject: EVERYBODY, ingress: [{ action: 'Deny', from: [EVERYBODY] }], ...fields },
});
const baseline = (name: string, action = 'Deny'): KubernetesObject => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha1',
  kind: 'BaselineAdminNetworkPolicy',
  metadata: { name },
  spec: { subject: EVERYBODY, ingress: [{ action, from: [EVERYBODY] }] },
});
const cluster = (name: string, fields: JsonObject = {}): KubernetesObject => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha2',
  kind: 'ClusterNetworkPolicy',
  metadata: { name },
  spec: { tier: 'Admin', priority: 10, subject: EVERYBODY, ingress: [{ action: 'Deny', from: [EVERYBODY] }], ...fields },
});
const to = (fields: JsonObject, ports: JsonObject = {}): JsonObject => ({ egress: [{ action: 'Deny', to: [fields], ...ports }] });
const DEFINITION: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'adminnetworkpolicies.policy.networking.k8s.io' },
  spec: { group: 'policy.networking.k8s.io', names: { kind: 'AdminNetworkPolicy' } },
};

const cases: readonly { readonly name: string; readonly objects: readonly KubernetesObject[]; readonly want: readonly string[] }[] = [
  { name: 'nothing', objects: [admin('a'), baseline('default'), cluster('c')], want: [] },
  { name: 'two of one priority', objects: [admin('a'), admin('b')], want: ['KN0309 b /spec/priority'] },
  { name: 'two tiers of one priority', objects: [cluster('a'), cluster('b', { tier: 'Baseline' })], want: [] },
  {
    name: 'three of one priority in one tier',
    objects: [cluster('a'), cluster('b'), cluster('c')],
    want: ['KN0309 b /spec/priority', 'KN0309 c /spec/priority'],
  },
  { name: 'a priority out of range', objects: [admin('a', { priority: 1001 })], want: ['KN0310 a /spec/priority'] },
  { name: 'a second baseline', objects: [baseline('default'), baseline('other')], want: ['KN0310 other /metadata/name'] },
  { name: 'an action that the kind has not', objects: [baseline('default', 'Pass')], want: ['KN0310 default /spec/ingress/0/action'] },
  { name: 'a tier that is none', objects: [cluster('a', { tier: 'Top' })], want: ['KN0310 a /spec/tier'] },
  { name: 'two subjects', objects: [admin('a', { subject: { namespaces: {}, pods: {} } })], want: ['KN0310 a /spec/subject'] },
  { name: 'no peer', objects: [admin('a', { egress: [{ action: 'Deny', to: [] }] })], want: ['KN0310 a /spec/egress/0'] },
  {
    name: 'a peer that is two',
    objects: [admin('a', to({ namespaces: {}, networks: ['10.0.0.0/8'] }))],
    want: ['KN0310 a /spec/egress/0/to/0'],
  },
  {
    name: 'a bad CIDR',
    objects: [admin('a', to({ networks: ['10.0.0.0/8', '10.0.0.0/40'] }))],
    want: ['KN0310 a /spec/egress/0/to/0/networks/1'],
  },
  {
    name: 'a range that ends before it starts',
    objects: [admin('a', to(EVERYBODY, { ports: [{ portRange: { start: 90, end: 80 } }] }))],
    want: ['KN0310 a /spec/egress/0/ports/0/portRange'],
  },
  {
    name: 'a range of a protocol that ends before it starts',
    objects: [cluster('a', to(EVERYBODY, { protocols: [{ tcp: { destinationPort: { range: { start: 90, end: 80 } } } }] }))],
    want: ['KN0310 a /spec/egress/0/protocols/0/tcp/destinationPort'],
  },
  {
    name: 'a port that is none',
    objects: [admin('a', to(EVERYBODY, { ports: [{ portNumber: { port: 70000 } }] }))],
    want: ['KN0310 a /spec/egress/0/ports/0/portNumber'],
  },
  {
    name: 'a port that is two',
    objects: [admin('a', to(EVERYBODY, { ports: [{ namedPort: 'web', portNumber: { port: 80 } }] }))],
    want: ['KN0310 a /spec/egress/0/ports/0'],
  },
  { name: 'what validation tells by the definition', objects: [admin('a', { priority: 1001 }), DEFINITION], want: [] },
];
for (const { name, objects, want } of cases) {
  test(`what is wrong with policies of administrators: ${name}`, () => {
    const told = listPolicyChecks(World.of(objects))
      .filter(({ code }) => code === 'KN0309' || code === 'KN0310')
      .map(({ code, objects: [first] }) => `${code} ${first?.ref.name ?? ''} ${first?.path ?? ''}`);
    assert.deepEqual(told, want);
  });
}
