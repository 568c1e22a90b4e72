import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFieldPath } from '../../../src/validate/custom-rules/field-path.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    a: { type: 'object', properties: { b: { type: 'string' } } },
    'a b': { type: 'string' },
    "it's": { type: 'string' },
    map: { type: 'object', additionalProperties: { type: 'string' } },
  },
};

const CASES = [
  { name: 'a field', input: '.a', want: 'a' },
  { name: 'a field of a field', input: '.a.b', want: 'a.b' },
  { name: 'a field in brackets', input: "['a b']", want: 'a b' },
  { name: 'a quote within quotes', input: "['it\\'s']", want: "it's" },
  { name: 'an entry of a map', input: ".map['k']", want: 'map[k]' },
  { name: 'an entry of a map after a dot', input: '.map.k', want: 'map[k]' },
  { name: 'a name without its dot', input: 'a', want: undefined },
  { name: 'an unknown field', input: '.a.c', want: undefined },
  { name: 'brackets without quotes', input: '[a]', want: undefined },
  { name: 'brackets that do not end', input: "['a b'", want: undefined },
  { name: 'a field of a text', input: '.a.b.c', want: undefined },
  { name: 'nothing after the dot', input: '.a.', want: undefined },
];

for (const { name, input, want } of CASES) {
  test(`the field path of a rule: ${name}`, () => assert.equal(readFieldPath(input, SCHEMA)?.field, want));
}
