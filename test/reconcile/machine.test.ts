import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { Health } from '../../src/reconcile/index.ts';
import { toApplyResult } from '../../src/reconcile/apply-result.ts';
import { begin, transition } from '../../src/reconcile/machine.ts';
import type {
  CheckResult,
  MachineEffect,
  MachineEvent,
  MachineOptions,
  MachineState,
  WriteOutcome,
} from '../../src/reconcile/machine-state.ts';
import type { Action, Plan, Step } from '../../src/model/index.ts';
import { refOf } from '../../src/model/index.ts';
import { toObject, toPlan } from './toy-planner.ts';

const OPTIONS: MachineOptions = {
  concurrency: 2,
  timeout: 60_000,
  overallTimeout: Infinity,
  waitForHealth: true,
  preflight: false,
  allowStaleRest: false,
  maxAttempts: 3,
  backoff: 100,
  maxBackoff: 1_000,
  failureGrace: 5_000,
};

function toSteps(actions: readonly Action[], wave: string): readonly Omit<Step, 'wave' | 'fields'>[] {
  return actions.map((action, index) => {
    const object = toObject('ConfigMap', `${wave}-${index}`);
    return { action, ref: refOf(object), desired: object, precondition: { kind: 'absent' } };
  });
}

function planOf(...waves: readonly (readonly Action[])[]): Plan {
  return toPlan(waves.map((actions, index) => ({ label: `wave ${index}`, steps: toSteps(actions, String(index)) })));
}

/** Answers every effect at once by what the scripts say, ticking whenever the machine only waits. */
function play(
  plan: Plan,
  script: {
    readonly options?: Partial<MachineOptions>;
    readonly check?: (step: number, attempt: number) => CheckResult;
    readonly write?: (step: number, attempt: number) => WriteOutcome;
    readonly health?: (step: number, at: number) => Health;
  },
): { readonly state: MachineState; readonly at: number; readonly effects: readonly MachineEffect[] } {
  let at = 0;
  const all: MachineEffect[] = [];
  const attempts = new Map<string, number>();
  const count = (key: string): number => {
    attempts.set(key, (attempts.get(key) ?? 0) + 1);
    return attempts.get(key) ?? 0;
  };
  const watched = new Set<number>();
  let [state, effects] = begin(plan, { ...OPTIONS, ...script.options }, at);
  const queue: MachineEvent[] = [];
  for (let turn = 0; turn < 10_000 && state.stage !== 'finished'; turn++) {
    all.push(...effects);
    for (const effect of effects) {
      if (effect.type === 'check') {
        const result = script.check?.(effect.step, count(`check ${effect.step}`)) ?? { kind: 'ready' };
        queue.push({ type: 'checked', at, step: effect.step, result });
      } else if (effect.type === 'write') {
        const result = script.write?.(effect.step, count(`write ${effect.step}`)) ?? { kind: 'written', operation: 'updated' };
        queue.push({ type: 'written', at, step: effect.step, result });
      } else if (effect.type === 'watch') watched.add(effect.step);
      else if (effect.type === 'unwatch') watched.delete(effect.step);
    }
    if (queue.length === 0) {
      at += 500;
      for (const step of watched) {
        const gone = state.states.at(step)?.phase.kind === 'removing';
        const health = script.health?.(step, at) ?? (gone ? GONE : CURRENT);
        queue.push({ type: 'observed', at, step, health });
      }
      queue.push({ type: 'tick', at });
    }
    const event = queue.shift();
    if (event !== undefined) [state, effects] = transition(state, event);
  }
  all.push(...effects);
  return { state, at, effects: all };
}

const CURRENT: Health = { status: 'Current', reason: '', message: '' };
const GONE: Health = { status: 'NotFound', reason: 'NotFound', message: '' };
const IN_PROGRESS: Health = { status: 'InProgress', reason: 'LessReady', message: 'Ready: 0/1' };
const RECOVERING: Health = { status: 'Failed', reason: 'ImagePullBackOff', message: 'no image', recovers: true };
const BUSY: WriteOutcome = { kind: 'rejected', passing: true, message: 'busy' };
const INVALID: WriteOutcome = { kind: 'rejected', passing: false, message: 'invalid' };

