import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect, ObjectRef } from '../../../src/model/index.ts';
import { withoutRepeated } from '../../../src/planner/impact/repeats.ts';

const ref = (kind: string, name = 'web'): ObjectRef => ({ group: '', version: 'v1', kind, namespace: 'shop', name });
const BINDING = ref('RoleBinding', 'b');

function effect(code: string, more: Partial<Effect> = {}): Effect {
  return { engine: 'reference', code, severity: 'warning', change: 'gained', subject: ref('Deployment'), data: {}, causes: [], ...more };
}

const rights = (code: string, more: Partial<Effect> = {}): Effect =>
  effect(code, { data: { subject: 'Group all' }, causes: [{ ref: BINDING, path: '/subjects/0' }], ...more });

const CASES: readonly (readonly [name: string, effects: readonly Effect[], want: readonly string[]])[] = [
  ['a warning of pods that are refused', [effect('KQ0002'), effect('KQ0003')], ['KQ0002']],
  ['a warning of other pods', [effect('KQ0002'), effect('KQ0003', { subject: ref('Deployment', 'db') })], ['KQ0002', 'KQ0003']],
  ['a warning in the place of another', [effect('KQ0003'), effect('KQ0003', { change: 'lost', severity: 'info' })], ['KQ0003']],
  ['a warning that is no more', [effect('KQ0003', { change: 'lost', severity: 'info' })], ['KQ0003']],
  ['a class that is missing, and the pods that are refused', [effect('KR0008'), effect('KQ0002')], ['KQ0002']],
  [
    'a claim that is missing, and the place that is not found without',
    [effect('KR0006'), effect('KS0001', { data: { message: '0/3 nodes: persistentvolumeclaim "web" not found. not found' } })],
    ['KR0006'],
  ],
  [
    'a claim that is missing, and another fault',
    [effect('KR0006'), effect('KS0001', { data: { message: '3 Insufficient cpu' } })],
    ['KR0006', 'KS0001'],
  ],
  ['a right of everybody, and the binding', [rights('KA0105', { severity: 'info' }), rights('KA0609')], ['KA0609']],
  ['a right that weighs more than the binding', [rights('KA0101', { severity: 'error' }), rights('KA0609')], ['KA0101']],
  [
    'a right by another binding',
    [rights('KA0105', { causes: [{ ref: ref('RoleBinding', 'c') }] }), rights('KA0609')],
    ['KA0105', 'KA0609'],
  ],
  ['a right of somebody else', [rights('KA0105', { data: { subject: 'User eve' } }), rights('KA0609')], ['KA0105', 'KA0609']],
  [
    'a Service that leads nowhere, and the webhook behind it',
    [effect('KR0015', { subject: ref('Service') }), effect('KQ0013', { subject: ref('X'), data: { service: 'Service shop/web' } })],
    ['KQ0013'],
  ],
  ['a budget of no pods', [effect('KP0404'), effect('KR0016')], ['KR0016']],
];

for (const [name, effects, want] of CASES)
  test(`nothing is said twice: ${name}`, () => {
    const codes = (list: readonly Effect[]): readonly string[] => list.map(({ code }) => code);
    assert.deepEqual(codes(withoutRepeated(effects)), want);
    assert.deepEqual(codes(withoutRepeated(effects.toReversed())).toSorted(), [...want].toSorted());
  });
