import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  stepLoop,
  toLoopState,
  type LoopEffect,
  type LoopEvent,
  type LoopOptions,
  type LoopState,
  type SyncOutcome,
} from '../../../src/daemon/unit/loop.ts';

const OPTIONS: LoopOptions = { interval: 60_000, driftPause: 1_000, backoff: 5_000, maxBackoff: 180_000, maxRetries: 2, onFailure: 'hold' };

type Told = LoopEvent extends infer E ? (E extends { at: number } ? Omit<E, 'at'> & { readonly at?: number } : never) : never;

function run(
  events: readonly Told[],
  options: LoopOptions = OPTIONS,
): { readonly state: LoopState; readonly effects: readonly LoopEffect[] } {
  let state = toLoopState(options);
  const effects: LoopEffect[] = [];
  let at = 0;
  for (const event of events) {
    at = event.at ?? at;
    const [next, more] = stepLoop(state, toEvent(event, at));
    state = next;
    effects.push(...more);
  }
  return { state, effects };
}

function toEvent(event: Told, at: number): LoopEvent {
  switch (event.type) {
    case 'lease':
      return { type: 'lease', at, holds: event.holds, ...(event.holder === undefined ? {} : { holder: event.holder }) };
    case 'trigger':
      return { type: 'trigger', at, cause: event.cause };
    case 'synced':
      return { type: 'synced', at, outcome: event.outcome, jitter: event.jitter };
    case 'tick':
    case 'stop':
      return { type: event.type, at };
  }
}

const LEASE: Told = { type: 'lease', holds: true };
const CHANGE: Told = { type: 'trigger', cause: 'change' };
const DRIFT: Told = { type: 'trigger', cause: 'drift' };
const CHECK: Told = { type: 'trigger', cause: 'check' };
const STOP: Told = { type: 'stop' };
const ended = (outcome: SyncOutcome, at?: number): Told => ({ type: 'synced', outcome, jitter: 0, ...(at === undefined ? {} : { at }) });
const tick = (at: number): Told => ({ type: 'tick', at });
const SYNCED = ended({ kind: 'synced', revision: 'a', changes: 0 });
const HEALED: SyncOutcome = { kind: 'synced', revision: 'a', changes: 1 };
const FAILED: SyncOutcome = { kind: 'failed', revision: 'a', message: 'no' };
const UNREADABLE: SyncOutcome = { kind: 'unreadable', message: 'no' };
const HELD = ended({ kind: 'held', revision: 'a', reasons: ['KP0001'] });

const syncs = (effects: readonly LoopEffect[]): readonly string[] =>
  effects.flatMap((effect) =>
    effect.type === 'sync'
      ? [
          effect.cause +
            (effect.except === undefined ? '' : ` not ${effect.except}`) +
            (effect.instead === undefined ? '' : ` but ${effect.instead}`),
        ]
      : [],
  );

