import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shuffle } from '../../src/std/index.ts';

const ITEMS = Array.from({ length: 20 }, (_, index) => index);

test('the same seed gives the same order, another seed another', () => {
  assert.deepEqual(shuffle(ITEMS, 7), shuffle(ITEMS, 7));
  assert.notDeepEqual(shuffle(ITEMS, 7), shuffle(ITEMS, 8));
});

test('nothing is lost, and the given list stays as it is', () => {
  assert.deepEqual(
    shuffle(ITEMS, 1).toSorted((a, b) => a - b),
    ITEMS,
  );
  assert.deepEqual([shuffle([], 1), shuffle(['a'], 1)], [[], ['a']]);
});

test('every order of three is about as frequent', () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const order = shuffle(['a', 'b', 'c'], seed).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].toSorted(), ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  for (const count of counts.values()) assert.ok(count > 850 && count < 1150, String(count));
});
