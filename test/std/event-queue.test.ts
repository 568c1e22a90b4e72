import assert from 'node:assert/strict';
import { it } from 'node:test';
import { EventQueue } from '../../src/std/index.ts';

it('gives events in the order in which they came, waiting for those to come', async () => {
  const queue = new EventQueue<number>();
  queue.put(1);
  const taken = [queue.take(), queue.take().then((event) => event * 10)];
  assert.equal(await taken[0], 1);
  queue.put(2);
  assert.equal(await taken[1], 20);
  queue.put(3);
  assert.equal(await queue.take(), 3);
});
