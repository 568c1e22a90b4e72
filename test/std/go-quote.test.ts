import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { printGo, stringifyJson, type JsonValue } from '../../src/std/index.ts';

const CASES: readonly { readonly name: string; readonly value: JsonValue; readonly want: string }[] = [
  { name: 'a text is quoted', value: 'a\n"<b>"', want: String.raw`"a\n\"<b>\""` },
  { name: 'a number is as it is', value: -1, want: '-1' },
  { name: 'fields stand in their order', value: { b: 1, a: null }, want: '{"b":1,"a":null}' },
  { name: 'JSON is safe within HTML', value: ['<a> & \u2028'], want: String.raw`["\u003ca\u003e \u0026 \u2028"]` },
];

describe('a value as field.Error prints it', () => {
  for (const { name, value, want } of CASES) test(name, () => assert.equal(printGo(value), want));

  test('the fields of a map stand in the order of their names', () => {
    assert.equal(printGo({ b: 1, a: '<' }, stringifyJson), String.raw`{"a":"\u003c","b":1}`);
  });
});
