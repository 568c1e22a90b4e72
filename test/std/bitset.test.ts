import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Bitset } from '../../src/std/index.ts';

const SIZES = [1, 31, 32, 33, 64, 100];
const anyPair = fc.constantFrom(...SIZES).chain((size) => fc.tuple(fc.constant(size), fc.subarray(range(size)), fc.subarray(range(size))));

function range(size: number): number[] {
  return Array.from({ length: size }, (_, member) => member);
}

test('the algebra is that of sets', () => {
  fc.assert(
    fc.property(anyPair, ([size, a, b]) => {
      const [x, y] = [Bitset.of(size, a), Bitset.of(size, b)];
      assert.deepEqual(x.members(), a);
      assert.deepEqual(
        x.and(y).members(),
        a.filter((member) => b.includes(member)),
      );
      assert.deepEqual(
        x.andNot(y).members(),
        a.filter((member) => !b.includes(member)),
      );
      assert.deepEqual(
        x.or(y).members(),
        range(size).filter((member) => a.includes(member) || b.includes(member)),
      );
      for (const short of [0, 1, 31, 32, 33, size]) {
        const list = new Uint32Array(Math.min(short, size));
        x.mark(list, 7);
        assert.deepEqual(
          [...list.keys()].filter((place) => list[place] === 7),
          a.filter((member) => member < list.length),
        );
      }
      assert.equal(x.meets(y), !x.and(y).isEmpty());
      assert.equal(x.isSubsetOf(y), x.andNot(y).isEmpty());
      assert.equal(x.count(), a.length);
      assert.equal(x.equals(y), a.join() === b.join());
      assert.equal(x.toKey() === y.toKey(), x.equals(y));
    }),
  );
});

test('adding changes the set alone', () => {
  const [a, b] = [Bitset.of(40, [1, 33]), Bitset.of(40, [2])];
  const union = a.or(b);
  a.add(39);
  a.addAll(b);
  assert.deepEqual(a.members(), [1, 2, 33, 39]);
  assert.deepEqual(b.members(), [2]);
  assert.deepEqual(union.members(), [1, 2, 33]);
});

test('the full set has each member once and none beyond', () => {
  for (const size of SIZES) assert.deepEqual(Bitset.full(size).members(), range(size));
  assert.ok(Bitset.full(0).isEmpty());
});

test('a member is told from its neighbours', () => {
  const set = Bitset.of(100, [31, 32, 99]);
  assert.deepEqual(
    [30, 31, 32, 33, 98, 99].filter((member) => set.has(member)),
    [31, 32, 99],
  );
});
