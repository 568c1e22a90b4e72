import assert from 'node:assert/strict';
import { test } from 'node:test';
import { append } from '../../src/std/index.ts';

test('more items are added than a call may have arguments', () => {
  const list = [-1];
  const items = Array.from({ length: 1_000_000 }, (_, index) => index);
  append(list, items);
  assert.deepEqual([list.length, list[0], list.at(-1)], [1_000_001, -1, 999_999]);
});
