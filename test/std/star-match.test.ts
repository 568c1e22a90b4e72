import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isStarMatch } from '../../src/std/index.ts';

const cases: readonly (readonly [pattern: string, text: string, want: boolean])[] = [
  ['a', 'a', true],
  ['a', 'ab', false],
  ['', '', true],
  ['*', '', true],
  ['a*', 'a', true],
  ['a*a', 'a', false],
  ['a*b*c', 'axbxbc', true],
  ['a*b*c', 'axcb', false],
  ['*b', 'ab', true],
  ['a.c', 'abc', false],
];

for (const [pattern, text, want] of cases)
  test(`${pattern} and ${text || 'nothing'}`, () => assert.equal(isStarMatch(pattern, text), want));

test('as a regular expression would have it', () => {
  const words = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
  fc.assert(
    fc.property(words, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), (pattern, text) => {
      assert.equal(isStarMatch(pattern, text), new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
    }),
  );
});
