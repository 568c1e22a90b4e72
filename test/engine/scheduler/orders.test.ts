import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { tryOrders } from '../../../src/engine/scheduler/index.ts';
import { node, pod } from './cluster-fixture.ts';

const small = (name: string): KubernetesObject => pod(name, { requests: { cpu: '1' } });
const wide = (name: string, priority = 0): KubernetesObject =>
  pod(name, { spec: { priority, containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '3' } } }] } });
const TWO = [node('a'), node('b')];

/** `name: fits of orders, least to most of pods`. */
function listOrders(objects: readonly KubernetesObject[], orders: number, seed = 1): readonly string[] {
  const trials = tryOrders(World.of(objects), { orders, seed }, {});
  return trials.workloads.map(
    ({ workload, fits, least, most, pods }) => `${workload.name}: ${fits} of ${orders}, ${least} to ${most} of ${pods}`,
  );
}

test('what fits in every order, and what in none', () => {
  assert.deepEqual(listOrders([...TWO, small('p'), pod('q', { requests: { cpu: '9' } })], 5), [
    'p: 5 of 5, 1 to 1 of 1',
    'q: 0 of 5, 0 to 0 of 1',
  ]);
});

test('a pod that fits only if it comes early fits sometimes, and the worst order is told', () => {
  const objects = [...TWO, ...['a', 'b', 'c', 'd'].map((name) => small(`small-${name}`)), wide('wide')];
  const trials = tryOrders(World.of(objects), { orders: 40, seed: 3 }, {});
  const found = trials.workloads.find(({ workload }) => workload.name === 'wide');
  assert.ok(found !== undefined && found.fits > 0 && found.fits < 40, String(found?.fits));
  assert.deepEqual(trials.worst.unplaced, ['test/wide']);
  assert.deepEqual(trials.worst.order.toSorted(), ['test/small-a', 'test/small-b', 'test/small-c', 'test/small-d', 'test/wide']);
});

test('a higher priority comes first in every order', () => {
  const objects = [...TWO, ...['a', 'b', 'c', 'd'].map((name) => small(`small-${name}`)), wide('wide', 10)];
  assert.ok(listOrders(objects, 20).includes('wide: 20 of 20, 1 to 1 of 1'));
});

test('the same seed gives the same, one order is that of the scheduler', () => {
  const objects = [node('a'), wide('p'), wide('q')];
  assert.deepEqual(listOrders(objects, 10, 7), listOrders(objects, 10, 7));
  assert.deepEqual(listOrders(objects, 1), ['p: 1 of 1, 1 to 1 of 1', 'q: 0 of 1, 0 to 0 of 1']);
});
