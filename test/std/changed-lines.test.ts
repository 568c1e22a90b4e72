import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLinesAfter, listChangedLines } from '../../src/std/index.ts';

const CASES: readonly (readonly [name: string, before: string, after: string, want: readonly number[]])[] = [
  ['nothing', 'a b c', 'a b c', []],
  ['a line is another', 'a b c', 'a x c', [2]],
  ['a line is new', 'a b c', 'a b x c', [3]],
  ['a line is gone', 'a b c d', 'a c d', [1, 2]],
  ['the first line is gone', 'a b c', 'b c', [1]],
  ['the last line is gone', 'a b c', 'a b', [2]],
  ['two places', 'a b c d e', 'x b c d y', [1, 5]],
  ['a line that stays between', 'a b c d', 'x b y d', [1, 3]],
  ['a new file', '', 'a b', [1, 2]],
  ['an emptied file', 'a b', '', []],
  ['lines that repeat', 'a a a', 'a a a a', [4]],
];

const toLines = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));

for (const [name, before, after, want] of CASES)
  test(`the lines that differ: ${name}`, () => assert.deepEqual(listChangedLines(toLines(before), toLines(after)), want));

test('texts of which nothing stays differ from the first line to the last, however long', () => {
  const [before, after] = [Array.from({ length: 3000 }, (_, i) => `a${i}`), Array.from({ length: 3000 }, (_, i) => `b${i}`)];
  assert.equal(listChangedLines(before, after).length, 3000);
});

const MISSED: readonly (readonly [name: string, before: string, after: string, line: number, want: number])[] = [
  ['a line that stays', 'a b c', 'x a b c', 2, 3],
  ['a line that is gone', 'a b c d', 'a c d', 2, 2],
  ['the first', 'a b c', 'b c', 1, 1],
  ['the last', 'a b c', 'a b', 3, 2],
  ['one of several that are gone', 'a b c d e', 'a e', 3, 2],
  ['all', 'a b', '', 2, 1],
];

for (const [name, before, after, line, want] of MISSED)
  test(`where a line is missed: ${name}`, () => assert.equal(findLinesAfter(toLines(before), toLines(after), [line]).get(line), want));
