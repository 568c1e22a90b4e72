import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReadDifferently, NOT_FINITE_VALUE, resolvePlain, toKey } from '../../../src/loader/yaml/scalar.ts';
import { resolveTagged } from '../../../src/loader/yaml/tag.ts';
import type { JsonValue } from '../../../src/std/index.ts';

// What `kubectl label --local -f - a=b -o json` (1.32) makes of each.
const PLAIN: readonly (readonly [string, JsonValue])[] = [
  ['yes', true],
  ['y', true],
  ['On', true],
  ['n', false],
  ['OFF', false],
  ['oN', 'oN'],
  ['true', true],
  ['', null],
  ['~', null],
  ['NULL', null],
  ['nil', 'nil'],
  ['0', 0],
  ['-0', 0],
  ['0644', 420],
  ['0777', 511],
  ['-0644', -420],
  ['0o644', 420],
  ['08', 8],
  ['0b101', 5],
  ['0x1F', 31],
  ['1_000', 1000],
  ['+5', 5],
  ['1e3', 1000],
  ['1.5e3', 1500],
  ['.5', 0.5],
  ['1.', 1],
  ['190:20:30', '190:20:30'],
  ['2024-01-01', '2024-01-01'],
  ['9007199254740993', 9007199254740993n],
  ['-9223372036854775808', -9223372036854775808n],
  ['18446744073709551615', 18446744073709552000],
  ['99999999999999999999', 100000000000000000000],
  ['1e400', '1e400'],
  ['1.2.3', '1.2.3'],
  ['100m', '100m'],
  ['-', '-'],
  ['0xZZ', '0xZZ'],
  ['12abc', '12abc'],
];

for (const [text, want] of PLAIN) {
  test(`an unquoted \`${text}\` is read as kubectl reads it`, () => assert.deepEqual(resolvePlain(text), want));
}

test('infinities and not-a-number have no JSON form', () => {
  for (const text of ['.inf', '-.INF', '+.Inf', '.nan', '.NaN']) assert.equal(resolvePlain(text), NOT_FINITE_VALUE, text);
});

test('what YAML 1.2 readers see otherwise is told apart', () => {
  const differ = ['0644', '-017', '0b11', '1_000', 'yes', 'n', 'off'];
  const agree = ['0', '8080', '0o644', '0x1F', '1.50', 'true', 'False', '0.5', '1e3', 'text'];
  const isDifferent = (text: string): boolean => {
    const value = resolvePlain(text);
    return value !== NOT_FINITE_VALUE && isReadDifferently(text, value);
  };
  assert.deepEqual(differ.filter(isDifferent), differ);
  assert.deepEqual(agree.filter(isDifferent), []);
});

test('keys become strings, and null is none', () => {
  assert.deepEqual([420, true, 1.5, 'a', null, 9007199254740993n].map(toKey), ['420', 'true', '1.5', 'a', undefined, '9007199254740993']);
});

const TAGGED: readonly (readonly [string, string, JsonValue | undefined])[] = [
  ['!!str', '123', '123'],
  ['!', '0644', '0644'],
  ['!!int', '5', 5],
  ['!!int', 'five', undefined],
  ['!!float', '1', 1],
  ['!!bool', 'yes', true],
  ['!!bool', 'maybe', undefined],
  ['!!null', '', null],
  ['!!binary', 'aGVsbG8=', 'hello'],
  ['!!binary', '***', undefined],
  ['!!timestamp', '2024-01-01', '2024-01-01'],
  ['!foo', 'bar', 'bar'],
  ['!<tag:yaml.org,2002:int>', '7', 7],
];

for (const [tag, text, want] of TAGGED) {
  test(`${tag} before \`${text}\` is read as kubectl reads it`, () => assert.deepEqual(resolveTagged(tag, text), want));
}
