import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, formatRef, World, type KubernetesObject } from '../../../../src/model/index.ts';
import { loadCatalog } from '../../../../src/model/schema/index.ts';
import { listChecks } from '../../../../src/engine/rbac/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { aggregated, binding, clusterBinding, clusterRole, role, rule } from '../objects.ts';

const CATALOG = loadCatalog('1.36');

/** Code, severity, object and field of each check that is not a note on something dangerous. */
function tell(objects: readonly KubernetesObject[], except: readonly string[] = ['KA0602']): readonly string[] {
  return listChecks(World.of(objects), CATALOG)
    .filter(({ code }) => !except.includes(code))
    .map((fact) => {
      assert.doesNotMatch(describe(fact), /[{}]/);
      const [at] = fact.objects;
      return `${fact.code} ${fact.severity} ${at === undefined ? '' : formatRef(at.ref)} ${at?.path ?? ''}`.trimEnd();
    });
}

const PODS = rule('get', '', 'pods');

function pod(name: string, spec: JsonObject): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'shop', name }, spec };
}

function account(name: string, fields: JsonObject = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'shop', name }, ...fields };
}

const cases: readonly { readonly name: string; readonly objects: readonly KubernetesObject[]; readonly want: readonly string[] }[] = [
  { name: 'an empty world', objects: [], want: [] },
  { name: 'a plain role', objects: [role('shop', 'r', [PODS, rule('create', '', 'pods/log', 'a')])], want: [] },
  {
    name: 'wildcards, those that take in Secrets a warning',
    objects: [
      role('shop', 'r', [
        rule('*', 'apps', 'deployments'),
        rule('get', '', '*'),
        rule('get', '*', 'jobs'),
        rule('get', 'apps', '*'),
        rule('get', '*', '*'),
      ]),
    ],
    want: [
      'KA0601 info Role shop/r /rules/0',
      'KA0601 warning Role shop/r /rules/1',
      'KA0601 info Role shop/r /rules/2',
      'KA0601 info Role shop/r /rules/3',
      'KA0601 warning Role shop/r /rules/4',
      'KA0607 info Role shop/r /rules/1',
      'KA0607 info Role shop/r /rules/2',
      'KA0607 info Role shop/r /rules/3',
    ],
  },
  {
    name: 'pods/* matches nothing',
    objects: [role('shop', 'r', [rule('get', '', 'pods/* */log')])],
    want: ['KA0603 warning Role shop/r /rules/0'],
  },
  {
    name: 'names that no request has',
    objects: [
      role('shop', 'r', [
        rule('create deletecollection', '', 'configmaps', 'a'),
        rule('list', '', 'secrets', 'a'),
        rule('get create', '', 'pods/exec', 'a'),
      ]),
    ],
    want: ['KA0604 warning Role shop/r /rules/0', 'KA0605 info Role shop/r /rules/1'],
  },
  {
    name: 'resources that are not there, or elsewhere',
    objects: [
      role('shop', 'r', [
        rule('get', '', 'deployments'),
        rule('get', 'x.example', 'widgets'),
        rule('get', 'extensions apps', 'deployments'),
      ]),
    ],
    want: ['KA0606 warning Role shop/r /rules/0', 'KA0606 info Role shop/r /rules/1'],
  },
  {
    name: 'what RBAC is asked about and nobody serves',
    objects: [
      clusterRole('c', [
        rule('impersonate', '', 'users groups'),
        rule('approve', 'certificates.k8s.io', 'signers'),
        rule('get', '', 'nodes/metrics'),
      ]),
    ],
    want: [],
  },
  {
    name: 'rules twice: of equal ones the last',
    objects: [role('shop', 'r', [PODS, rule('get list', '', 'pods'), PODS, rule('list', '', 'pods')])],
    want: ['KA0607 info Role shop/r /rules/0', 'KA0607 info Role shop/r /rules/2', 'KA0607 info Role shop/r /rules/3'],
  },
  {
    name: 'bindings to nobody',
    objects: [role('shop', 'r', [PODS]), binding('shop', 'none', 'Role r'), clusterBinding('lost', 'ClusterRole view', 'account web')],
    want: ['KA0202 info ClusterRoleBinding lost /subjects', 'KA0202 info RoleBinding shop/none /subjects'],
  },
  {
    name: 'bindings that add nothing: of equal ones the last',
    objects: [
      clusterRole('c', [PODS]),
      binding('shop', 'a', 'ClusterRole c', 'user jane'),
      binding('shop', 'b', 'ClusterRole c', 'user jane'),
      binding('shop', 'd', 'ClusterRole c', 'user joe'),
      clusterBinding('w', 'ClusterRole c', 'user joe'),
    ],
    want: ['KA0608 info RoleBinding shop/b', 'KA0608 info RoleBinding shop/d'],
  },
  {
    name: 'a binding that adds something for one of its subjects',
    objects: [
      clusterRole('c', [PODS]),
      binding('shop', 'a', 'ClusterRole c', 'user jane'),
      binding('shop', 'b', 'ClusterRole c', 'user jane', 'user joe'),
    ],
    want: ['KA0608 info RoleBinding shop/a'],
  },
  {
    name: 'everybody',
    objects: [
      clusterRole('c', [PODS]),
      clusterRole('p', [{ verbs: ['get'], nonResourceURLs: ['/metrics'] }]),
      clusterRole('s', [rule('get', '', 'secrets')]),
      clusterBinding('a', 'ClusterRole c', 'group system:unauthenticated'),
      clusterBinding('b', 'ClusterRole p', 'user system:anonymous'),
      clusterBinding('c', 'ClusterRole c', 'group system:authenticated'),
      clusterBinding('d', 'ClusterRole p', 'group system:serviceaccounts'),
      clusterBinding('e', 'ClusterRole s', 'group system:serviceaccounts'),
      clusterBinding('f', 'ClusterRole system:discovery', 'group system:serviceaccounts'),
    ],
    want: [
      'KA0609 error ClusterRoleBinding a /subjects/0',
      'KA0609 warning ClusterRoleBinding b /subjects/0',
      'KA0609 warning ClusterRoleBinding c /subjects/0',
      'KA0609 info ClusterRoleBinding d /subjects/0',
      'KA0609 warning ClusterRoleBinding e /subjects/0',
      'KA0608 info ClusterRoleBinding f',
    ],
  },
  {
    name: 'a default account with rights',
    objects: [role('shop', 'r', [PODS]), binding('shop', 'b', 'Role r', 'account default')],
    want: ['KA0610 warning RoleBinding shop/b /subjects/0'],
  },
  {
    name: 'tokens that are of no use',
    objects: [
      account('web'),
      account('job'),
      account('quiet', { automountServiceAccountToken: false }),
      role('shop', 'r', [PODS]),
      binding('shop', 'b', 'Role r', 'account job'),
      pod('a', { serviceAccountName: 'web' }),
      pod('b', { serviceAccountName: 'job' }),
      pod('c', { serviceAccountName: 'quiet' }),
      pod('d', { serviceAccountName: 'quiet', automountServiceAccountToken: true }),
      pod('e', { serviceAccountName: 'web', automountServiceAccountToken: false }),
    ],
    want: ['KA0611 info Pod shop/a /spec', 'KA0611 info Pod shop/d /spec'],
  },
  {
    name: 'a circle of aggregated roles',
    objects: [
      aggregated('a', 'to-a', [], { 'to-b': 'true' }),
      aggregated('b', 'to-b', [], { 'to-a': 'true' }),
      aggregated('c', 'to-c', [], { 'to-a': 'true' }),
    ],
    want: ['KA0612 warning ClusterRole a /aggregationRule'],
  },
  {
    name: 'rules that the controller replaces, and those it has put there',
    objects: [
      aggregated('all', 'x', [PODS, rule('get', '', 'services')]),
      clusterRole('part', [PODS], { x: 'true' }),
      aggregated('live', 'x', [PODS]),
    ],
    want: ['KA0613 warning ClusterRole all /rules'],
  },
  {
    name: 'a rule of a billion permissions',
    objects: [clusterRole('c', [rule(range('v'), range('g'), range('r'))]), clusterBinding('b', 'ClusterRole c', 'user jane')],
    want: ['KA0614 error ClusterRole c /rules/0'],
  },
  {
    name: 'nodes bound to the role of nodes',
    objects: [clusterBinding('nodes', 'ClusterRole system:node', 'group system:nodes')],
    want: ['KA0615 warning ClusterRoleBinding nodes /subjects/0'],
  },
];

