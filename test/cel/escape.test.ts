import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeProperty, unescapeProperty } from '../../src/cel/escape.ts';

const CASES: readonly (readonly [string, string])[] = [
  ['name', 'name'],
  ['namespace', '__namespace__'],
  ['in', '__in__'],
  ['a-b.c/d', 'a__dash__b__dot__c__slash__d'],
  ['a__b', 'a__underscores__b'],
  ['_a', '_a'],
];
for (const [property, name] of CASES) {
  test(`${property} is written ${name}`, () => assert.deepEqual([escapeProperty(property), unescapeProperty(name)], [name, property]));
}

for (const property of ['', '1a', 'a b', 'ä'])
  test(`no expression selects '${property}'`, () => assert.equal(escapeProperty(property), undefined));

for (const name of ['__x__', 'a__true__', '__constructor__'])
  test(`${name} stands for nothing`, () => assert.equal(unescapeProperty(name), undefined));
