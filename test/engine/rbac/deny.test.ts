import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { getString } from '../../../src/std/index.ts';
import { describe, World, type KubernetesObject } from '../../../src/model/index.ts';
import { createDenyEngine, listDenied, type AccessRequest, type DenyRule } from '../../../src/engine/rbac/index.ts';
import { intersect } from '../../../src/engine/rbac/deny.ts';
import { toPermissions, type Permission } from '../../../src/engine/rbac/permission.ts';
import { isAllowedBy, readRule } from '../../../src/engine/rbac/rule.ts';
import { aggregated, binding, clusterBinding, clusterRole, role, rule } from './objects.ts';

const NOTHING = { except: [], verbs: [], resources: [], names: [], paths: [], namespaces: [], label: 'deny[0] of kplan.yaml' };

function deny(subject: string, fields: Partial<DenyRule>): DenyRule {
  return { ...NOTHING, subjects: [subject], ...fields };
}

/** Whom the policy finds, what they can do and where. */
function tell(objects: readonly KubernetesObject[], ...rules: readonly DenyRule[]): readonly string[] {
  return listDenied(World.of(objects), rules).map(({ data }) =>
    ['subject', 'can', 'where'].map((field) => getString(data, field)).join(' | '),
  );
}

const SECRETS = { verbs: ['get', 'list'], resources: ['secrets'] };
const account = (namespace: string, name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { namespace, name },
});

const cases: readonly {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly rule: DenyRule;
  readonly want: readonly string[];
}[] = [
  {
    name: 'a right that is written',
    objects: [role('shop', 'r', [rule('get', '', 'secrets')]), binding('shop', 'b', 'Role r', 'user jane')],
    rule: deny('User *', SECRETS),
    want: ['User jane | read Secrets | in shop'],
  },
  {
    name: 'the part of a wildcard that is denied',
    objects: [clusterRole('c', [rule('*', '*', '*')]), clusterBinding('b', 'ClusterRole c', 'user jane')],
    rule: deny('*', { verbs: ['create'], resources: ['pods/exec'] }),
    want: ['User jane | run commands in Pods | cluster-wide'],
  },
  {
    name: 'what is aggregated',
    objects: [
      aggregated('all', 'x'),
      clusterRole('c', [rule('delete', 'apps', 'deployments')], { x: 'true' }),
      binding('shop', 'b', 'ClusterRole all', 'user jane'),
    ],
    rule: deny('User jane', { verbs: ['*'], resources: ['deployments.apps'] }),
    want: ['User jane | delete deployments.apps | in shop'],
  },
  {
    name: 'a ServiceAccount that holds it by its group, and those that nobody names',
    objects: [
      account('shop', 'web'),
      clusterRole('c', [rule('get', '', 'secrets')]),
      clusterBinding('b', 'ClusterRole c', 'group system:serviceaccounts:shop'),
    ],
    rule: deny('ServiceAccount shop/*', SECRETS),
    want: ['ServiceAccount shop/web | read Secrets | cluster-wide'],
  },
  {
    name: 'a group that is denied it is told alone',
    objects: [
      account('shop', 'web'),
      clusterRole('c', [rule('get', '', 'secrets')]),
      clusterBinding('b', 'ClusterRole c', 'group system:serviceaccounts'),
    ],
    rule: deny('*', SECRETS),
    want: ['Group system:serviceaccounts | read Secrets | cluster-wide'],
  },
  {
    name: 'subjects that are excepted',
    objects: [clusterRole('c', [rule('get', '', 'secrets')]), clusterBinding('b', 'ClusterRole c', 'user jane', 'user root')],
    rule: deny('User *', { ...SECRETS, except: ['User root'] }),
    want: ['User jane | read Secrets | cluster-wide'],
  },
  {
    name: 'all who hold it alike in one sentence',
    objects: [clusterRole('c', [rule('get', '', 'secrets')]), clusterBinding('b', 'ClusterRole c', 'user jane', 'user joe')],
    rule: deny('*', SECRETS),
    want: ['User jane and User joe | read Secrets | cluster-wide'],
  },
  {
    name: 'other namespaces, names, groups and verbs are not meant',
    objects: [
      role('shop', 'r', [rule('get', '', 'secrets', 'a'), rule('get', 'x.example', 'secrets'), rule('watch', '', 'secrets')]),
      binding('shop', 'b', 'Role r', 'user jane'),
    ],
    rule: deny('*', { verbs: ['get'], resources: ['secrets.y.example'], names: ['b'], namespaces: ['pay*'] }),
    want: [],
  },
  {
    name: 'a right everywhere is one in the namespaces that are meant',
    objects: [clusterRole('c', [rule('get', '', 'secrets')]), clusterBinding('b', 'ClusterRole c', 'user jane')],
    rule: deny('*', { ...SECRETS, namespaces: ['pay'] }),
    want: ['User jane | read Secrets | cluster-wide'],
  },
  {
    name: 'a path',
    objects: [clusterRole('c', [{ verbs: ['get'], nonResourceURLs: ['/metrics/*'] }]), clusterBinding('b', 'ClusterRole c', 'user jane')],
    rule: deny('*', { verbs: ['get'], paths: ['/metrics*'] }),
    want: ['User jane | get /metrics/* | cluster-wide'],
  },
  {
    name: 'what every cluster grants from the start is not counted',
    objects: [],
    rule: deny('*', { verbs: ['*'], resources: ['*'], paths: ['*'] }),
    want: [],
  },
  {
    name: 'the group system:masters can be denied nothing',
    objects: [clusterRole('c', [rule('get', '', 'secrets')]), clusterBinding('b', 'ClusterRole c', 'group system:masters')],
    rule: deny('*', SECRETS),
    want: [],
  },
];

