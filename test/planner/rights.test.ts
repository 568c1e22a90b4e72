import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRef, refKeyOf } from '../../src/model/index.ts';
import type { PlanInput } from '../../src/planner/index.ts';
import { getString, type JsonObject } from '../../src/std/index.ts';
import { aggregated, binding, clusterBinding, clusterRole, role, rule } from '../engine/rbac/objects.ts';
import { manifest, object, plan, stored } from './scenario.ts';

const DEPLOYER = { name: 'system:serviceaccount:ci:deployer', groups: ['ci'] };

/** A cluster, as its default policy tells, where the deployer may write some kinds in `shop` and reads pods. */
const POLICY = [
  {
    ...clusterRole('cluster-admin', [rule('*', '*', '*')]),
    metadata: { name: 'cluster-admin', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
  },
  role('shop', 'writer', [
    rule('patch create delete', '', 'configmaps'),
    rule('patch create', 'rbac.authorization.k8s.io', 'roles rolebindings'),
    rule('get list', '', 'pods'),
  ]),
  binding('shop', 'writer', 'Role writer', 'account ci/deployer'),
].map(({ apiVersion, kind, metadata, ...fields }) => object({ apiVersion, kind, metadata: { ...metadata, uid: 'u' }, ...fields }));

function config(name: string, namespace = 'shop'): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } };
}

function forbidden(desired: readonly JsonObject[], options: Partial<PlanInput> = {}, before = POLICY): readonly string[] {
  const made = plan(
    before,
    [config('allowed'), ...desired].map((item) => manifest(item)),
    { applier: DEPLOYER, owned: new Set(), ...options },
  );
  return made.findings.flatMap(({ code, ref, data }) =>
    code === 'KA0301' && ref !== undefined ? [`${formatRef(ref)}: ${getString(data, 'why') ?? ''}`] : [],
  );
}

const USER = 'system:serviceaccount:ci:deployer';
const LACKING = `user "${USER}" (groups=["ci"]) is attempting to grant RBAC permissions not currently held:\n`;

const CASES: readonly { readonly name: string; readonly desired: readonly JsonObject[]; readonly want: readonly string[] }[] = [
  { name: 'what the role allows', desired: [config('a')], want: [] },
  {
    name: 'the same kind elsewhere',
    desired: [config('a', 'other')],
    want: [
      `ConfigMap other/a: configmaps "a" is forbidden: User "${USER}" cannot patch resource "configmaps" in API group "" in the namespace "other"`,
    ],
  },
  {
    name: 'a namespace, whose requests are in itself',
    desired: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fresh' } }],
    want: [
      `Namespace fresh: namespaces "fresh" is forbidden: User "${USER}" cannot patch resource "namespaces" in API group "" in the namespace "fresh"`,
    ],
  },
  { name: 'a role of what is held', desired: [{ ...role('shop', 'own', [rule('get', '', 'pods')]) }], want: [] },
  {
    name: 'a role of more',
    desired: [{ ...role('shop', 'own', [rule('get', '', 'pods secrets')]) }],
    want: [
      `Role shop/own: roles.rbac.authorization.k8s.io "own" is forbidden: ${LACKING}{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}`,
    ],
  },
  {
    name: 'a binding to a role that the same plan makes before it',
    desired: [{ ...role('shop', 'own', [rule('get', '', 'pods')]) }, { ...binding('shop', 'own', 'Role own', 'user jane') }],
    want: [],
  },
  {
    name: 'a binding to cluster-admin',
    desired: [{ ...binding('shop', 'all', 'ClusterRole cluster-admin', 'user jane') }],
    want: [
      `RoleBinding shop/all: rolebindings.rbac.authorization.k8s.io "all" is forbidden: ${LACKING}{APIGroups:["*"], Resources:["*"], Verbs:["*"]}`,
    ],
  },
];

for (const { name, desired, want } of CASES) {
  test(`what the API server would forbid to who applies: ${name}`, () => assert.deepEqual(forbidden(desired), want));
}

test('nothing is said to forbid where it is not known who applies, or what roles there are', () => {
  const desired = [config('a', 'other')];
  assert.equal(forbidden(desired).length, 1);
  assert.deepEqual(forbidden(desired, { mode: 'revision' }), []);
  assert.deepEqual(forbidden(desired, { unread: ['rbac.authorization.k8s.io/RoleBinding'] }), []);
  assert.deepEqual(forbidden(desired, {}, []), []);
  const made = plan(
    POLICY,
    desired.map((item) => manifest(item)),
    {},
  );
  assert.deepEqual(
    made.findings.filter(({ code }) => code === 'KA0301'),
    [],
  );
});

test('a right that an earlier wave gives counts, one that a later wave gives does not', () => {
  const all = [...POLICY, object({ ...clusterBinding('root', 'ClusterRole cluster-admin', 'user root') })];
  const admin = { ...clusterBinding('own', 'ClusterRole cluster-admin', 'account ci/deployer') };
  const widened = { ...aggregated('wide', 'x') };
  assert.deepEqual(forbidden([admin, widened], { applier: { name: 'root', groups: [] } }, all), []);
  assert.equal(forbidden([admin, widened], {}, all).length, 2);
});

test('a deletion needs the right to delete', () => {
  const before = [...POLICY, stored(config('gone')), stored(role('shop', 'gone', []))];
  const gone = before.filter(({ metadata }) => metadata['name'] === 'gone');
  assert.deepEqual(forbidden([], { owned: new Set(gone.map(refKeyOf)) }, before), [
    `Role shop/gone: roles.rbac.authorization.k8s.io "gone" is forbidden: User "${USER}" cannot delete resource "roles" in API group "rbac.authorization.k8s.io" in the namespace "shop"`,
  ]);
});

test('a node is refused by admission what its authorizer lets it ask for', () => {
  const applier = { name: 'system:node:n1', groups: ['system:nodes'] };
  const node = (name: string): JsonObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { zone: 'a' } } });
  const before = [...POLICY, stored(node('n1')), stored({ ...node('n2'), metadata: { name: 'n2' } })];
  assert.deepEqual(
    forbidden([node('n1'), node('n2')], { applier }, before).filter((text) => text.startsWith('Node')),
    ['Node n2: nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"'],
  );
});

test('who may write nothing of a plan only reads it', () => {
  const applier = { name: 'auditor', groups: [] };
  assert.deepEqual(forbidden([config('a', 'other')], { applier }), []);
  assert.equal(forbidden([config('a', 'other')], { applier, isStandIn: true }).length, 2);
  assert.equal(forbidden([config('a', 'other')]).length, 1);
});
