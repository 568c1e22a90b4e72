import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, World, type KubernetesObject } from '../../../../src/model/index.ts';
import { createDenyEngine, listDenied, type DenyRule } from '../../../../src/engine/rbac/index.ts';
import { getArray, getString, shuffle, type JsonObject } from '../../../../src/std/index.ts';
import { binding, clusterBinding, clusterRole, role, rule } from '../objects.ts';
import { guarded } from './primitive.ts';

const PAY: DenyRule = {
  subjects: ['User *'],
  except: [],
  verbs: ['get'],
  resources: ['secrets'],
  names: [],
  paths: [],
  namespaces: ['pay'],
  label: 'deny[0] of kplan.yaml',
};
const READ = [role('pay', 'reader', [rule('get', '', 'secrets')]), binding('pay', 'readers', 'Role reader', 'account prey/strong')];
const POD = [role('prey', 'pods', [rule('create', '', 'pods')]), binding('prey', 'makers', 'Role pods', 'user jane')];
const GUARDED = guarded('baseline');

/** Rights that lead nowhere else. */
const CLEANER = [
  role('pay', 'cleaner', [rule('delete', '', 'configmaps')]),
  binding('pay', 'cleaners', 'Role cleaner', 'account prey/strong', 'user joe', 'group cleaners'),
];
const CONFIG: Partial<DenyRule> = { subjects: ['User jane'], verbs: ['delete'], resources: ['configmaps'] };

/** Jane may impersonate somebody in a mode, for some requests. */
function acting(mode: string, resource: string, name: string, ...on: readonly JsonObject[]): readonly KubernetesObject[] {
  const whom = rule(`impersonate:${mode}`, 'authentication.k8s.io', resource, name);
  return [clusterRole(`act-${resource}`, [whom, ...on]), clusterBinding(`act-${resource}`, `ClusterRole act-${resource}`, 'user jane')];
}

/** A workload of pay that reads ConfigMap settings and holds claim disk, which is bound to volume pv-1. */
function holder(kind: 'DaemonSet' | 'Deployment'): readonly KubernetesObject[] {
  const metadata = { namespace: 'pay', name: 'holder' };
  const spec = {
    imagePullSecrets: [{ name: 'pull' }],
    containers: [{ name: 'main', image: 'busybox', envFrom: [{ configMapRef: { name: 'settings' } }] }],
    volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: 'disk' } }],
  };
  return [
    { apiVersion: 'apps/v1', kind, metadata, spec: { template: { spec } } },
    { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv-1' }, spec: { claimRef: { namespace: 'pay', name: 'disk' } } },
  ];
}

/** Jane may impersonate nodes to read what their Pods name. */
function asNode(mode: string, resources: string): readonly KubernetesObject[] {
  const name = mode === 'associated-node' ? '*' : 'n1';
  return acting(mode, 'nodes', name, rule(`impersonate-on:${mode}:get impersonate-on:${mode}:create`, '', resources));
}

const READ_CONFIG: Partial<DenyRule> = { subjects: ['User jane'], resources: ['configmaps'] };
const AS_NODE = 'impersonates Group system:nodes for some requests | ClusterRoleBinding act-nodes | act-nodes,holder';
const TAKES_NODES = 'runs a Pod of its choice in prey → runs it privileged → the nodes';