for (const { name, objects, rule: item, want } of cases) test(`denied: ${name}`, () => assert.deepEqual(tell(objects, item), want));

test('a plan tells what the change brings and ends, not what was there', () => {
  const before = [
    clusterRole('c', [rule('get', '', 'secrets')]),
    binding('shop', 'b', 'ClusterRole c', 'user jane'),
    binding('shop', 'c', 'ClusterRole c', 'user ann'),
  ];
  const after = [clusterRole('c', [rule('get', '', 'secrets')]), binding('shop', 'b', 'ClusterRole c', 'user jane', 'user joe')];
  const changes = createDenyEngine([deny('*', { ...SECRETS, reason: 'audit' })]).compare(World.of(before), World.of(after));
  assert.deepEqual(
    changes.map(({ change, fact }) => [
      change,
      fact.severity,
      describe({ ...fact, change }),
      fact.objects.map(({ ref, path }) => ref.name + path),
    ]),
    [
      [
        'gained',
        'error',
        'User joe can read Secrets in shop (RoleBinding "b/shop" of ClusterRole "c" to User "joe"), which deny[0] of kplan.yaml denies: audit',
        ['b/subjects/1'],
      ],
      ['lost', 'info', 'User ann can no longer read Secrets in shop, which deny[0] of kplan.yaml denies', ['c/subjects/0']],
    ],
  );
});

const few = (values: readonly string[]): fc.Arbitrary<string[]> => fc.subarray([...values], { minLength: 1, maxLength: 2 });
const RESOURCES = ['pods', 'pods/log', '*', '*/log'];
const anyHeld = fc.oneof(
  fc.record({
    verbs: few(['get', 'list', '*']),
    apiGroups: few(['', 'apps', '*']),
    resources: few(RESOURCES),
    resourceNames: fc.subarray(['a', 'b']),
  }),
  fc.record({ verbs: few(['get', '*']), nonResourceURLs: few(['/a', '/a*', '/ab*', '*']) }),
);
const anyDeny = fc.record({
  verbs: few(['get', 'list', '*']),
  resources: few([...RESOURCES, 'pods.apps', '*.apps', 'pods.apps/log']),
  names: fc.subarray(['a', 'b']),
  paths: few(['/a', '/ab', '/a*', '*']),
});
const user = { name: '', groups: [] };
const REQUESTS: readonly AccessRequest[] = ['get', 'list', 'x'].flatMap((verb) => [
  ...['/a', '/ab', '/abc', '/b'].map((path): AccessRequest => ({ kind: 'path', user, verb, path })),
  ...['', 'apps', 'batch'].flatMap((group) =>
    ['pods', 'jobs'].flatMap((resource) =>
      ['', 'log', 'x'].flatMap((subresource) =>
        ['', 'a', 'c'].map((name): AccessRequest => ({ kind: 'resource', user, verb, group, resource, subresource, namespace: '', name })),
      ),
    ),
  ),
]);

function allows(permissions: readonly Permission[], request: AccessRequest): boolean {
  return permissions.some((item) => {
    if (item.kind === 'path') return isAllowedBy(readRule({ verbs: [item.verb], nonResourceURLs: [item.path] }), request);
    const { verb, group, resource, name } = item;
    return isAllowedBy(
      readRule({ verbs: [verb], apiGroups: [group], resources: [resource], resourceNames: name === undefined ? [] : [name] }),
      request,
    );
  });
}

/** A policy as rules that allow what it denies. */
function toRules({
  verbs,
  resources,
  names,
  paths,
}: Pick<DenyRule, 'names' | 'paths' | 'resources' | 'verbs'>): readonly ReturnType<typeof readRule>[] {
  const own = resources.map((text) => {
    const isOfApps = text.includes('.apps');
    return readRule({
      verbs: [...verbs],
      apiGroups: [isOfApps ? 'apps' : '*'],
      resources: [text.replace('.apps', '')],
      resourceNames: [...names],
    });
  });
  return [...own, readRule({ verbs: [...verbs], nonResourceURLs: [...paths] })];
}

test('what is denied of a right is what both the right and the policy mean', () => {
  fc.assert(
    fc.property(anyHeld, anyDeny, (held, denied) => {
      const own = toPermissions(readRule(held));
      const both = own.flatMap((item) => intersect(item, denied));
      for (const request of REQUESTS) {
        const want = allows(own, request) && toRules(denied).some((item) => isAllowedBy(item, request));
        assert.equal(allows(both, request), want, JSON.stringify(request));
      }
    }),
    { numRuns: 500 },
  );
});
