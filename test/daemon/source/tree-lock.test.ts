import assert from 'node:assert/strict';
import { it } from 'node:test';
import { TreeLock } from '../../../src/daemon/source/tree-lock.ts';

it('nobody reads while somebody changes, and who waits to change goes before later readers', async () => {
  const lock = new TreeLock();
  const told: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => async (): Promise<void> => {
    told.push(`${name} begins`);
    await new Promise<void>((resolve) => ends.push(resolve));
    told.push(`${name} ends`);
  };
  const turn = async (): Promise<void> => {
    for (let count = 0; count < 10; count++) await Promise.resolve();
  };
  const all = [lock.read(work('a')), lock.read(work('b')), lock.change(work('change')), lock.read(work('c'))];
  await turn();
  assert.deepEqual(told, ['a begins', 'b begins']);
  for (let next = ends.shift(); next !== undefined; next = ends.shift()) {
    next();
    await turn();
  }
  await Promise.all(all);
  assert.deepEqual(told, ['a begins', 'b begins', 'a ends', 'b ends', 'change begins', 'change ends', 'c begins', 'c ends']);
});
