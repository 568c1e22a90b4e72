import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  hasPoint,
  intersect,
  isEmptyIntervals,
  isEqualIntervals,
  isSubsetIntervals,
  listIntervals,
  subtract,
  toInterval,
  unite,
  uniteAll,
  type IntervalSet,
} from '../../src/std/index.ts';

const LINE = Array.from({ length: 24 }, (_, point) => point);
const anyPoints = fc.subarray(LINE);
const toSet = (points: readonly number[]): IntervalSet<number> => uniteAll(points.map((point) => toInterval(point, point + 1)));
const toPoints = (set: IntervalSet<number>): number[] => LINE.filter((point) => hasPoint(set, point));

test('a set holds its points and no other', () => {
  fc.assert(fc.property(anyPoints, (points) => assert.deepEqual(toPoints(toSet(points)), points)));
});

test('union, intersection and difference are those of the points', () => {
  fc.assert(
    fc.property(anyPoints, anyPoints, (a, b) => {
      const [x, y] = [toSet(a), toSet(b)];
      assert.deepEqual(unite(x, y), toSet([...new Set([...a, ...b])]));
      assert.deepEqual(intersect(x, y), toSet(a.filter((point) => b.includes(point))));
      assert.deepEqual(subtract(x, y), toSet(a.filter((point) => !b.includes(point))));
    }),
  );
});

test('subset, equality and emptiness are those of the points', () => {
  fc.assert(
    fc.property(anyPoints, anyPoints, (a, b) => {
      const [x, y] = [toSet(a), toSet(b)];
      assert.equal(
        isSubsetIntervals(x, y),
        a.every((point) => b.includes(point)),
      );
      assert.equal(isEqualIntervals(x, y), a.join() === b.join());
      assert.equal(isEmptyIntervals(x), a.length === 0);
    }),
  );
});

test('the ranges are maximal and in order', () => {
  assert.deepEqual(listIntervals(toSet([1, 2, 3, 7, 9, 10])), [
    { start: 1, end: 4 },
    { start: 7, end: 8 },
    { start: 9, end: 11 },
  ]);
});

test('a range that does not run forward is empty', () => {
  assert.deepEqual(toInterval(5, 5), { cuts: [] });
  assert.deepEqual(toInterval(6, 5), { cuts: [] });
});

test('bigints beyond 2^53 stay exact', () => {
  const [low, high] = [toInterval(2n ** 64n, 2n ** 64n + 1n), toInterval(2n ** 64n + 1n, 2n ** 64n + 2n)];
  assert.ok(isEmptyIntervals(intersect(low, high)));
  assert.deepEqual(listIntervals(unite(low, high)), [{ start: 2n ** 64n, end: 2n ** 64n + 2n }]);
});
