import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getOrAdd } from '../../src/std/index.ts';

test('a value is made where there is none, and kept', () => {
  const map = new Map<string, string[]>();
  getOrAdd(map, 'a', () => []).push('first');
  getOrAdd(map, 'a', () => ['never made']).push('second');
  assert.deepEqual([...map], [['a', ['first', 'second']]]);
});
