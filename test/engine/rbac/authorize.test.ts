import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compareStrings, getArray, getBoolean, getObject, getString, parseJson, type JsonValue } from '../../../src/std/index.ts';
import { isKubernetesObject, World, type KubernetesObject } from '../../../src/model/index.ts';
import { authorize, type AccessRequest, type Decision } from '../../../src/engine/rbac/index.ts';
import { describeBinding } from '../../../src/engine/rbac/binding.ts';
import { naiveIsAllowed } from './naive-authorizer.ts';
import { anyAccess, anyPolicy, ask, JANE, WEB } from './random-policy.ts';
import { binding, clusterBinding, clusterRole, role, rule } from './objects.ts';

const rules: readonly {
  readonly name: string;
  readonly rule: JsonValue;
  readonly yes: readonly AccessRequest[];
  readonly no: readonly AccessRequest[];
}[] = [
  {
    name: 'verbs are compared exactly, and a request for the verb * needs *',
    rule: rule('get', '', 'pods'),
    yes: [ask(JANE, 'get', '-/pods')],
    no: [ask(JANE, 'Get', '-/pods'), ask(JANE, 'list', '-/pods'), ask(JANE, '*', '-/pods')],
  },
  {
    name: 'apps and extensions are different groups',
    rule: rule('get', 'apps', 'deployments'),
    yes: [ask(JANE, 'get', 'apps/deployments')],
    no: [ask(JANE, 'get', 'extensions/deployments'), ask(JANE, 'get', '-/deployments')],
  },
  {
    name: 'a resource does not cover its subresources',
    rule: rule('get', '', 'pods'),
    yes: [],
    no: [ask(JANE, 'get', '-/pods/log')],
  },
  {
    name: '* covers all resources and subresources',
    rule: rule('get', '', '*'),
    yes: [ask(JANE, 'get', '-/pods'), ask(JANE, 'get', '-/pods/log')],
    no: [ask(JANE, 'get', 'apps/deployments')],
  },
  {
    name: '*/scale covers that subresource of every resource',
    rule: rule('get', '*', '*/scale'),
    yes: [ask(JANE, 'get', 'apps/deployments/scale')],
    no: [ask(JANE, 'get', 'apps/deployments'), ask(JANE, 'get', 'apps/deployments/status'), ask(JANE, 'get', 'apps/deployments/autoscale')],
  },
  {
    name: 'pods/* and */* match nothing',
    rule: rule('*', '*', 'pods/* */*'),
    yes: [],
    no: [ask(JANE, 'get', '-/pods'), ask(JANE, 'get', '-/pods/log'), ask(JANE, 'get', '-/pods/exec')],
  },
  {
    name: 'resourceNames need the name, and * is no wildcard there',
    rule: rule('get list create', '', 'secrets', 'a *'),
    yes: [ask(JANE, 'get', '-/secrets', 'shop/a'), ask(JANE, 'list', '-/secrets', 'shop/a'), ask(JANE, 'get', '-/secrets', 'shop/*')],
    no: [ask(JANE, 'get', '-/secrets', 'shop/b'), ask(JANE, 'list', '-/secrets', 'shop'), ask(JANE, 'create', '-/secrets', 'shop')],
  },
  {
    name: 'paths are exact, or a prefix before trailing stars',
    rule: { verbs: ['get'], nonResourceURLs: ['/healthz', '/foo/*', '/logs**', '/a/*/b'] },
    yes: [ask(JANE, 'get', '/healthz'), ask(JANE, 'get', '/foo/x'), ask(JANE, 'get', '/logs/x'), ask(JANE, 'get', '/a/*/b')],
    no: [ask(JANE, 'get', '/healthz/x'), ask(JANE, 'get', '/foo'), ask(JANE, 'get', '/a/x/b'), ask(JANE, 'post', '/healthz')],
  },
];

