import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  getArray,
  getAt,
  getNumber,
  getString,
  getStringMap,
  isEqualJson,
  isJson,
  parseJson,
  stringifyJson,
  stringifyJsonInOrder,
  type JsonValue,
} from '../../src/std/index.ts';

const anyJson = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => (isJson(value) ? value : null))
  .filter((value) => !/\d{16}/.test(JSON.stringify(value)) && !Object.is(value, -0) && !JSON.stringify(value).includes('-0'));

test('text and back is the same value', () => {
  fc.assert(fc.property(anyJson, (value) => isEqualJson(parseJson(stringifyJson(value)), value)));
});

test('in order: the order of keys stays, a bigint is exact, and indents are as of a text without one', () => {
  const value: JsonValue = { b: [1, { c: [], d: {} }], a: 'x' };
  assert.equal(stringifyJsonInOrder(value), '{"b":[1,{"c":[],"d":{}}],"a":"x"}');
  assert.equal(stringifyJsonInOrder({ ...value, z: 9007199254740993n }), '{"b":[1,{"c":[],"d":{}}],"a":"x","z":9007199254740993}');
  const indented = stringifyJsonInOrder({ ...value, z: 9007199254740993n }, 2);
  assert.equal(indented, stringifyJsonInOrder({ ...value, z: 'big' }, 2).replace('"big"', '9007199254740993'));
});

test('equal values have equal bytes, whatever the order of keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), anyJson), (object) => {
      const reversed = Object.fromEntries(Object.entries(object).toReversed());
      return stringifyJson(object) === stringifyJson(reversed) && isEqualJson(object, reversed);
    }),
  );
});

const integers: readonly { readonly name: string; readonly text: string; readonly want: JsonValue }[] = [
  { name: 'a small integer is a number', text: '7', want: 7 },
  { name: 'the largest safe integer is a number', text: '9007199254740991', want: 9007199254740991 },
  { name: 'one more is exact', text: '9007199254740993', want: 9007199254740993n },
  { name: 'the least int64 is exact', text: '[-9223372036854775808]', want: [-9223372036854775808n] },
  { name: 'digits within a string stay a string', text: '{"a":"9007199254740993"}', want: { a: '9007199254740993' } },
  { name: 'a long fraction is a number', text: '0.1234567890123456789', want: Number('0.1234567890123456789') },
];
for (const { name, text, want } of integers) test(name, () => assert.deepEqual(parseJson(text), want));

test('a string of megabytes beside an integer that is exact', () => {
  const long = `${'x'.repeat(9_000_000)}\\" 9007199254740993`;
  assert.deepEqual(parseJson(stringifyJson({ a: long, b: 9007199254740993n, c: '\\' })), { a: long, b: 9007199254740993n, c: '\\' });
});

test('text that is not JSON is refused', () => assert.throws(() => parseJson('{"a":}'), SyntaxError));

test('getters decode what is there and nothing else', () => {
  const value: JsonValue = { spec: { list: [{ name: 'a' }, 3], labels: { b: '2', a: '1', n: 3 } } };
  assert.equal(getString(value, 'spec', 'list', 0, 'name'), 'a');
  assert.equal(getString(value, 'spec', 'list', 1), undefined);
  assert.equal(getNumber(value, 'spec', 'list', 1), 3);
  assert.equal(getAt(value, 'spec', 'constructor'), undefined);
  assert.deepEqual(getArray(value, 'spec', 'nothing'), []);
  assert.deepEqual(
    [...getStringMap(value, 'spec', 'labels')],
    [
      ['a', '1'],
      ['b', '2'],
    ],
  );
});
