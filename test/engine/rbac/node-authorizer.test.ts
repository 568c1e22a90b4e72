import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { authorize, decide, type UserInfo } from '../../../src/engine/rbac/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { binding, role, rule } from './objects.ts';
import { ask } from './random-policy.ts';

const NODE: UserInfo = { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] };

function pod(name: string, nodeName: string, spec: JsonObject): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' }, spec: { nodeName, ...spec } };
}

const world = World.of([
  pod('web', 'n1', { serviceAccountName: 'web', volumes: [{ name: 'v', secret: { secretName: 'key' } }] }),
  pod('db', 'n2', { volumes: [{ name: 'v', secret: { secretName: 'password' } }] }),
  role('shop', 'r', [rule('list', '', 'secrets')]),
  binding('shop', 'b', 'Role r', 'group system:nodes'),
  binding('shop', 'gone', 'Role gone', 'group system:nodes'),
]);

const cases: readonly {
  readonly name: string;
  readonly verb: string;
  readonly what: string;
  readonly where: string;
  readonly want: string;
}[] = [
  { name: 'a Secret that a pod of the node mounts', verb: 'get', what: '-/secrets', where: 'shop/key', want: 'yes ' },
  { name: 'a token of the account of such a pod', verb: 'create', what: '-/serviceaccounts/token', where: 'shop/web', want: 'yes ' },
  {
    name: 'a Secret of a pod of another node, with what RBAC says of it on a line of its own',
    verb: 'get',
    what: '-/secrets',
    where: 'shop/password',
    want: `no no relationship found between node 'n1' and this object\nRBAC: role.rbac.authorization.k8s.io "gone" not found`,
  },
  {
    name: 'what RBAC allows though the Node authorizer does not',
    verb: 'list',
    what: '-/secrets',
    where: 'shop',
    want: 'yes RBAC: allowed by RoleBinding "b/shop" of Role "r" to Group "system:nodes"',
  },
  { name: 'the lease of the node', verb: 'update', what: 'coordination.k8s.io/leases', where: 'kube-node-lease/n1', want: 'yes ' },
  { name: 'the rules that the authorizer has built in', verb: 'list', what: '-/services', where: '', want: 'yes ' },
];

for (const { name, verb, what, where, want } of cases) {
  test(`a node asks for ${name}`, () => {
    const { allowed, reason } = decide(world, ask(NODE, verb, what, where));
    assert.equal(`${allowed ? 'yes' : 'no'} ${reason}`, want);
  });
}

const selectors: readonly (readonly [fieldSelector: string, pods: boolean, slices: boolean, nodes: boolean])[] = [
  ['', false, false, false],
  ['spec.nodeName=n1', true, true, false],
  ['spec.nodeName==n1,status.phase!=Failed', true, true, false],
  ['spec.nodeName=n2', false, false, false],
  ['spec.nodeName!=n1', false, false, false],
  ['nodeName=n1', false, false, false],
  ['spec.nodeName', false, false, false],
];

for (const [fieldSelector, pods, slices, nodes] of selectors)
  test(`a node lists what it selects by '${fieldSelector}'`, () => {
    const may = (what: string): boolean => {
      const request = ask(NODE, 'list', what);
      return decide(world, request.kind === 'path' ? request : { ...request, fieldSelector }).allowed;
    };
    assert.deepEqual([may('-/pods'), may('resource.k8s.io/resourceslices'), may('-/nodes')], [pods, slices, nodes]);
  });

test('what the Node authorizer allows comes from no rule', () => {
  assert.deepEqual(authorize(world, ask(NODE, 'list', '-/services')).rules, []);
});

test('the name of a node without its group is a user like others', () => {
  assert.equal(decide(world, ask({ ...NODE, groups: ['system:authenticated'] }, 'get', '-/secrets', 'shop/key')).allowed, false);
});