function range(prefix: string): string {
  return Array.from({ length: 1000 }, (_, i) => `${prefix}${i}`).join(' ');
}

for (const { name, objects, want } of cases)
  test(`checks: ${name}`, () => assert.deepEqual(tell(objects, ['KA0602', ...(name.includes('billion') ? ['KA0606'] : [])]), want));

test('what is dangerous is told once for each binding, with those who hold it', () => {
  const world = World.of([
    role('shop', 'r', [rule('get create', '', 'secrets pods/exec')]),
    binding('shop', 'b', 'Role r', 'user joe', 'user jane'),
  ]);
  assert.deepEqual(
    listChecks(world, CATALOG).map((fact) => [fact.code, fact.severity, describe(fact)]),
    [['KA0602', 'info', 'RoleBinding shop/b of Role r lets User jane and User joe read Secrets; run commands in Pods']],
  );
});

test('a role of 10,000 rules is looked at', () => {
  const rules = Array.from({ length: 10_000 }, (_, i) => rule('get', '', 'configmaps', `c${i % 5000}`));
  const world = World.of([clusterRole('c', rules), clusterBinding('b', 'ClusterRole c', 'user jane')]);
  assert.equal(listChecks(world, CATALOG).filter(({ code }) => code === 'KA0607').length, 5000);
});
