import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areCountersInvalid, Counters, readCounters, type CountedDevice } from '../../../../src/engine/scheduler/devices/counters.ts';
import type { JsonValue } from '../../../../src/std/index.ts';

const SHARED: readonly JsonValue[] = [{ name: 'parts', counters: { cores: { value: '4' }, memory: { value: '4Gi' } } }];

function device(name: string, cores: string, memory = '1Gi'): CountedDevice {
  const sets = [{ counterSet: 'parts', counters: { cores: { value: cores }, memory: { value: memory } } }];
  return { id: `d/p/${name}`, pool: 'd/p', consumes: readCounters(sets, 'counterSet') };
}

const WHOLE = device('whole', '4', '4Gi');
const HALVES = [device('half0', '2'), device('half1', '1500m')];

function countersOf(taken: readonly CountedDevice[] = []): Counters {
  const pool = { name: 'd/p', shared: readCounters(SHARED, 'name'), consumers: [WHOLE, ...HALVES] };
  return new Counters([pool], (id) => taken.some((item) => item.id === id));
}

test('the whole of a device and its halves exclude each other', () => {
  const [first = WHOLE, second = WHOLE] = HALVES;
  const counters = countersOf();
  assert.equal(counters.take(first), true);
  assert.equal(counters.take(WHOLE), false);
  assert.equal(counters.take(second), true);
  counters.putBack(first);
  counters.putBack(second);
  assert.equal(counters.take(WHOLE), true);
  assert.equal(counters.take(second), false);
});

test('what claims have been given before is taken', () => {
  assert.deepEqual(
    HALVES.map((half) => countersOf([WHOLE]).take(half)),
    [false, false],
  );
  assert.equal(countersOf(HALVES.slice(0, 1)).take(HALVES[1] ?? WHOLE), true);
});

test('where more is taken than there is, nothing that counts is given', () => {
  const free = { id: 'd/p/free', pool: 'd/p', consumes: new Map() };
  const counters = countersOf([WHOLE, ...HALVES]);
  assert.equal(counters.take({ ...free, consumes: new Map([['parts/memory', 0n]]) }), false);
  assert.equal(counters.take(free), true);
});

test('counters are told by whole names, of sets that are there once', () => {
  const slices = (...sets: readonly JsonValue[]): readonly JsonValue[] => sets.map((set) => ({ spec: { sharedCounters: [set] } }));
  const shared = readCounters(SHARED, 'name');
  const [set = null] = SHARED;
  assert.equal(areCountersInvalid(slices(set), shared, HALVES), false);
  assert.equal(areCountersInvalid(slices(set, set), shared, HALVES), true);
  assert.equal(areCountersInvalid([], new Map(), HALVES), true);
});
