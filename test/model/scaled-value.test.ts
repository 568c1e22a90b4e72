import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toScaledValue } from '../../src/model/index.ts';

const SCALED: readonly { value: string | number; total: number; up?: number; down?: number }[] = [
  { value: 3, total: 10, up: 3, down: 3 },
  { value: '25%', total: 10, up: 3, down: 2 },
  { value: '0%', total: 10, up: 0, down: 0 },
  { value: '150%', total: 3, up: 5, down: 4 },
  { value: '7', total: 3, up: 7, down: 7 },
  { value: 'many', total: 3 },
  { value: '5.5%', total: 3 },
];

for (const { value, total, up, down } of SCALED) {
  test(`${String(value)} of ${total}`, () => {
    assert.deepEqual([toScaledValue(value, total, 'up'), toScaledValue(value, total, 'down')], [up, down]);
  });
}
