import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../src/std/index.ts';
import { formatSelector, isSelected, readLabelSelector } from '../../src/model/index.ts';

const labels = new Map([
  ['app', 'web'],
  ['size', '3'],
]);

const cases: readonly { readonly name: string; readonly selector: JsonValue | undefined; readonly want: boolean }[] = [
  { name: 'an absent selector selects nothing', selector: undefined, want: false },
  { name: 'an empty selector selects everything', selector: {}, want: true },
  { name: 'matchLabels', selector: { matchLabels: { app: 'web' } }, want: true },
  { name: 'all of matchLabels', selector: { matchLabels: { app: 'web', tier: 'x' } }, want: false },
  { name: 'In', selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['db', 'web'] }] }, want: true },
  { name: 'NotIn matches an absent key', selector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['x'] }] }, want: true },
  { name: 'Exists', selector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, want: false },
  { name: 'DoesNotExist', selector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, want: true },
  { name: 'Gt compares integers', selector: { matchExpressions: [{ key: 'size', operator: 'Gt', values: ['2'] }] }, want: true },
  {
    name: 'an unknown operator selects nothing',
    selector: { matchExpressions: [{ key: 'size', operator: 'Near', values: ['2'] }] },
    want: false,
  },
];
for (const { name, selector, want } of cases) test(name, () => assert.equal(isSelected(readLabelSelector(selector), labels), want));

test('a selector reads as kubectl prints it', () => {
  const selector = readLabelSelector({
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'NotIn', values: ['b', 'a'] },
      { key: 'x', operator: 'DoesNotExist' },
    ],
  });
  assert.equal(formatSelector(selector), 'app=web,tier notin (a,b),!x');
});
