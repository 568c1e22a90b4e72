import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { mergeSorted } from '../../src/std/index.ts';

test('two sorted lists are merged as one that was sorted, equal items of the first before those of the second', () => {
  const list = fc.array(fc.nat(9), { maxLength: 12 }).map((items) => items.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(list, list, (items, others) => {
      const [first, second] = [items.map((key) => ({ key, of: 1 })), others.map((key) => ({ key, of: 2 }))];
      const merged = mergeSorted(first, second, (a, b) => a.key - b.key);
      assert.deepEqual(
        merged,
        [...first, ...second].toSorted((a, b) => a.key - b.key),
      );
    }),
  );
});
