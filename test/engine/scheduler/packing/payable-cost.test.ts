import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roundToPayable } from '../../../../src/engine/scheduler/packing/payable-cost.ts';

const CASES: readonly (readonly [least: number, costs: readonly number[], want: number])[] = [
  [0, [3, 5], 0],
  [4, [3, 5], 5],
  [7, [3, 5], 8],
  [12, [8, 5], 13],
  [7, [1], 7],
  [9, [4, 6], 10],
  [3_000_000, [7], 3_000_000],
];

for (const [least, costs, want] of CASES) {
  test(`the next sum of ${costs.join(' and ')} from ${least} is ${want}`, () => assert.equal(roundToPayable(least, costs), want));
}