for (const { name, rule: item, yes, no } of rules) {
  test(`rule: ${name}`, () => {
    const world = World.of([clusterRole('c', [item]), clusterBinding('b', 'ClusterRole c', 'user jane')]);
    for (const request of yes) assert.equal(authorize(world, request).allowed, true, JSON.stringify(request));
    for (const request of no) assert.equal(authorize(world, request).allowed, false, JSON.stringify(request));
  });
}

const subjects: readonly {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly request: AccessRequest;
  readonly reason: string;
}[] = [
  {
    name: 'a user by a ClusterRoleBinding',
    objects: [clusterBinding('b', 'ClusterRole c', 'user jane')],
    request: ask(JANE, 'get', '-/pods', 'shop'),
    reason: 'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "c" to User "jane"',
  },
  {
    name: 'a group, name before namespace in the words of a RoleBinding',
    objects: [binding('shop', 'b', 'Role r', 'group ops')],
    request: ask(JANE, 'get', '-/pods', 'shop'),
    reason: 'RBAC: allowed by RoleBinding "b/shop" of Role "r" to Group "ops"',
  },
  {
    name: 'a ServiceAccount without a namespace is of that of the RoleBinding',
    objects: [binding('shop', 'b', 'ClusterRole c', 'account web')],
    request: ask(WEB, 'get', '-/pods', 'shop'),
    reason: 'RBAC: allowed by RoleBinding "b/shop" of ClusterRole "c" to ServiceAccount "web/shop"',
  },
  {
    name: 'a ServiceAccount bound as the user of its name',
    objects: [clusterBinding('b', 'ClusterRole c', 'user system:serviceaccount:shop:web')],
    request: ask(WEB, 'get', '-/pods'),
    reason: 'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "c" to User "system:serviceaccount:shop:web"',
  },
  {
    name: 'a ServiceAccount through the group of its namespace',
    objects: [clusterBinding('b', 'ClusterRole c', 'group system:serviceaccounts:shop')],
    request: ask(WEB, 'get', '-/pods'),
    reason: 'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "c" to Group "system:serviceaccounts:shop"',
  },
  {
    name: 'a ServiceAccount without a namespace in a ClusterRoleBinding is nobody',
    objects: [clusterBinding('b', 'ClusterRole c', 'account web')],
    request: ask(WEB, 'get', '-/pods'),
    reason: '',
  },
  {
    name: 'the user * is a name like any other',
    objects: [clusterBinding('b', 'ClusterRole c', 'user *')],
    request: ask(JANE, 'get', '-/pods'),
    reason: '',
  },
  {
    name: 'a RoleBinding grants nothing cluster-wide, and nothing elsewhere',
    objects: [binding('shop', 'b', 'ClusterRole c', 'user jane')],
    request: ask(JANE, 'get', '-/pods'),
    reason: '',
  },
  {
    name: 'a RoleBinding lets one read its own Namespace',
    objects: [clusterRole('n', [rule('get', '', 'namespaces')]), binding('shop', 'b', 'ClusterRole n', 'user jane')],
    request: ask(JANE, 'get', '-/namespaces', 'shop/shop'),
    reason: 'RBAC: allowed by RoleBinding "b/shop" of ClusterRole "n" to User "jane"',
  },
  {
    name: 'a role that does not exist is said',
    objects: [clusterBinding('b', 'ClusterRole gone', 'user jane'), binding('shop', 'b', 'Role gone', 'group ops')],
    request: ask(JANE, 'get', '-/pods', 'shop'),
    reason: 'RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "gone" not found]',
  },
];

for (const { name, objects, request, reason } of subjects) {
  test(`subject: ${name}`, () => {
    const roles = [clusterRole('c', [rule('get', '', 'pods')]), role('shop', 'r', [rule('get', '', 'pods')])];
    const decision = authorize(World.of([...roles, ...objects]), request);
    assert.equal(decision.reason, reason);
    assert.equal(decision.allowed, reason.includes('allowed by'));
  });
}

