import assert from 'node:assert/strict';
import { describe as group, test } from 'node:test';
import fc from 'fast-check';
import { compileLinearPattern } from '../../src/std/linear-pattern.ts';

interface Case {
  readonly pattern: string;
  readonly yes: readonly string[];
  readonly no: readonly string[];
}

const CASES: readonly Case[] = [
  { pattern: '', yes: ['', 'a'], no: [] },
  { pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', yes: ['a', 'a-b', '0'], no: ['', '-a', 'a-', 'A', 'a\n'] },
  { pattern: 'b', yes: ['abc'], no: ['ac'] },
  { pattern: '^(a|bc|)d$', yes: ['ad', 'bcd', 'd'], no: ['bd'] },
  { pattern: '^a{2,3}$', yes: ['aa', 'aaa'], no: ['a', 'aaaa'] },
  { pattern: '^a{2,}b{2}?$', yes: ['aabb', 'aaabb'], no: ['abb', 'aab'] },
  { pattern: '^a{,2}$', yes: ['a{,2}'], no: ['aa'] },
  { pattern: '(?i)^abc$', yes: ['ABC', 'aBc'], no: ['abd'] },
  { pattern: '^(?i:a)b$', yes: ['Ab', 'ab'], no: ['AB'] },
  { pattern: '(?m)^b$', yes: ['a\nb\nc'], no: ['ab'] },
  { pattern: '^a.b$', yes: ['axb', 'aéb', 'a😀b'], no: ['a\nb', 'ab'] },
  { pattern: '(?s)^a.b$', yes: ['a\nb'], no: ['ab'] },
  { pattern: '\\Aab\\z', yes: ['ab'], no: ['ab\n', 'xab'] },
  { pattern: '\\bcat\\b', yes: ['a cat.', 'cat'], no: ['cats', 'concat'] },
  { pattern: 'a\\Bb', yes: ['ab'], no: ['a b'] },
  { pattern: '^[^a-c\\d]+$', yes: ['xyz'], no: ['xa', 'x1'] },
  { pattern: '^[]a-]+$', yes: [']a-'], no: ['b'] },
  { pattern: '^[[:alpha:]_]+$', yes: ['aZ_'], no: ['a1'] },
  { pattern: '^[[:^digit:]]$', yes: ['a'], no: ['1'] },
  { pattern: '^\\pL\\p{Greek}\\PN$', yes: ['éαx'], no: ['1αx', 'éax', 'éα1'] },
  { pattern: '^\\x41\\x{1F600}\\t\\101$', yes: ['A😀\tA'], no: ['A'] },
  { pattern: '^(?P<x>a)(?<y>b)$', yes: ['ab'], no: ['a'] },
  { pattern: '^\\w+\\s\\W$', yes: ['ab_1 !'], no: ['é !'] },
  { pattern: '^\\$\\.\\/$', yes: ['$./'], no: ['$a/'] },
  { pattern: 'a$b', yes: [], no: ['ab', 'a\nb'] },
];

group('patterns in linear time', () => {
  for (const { pattern, yes, no } of CASES) {
    test(pattern, () => {
      const isMatch = compileLinearPattern(pattern);
      assert.ok(isMatch);
      for (const text of yes) assert.ok(isMatch(text), JSON.stringify(text));
      for (const text of no) assert.ok(!isMatch(text), JSON.stringify(text));
    });
  }

  for (const pattern of [
    '(',
    ')',
    '[',
    '[a',
    'a**',
    '*',
    '\\1',
    '(?=a)',
    '(?<!a)',
    '\\q',
    '[b-a]',
    'a{2,1}',
    'a{1001}',
    '[[:nope:]]',
    '\\p{Nope}',
    '((a{999}){999}){999}',
    '\\',
  ]) {
    test(`${pattern} is none that Go compiles`, () => assert.equal(compileLinearPattern(pattern), undefined));
  }

  test('a pattern that takes others for ever is done at once', () => {
    const text = `${'a'.repeat(2000)}!`;
    for (const pattern of ['^(a+)+$', '^(a|a)*$', '^(a|aa)+$', '^(.*a){20}$']) assert.equal(compileLinearPattern(pattern)?.(text), false);
  });

  test('says what the built-in engine says, where both understand the same', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a|b)', '((ab)?)', '\\w', 'c');
    const piece = fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{1,2}', '{2}')).map(([item, repeat]) => item + repeat);
    const pattern = fc.tuple(fc.constantFrom('', '^'), fc.array(piece, { maxLength: 6 }), fc.constantFrom('', '$'));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, ([start, pieces, end], input) => {
        const source = start + pieces.join('') + end;
        assert.equal(compileLinearPattern(source)?.(input), new RegExp(source, 'u').test(input), `${source} on ${input}`);
      }),
      { numRuns: 2000 },
    );
  });
});
