import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { TextLines } from '../../../src/cli/stages/text-lines.ts';

function cut(chunks: readonly string[], most = 1000): readonly (readonly [string | undefined, number])[] {
  const lines = new TextLines(most);
  const found: (readonly [string | undefined, number])[] = [];
  const take = (line: string | undefined, number: number): void => void found.push([line, number]);
  for (const chunk of chunks) lines.take(Buffer.from(chunk), take);
  lines.end(take);
  return found;
}

test('lines are the same wherever the pieces end', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 5, unit: fc.constantFrom('a', '\n', '{') }), { maxLength: 12 }), (chunks) => {
      const expected = chunks.join('').split('\n');
      if (expected.at(-1) === '') expected.pop();
      assert.deepEqual(
        cut(chunks),
        expected.map((line, index) => [line, index + 1]),
      );
    }),
  );
});

test('a line that is too long is dropped, and the next one is read', () => {
  assert.deepEqual(cut(['aaaa', 'bbbb\ncc\n', 'dddddddd\ne'], 5), [
    [undefined, 1],
    ['cc', 2],
    [undefined, 3],
    ['e', 4],
  ]);
});