test('system:masters is allowed everything in an empty world', () => {
  const user = { name: 'root', groups: ['system:masters'] };
  assert.deepEqual(authorize(World.EMPTY, ask(user, 'escalate', 'x/y')), { allowed: true, reason: '', rules: [] });
});

test('a cluster has its default roles, whatever the manifests say', () => {
  const world = World.of([binding('shop', 'b', 'ClusterRole edit', 'user jane')]);
  assert.equal(authorize(World.EMPTY, ask(JANE, 'get', '/version')).allowed, true);
  assert.equal(authorize(world, ask(JANE, 'get', '-/secrets', 'shop')).allowed, true);
  assert.equal(authorize(world, ask(JANE, 'create', '-/roles', 'shop')).allowed, false);
});

test('an object of the world wins over the default of its name', () => {
  const world = World.of([clusterRole('view', []), binding('shop', 'b', 'ClusterRole view', 'user jane')]);
  assert.equal(authorize(world, ask(JANE, 'get', '-/pods', 'shop')).allowed, false);
});

test('a kind that came from a server is taken as it is', () => {
  const own = clusterRole('cluster-admin', [], { 'kubernetes.io/bootstrapping': 'rbac-defaults' });
  assert.equal(authorize(World.of([own]), ask(JANE, 'get', '/version')).allowed, false);
});

test('every verdict of a real API server is ours', () => {
  const recorded = parseJson(readFileSync(new URL('../../../fixtures/rbac/server-verdicts.json', import.meta.url), 'utf8'));
  const world = World.of(getArray(recorded, 'objects').filter(isKubernetesObject));
  const verdicts = getArray(recorded, 'verdicts');
  for (const verdict of verdicts) {
    const request = toRequest(getObject(verdict, 'spec') ?? {});
    const decision = authorize(world, request);
    assert.equal(decision.allowed, getBoolean(verdict, 'allowed'), JSON.stringify(request));
    assert.ok(
      listReasons(decision)
        .map(sortErrors)
        .includes(sortErrors(getString(verdict, 'reason') ?? '')),
      `${JSON.stringify(verdict)}: ${decision.reason}`,
    );
  }
  assert.equal(verdicts.length, 400);
});

/** The server visits bindings in no order: where several allow, any of them may be its reason. */
function listReasons({ reason, rules }: Decision): readonly string[] {
  const others = rules.flatMap(({ grant }) => {
    const subject = grant.binding.subjects[grant.subjectIndex];
    return subject === undefined ? [] : [`RBAC: allowed by ${describeBinding(grant.binding, subject)}`];
  });
  return [reason, ...others];
}

/** Nor are its errors in an order. */
function sortErrors(reason: string): string {
  return reason.replace(/\[(.*)\]/, (_, errors: string) => errors.split(', ').toSorted(compareStrings).join(', '));
}

function toRequest(spec: JsonValue): AccessRequest {
  const user = { name: getString(spec, 'user') ?? '', groups: getArray(spec, 'groups').map(String) };
  const path = getString(spec, 'nonResourceAttributes', 'path');
  if (path !== undefined) return { kind: 'path', user, verb: getString(spec, 'nonResourceAttributes', 'verb') ?? '', path };
  const text = (field: string): string => getString(spec, 'resourceAttributes', field) ?? '';
  return {
    kind: 'resource',
    user,
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    subresource: text('subresource'),
    namespace: text('namespace'),
    name: text('name'),
  };
}

test('the answer is that of a naive evaluator, on random worlds', () => {
  fc.assert(
    fc.property(anyPolicy, fc.array(anyAccess, { minLength: 1, maxLength: 8 }), (objects, requests) => {
      const world = World.of(objects);
      for (const request of requests)
        assert.equal(authorize(world, request).allowed, naiveIsAllowed(objects, request), JSON.stringify(request));
    }),
    { numRuns: 500 },
  );
});
