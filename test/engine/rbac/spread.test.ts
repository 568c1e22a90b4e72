import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, World, type KubernetesObject } from '../../../src/model/index.ts';
import { rbacEngine } from '../../../src/engine/rbac/index.ts';
import { aggregated, binding, clusterBinding, clusterRole, rule } from './objects.ts';

const EDIT = { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' };
const WIDGETS = clusterRole('widgets', [rule('create delete', 'x.example', 'widgets')], EDIT);
const BINDINGS = [
  ...Array.from({ length: 41 }, (_, i) => binding(`ns${i % 38}`, `b${i}`, 'ClusterRole edit', `user u${i}`)),
  binding('shop', 'admins', 'ClusterRole admin', 'group ops'),
  clusterBinding('everywhere', 'ClusterRole edit', 'group sre'),
];

/** Severity and sentence of each effect. */
function tell(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly string[] {
  return rbacEngine
    .compare(World.of(before), World.of(after))
    .map(({ change, fact }) => `${fact.code} ${fact.severity} ${describe({ ...fact, change })}`);
}

test('a label is told once for all who are bound to what aggregates it, with the number of their bindings', () => {
  const where = '42 RoleBindings in 39 namespaces and 1 ClusterRoleBinding of admin and edit';
  const why = 'the label rbac.authorization.k8s.io/aggregate-to-edit on ClusterRole widgets';
  const plain = clusterRole('widgets', [rule('create delete', 'x.example', 'widgets')]);
  const who = 'Group ops, Group sre, User u0 and 40 more';
  assert.deepEqual(tell([plain, ...BINDINGS], [WIDGETS, ...BINDINGS]), [
    `KA0107 info ${who} can now create, delete widgets.x.example, by ${why}: ${where}`,
  ]);
  assert.deepEqual(tell([WIDGETS, ...BINDINGS], [plain, ...BINDINGS]), [
    `KA0108 info ${who} can no longer create, delete widgets.x.example, by ${why}: ${where}`,
  ]);
});

test('what a rule more reaches, and a role that is new', () => {
  const wider = clusterRole('widgets', [rule('create delete', 'x.example', 'widgets'), rule('get', '', 'nodes/proxy')], EDIT);
  const own = [clusterBinding('everywhere', 'ClusterRole edit', 'group sre')];
  assert.deepEqual(tell([WIDGETS, ...own], [wider, ...own]), [
    'KA0107 warning Group sre can now run commands on nodes (nodes/proxy), by the rules of ClusterRole widgets: 1 ClusterRoleBinding of edit',
  ]);
  assert.deepEqual(tell(own, [WIDGETS, ...own]), [
    'KA0107 info Group sre can now create, delete widgets.x.example, by ClusterRole widgets: 1 ClusterRoleBinding of edit',
  ]);
});

test('who holds it in another way, or is bound by the same change, is not told of it so', () => {
  const held = [clusterRole('own', [rule('*', 'x.example', 'widgets')]), clusterBinding('own', 'ClusterRole own', 'group sre')];
  const bound = clusterBinding('everywhere', 'ClusterRole edit', 'group sre');
  assert.deepEqual(tell([...held, bound], [...held, bound, WIDGETS]), []);
  const fresh = [aggregated('all', 'x'), clusterRole('part', [rule('get', '', 'pods')], { x: 'true' })];
  assert.deepEqual(tell([...fresh], [...fresh, clusterBinding('b', 'ClusterRole all', 'user jane')]), [
    'KA0105 info User jane can now get pods cluster-wide',
  ]);
});

test('everything everywhere by a label is an error', () => {
  const [own, other] = [aggregated('all', 'x'), clusterBinding('b', 'ClusterRole all', 'user jane')];
  const everything = (labels: Record<string, string>): KubernetesObject => clusterRole('root', [rule('*', '*', '*')], labels);
  const [told] = tell([own, other, everything({})], [own, other, everything({ x: 'true' })]);
  assert.equal(
    told,
    'KA0107 error User jane can now do anything with every resource, Secrets included, by the label x on ClusterRole root: 1 ClusterRoleBinding of all',
  );
});