function outcomes(state: MachineState): readonly string[] {
  return state.states.map(({ phase }) => (phase.kind === 'done' ? phase.outcome : phase.kind));
}

function messages(state: MachineState): readonly string[] {
  return state.states.map(({ phase }) => (phase.kind === 'done' ? (phase.message ?? '') : ''));
}

describe('machine', () => {
  it('applies waves in order', () => {
    const { state, effects } = play(planOf(['create', 'create'], ['update'], ['delete']), {});
    assert.deepEqual(outcomes(state), ['applied', 'applied', 'applied', 'applied']);
    assert.deepEqual(
      effects.flatMap((effect) => (effect.type === 'write' ? [`${effect.verb} ${effect.step}`] : [])),
      ['apply 0', 'apply 1', 'apply 2', 'delete 3'],
    );
  });

  it('finishes at once where there is nothing to do', () => {
    assert.deepEqual(begin(planOf(), OPTIONS, 0)[1], [{ type: 'finish' }]);
  });

  it('tries what passes again, ever later, a bounded number of times', () => {
    const { state, at } = play(planOf(['create'], ['create']), { write: () => BUSY });
    assert.deepEqual(outcomes(state), ['failed', 'skipped']);
    assert.equal(messages(state)[0], 'busy (tried 3 times)');
    assert.ok(at >= 300);
  });

  it('begins nothing else where the cluster stays out of reach', () => {
    const away: CheckResult = { kind: 'rejected', passing: true, message: 'away', unreachable: true };
    const all: readonly Action[] = ['create', 'create', 'create', 'create'];
    const { state } = play(planOf(all), { check: (step) => (step === 0 ? { kind: 'ready' } : away) });
    assert.deepEqual(outcomes(state), ['applied', 'failed', 'skipped', 'skipped']);
    assert.equal(messages(state)[1], 'away (tried 3 times)');
    const result = toApplyResult('shop', state);
    assert.deepEqual([result.conclusion, result.message], ['unreachable', 'away']);
    const back = play(planOf(all), { check: (_, attempt) => (attempt < 3 ? away : { kind: 'ready' }) });
    assert.deepEqual(outcomes(back.state), ['applied', 'applied', 'applied', 'applied']);
  });

  it('waits as long as the cluster asks', () => {
    const { state, at } = play(planOf(['create']), {
      write: (_, attempt) => (attempt === 1 ? { ...BUSY, retryAfter: 20_000 } : { kind: 'written', operation: 'created' }),
    });
    assert.deepEqual(outcomes(state), ['applied']);
    assert.ok(at >= 20_000);
  });

  it('checks again before it tries again, and refuses what has become stale', () => {
    const { state } = play(planOf(['update']), {
      write: () => BUSY,
      check: (_, attempt) => (attempt === 1 ? { kind: 'ready' } : { kind: 'stale', reason: 'changed' }),
    });
    assert.deepEqual([outcomes(state), messages(state)], [['refused'], ['changed']]);
  });

  it('gives an object its time to become healthy, and not more', () => {
    const { state, at } = play(planOf(['create', 'create']), { health: (step) => (step === 0 ? CURRENT : IN_PROGRESS) });
    assert.deepEqual(outcomes(state), ['applied', 'failed']);
    assert.equal(messages(state)[1], 'is not healthy after 60 s: Ready: 0/1');
    assert.ok(at >= 60_000 && at < 62_000);
  });

  it('forgives a failure that its controller recovers from soon', () => {
    const { state } = play(planOf(['create']), { health: (_, at) => (at < 3_000 ? RECOVERING : CURRENT) });
    assert.deepEqual(outcomes(state), ['applied']);
  });

  it('does not forgive one that lasts', () => {
    const { state, at } = play(planOf(['create']), { health: () => RECOVERING });
    assert.deepEqual([outcomes(state), messages(state)], [['failed'], ['no image']]);
    assert.ok(at >= 5_000 && at < 7_000);
  });

  it('fails an object that vanishes while it is waited for', () => {
    assert.deepEqual(outcomes(play(planOf(['create']), { health: () => GONE }).state), ['failed']);
  });

  it('says which finalizer it waits for when an object does not go', () => {
    const health: Health = { status: 'Terminating', reason: '', message: 'Resource scheduled for deletion' };
    const { state } = play(planOf(['delete']), { health: () => health });
    assert.deepEqual(messages(state), ['is still there after 60 s: Resource scheduled for deletion']);
  });

  it('stops when the whole takes too long', () => {
    const { state } = play(planOf(['create'], ['create']), { options: { overallTimeout: 30_000 }, health: () => IN_PROGRESS });
    assert.deepEqual(outcomes(state), ['applied', 'skipped']);
    assert.equal(messages(state)[1], 'the whole took longer than 30 s');
  });

  it('touches nothing where the preflight finds anything stale', () => {
    const { state, effects } = play(planOf(['create'], ['update', 'delete']), {
      options: { preflight: true },
      check: (step) => (step === 2 ? { kind: 'stale', reason: 'gone' } : { kind: 'ready' }),
    });
    assert.deepEqual(outcomes(state), ['skipped', 'skipped', 'refused']);
    assert.equal(state.touched, false);
    assert.ok(effects.every(({ type }) => type !== 'write'));
  });

  it('applies the rest if told so, and deletes only if all before was applied', () => {
    const stale: CheckResult = { kind: 'stale', reason: 'changed' };
    const options = { preflight: true, allowStaleRest: true };
    const { state } = play(planOf(['update'], ['create'], ['delete']), {
      options,
      check: (step) => (step === 0 ? stale : { kind: 'ready' }),
    });
    assert.deepEqual(outcomes(state), ['refused', 'applied', 'skipped']);
  });

  it('finishes a replacement that was cut short by a cancel', () => {
    const plan = planOf(['replace'], ['create']);
    let [state] = begin(plan, OPTIONS, 0);
    const tell = (event: MachineEvent): readonly MachineEffect[] => {
      const [next, effects] = transition(state, event);
      state = next;
      return effects;
    };
    tell({ type: 'checked', at: 1, step: 0, result: { kind: 'ready' } });
    tell({ type: 'written', at: 2, step: 0, result: { kind: 'written', operation: 'deleted' } });
    tell({ type: 'cancel', at: 3, reason: 'cancelled' });
    assert.deepEqual(tell({ type: 'observed', at: 4, step: 0, health: GONE }), [
      { type: 'unwatch', step: 0 },
      { type: 'write', step: 0, verb: 'create' },
    ]);
    const last = tell({ type: 'written', at: 5, step: 0, result: { kind: 'written', operation: 'created' } });
    assert.deepEqual(last, [{ type: 'finish' }]);
    assert.deepEqual(outcomes(state), ['applied', 'skipped']);
  });
});

