import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getString } from '../../../src/std/index.ts';
import { describe, World, type FactChange, type KubernetesObject } from '../../../src/model/index.ts';
import { rbacEngine } from '../../../src/engine/rbac/index.ts';
import { aggregated, binding, clusterBinding, clusterRole, role, rule } from './objects.ts';

/** What is told of permissions and bindings; the paths that they open have tests of their own. */
function compare(before: World, after: World): readonly FactChange[] {
  return rbacEngine.compare(before, after).filter(({ fact }) => fact.data['goal'] === undefined);
}

/** `+` or `-`, code, subject, power, where, and the objects it follows from. */
function tell(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly string[] {
  return compare(World.of(before), World.of(after)).map(({ change, fact }) => {
    const [subject, power, where] = ['subject', 'power', 'where'].map((field) => getString(fact.data, field));
    const causes = fact.objects.map(({ ref, path }) => `${ref.name}${path ?? ''}`);
    return [change === 'gained' ? '+' : '-', fact.code, subject ?? getString(fact.data, 'binding'), power, where, '<-', ...causes]
      .filter((part) => part !== undefined)
      .join(' ');
  });
}

const SECRETS = rule('get list', '', 'secrets');
const PODS = rule('get', '', 'pods');

const cases: readonly {
  readonly name: string;
  readonly before?: readonly KubernetesObject[];
  readonly after: readonly KubernetesObject[];
  readonly want: readonly string[];
}[] = [
  {
    name: 'nothing changes',
    before: [role('shop', 'r', [PODS]), binding('shop', 'b', 'Role r', 'user jane')],
    after: [role('shop', 'r', [PODS]), binding('shop', 'b', 'Role r', 'user jane')],
    want: [],
  },
  {
    name: 'a rule more in a role',
    before: [role('shop', 'r', [PODS]), binding('shop', 'b', 'Role r', 'account web')],
    after: [role('shop', 'r', [PODS, SECRETS]), binding('shop', 'b', 'Role r', 'account web')],
    want: ['+ KA0103 ServiceAccount shop/web read-secrets in shop <- r/rules/1'],
  },
  {
    name: 'a rule less in a role',
    before: [role('shop', 'r', [PODS, SECRETS]), binding('shop', 'b', 'Role r', 'account web')],
    after: [role('shop', 'r', [PODS]), binding('shop', 'b', 'Role r', 'account web')],
    want: ['- KA0104 ServiceAccount shop/web read-secrets in shop <- r/rules/1'],
  },
  {
    name: 'a subject more in a binding',
    before: [role('shop', 'r', [PODS]), binding('shop', 'b', 'Role r', 'user joe')],
    after: [role('shop', 'r', [PODS]), binding('shop', 'b', 'Role r', 'user joe', 'user jane')],
    want: ['+ KA0105 User jane in shop <- b/subjects/1'],
  },
  {
    name: 'another role for a binding',
    before: [role('shop', 'r', [PODS]), role('shop', 's', [SECRETS]), binding('shop', 'b', 'Role r', 'user jane')],
    after: [role('shop', 'r', [PODS]), role('shop', 's', [SECRETS]), binding('shop', 'b', 'Role s', 'user jane')],
    want: ['+ KA0103 User jane read-secrets in shop <- b/roleRef', '- KA0106 User jane in shop <- b/roleRef'],
  },
  {
    name: 'the same permission in four namespaces is one fact',
    before: [clusterRole('c', [SECRETS])],
    after: [
      clusterRole('c', [SECRETS]),
      ...['a', 'b', 'c', 'd'].map((namespace) => binding(namespace, 'b', 'ClusterRole c', 'account shop/deployer')),
    ],
    want: ['+ KA0103 ServiceAccount shop/deployer read-secrets in 4 namespaces <- b/subjects/0 b/subjects/0 b/subjects/0 b/subjects/0'],
  },
  {
    name: 'what is held by a wider rule is no gain',
    before: [clusterRole('c', [rule('*', '', '*')]), clusterBinding('b', 'ClusterRole c', 'user jane'), role('shop', 'r', [SECRETS])],
    after: [
      clusterRole('c', [rule('*', '', '*')]),
      clusterBinding('b', 'ClusterRole c', 'user jane'),
      role('shop', 'r', [SECRETS]),
      binding('shop', 'b2', 'Role r', 'user jane'),
    ],
    want: [],
  },
  {
    name: 'what a ServiceAccount holds by its group is no gain of its own',
    before: [clusterRole('c', [SECRETS]), binding('shop', 'g', 'ClusterRole c', 'group system:serviceaccounts:shop')],
    after: [
      clusterRole('c', [SECRETS]),
      binding('shop', 'g', 'ClusterRole c', 'group system:serviceaccounts:shop'),
      binding('shop', 'b', 'ClusterRole c', 'account web'),
    ],
    want: [],
  },
  {
    name: 'a grant to a group is told of the group',
    before: [clusterRole('c', [SECRETS])],
    after: [clusterRole('c', [SECRETS]), clusterBinding('b', 'ClusterRole c', 'group system:authenticated')],
    want: [
      '+ KA0609 Group system:authenticated <- b/subjects/0',
      '+ KA0103 Group system:authenticated read-secrets cluster-wide <- b/subjects/0',
    ],
  },
  {
    name: 'a new cluster admin is one error, whatever else it gains',
    after: [
      role('shop', 'r', [SECRETS]),
      binding('shop', 'b', 'Role r', 'user jane'),
      clusterBinding('a', 'ClusterRole cluster-admin', 'user jane'),
    ],
    want: ['+ KA0101 User jane wildcard cluster-wide <- a/subjects/0'],
  },
  {
    name: 'cluster-admin by a RoleBinding is everything in a namespace',
    after: [binding('shop', 'a', 'ClusterRole cluster-admin', 'user jane')],
    want: ['+ KA0103 User jane wildcard in shop <- a/subjects/0'],
  },
  {
    name: 'no longer cluster admin',
    before: [clusterBinding('a', 'ClusterRole cluster-admin', 'user jane')],
    after: [],
    want: ['- KA0102 User jane wildcard cluster-wide <- a/subjects/0'],
  },
  {
    name: 'paths and nodes bound in a namespace grant nothing, nor does pods/*, and that is said',
    after: [
      clusterRole('c', [rule('*', '', 'nodes persistentvolumes pods/*'), { verbs: ['get'], nonResourceURLs: ['/metrics'] }]),
      binding('shop', 'b', 'ClusterRole c', 'user jane'),
    ],
    want: ['+ KA0603 <- c/rules/0'],
  },
  {
    name: 'a label on a ClusterRole reaches those who are bound to the aggregated one',
    before: [
      aggregated('all', 'x'),
      clusterRole('c', [SECRETS]),
      clusterRole('d', [PODS], { x: 'true' }),
      clusterBinding('b', 'ClusterRole all', 'user jane'),
    ],
    after: [
      aggregated('all', 'x'),
      clusterRole('c', [SECRETS], { x: 'true' }),
      clusterRole('d', [PODS], { x: 'true' }),
      clusterBinding('b', 'ClusterRole all', 'user jane'),
    ],
    want: ['+ KA0107 <- c/metadata/labels'],
  },
  {
    name: 'more than eight who gain alike are one fact',
    before: [clusterRole('c', [PODS])],
    after: [clusterRole('c', [PODS]), clusterBinding('b', 'ClusterRole c', ...Array.from({ length: 9 }, (_, i) => `user u${i}`))],
    want: ['+ KA0105 9 subjects (User u0, User u1, User u2, User u3, User u4, User u5 and 3 more) cluster-wide <- b/subjects/0'],
  },
  {
    name: 'a binding to a role that is not there, and one that gets it',
    before: [binding('shop', 'late', 'Role r', 'user jane')],
    after: [binding('shop', 'late', 'Role r', 'user jane'), role('shop', 'r', [PODS]), binding('shop', 'b', 'Role gone', 'user jane')],
    want: [
      '+ KA0201 RoleBinding shop/b <- b/roleRef gone',
      '- KA0201 RoleBinding shop/late <- late/roleRef r',
      '+ KA0105 User jane in shop <- r/rules/0',
    ],
  },
  {
    name: 'what holds everywhere is not told again of a namespace',
    before: [clusterRole('c', [SECRETS])],
    after: [
      clusterRole('c', [SECRETS]),
      binding('shop', 'b', 'ClusterRole c', 'user jane'),
      clusterBinding('w', 'ClusterRole c', 'user jane'),
    ],
    want: ['+ KA0103 User jane read-secrets cluster-wide <- w/subjects/0'],
  },
  {
    name: 'the group system:masters can gain nothing',
    after: [clusterBinding('a', 'ClusterRole cluster-admin', 'group system:masters')],
    want: [],
  },
];

for (const { name, before = [], after, want } of cases) test(`effects: ${name}`, () => assert.deepEqual(tell(before, after), want));

const powers: readonly { readonly id: string; readonly rule: ReturnType<typeof rule> }[] = [
  { id: 'read-secrets', rule: rule('watch', '', 'secrets') },
  { id: 'read-secrets', rule: rule('*', '*', 'secrets') },
  { id: 'exec', rule: rule('create', '', 'pods/exec') },
  { id: 'debug', rule: rule('patch', '', 'pods/ephemeralcontainers') },
  { id: 'node-proxy', rule: rule('get', '', 'nodes/proxy') },
  { id: 'token', rule: rule('create', '', 'serviceaccounts/token') },
  { id: 'impersonate', rule: rule('impersonate', '', 'users') },
  { id: 'escalate', rule: rule('escalate', 'rbac.authorization.k8s.io', 'clusterroles') },
  { id: 'bind', rule: rule('bind', 'rbac.authorization.k8s.io', 'roles') },
  { id: 'run-pods', rule: rule('create', '', 'pods') },
  { id: 'run-pods', rule: rule('*', '', 'pods') },
  { id: 'sign', rule: rule('sign', 'certificates.k8s.io', 'signers', 'kubernetes.io/kube-apiserver-client') },
  { id: 'webhook', rule: rule('patch', 'admissionregistration.k8s.io', 'mutatingwebhookconfigurations') },
  { id: 'run-pods', rule: rule('patch', 'apps', 'deployments') },
  { id: 'run-pods', rule: rule('create', 'batch', '*') },
  { id: 'wildcard', rule: rule('get', '', '*') },
  { id: 'wildcard', rule: rule('*', 'apps', '*') },
];

for (const { id, rule: item } of powers) {
  test(`power: ${id} by ${JSON.stringify(item)}`, () => {
    const world = World.of([clusterRole('c', [item]), clusterBinding('b', 'ClusterRole c', 'user jane')]);
    const facts = compare(World.EMPTY, world).map(({ fact }) => fact);
    assert.deepEqual(
      facts.filter(({ code }) => !code.startsWith('KA04')).map(({ code, severity, data }) => [code, severity, data['power']]),
      [['KA0103', 'warning', id]],
    );
  });
}

const ordinary = [
  rule('get', '', 'configmaps'),
  rule('list', 'apps', '*'),
  rule('create', '', 'secrets'),
  rule('get', 'apps', 'deployments'),
];
for (const item of ordinary) {
  test(`no power: ${JSON.stringify(item)}`, () => {
    const world = World.of([clusterRole('c', [item]), clusterBinding('b', 'ClusterRole c', 'user jane')]);
    assert.deepEqual(
      rbacEngine.compare(World.EMPTY, world).map(({ fact }) => fact.code),
      ['KA0105'],
    );
  });
}

const disturbing = [
  rule('delete', '', 'pods'),
  rule('deletecollection', '*', 'pods'),
  rule('create', '', 'pods/eviction'),
  rule('delete', '', 'namespaces'),
  rule('*', '', 'nodes'),
  rule('update', '', 'resourcequotas'),
];
for (const item of disturbing) {
  test(`disturbs: ${JSON.stringify(item)}`, () => {
    const world = World.of([clusterRole('c', [item]), clusterBinding('b', 'ClusterRole c', 'user jane')]);
    const [before, after] = [World.EMPTY, world];
    const tellCodes = (from: World, to: World): readonly string[] => rbacEngine.compare(from, to).map(({ fact }) => fact.code);
    assert.deepEqual(tellCodes(before, after), ['KA0109']);
    assert.deepEqual(tellCodes(after, before), ['KA0109']);
  });
}

test('what disturbs is told apart from what does not, and once for all of a namespace', () => {
  const rules = [rule('get list delete', '', 'pods'), rule('create', '', 'pods/eviction'), rule('get', 'apps', 'deployments')];
  const after = World.of([clusterRole('c', rules), binding('x', 'b', 'ClusterRole c', 'user jane')]);
  assert.deepEqual(
    rbacEngine.compare(World.EMPTY, after).map(({ fact }) => [fact.code, getString(fact.data, 'can')]),
    [
      ['KA0109', 'create pods/eviction, and delete pods'],
      ['KA0105', 'get, list pods, and get deployments.apps'],
    ],
  );
});

test('every wording is filled in', () => {
  const after = World.of([
    clusterRole('c', [SECRETS, PODS]),
    clusterBinding('b', 'ClusterRole c', 'user jane'),
    binding('x', 'y', 'Role z', 'user jane'),
  ]);
  for (const { fact } of [...rbacEngine.compare(World.EMPTY, after), ...rbacEngine.compare(after, World.EMPTY)]) {
    assert.doesNotMatch(describe(fact), /[{}]/);
  }
});

test('the same worlds give the same bytes in any order of objects', () => {
  const objects = [
    clusterRole('c', [SECRETS, PODS]),
    role('shop', 'r', [PODS]),
    clusterBinding('b', 'ClusterRole c', 'user jane', 'group ops'),
    binding('shop', 'b', 'Role r', 'account web'),
  ];
  const [a, b] = [objects, objects.toReversed()].map((list) => JSON.stringify(rbacEngine.compare(World.EMPTY, World.of(list))));
  assert.equal(a, b);
});
