import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findJsonObjectFault } from '../../src/std/index.ts';

const cases: readonly (readonly [text: string, want: string | undefined])[] = [
  ['{}', undefined],
  [' {"a": [1, -0.5e+3, {"b": "\\u00e9\\n"}, [], true, false, null]} \n', undefined],
  ['null', undefined],
  ['', 'unexpected end of JSON input'],
  ['{"a": 1', 'unexpected end of JSON input'],
  ['{"a', 'unexpected end of JSON input'],
  ['tru', "invalid character ' ' in literal true (expecting 'e')"],
  ['trux', "invalid character 'x' in literal true (expecting 'e')"],
  ['e30=', "invalid character 'e' looking for beginning of value"],
  ["{'a': 1}", String.raw`invalid character '\'' looking for beginning of object key string`],
  ['{"a": 1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a": 1 "b": 2}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['{} {}', "invalid character '{' after top-level value"],
  ['{"a": "\n"}', String.raw`invalid character '\n' in string literal`],
  ['{"a": "\\x"}', "invalid character 'x' in string escape code"],
  ['{"a": "\\u00g0"}', "invalid character 'g' in \\u hexadecimal character escape"],
  ['-', "invalid character ' ' in numeric literal"],
  ['1.', "invalid character ' ' after decimal point in numeric literal"],
  ['1e', "invalid character ' ' in exponent of numeric literal"],
  ['é', "invalid character 'Ã' looking for beginning of value"],
  ['[]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ['"x"', 'json: cannot unmarshal string into Go value of type map[string]interface {}'],
  ['12', 'json: cannot unmarshal number into Go value of type map[string]interface {}'],
  ['true', 'json: cannot unmarshal bool into Go value of type map[string]interface {}'],
  ['{"a": 1e999}', 'json: cannot unmarshal number 1e999 into Go value of type float64'],
  ['['.repeat(10_001), 'exceeded max depth'],
];

for (const [text, want] of cases)
  test(`as JSON: ${text.slice(0, 40)}`, () => assert.equal(findJsonObjectFault(new TextEncoder().encode(text)), want));
