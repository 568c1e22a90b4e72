import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeImpersonation, toServiceAccountUser, type Action, type ImpersonatedUser } from '../../../src/engine/rbac/index.ts';
import { World } from '../../../src/model/index.ts';
import { clusterBinding, clusterRole, rule } from './objects.ts';

const AGENT = toServiceAccountUser('shop', 'agent');
const PODS: Action = { kind: 'resource', verb: 'list', group: '', resource: 'pods', subresource: '', namespace: 'shop', name: '' };
const AUTHENTICATION = 'authentication.k8s.io';

const world = World.of([
  clusterRole('agent', [
    rule('impersonate:associated-node', AUTHENTICATION, 'nodes'),
    rule('impersonate-on:associated-node:list', '*', 'pods'),
    rule('impersonate:user-info', AUTHENTICATION, 'users groups'),
    rule('impersonate-on:user-info:list', '*', 'pods'),
    rule('impersonate', '*', 'serviceaccounts', 'web'),
  ]),
  clusterBinding('agent', 'ClusterRole agent', 'account shop/agent'),
]);

function wanted(name: string, ...groups: readonly string[]): ImpersonatedUser {
  return { name, groups, uid: '', extra: {} };
}

const cases = [
  { name: 'the node that the Pod runs on', wanted: wanted('system:node:n1'), want: 'associated-node: system:nodes system:authenticated' },
  {
    name: 'another node',
    wanted: wanted('system:node:n2'),
    want: 'pods is forbidden: User "system:serviceaccount:shop:agent" cannot impersonate-on:arbitrary-node:list resource "pods" in API group "" in the namespace "shop"',
  },
  { name: 'a user', wanted: wanted('joe', 'ops'), want: 'user-info: ops system:authenticated' },
  {
    name: 'a user in the group that may do everything',
    wanted: wanted('joe', 'system:masters'),
    want: 'groups.authentication.k8s.io "system:masters" is forbidden: User "system:serviceaccount:shop:agent" cannot impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the cluster scope: impersonating the system:masters group is not allowed',
  },
  {
    name: 'a ServiceAccount, by the verb of old',
    wanted: wanted('system:serviceaccount:shop:web'),
    want: 'legacy: system:serviceaccounts system:serviceaccounts:shop system:authenticated',
  },
] as const;

for (const { name, wanted: who, want } of cases) {
  test(`impersonation of ${name}`, () => {
    const asked = { user: AGENT, node: 'n1', wanted: who, action: PODS, isConstrained: true };
    const { user, attempts, refusal } = judgeImpersonation(world, asked);
    assert.equal(user === undefined ? refusal : `${attempts.at(-1)?.mode}: ${user.groups.join(' ')}`, want);
  });
}

test('a server without constrained impersonation asks for the verb of old alone', () => {
  const asked = { user: AGENT, node: 'n1', wanted: wanted('joe'), action: PODS, isConstrained: false };
  const { attempts, user } = judgeImpersonation(world, asked);
  assert.deepEqual([attempts.map(({ mode }) => mode), user], [['legacy'], undefined]);
});
