import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aggregate } from '../../../src/engine/rbac/aggregation.ts';
import { listBootstrapPolicy } from '../../../src/engine/rbac/bootstrap.ts';
import { aggregated, clusterRole, rule } from './objects.ts';

const defaults = listBootstrapPolicy().filter(({ kind }) => kind === 'ClusterRole');
const resourcesOf = (rules: ReturnType<typeof aggregate>, name: string): readonly string[] =>
  (rules.get(name) ?? []).flatMap((item) => item.rule.resources);

test('admin, edit and view of a fresh cluster hold as many rules as the real ones', () => {
  const rules = aggregate(defaults);
  assert.deepEqual(
    ['admin', 'edit', 'view'].map((name) => rules.get(name)?.length),
    [29, 27, 12],
  );
});

test('a rule of view reaches edit and admin through the roles between', () => {
  const extra = clusterRole('crontabs', [rule('get', 'stable.example.com', 'crontabs')], {
    'rbac.authorization.k8s.io/aggregate-to-view': 'true',
  });
  const rules = aggregate([...defaults, extra]);
  for (const name of ['admin', 'edit', 'view']) assert.ok(resourcesOf(rules, name).includes('crontabs'), name);
});

test('a rule keeps the role and the path that it is written at', () => {
  const rules = aggregate([aggregated('all', 'x'), clusterRole('part', [rule('get', '', 'a'), rule('get', '', 'b')], { x: 'true' })]);
  const sources = (rules.get('all') ?? []).map(({ source }) => `${source.ref.name}${source.path}`);
  assert.deepEqual(sources, ['part/rules/0', 'part/rules/1']);
});

test('rules written by hand in an aggregated role are replaced, equal ones held once, in order of names', () => {
  const rules = aggregate([
    aggregated('all', 'x', [rule('get', '', 'own')]),
    clusterRole('b', [rule('get', '', 'shared'), rule('get', '', 'b')], { x: 'true' }),
    clusterRole('a', [rule('get', '', 'a'), rule('get', '', 'shared')], { x: 'true' }),
  ]);
  assert.deepEqual(resourcesOf(rules, 'all'), ['a', 'shared', 'b']);
});

test('an aggregated role that selects nothing keeps its rules', () => {
  assert.deepEqual(resourcesOf(aggregate([aggregated('all', 'x', [rule('get', '', 'own')])]), 'all'), ['own']);
});

test('a cycle settles', () => {
  const rules = aggregate([
    aggregated('a', 'to-a', [], { 'to-b': 'true' }),
    aggregated('b', 'to-b', [], { 'to-a': 'true' }),
    clusterRole('leaf', [rule('get', '', 'pods')], { 'to-a': 'true' }),
  ]);
  assert.deepEqual([resourcesOf(rules, 'a'), resourcesOf(rules, 'b')], [['pods'], ['pods']]);
});

test('a chain as long as there are roles reaches its end', () => {
  const chain = Array.from({ length: 30 }, (_, i) => aggregated(`r${i}`, `to-${i}`, [], { [`to-${i + 1}`]: 'true' }));
  const rules = aggregate([...chain, clusterRole('leaf', [rule('get', '', 'pods')], { 'to-0': 'true' })]);
  assert.deepEqual(resourcesOf(rules, 'r29'), ['pods']);
});
