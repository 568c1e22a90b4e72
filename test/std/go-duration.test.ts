import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGoDuration } from '../../src/std/index.ts';

const DURATIONS: readonly (readonly [string, number])[] = [
  ['0', 0],
  ['1h30m', 5_400_000],
  ['-1.5h', -5_400_000],
  ['+.5s', 500],
  ['1.s', 1000],
  ['1500us', 1.5],
  ['2h0s', 7_200_000],
];
for (const [text, want] of DURATIONS) test(`${text} is a duration`, () => assert.equal(parseGoDuration(text), want));

const REFUSED: readonly (readonly [string, string])[] = [
  ['', 'time: invalid duration ""'],
  ['-', 'time: invalid duration "-"'],
  ['.s', 'time: invalid duration ".s"'],
  ['1.2.3s', 'time: missing unit in duration "1.2.3s"'],
  ['5', 'time: missing unit in duration "5"'],
  ['1d', 'time: unknown unit "d" in duration "1d"'],
  ['1 h', 'time: unknown unit " h" in duration "1 h"'],
  ['9999999h', 'time: invalid duration "9999999h"'],
];
for (const [text, error] of REFUSED) test(`${JSON.stringify(text)} is none`, () => assert.deepEqual(parseGoDuration(text), { error }));
