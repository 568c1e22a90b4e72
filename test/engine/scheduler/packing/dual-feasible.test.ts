import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIXED_FUNCTIONS, toCounting, toDropping } from '../../../../src/engine/scheduler/packing/dual-feasible.ts';
import { findSimpleBound } from '../../../../src/engine/scheduler/packing/simple-bounds.ts';
import { scaleOf } from '../../../../src/engine/scheduler/packing/dual-vector.ts';
import { findBestPattern } from '../../../../src/engine/scheduler/packing/best-pattern.ts';
import { createRandom, createSmallInstance, listAllPatterns } from './random-instance.ts';

test('what fits together is worth at most 1, for every function and all ways to fill small capacities', () => {
  for (let capacity = 1; capacity <= 13; capacity++) {
    const steps = Array.from({ length: Math.floor(capacity / 2) }, (_, i) => i + 1);
    const functions = [...FIXED_FUNCTIONS, ...steps.map(toDropping), ...steps.map(toCounting)];
    for (const [index, value] of functions.entries()) {
      // The most worth for each sum of sizes: an unbounded knapsack.
      const most = new Float64Array(capacity + 1);
      for (let sum = 1; sum <= capacity; sum++)
        for (let size = 1; size <= sum; size++) most[sum] = Math.max(most[sum] ?? 0, (most[sum - size] ?? 0) + value(size, capacity));
      assert.ok((most[capacity] ?? 2) <= 1 + 1e-9, `function ${index}, capacity ${capacity}: ${most[capacity]}`);
    }
  }
});

test('the valuation behind a bound gives no node more worth than it costs', () => {
  const random = createRandom(31);
  let checked = 0;
  for (let index = 0; index < 300; index++) {
    const instance = createSmallInstance(random);
    const { vector } = findSimpleBound(instance);
    if (vector === undefined) continue;
    for (const [shape, { cost }] of instance.shapes.entries()) {
      for (const counts of listAllPatterns(instance, shape)) {
        const worth = counts.reduce((sum, count, group) => sum + count * (vector[group] ?? 0), 0);
        assert.ok(worth <= cost * scaleOf(instance), `instance ${index}, shape ${shape}: ${counts.join()}`);
        checked++;
      }
    }
  }
  assert.ok(checked > 1000);
});

test('the worthiest node found is the worthiest of all, and its limit holds however short the search', () => {
  const random = createRandom(77);
  for (let index = 0; index < 300; index++) {
    const instance = createSmallInstance(random);
    const worths = Float64Array.from(instance.groups, () => Math.floor(random() * 1000));
    for (const shape of instance.shapes.keys()) {
      const best = Math.max(
        0,
        ...listAllPatterns(instance, shape).map((counts) => counts.reduce((sum, count, g) => sum + count * (worths[g] ?? 0), 0)),
      );
      const whole = findBestPattern(instance, shape, worths, { steps: 100_000 });
      assert.equal(whole.worth, best, `instance ${index}`);
      assert.equal(whole.limit, best, `instance ${index}`);
      const short = findBestPattern(instance, shape, worths, { steps: 3 });
      assert.ok(short.worth <= best && best <= short.limit, `instance ${index}: ${short.worth} ${best} ${short.limit}`);
    }
  }
});