describe('stepLoop', () => {
  const cases: readonly { name: string; input: readonly Told[]; want: readonly string[]; stage: LoopState['stage'] }[] = [
    { name: 'does nothing without the lease', input: [CHANGE, DRIFT, tick(1e9)], want: [], stage: 'standby' },
    { name: 'begins with the lease', input: [LEASE], want: ['start'], stage: 'syncing' },
    {
      name: 'looks again after the interval, not before',
      input: [LEASE, SYNCED, tick(59_999), tick(60_000)],
      want: ['start', 'interval'],
      stage: 'syncing',
    },
    { name: 'answers a change at once', input: [LEASE, SYNCED, CHANGE], want: ['start', 'change'], stage: 'syncing' },
    {
      name: 'answers a change during a sync after it',
      input: [LEASE, CHANGE, CHANGE, SYNCED],
      want: ['start', 'change'],
      stage: 'syncing',
    },
    { name: 'heals drift after a breath', input: [LEASE, SYNCED, DRIFT, tick(1_000)], want: ['start', 'drift'], stage: 'syncing' },
    {
      name: 'heals ever later what drifts again and again',
      input: [LEASE, SYNCED, DRIFT, tick(1_000), ended(HEALED), { ...DRIFT, at: 2_000 }, tick(5_999), tick(6_000)],
      want: ['start', 'drift', 'drift'],
      stage: 'syncing',
    },
    { name: 'checks once more when drift is watched', input: [LEASE, SYNCED, CHECK], want: ['start', 'check'], stage: 'syncing' },
    {
      name: 'checks after the synchronisation that is under way, unless drift or a change asks for one',
      input: [LEASE, CHECK, SYNCED, CHECK, DRIFT, CHECK, SYNCED, tick(1_000), CHECK, CHANGE, DRIFT, CHECK, SYNCED],
      want: ['start', 'check', 'drift', 'change'],
      stage: 'syncing',
    },
    {
      name: 'checks ever later what never stays as it was applied',
      input: [LEASE, ended(HEALED), CHECK, ended(HEALED), CHECK, tick(4_999), tick(5_000), ended(HEALED), CHECK, tick(14_999)],
      want: ['start', 'check', 'check'],
      stage: 'idle',
    },
    {
      name: 'does not forget for a check that nothing was wrong that somebody undoes what it heals',
      input: [LEASE, SYNCED, DRIFT, tick(1_000), ended(HEALED), CHECK, tick(6_000), SYNCED, { ...DRIFT, at: 7_000 }, tick(10_999)],
      want: ['start', 'drift', 'check'],
      stage: 'idle',
    },
    {
      name: 'reads again at once what changed while a plan that deletes was made of it',
      input: [LEASE, ended({ kind: 'moved' })],
      want: ['start', 'change'],
      stage: 'syncing',
    },
    { name: 'does not answer drift while held', input: [LEASE, HELD, DRIFT, tick(5_000)], want: ['start'], stage: 'idle' },
    { name: 'looks at what is held after the interval', input: [LEASE, HELD, tick(60_000)], want: ['start', 'interval'], stage: 'syncing' },
    {
      name: 'tries a failing revision ever later, then gives it up',
      input: [LEASE, ended(FAILED), tick(5_000), ended(FAILED), tick(14_999), tick(15_000), ended(FAILED), tick(1e9)],
      want: ['start', 'retry', 'retry'],
      stage: 'idle',
    },
    {
      name: 'does not try a revision that was given up when its files are merely touched',
      input: [
        LEASE,
        ended(FAILED),
        tick(5_000),
        ended(FAILED),
        tick(15_000),
        ended(FAILED),
        CHANGE,
        ended({ kind: 'same', revision: 'a' }),
        tick(1e9),
      ],
      want: ['start', 'retry', 'retry', 'change not a'],
      stage: 'idle',
    },
    {
      name: 'forgets what was given up once another revision is synced',
      input: [LEASE, ended(FAILED), tick(5_000), ended(FAILED), tick(15_000), ended(FAILED), CHANGE, SYNCED, CHANGE],
      want: ['start', 'retry', 'retry', 'change not a', 'change'],
      stage: 'syncing',
    },
    {
      name: 'never gives up a source that cannot be read',
      input: [LEASE, ended(UNREADABLE), tick(5_000), ended(UNREADABLE), tick(15_000), ended(UNREADABLE), tick(35_000)],
      want: ['start', 'retry', 'retry', 'retry'],
      stage: 'syncing',
    },
    {
      name: 'stands by when the lease is lost',
      input: [LEASE, SYNCED, { type: 'lease', holds: false, holder: 'b' }, CHANGE],
      want: ['start'],
      stage: 'standby',
    },
    {
      name: 'ends the sync before it stands by',
      input: [LEASE, { type: 'lease', holds: false }, ended({ kind: 'stopped' })],
      want: ['start'],
      stage: 'standby',
    },
    {
      name: 'looks anew, a pause after it lost the unit for a moment',
      input: [LEASE, { type: 'lease', holds: false }, LEASE, ended({ kind: 'stopped' }, 500), tick(1_499), tick(1_500)],
      want: ['start', 'interval'],
      stage: 'syncing',
    },
    { name: 'ends the sync before it stops', input: [LEASE, STOP], want: ['start'], stage: 'stopping' },
    { name: 'stops once the sync has ended', input: [LEASE, STOP, CHANGE, ended({ kind: 'stopped' })], want: ['start'], stage: 'stopped' },
    { name: 'stops at once when idle', input: [LEASE, SYNCED, STOP, CHANGE, LEASE], want: ['start'], stage: 'stopped' },
  ];
  for (const { name, input, want, stage } of cases) {
    it(name, () => {
      const { state, effects } = run(input);
      assert.deepEqual(syncs(effects), want);
      assert.equal(state.stage, stage);
    });
  }

  it('aborts the sync under way when told to stop, and when the lease is lost', () => {
    assert.deepEqual(run([LEASE, STOP]).effects.at(-1), { type: 'abort-sync' });
    assert.deepEqual(run([LEASE, { type: 'lease', holds: false }]).effects.at(-1), { type: 'abort-sync' });
  });

  it('never has two syncs under way, whatever happens in whatever order', () => {
    const moves: readonly Told[] = [LEASE, { type: 'lease', holds: false }, CHANGE, DRIFT, tick(1e9), STOP];
    let seed = 1;
    const pick = (count: number): number => (seed = (seed * 48_271) % 2_147_483_647) % count;
    for (let round = 0; round < 500; round++) {
      let state = toLoopState(OPTIONS);
      let running = 0;
      for (let step = 0, at = 0; step < 40; step++, at += pick(10_000)) {
        const outcomes: readonly SyncOutcome[] = [HEALED, FAILED, UNREADABLE, { kind: 'stopped' }, { kind: 'same', revision: 'a' }];
        const outcome = outcomes[pick(outcomes.length)] ?? HEALED;
        const move = running > 0 && pick(2) === 0 ? ended(outcome) : (moves[pick(pick(9) === 0 ? 6 : 5)] ?? LEASE);
        if (move.type === 'synced') running--;
        const [next, effects] = stepLoop(state, toEvent(move, at));
        running += syncs(effects).length;
        assert.ok(running <= 1, `round ${round}`);
        if (next.stage === 'stopped') assert.equal(running, 0);
        assert.equal(running === 1, next.stage === 'syncing' || next.stage === 'stopping');
        state = next;
      }
    }
  });
});

