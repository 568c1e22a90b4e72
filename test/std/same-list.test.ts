import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameList } from '../../src/std/index.ts';

const item = { name: 'a' };
const cases: readonly { readonly name: string; readonly a: readonly unknown[]; readonly b: readonly unknown[]; readonly want: boolean }[] =
  [
    { name: 'two empty lists are the same', a: [], b: [], want: true },
    { name: 'lists of the very same items are the same', a: [item, 1], b: [item, 1], want: true },
    { name: 'items that are only alike are not the same', a: [item], b: [{ name: 'a' }], want: false },
    { name: 'another order is another list', a: [1, 2], b: [2, 1], want: false },
    { name: 'a longer list is another', a: [1], b: [1, 2], want: false },
  ];

for (const { name, a, b, want } of cases) test(name, () => assert.equal(isSameList(a, b), want));
