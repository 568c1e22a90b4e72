import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Batches, type BatchItem } from '../../../src/daemon/fleet/batches.ts';
import { FakeClock } from '../../reconcile/fake-clock.ts';

interface Item extends BatchItem {
  readonly name: string;
  readonly kind: string;
}

function item(
  name: string,
  {
    kind = '',
    writes = [name],
    needs = [],
    brings = [],
    signal = new AbortController().signal,
  }: Partial<Record<'brings' | 'needs' | 'writes', readonly string[]>> & { readonly kind?: string; readonly signal?: AbortSignal } = {},
): Item {
  return { name, kind, writes: new Set(writes), needs: new Set(needs), brings: new Set(brings), signal };
}

/** Batches whose plans name what they were planned with; some go only alone or with few, some cannot be planned. */
class Scene {
  readonly clock = new FakeClock();
  readonly planned: string[] = [];
  readonly batches: Batches<Item, string>;
  /** Milliseconds that a batch takes. */
  takes = 0;

  constructor({ stopped = [], faulty = [] }: { readonly stopped?: readonly string[]; readonly faulty?: readonly string[] } = {}) {
    const work = {
      plan: async (items: readonly Item[]): Promise<readonly string[]> => {
        const batch = items.map(({ name }) => name).join('+');
        this.planned.push(batch);
        await this.clock.sleep(this.takes);
        if (items.some(({ name }) => faulty.includes(name))) throw new Error(batch);
        return items.map(({ name }) => `${name} of ${batch}`);
      },
      goes: ({ name }: Item) => !stopped.includes(name),
      isAlike: (one: Item, other: Item) => one.kind === other.kind,
    };
    this.batches = new Batches(work, this.clock);
  }

  async plan(...items: readonly Item[]): Promise<readonly string[]> {
    const plans = await Promise.allSettled(items.map((each) => this.batches.plan(each)));
    return plans.map((plan) => (plan.status === 'fulfilled' ? plan.value : `fault of ${String(plan.reason)}`));
  }
}

describe('Batches', () => {
  const cases = [
    { name: 'what is asked at the same time is planned together', items: [item('a'), item('b'), item('c')], want: ['a+b+c'] },
    {
      name: 'no two of a batch write the same',
      items: [item('a', { writes: ['web'] }), item('b', { writes: ['web'] }), item('c')],
      want: ['a+c', 'b'],
    },
    {
      name: 'what one brings is not there yet for another, whoever asked first',
      items: [item('a', { needs: ['shop'] }), item('b', { brings: ['shop'] }), item('c', { needs: ['shop'] })],
      want: ['a+c', 'b'],
    },
    {
      name: 'only what is alike is planned together',
      items: [item('a', { kind: 'robot' }), item('b'), item('c', { kind: 'robot' })],
      want: ['a+c', 'b'],
    },
    {
      name: 'what does not go is planned by itself, and the others without it',
      items: [item('a'), item('b'), item('c')],
      stopped: ['b'],
      want: ['a+b+c', 'a+c', 'b'],
      plans: ['a of a+c', 'b of b', 'c of a+c'],
    },
    {
      name: 'what nobody waits for any more is not planned by itself, but the others are without it',
      items: [item('a'), item('b', { signal: AbortSignal.abort() }), item('c')],
      want: ['a+b+c', 'a+c'],
      plans: ['a of a+c', 'b of a+b+c', 'c of a+c'],
    },
    {
      name: 'where nobody waits for any of a batch, it is planned once',
      items: ['a', 'b', 'c'].map((name) => item(name, { signal: AbortSignal.abort() })),
      stopped: ['b'],
      want: ['a+b+c'],
      plans: ['a of a+b+c', 'b of a+b+c', 'c of a+b+c'],
    },
    {
      name: 'what cannot be planned fails alone',
      items: [item('a'), item('b'), item('c')],
      faulty: ['b'],
      want: ['a+b+c', 'a', 'b+c', 'b', 'c'],
      plans: ['a of a', 'fault of Error: b', 'c of c'],
    },
  ];
  for (const { name, items, stopped = [], faulty = [], want, plans } of cases)
    it(name, async () => {
      const scene = new Scene({ stopped, faulty });
      const answers = await scene.plan(...items);
      assert.deepEqual(scene.planned, want);
      if (plans !== undefined) assert.deepEqual(answers, plans);
    });

  it('rests as long as the last batch took, so that dear ones are shared by more; who asks after that waits for nothing', async () => {
    const scene = new Scene();
    scene.takes = 100;
    const times: number[] = [];
    const start = scene.clock.now();
    const ask = async (name: string): Promise<void> => {
      await scene.batches.plan(item(name));
      times.push(scene.clock.now() - start);
    };
    await ask('a');
    const next = ask('b');
    await scene.clock.sleep(50);
    await Promise.all([next, ask('c')]);
    await scene.clock.sleep(1000);
    await ask('d');
    assert.deepEqual(scene.planned, ['a', 'b+c', 'd']);
    assert.deepEqual(times, [100, 300, 300, 1400]);
  });
});