/** `CODE who: the path | what closes it | the fields that it follows from`. */
function tell(objects: readonly KubernetesObject[], denied: DenyRule): readonly string[] {
  return listDenied(World.of(objects), [denied]).map(({ code, data, objects: fields }) => {
    const words = ['subject', 'can', 'where', 'path'].map((field) => getString(data, field)).join(' | ');
    const cut = getArray(data, 'closedBy').map((text) => (typeof text === 'string' ? text.replaceAll(/"| of .*/g, '') : ''));
    return `${code} ${words} | ${cut.join()} | ${[...new Set(fields.map(({ ref }) => ref.name))].toSorted().join()}`;
  });
}

const cases: readonly {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly rule?: Partial<DenyRule>;
  readonly want: readonly string[];
}[] = [
  {
    name: 'as another ServiceAccount',
    objects: [GUARDED, ...READ, ...POD],
    want: [
      'KA0502 User jane | read Secrets | in pay | runs a Pod of its choice → ServiceAccount prey/strong | RoleBinding makers/prey | makers,pods',
    ],
  },
  { name: 'another verb is not meant', objects: [GUARDED, ...READ, ...POD], rule: { verbs: ['delete'] }, want: [] },
  { name: 'another namespace is not meant', objects: [GUARDED, ...READ, ...POD], rule: { namespaces: ['shop'] }, want: [] },
  { name: 'who is excepted', objects: [GUARDED, ...READ, ...POD], rule: { except: ['User jane'] }, want: [] },
  {
    name: 'what is granted is told as that, and not again as a path',
    objects: [GUARDED, ...READ, ...POD, binding('pay', 'more', 'Role reader', 'user jane')],
    want: ['KA0501 User jane | read Secrets | in pay |  |  | more,reader'],
  },
  {
    name: 'cluster admin has everything, a path that is no resource too little',
    objects: [clusterRole('c', [rule('impersonate', '', 'users groups')]), clusterBinding('b', 'ClusterRole c', 'user jane')],
    want: ['KA0502 User jane | read Secrets | cluster-wide | impersonates → cluster admin | ClusterRoleBinding b | b,c'],
  },
  {
    name: 'a role that is bound to oneself',
    objects: [
      role('pay', 'reader', [rule('get', '', 'secrets')]),
      role('pay', 'binder', [
        rule('create', 'rbac.authorization.k8s.io', 'rolebindings'),
        rule('bind', 'rbac.authorization.k8s.io', 'roles', 'reader'),
      ]),
      binding('pay', 'binders', 'Role binder', 'user jane'),
    ],
    want: [
      'KA0502 User jane | read Secrets | in pay | binds a role to itself (bind) → User jane with Role reader in pay | RoleBinding binders/pay | binder,binders',
    ],
  },
  {
    name: 'a star that stands for no verb, in the place of a ServiceAccount',
    objects: [
      ...CLEANER,
      ...acting('serviceaccount', 'serviceaccounts', 'strong', rule('impersonate-on:serviceaccount:*', '', 'configmaps')),
    ],
    rule: CONFIG,
    want: [],
  },
  {
    name: 'a single request in the place of a ServiceAccount, by its verb',
    objects: [
      ...CLEANER,
      ...acting('serviceaccount', 'serviceaccounts', 'strong', rule('impersonate-on:serviceaccount:delete', '', 'configmaps')),
    ],
    rule: CONFIG,
    want: [
      'KA0502 User jane | delete configmaps | in pay | impersonates ServiceAccount prey/strong for some requests | ClusterRoleBinding act-serviceaccounts | act-serviceaccounts',
    ],
  },
  {
    name: 'a single request in the place of some user, whose right leads nowhere else',
    objects: [...CLEANER, ...acting('user-info', 'users', 'joe', rule('impersonate-on:user-info:delete', '*', '*'))],
    rule: CONFIG,
    want: [
      'KA0502 User jane | delete configmaps | in pay | impersonates User joe for some requests | ClusterRoleBinding act-users | act-users',
    ],
  },
  {
    name: 'a single request in the place of some user in a group',
    objects: [
      ...CLEANER,
      ...acting('user-info', 'users', 'ann', rule('impersonate-on:user-info:delete', '', 'configmaps')),
      ...acting('user-info', 'groups', 'cleaners'),
    ],
    rule: CONFIG,
    want: [
      'KA0502 User jane | delete configmaps | in pay | impersonates Users and Groups that it may impersonate for some requests | ClusterRoleBinding act-users | act-groups,act-users',
    ],
  },
  {
    name: 'other requests than those that are denied, in the place of others',
    objects: [...CLEANER, ...acting('user-info', 'users', 'joe', rule('impersonate-on:user-info:delete', 'apps', '*'))],
    rule: CONFIG,
    want: [],
  },
  {
    name: 'a path that is no resource, in the place of another',
    objects: [
      clusterRole('scraper', [{ verbs: ['get'], nonResourceURLs: ['/metrics/*'] }]),
      clusterBinding('scrapers', 'ClusterRole scraper', 'user joe'),
      ...acting('user-info', 'users', 'joe', { verbs: ['impersonate-on:user-info:get'], nonResourceURLs: ['*'] }),
    ],
    rule: { subjects: ['User jane'], resources: [], paths: ['/metrics/cadvisor'] },
    want: [
      'KA0502 User jane | get /metrics/cadvisor | cluster-wide | impersonates User joe for some requests | ClusterRoleBinding act-users | act-users',
    ],
  },
  {
    name: 'as a node, what roles let all nodes do',
    objects: [
      role('pay', 'cleaner', [rule('delete', '', 'configmaps')]),
      binding('pay', 'cleaners', 'Role cleaner', 'group system:nodes'),
      ...acting('arbitrary-node', 'nodes', 'n1', rule('impersonate-on:arbitrary-node:delete', '', 'configmaps')),
    ],
    rule: CONFIG,
    want: [
      'KA0502 User jane | delete configmaps | in pay | impersonates Group system:nodes for some requests | ClusterRoleBinding act-nodes | act-nodes',
    ],
  },
  {
    name: 'as a node, what the Node authorizer lets all nodes do',
    objects: acting('arbitrary-node', 'nodes', 'n1', rule('impersonate-on:arbitrary-node:create', '', 'pods/eviction pods')),
    rule: { subjects: ['User jane'], verbs: ['create'], resources: ['pods/eviction'] },
    want: [
      'KA0502 User jane | create pods/eviction | cluster-wide | impersonates Group system:nodes for some requests | ClusterRoleBinding act-nodes | act-nodes',
    ],
  },
  {
    name: 'as a node, Pods of its choice are not to be had',
    objects: acting('arbitrary-node', 'nodes', 'n1', rule('impersonate-on:arbitrary-node:create', '', 'pods')),
    rule: { subjects: ['User jane'], verbs: ['create'], resources: ['pods'] },
    want: [],
  },
  {
    name: 'on a node that is taken, the status of its Pods',
    objects: POD,
    rule: { subjects: ['User jane'], verbs: ['patch'], resources: ['pods/status'], namespaces: [] },
    want: [
      'KA0502 User jane | patch pods/status | cluster-wide | runs a Pod of its choice in prey → runs it privileged → the nodes | RoleBinding makers/prey | makers,pods,prey',
    ],
  },
  {
    name: 'as a node, a ConfigMap that its Pods read',
    objects: [...holder('Deployment'), ...asNode('arbitrary-node', 'configmaps')],
    rule: READ_CONFIG,
    want: [`KA0502 User jane | get configmaps named settings | in pay | ${AS_NODE}`],
  },
  {
    name: 'as a node, another ConfigMap than its Pods read',
    objects: [...holder('Deployment'), ...asNode('arbitrary-node', 'configmaps')],
    rule: { ...READ_CONFIG, names: ['others'] },
    want: [],
  },
  {
    name: 'as a node, other requests than those for what its Pods read',
    objects: [...holder('Deployment'), ...asNode('arbitrary-node', 'pods')],
    rule: READ_CONFIG,
    want: [],
  },
  {
    name: 'as a node, the claims of its Pods',
    objects: [...holder('Deployment'), ...asNode('arbitrary-node', 'persistentvolumeclaims')],
    rule: { subjects: ['User jane'], resources: ['persistentvolumeclaims'] },
    want: [`KA0502 User jane | get persistentvolumeclaims named disk | in pay | ${AS_NODE}`],
  },
  {
    name: 'as a node, the volumes of these claims',
    objects: [...holder('Deployment'), ...asNode('arbitrary-node', 'persistentvolumes')],
    rule: { subjects: ['User jane'], resources: ['persistentvolumes'], namespaces: [] },
    want: [`KA0502 User jane | get persistentvolumes named pv-1 | cluster-wide | ${AS_NODE},pv-1`],
  },
  {
    name: 'as a node, the Secrets that images are pulled with, which no container mounts',
    objects: [...holder('Deployment'), ...asNode('arbitrary-node', 'secrets')],
    want: [`KA0502 User jane | read Secrets named pull | in pay | ${AS_NODE}`],
  },
  {
    name: 'as a node, tokens of whom its Pods run as',
    objects: [...holder('Deployment'), ...asNode('arbitrary-node', 'serviceaccounts/token')],
    rule: { subjects: ['User jane'], verbs: ['create'], resources: ['serviceaccounts/token'] },
    want: [`KA0502 User jane | issue tokens of ServiceAccounts named default | in pay | ${AS_NODE}`],
  },
  {
    name: 'as its own node, what runs on every node',
    objects: [...holder('DaemonSet'), ...asNode('associated-node', 'configmaps')],
    rule: READ_CONFIG,
    want: [`KA0502 User jane | get configmaps named settings | in pay | ${AS_NODE}`],
  },
  {
    name: 'as its own node, what may run on another',
    objects: [...holder('Deployment'), ...asNode('associated-node', 'configmaps')],
    rule: READ_CONFIG,
    want: [],
  },
  {
    name: 'on a node that is taken, the claims of its Pods',
    objects: [...holder('Deployment'), ...POD],
    rule: { subjects: ['User jane'], resources: ['persistentvolumeclaims'] },
    want: [
      `KA0502 User jane | get persistentvolumeclaims named disk | in pay | ${TAKES_NODES} | RoleBinding makers/prey | holder,makers,pods,prey`,
    ],
  },
  {
    name: 'a ConfigMap of a Pod that is entered',
    objects: [
      GUARDED,
      ...holder('Deployment'),
      role('pay', 'entering', [rule('create', '', 'pods/exec')]),
      binding('pay', 'enter', 'Role entering', 'user jane'),
    ],
    rule: READ_CONFIG,
    want: [
      'KA0502 User jane | get configmaps named settings | in pay | runs commands in Pods → Deployment pay/holder | RoleBinding enter/pay | enter,entering,holder',
    ],
  },
  {
    name: 'the ConfigMaps of a namespace that Pods are run in',
    objects: [GUARDED, ...POD],
    rule: { ...READ_CONFIG, namespaces: ['prey'] },
    want: ['KA0502 User jane | get configmaps | in prey | runs a Pod of its choice in prey | RoleBinding makers/prey | makers,pods'],
  },
  {
    name: 'as any user, whose right leads nowhere else',
    objects: [...CLEANER, clusterRole('act', [rule('impersonate', '', 'users')]), clusterBinding('act', 'ClusterRole act', 'user jane')],
    rule: CONFIG,
    want: ['KA0502 User jane | delete configmaps | in pay | impersonates → every User | ClusterRoleBinding act | act'],
  },
];

for (const { name, objects, rule: fields, want } of cases) {
  test(`denied on a path: ${name}`, () => {
    const denied = { ...PAY, ...fields };
    assert.deepEqual(tell(objects, denied), want);
    assert.deepEqual(tell(shuffle(objects, 5), denied), want, 'the order of the objects shows');
  });
}

test('a change is told of the paths that it opens and closes, not of those that were there', () => {
  const engine = createDenyEngine([PAY]);
  const compare = (before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly string[] =>
    engine.compare(World.of(before), World.of(after)).map(({ change, fact }) => `${change} ${fact.code} ${fact.severity}`);
  const [closed, open] = [
    [GUARDED, ...READ],
    [GUARDED, ...READ, ...POD],
  ];
  assert.deepEqual(compare(closed, open), ['gained KA0502 error']);
  assert.deepEqual(compare(open, closed), ['lost KA0502 info']);
  assert.deepEqual(compare(open, [...open, clusterRole('c', [rule('get', '', 'pods')])]), []);
  const direct = [...open, binding('pay', 'more', 'Role reader', 'user jane')];
  assert.deepEqual(compare(direct, open), ['lost KA0501 info'], 'what was granted before is no news as a path');
});

test('the path in words', () => {
  const [fact] = listDenied(World.of([GUARDED, ...READ, ...POD]), [{ ...PAY, reason: 'PCI' }]);
  assert.equal(
    describe({ code: fact?.code ?? '', data: fact?.data ?? {} }),
    'User jane can come to read Secrets in pay, which deny[0] of kplan.yaml denies: PCI: runs a Pod of its choice → ServiceAccount prey/strong',
  );
});
