import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refuseGrant, type GrantWrite } from '../../../src/engine/rbac/index.ts';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { aggregated, binding, clusterBinding, clusterRole, role, rule } from './objects.ts';

const BIND = rule('bind', 'rbac.authorization.k8s.io', 'clusterroles', 'reader');
const ESCALATE = rule('escalate', 'rbac.authorization.k8s.io', 'clusterroles', 'made');
const READER = clusterRole('reader', [rule('get list', '', 'pods secrets')]);

interface Case {
  readonly name: string;
  readonly world: readonly KubernetesObject[];
  readonly write: Omit<GrantWrite, 'user' | 'isNamed'> & Partial<Pick<GrantWrite, 'user' | 'isNamed'>>;
  readonly want: string | undefined;
}

const FORBIDDEN = 'user "jane" (groups=["ops"]) is attempting to grant RBAC permissions not currently held:\n';

const CASES: readonly Case[] = [
  {
    name: 'a binding to a role of which nothing is held',
    world: [READER],
    write: { after: binding('shop', 'b', 'ClusterRole reader', 'user joe') },
    want:
      `rolebindings.rbac.authorization.k8s.io "b" is forbidden: ${FORBIDDEN}` +
      '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
  },
  {
    name: 'the same where it is held in that namespace',
    world: [READER, binding('shop', 'own', 'ClusterRole reader', 'group ops')],
    write: { after: binding('shop', 'b', 'ClusterRole reader', 'user joe') },
    want: undefined,
  },
  {
    name: 'the same where it is held in another namespace alone',
    world: [READER, binding('other', 'own', 'ClusterRole reader', 'group ops')],
    write: { after: binding('shop', 'b', 'ClusterRole reader', 'user joe') },
    want:
      `rolebindings.rbac.authorization.k8s.io "b" is forbidden: ${FORBIDDEN}` +
      '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
  },
  {
    name: 'the same for who may bind that role',
    world: [READER, clusterRole('binder', [BIND]), clusterBinding('own', 'ClusterRole binder', 'user jane')],
    write: { after: clusterBinding('b', 'ClusterRole reader', 'user joe') },
    want: undefined,
  },
  {
    name: 'a binding to a role that does not exist',
    world: [],
    write: { after: binding('shop', 'b', 'Role gone', 'user joe') },
    want: 'rolebindings.rbac.authorization.k8s.io "gone" not found',
  },
  {
    name: 'a role made by POST: the name that one may escalate is not known then',
    world: [clusterRole('maker', [ESCALATE]), clusterBinding('own', 'ClusterRole maker', 'user jane')],
    write: { after: clusterRole('made', [rule('*', '*', '*')]) },
    want: `clusterroles.rbac.authorization.k8s.io "made" is forbidden: ${FORBIDDEN}{APIGroups:["*"], Resources:["*"], Verbs:["*"]}`,
  },
  {
    name: 'the same by a server-side apply, whose URL has the name',
    world: [clusterRole('maker', [ESCALATE]), clusterBinding('own', 'ClusterRole maker', 'user jane')],
    write: { after: clusterRole('made', [rule('*', '*', '*')]), isNamed: true },
    want: undefined,
  },
  {
    name: 'an aggregated role whose own rules are none',
    world: [],
    write: { after: aggregated('all', 'x') },
    want: 'clusterroles.rbac.authorization.k8s.io "all" is forbidden: must have cluster-admin privileges to use the aggregationRule',
  },
  {
    name: 'a role of which only the finalizers change',
    world: [],
    write: {
      before: role('shop', 'r', [rule('get', '', 'pods')]),
      after: { ...role('shop', 'r', [rule('get', '', 'pods')]), metadata: { name: 'r', namespace: 'shop', finalizers: ['a/b'] } },
    },
    want: undefined,
  },
  {
    name: 'anything by system:masters',
    world: [],
    write: { user: { name: 'root', groups: ['system:masters'] }, after: clusterBinding('b', 'ClusterRole cluster-admin', 'user joe') },
    want: undefined,
  },
];

describe('refuseGrant', () => {
  for (const { name, world, write, want } of CASES) {
    it(name, () => {
      assert.equal(refuseGrant(World.of(world), { user: { name: 'jane', groups: ['ops'] }, isNamed: false, ...write }), want);
    });
  }
});

it('nobody gives a binding another role, not even who may do everything', () => {
  const [before, after] = ['view', 'edit'].map((name) => binding('shop', 'b', `ClusterRole ${name}`, 'user jane'));
  assert.ok(before !== undefined && after !== undefined);
  const user = { name: 'root', groups: ['system:masters'] };
  const role = '{"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"edit"}';
  assert.equal(
    refuseGrant(World.EMPTY, { user, before, after, isNamed: true }),
    `RoleBinding.rbac.authorization.k8s.io "b" is invalid: roleRef: Invalid value: ${role}: cannot change roleRef`,
  );
  assert.equal(refuseGrant(World.EMPTY, { user, before, after: { ...before, subjects: [] }, isNamed: true }), undefined);
});
