import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Turns } from '../../../src/daemon/fleet/turns.ts';

describe('Turns', () => {
  it('lets so many work at once, in the order in which they asked, and goes on after one that throws', async () => {
    const turns = new Turns(2);
    const began: string[] = [];
    const ends = new Map<string, (fails: boolean) => void>();
    const work = (name: string): Promise<void> =>
      turns.take(() => {
        began.push(name);
        return new Promise((resolve, reject) => ends.set(name, (fails) => (fails ? reject(new Error(name)) : resolve())));
      });
    const [a, , c] = ['a', 'b', 'c', 'd'].map(work);
    assert.deepEqual([began, turns.waiting], [['a', 'b'], 2]);
    ends.get('a')?.(true);
    await assert.rejects(a ?? Promise.resolve(), /a/);
    assert.deepEqual([began, turns.waiting], [['a', 'b', 'c'], 1]);
    void work('c again');
    ends.get('c')?.(false);
    await c;
    assert.deepEqual([began, turns.waiting], [['a', 'b', 'c', 'd'], 1]);
  });
});
