import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf, readLabelSelector, World, type KubernetesObject } from '../../../../src/model/index.ts';
import { listSelected, listSelecting } from '../../../../src/planner/impact/lifecycle/selected.ts';
import { getAt, type JsonObject } from '../../../../src/std/index.ts';
import { object } from '../../scenario.ts';

function workload(name: string, labels: JsonObject, more: JsonObject = {}, kind = 'Deployment'): KubernetesObject {
  const metadata = { name, namespace: 'shop', ...more };
  return object({ apiVersion: 'apps/v1', kind, metadata, spec: { template: { metadata: { labels }, spec: {} } } });
}

function budget(name: string, selector: JsonObject): KubernetesObject {
  return object({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name, namespace: 'shop' }, spec: { selector } });
}

const WORLD = World.of([
  workload('web', { app: 'web', tier: 'front' }),
  workload('db', { app: 'db' }, {}, 'StatefulSet'),
  workload('bare', {}),
  workload(
    'web-1',
    { app: 'web' },
    { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u' }] },
    'ReplicaSet',
  ),
  workload('agent', { app: 'web' }, {}, 'DaemonSet'),
  workload('far', { app: 'web' }, { namespace: 'far' }),
]);

const CASES: readonly (readonly [name: string, selector: JsonObject | undefined, want: readonly string[]])[] = [
  ['a label', { matchLabels: { app: 'web' } }, ['web']],
  ['two labels', { matchLabels: { app: 'web', tier: 'front' } }, ['web']],
  ['a label and one that no pod has', { matchLabels: { app: 'web', tier: 'back' } }, []],
  ['one of several values', { matchExpressions: [{ key: 'app', operator: 'In', values: ['db', 'web'] }] }, ['web', 'db']],
  ['one value as an expression', { matchExpressions: [{ key: 'app', operator: 'In', values: ['db'] }] }, ['db']],
  ['none of some values', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, ['bare', 'db']],
  ['nothing asked for', {}, ['bare', 'web', 'db']],
  ['no selector', undefined, []],
];

for (const [name, selector, want] of CASES)
  test(`the workloads whose pods are selected: ${name}`, () => {
    assert.deepEqual(listSelected(WORLD, 'shop', readLabelSelector(selector)).map(nameOf), want);
  });

test('what selects a workload is listed with it, in the order given', () => {
  const budgets = [budget('b', { matchLabels: { app: 'web' } }), budget('a', {}), budget('none', { matchLabels: { app: 'none' } })];
  const selecting = listSelecting(WORLD, budgets, (each) => readLabelSelector(getAt(each, 'spec', 'selector')));
  const told = [...selecting].map(([workload, all]) => [workload, ...all].map(nameOf).join(' '));
  assert.deepEqual(told.toSorted(), ['bare a', 'db a', 'web b a']);
});
