import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toVisible } from '../../src/std/index.ts';

test('what steers a terminal is spelt out', () => {
  const cases = [
    { name: 'plain text', input: 'a é 漢 👩‍💻 \\', want: 'a é 漢 👩‍💻 \\' },
    { name: 'escape sequences', input: '\u001b[2J\rx\u001b]0;pwn\u0007', want: String.raw`\u001b[2J\rx\u001b]0;pwn\u0007` },
    { name: 'DEL and C1', input: '\u007f\u009b31m\u0085', want: String.raw`\u007f\u009b31m\u0085` },
    { name: 'lines', input: 'a\nb\tc\u2028d', want: String.raw`a\nb\tc\u2028d` },
    {
      name: 'directions',
      input: '\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069',
      want: String.raw`\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069`,
    },
  ];
  for (const { name, input, want } of cases) assert.equal(toVisible(input), want, name);
  assert.equal(toVisible('a\n\tb\r\u001b', { keepsLines: true }), 'a\n\tb\\r\\u001b');
});
