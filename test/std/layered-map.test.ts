import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { changeMap, listDifferentKeys } from '../../src/std/index.ts';

interface Value {
  readonly of: number;
}

const large = new Map(Array.from({ length: 100 }, (_, i): [string, Value] => [`k${i}`, { of: i }]));
const change = fc.array(fc.tuple(fc.integer({ min: 0, max: 120 }), fc.boolean()), { maxLength: 12 });
const steps = fc.array(change, { maxLength: 5 });

function toChanges(items: readonly (readonly [number, boolean])[]): ReadonlyMap<string, Value | undefined> {
  return new Map(items.map(([key, isThere]) => [`k${key}`, isThere ? { of: -key } : undefined]));
}

function changePlainly(map: Map<string, Value>, changes: ReadonlyMap<string, Value | undefined>): void {
  for (const [key, value] of changes) {
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  }
}

function sorted(entries: Iterable<[string, Value]>): readonly [string, Value][] {
  return [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

test('a map that is changed step by step holds what a plain one does, and the ones before stay', () => {
  fc.assert(
    fc.property(steps, (changes) => {
      const plain = new Map(large);
      let map: ReadonlyMap<string, Value> = large;
      for (const items of changes) {
        const [before, was] = [map, sorted(map)];
        map = changeMap(map, toChanges(items));
        changePlainly(plain, toChanges(items));
        assert.deepEqual(sorted(before), was);
      }
      assert.deepEqual(sorted(map), sorted(plain));
      assert.deepEqual([map.size, [...map.keys()].length, [...map.values()].length], [plain.size, plain.size, plain.size]);
      const seen: [string, Value][] = [];
      map.forEach((value, key) => seen.push([key, value]));
      assert.deepEqual(sorted(seen), sorted(plain));
      for (let i = 0; i < 121; i++) assert.deepEqual([map.has(`k${i}`), map.get(`k${i}`)], [plain.has(`k${i}`), plain.get(`k${i}`)]);
    }),
  );
});

test('where two maps may differ is told without going through them, and nothing else differs', () => {
  fc.assert(
    fc.property(change, change, (one, other) => {
      const [a, b] = [changeMap(large, toChanges(one)), changeMap(large, toChanges(other))];
      const keys = listDifferentKeys(a, b);
      if (keys === undefined) return assert.ok(one.length + other.length > 12, 'small changes leave the large map in common');
      for (let i = 0; i < 121; i++) if (!keys.has(`k${i}`)) assert.equal(a.get(`k${i}`), b.get(`k${i}`));
    }),
  );
});

test('maps that have nothing in common are not compared', () => {
  assert.equal(listDifferentKeys(large, new Map(large)), undefined);
  assert.deepEqual(listDifferentKeys(large, large), new Set());
});