describe('machine, whatever happens', () => {
  const action = fc.constantFrom<Action>('create', 'update', 'replace');
  const waves = fc.tuple(
    fc.array(fc.array(action, { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
    fc.array(fc.constant<Action>('delete'), { maxLength: 3 }),
  );
  const options = fc.record({
    concurrency: fc.integer({ min: 1, max: 3 }),
    waitForHealth: fc.boolean(),
    preflight: fc.boolean(),
    allowStaleRest: fc.boolean(),
  });

  it('keeps its order, its limits and its word', () => {
    fc.assert(
      fc.property(waves, options, fc.infiniteStream(fc.nat(99)), ([groups, deletes], fields, dice) => {
        const roll = (): number => dice.next().value ?? 0;
        explore(planOf(...groups, ...(deletes.length === 0 ? [] : [deletes])), { ...OPTIONS, ...fields }, roll);
      }),
      { numRuns: 400 },
    );
  });
});

/** Walks the machine by answers, news and cancels in any order, and checks what must always hold. */
function explore(plan: Plan, options: MachineOptions, roll: () => number): void {
  let at = 0;
  let [state, effects] = begin(plan, options, at);
  let stopped = false;
  const open: Extract<MachineEffect, { type: 'check' | 'write' }>[] = [];
  const watched = new Set<number>();
  const checked = new Set<number>();
  for (let turn = 0; turn < 5_000 && state.stage !== 'finished'; turn++) {
    for (const effect of effects) {
      if (effect.type === 'watch') watched.add(effect.step);
      if (effect.type === 'unwatch') assert.ok(watched.delete(effect.step));
      if (effect.type !== 'check' && effect.type !== 'write') continue;
      if (effect.type === 'write') assertMayWrite(state, effect, checked, stopped);
      else assert.ok(!stopped, 'nothing new is begun');
      open.push(effect);
    }
    assert.ok(open.length <= options.concurrency, 'no more requests than allowed');
    at += roll() * 20;
    const event = pickEvent(state, open, watched, at, roll);
    if (event.type === 'checked' && event.result.kind === 'ready') checked.add(event.step);
    if (event.type === 'cancel') stopped = true;
    [state, effects] = transition(state, event);
  }
  assert.equal(state.stage, 'finished');
  assert.equal(effects.filter(({ type }) => type === 'finish').length, 1);
  assert.ok([...state.states].every(({ phase }) => phase.kind === 'done'));
  for (const effect of effects) if (effect.type === 'unwatch') watched.delete(effect.step);
  assert.equal(watched.size, 0, 'every watch is ended');
}

function assertMayWrite(
  state: MachineState,
  effect: Extract<MachineEffect, { type: 'write' }>,
  checked: Set<number>,
  stopped: boolean,
): void {
  const step = state.steps[effect.step];
  assert.ok(step !== undefined);
  assert.ok(!stopped || effect.verb === 'create', 'nothing new is begun');
  assert.equal(effect.verb === 'create', step.action === 'replace' && effect.verb === 'create');
  if (effect.verb !== 'create') assert.ok(checked.delete(effect.step), 'checked right before it is written');
  for (const [index, other] of state.steps.entries()) {
    if (other.wave >= step.wave) continue;
    const { phase, stale } = state.states.at(index) ?? { phase: { kind: 'pending' } };
    const fulfilled = phase.kind === 'done' && (phase.outcome === 'applied' || phase.outcome === 'unchanged');
    const excused = state.options.allowStaleRest && stale !== undefined && step.action !== 'delete';
    assert.ok(fulfilled || excused, 'what comes before is done');
  }
}

function pickEvent(
  state: MachineState,
  open: Extract<MachineEffect, { type: 'check' | 'write' }>[],
  watched: ReadonlySet<number>,
  at: number,
  roll: () => number,
): MachineEvent {
  const dice = roll();
  if (dice === 0) return { type: 'cancel', at, reason: 'cancelled' };
  if (dice < 60 && open.length > 0) {
    const [effect] = open.splice(roll() % open.length, 1);
    if (effect !== undefined) return answer(effect, at, roll());
  }
  const steps = [...watched];
  if (dice < 90 && steps.length > 0) {
    const step = steps[roll() % steps.length] ?? 0;
    const removing = state.states.at(step)?.phase.kind === 'removing';
    const news: readonly Health[] = removing ? [GONE, IN_PROGRESS] : [CURRENT, CURRENT, IN_PROGRESS, RECOVERING, GONE];
    return { type: 'observed', at, step, health: news[roll() % news.length] ?? CURRENT };
  }
  return { type: 'tick', at: at + 1_000 };
}

function answer(effect: Extract<MachineEffect, { type: 'check' | 'write' }>, at: number, dice: number): MachineEvent {
  if (effect.type === 'write') {
    const written: WriteOutcome = { kind: 'written', operation: effect.verb === 'delete' ? 'deleted' : 'updated' };
    return { type: 'written', at, step: effect.step, result: dice < 70 ? written : dice < 90 ? BUSY : INVALID };
  }
  const busy: CheckResult = { kind: 'rejected', passing: true, message: 'busy' };
  const results: readonly CheckResult[] = [{ kind: 'satisfied' }, { kind: 'stale', reason: 'changed' }, busy];
  return { type: 'checked', at, step: effect.step, result: dice < 75 ? { kind: 'ready' } : (results[dice % 3] ?? busy) };
}
