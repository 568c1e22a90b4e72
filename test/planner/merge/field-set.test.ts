import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FieldSet, formatFieldPath, type FieldPath, type PathElement } from '../../../src/planner/index.ts';

const ELEMENTS: readonly PathElement[] = ['f:a', 'f:b', 'k:{"name":"x"}', 'k:{"name":"y","port":80}', 'v:"s"', 'v:7', 'i:3'];
const SEED = 20_261_121;

const path = fc.array(fc.constantFrom(...ELEMENTS), { minLength: 1, maxLength: 4 });
const paths = fc.array(path, { maxLength: 12 });

/** The naive model: a plain set of the paths' texts. */
function model(list: readonly FieldPath[]): Set<string> {
  return new Set(list.map((item) => item.join(' ')));
}

function isSame(set: FieldSet, want: Set<string>): void {
  assert.deepEqual([...model(set.paths())].toSorted(), [...want].toSorted());
}

function check(property: fc.IProperty<[FieldPath[], FieldPath[]]>): void {
  fc.assert(property, { seed: SEED, numRuns: 400 });
}

test('union, intersection and difference are those of sets of paths', () => {
  check(
    fc.property(paths, paths, (a, b) => {
      const [left, right] = [FieldSet.of(...a), FieldSet.of(...b)];
      isSame(left.union(right), new Set([...model(a), ...model(b)]));
      isSame(left.intersection(right), new Set([...model(a)].filter((item) => model(b).has(item))));
      isSame(left.difference(right), new Set([...model(a)].filter((item) => !model(b).has(item))));
    }),
  );
});

test('a recursive difference takes what lies below', () => {
  check(
    fc.property(paths, paths, (a, b) => {
      const covers = (item: string): boolean => [...model(b)].some((other) => item === other || item.startsWith(`${other} `));
      isSame(FieldSet.of(...a).recursiveDifference(FieldSet.of(...b)), new Set([...model(a)].filter((item) => !covers(item))));
    }),
  );
});

test('a set survives FieldsV1', () => {
  check(
    fc.property(paths, paths, (a, b) => {
      const set = FieldSet.of(...a, ...b);
      assert.ok(FieldSet.fromFieldsV1(set.toFieldsV1()).equals(set));
      assert.ok(a.every((item) => set.has(item)));
    }),
  );
});

test('steps are read as the server writes them, in any order of the keys', () => {
  const cases = [
    { name: 'fields, with the parent itself', fields: { 'f:a': { '.': {}, 'f:b': {} } }, want: ['.a', '.a.b'] },
    { name: 'a list-map item', fields: { 'k:{"protocol":"TCP","port":80}': { 'f:x': {} } }, want: ['[port=80,protocol="TCP"].x'] },
    { name: 'a set item', fields: { 'v:"x/f"': {} }, want: ['[="x/f"]'] },
    { name: 'an index', fields: { 'i:0': {} }, want: ['[0]'] },
    { name: 'an unknown form is left out', fields: { 'z:0': {}, 'k:[]': {}, x: {}, 'f:a': {} }, want: ['.a'] },
  ];
  for (const { name, fields, want } of cases) {
    assert.deepEqual(FieldSet.fromFieldsV1(fields).paths().map(formatFieldPath), want, name);
  }
});