describe('a revision that is given up', () => {
  const ROLLBACK: LoopOptions = { ...OPTIONS, maxRetries: 1, onFailure: 'rollback' };
  const failed = (revision: string, at: number, more: { back?: true } = {}): Told =>
    ended({ kind: 'failed', revision, message: 'no', ...more }, at);
  const BACK: SyncOutcome = { kind: 'synced', revision: 'a', changes: 1, back: true };
  const UNHEALTHY: SyncOutcome = { kind: 'synced', revision: 'b', changes: 1, unhealthy: 'a pod' };
  const begin = [LEASE, SYNCED, CHANGE];
  const giveUp = [...begin, failed('b', 0), tick(5_000), failed('b', 5_000)];
  const cases: readonly { name: string; input: readonly Told[]; options?: LoopOptions; want: readonly string[] }[] = [
    {
      name: 'stays where that is asked',
      input: [...giveUp, tick(1e9)],
      options: { ...ROLLBACK, onFailure: 'hold' },
      want: ['start', 'change', 'retry'],
    },
    {
      name: 'is replaced by the last good one',
      input: [...giveUp, tick(5_000)],
      want: ['start', 'change', 'retry', 'interval not b but a'],
    },
    {
      name: 'stays where nothing was good',
      input: [LEASE, failed('b', 0), tick(5_000), failed('b', 5_000), tick(1e9)],
      want: ['start', 'retry'],
    },
    {
      name: 'is not tried again while drift of the good one is healed',
      input: [...giveUp, tick(5_000), ended(BACK, 6_000), { ...DRIFT, at: 8_000 }, ended(BACK, 8_000), tick(68_000)],
      want: ['start', 'change', 'retry', 'interval not b but a', 'drift not b but a', 'interval not b but a'],
    },
    {
      name: 'leaves the next revision its chance',
      input: [
        ...giveUp,
        tick(5_000),
        ended(BACK, 6_000),
        { ...CHANGE, at: 7_000 },
        ended({ kind: 'synced', revision: 'c', changes: 1 }, 7_000),
        tick(67_000),
      ],
      want: ['start', 'change', 'retry', 'interval not b but a', 'change not b but a', 'interval'],
    },
    {
      name: 'is not alternated with a good one that fails as well',
      input: [...giveUp, tick(5_000), failed('a', 5_000, { back: true }), tick(10_000), failed('a', 10_000, { back: true }), tick(1e9)],
      want: ['start', 'change', 'retry', 'interval not b but a', 'retry not b but a'],
    },
    {
      name: 'is one that is not healthy, too',
      input: [...begin, ended(UNHEALTHY, 0), tick(0)],
      want: ['start', 'change', 'interval not b but a'],
    },
    {
      name: 'is not one that was good and is not healthy later',
      input: [LEASE, SYNCED, tick(60_000), ended({ ...UNHEALTHY, revision: 'a' }, 60_000), tick(120_000)],
      want: ['start', 'interval', 'interval'],
    },
  ];
  for (const { name, input, options = ROLLBACK, want } of cases) it(name, () => assert.deepEqual(syncs(run(input, options).effects), want));
});
