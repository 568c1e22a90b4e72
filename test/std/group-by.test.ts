import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupBy } from '../../src/std/index.ts';

test('groups come in the order of their first items, items in their own', () => {
  const groups = groupBy(['pear', 'fig', 'plum', 'apple', 'fennel'], (word) => word.charAt(0));
  assert.deepEqual(
    [...groups],
    [
      ['p', ['pear', 'plum']],
      ['f', ['fig', 'fennel']],
      ['a', ['apple']],
    ],
  );
});

test('what has no key is in no group', () => {
  assert.deepEqual([...groupBy([1, 2, 3], (number) => (number === 2 ? undefined : 'odd'))], [['odd', [1, 3]]]);
});
