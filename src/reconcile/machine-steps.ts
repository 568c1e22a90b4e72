import type { Step } from '../model/index.ts';
import { assertNever } from '../std/index.ts';
import type { Health } from './health/health.ts';
import { type CheckResult, type MachineEffect, type MachineState, type Rejection, type WriteOutcome } from './machine-state.ts';
import { type Phase, type StepState, type Verb } from './phase.ts';

type Result = readonly [MachineState, readonly MachineEffect[]];

/** The answer to a check: refuse, write, or wait for health where there is nothing to write. */
export function onChecked(state: MachineState, index: number, result: CheckResult, at: number): Result {
  const [step, own] = stepAt(state, index);
  if (step === undefined || own?.phase.kind !== 'checking') return [state, []];
  if (state.stage === 'preflight') return [onPreflight(state, index, result), []];
  if (state.stopped !== undefined) return [end(state, index, { outcome: 'skipped', message: state.stopped }), []];
  switch (result.kind) {
    case 'stale':
      return [withStep(end(state, index, { outcome: 'refused', message: result.reason }), index, { stale: result.reason }), []];
    case 'rejected':
      return reject(state, index, result, 'pending', at);
    case 'satisfied':
      return step.action === 'delete' ? [end(state, index, { outcome: 'unchanged' }), []] : awaitHealth(state, index, 'unchanged', at);
    case 'removed':
      return [setPhase(state, index, { kind: 'removed' }), []];
    case 'ready':
      if (step.action === 'none') return awaitHealth(state, index, 'unchanged', at);
      return write(state, index, step.action === 'delete' || step.action === 'replace' ? 'delete' : 'apply');
    default:
      return assertNever(result);
  }
}

function onPreflight(state: MachineState, index: number, result: CheckResult): MachineState {
  const stale = result.kind === 'stale' ? result.reason : undefined;
  const checked: StepState = { phase: { kind: 'pending' }, attempts: 0, ...(stale === undefined ? {} : { stale }) };
  return { ...state, states: state.states.with(index, checked) };
}

/** The answer to a write. */
export function onWritten(state: MachineState, index: number, result: WriteOutcome, at: number): Result {
  const [step, own] = stepAt(state, index);
  if (step === undefined || own?.phase.kind !== 'writing') return [state, []];
  const { verb } = own.phase;
  if (result.kind === 'rejected') return reject(state, index, result, verb === 'create' ? 'removed' : 'pending', at);
  if (verb !== 'delete') return awaitHealth(state, index, result.operation === 'unchanged' ? 'unchanged' : 'applied', at);
  if (step.action === 'delete' && (!state.options.waitForHealth || state.stopped !== undefined)) {
    return [end(state, index, { outcome: 'applied', message: 'deletion was requested and not waited for' }), []];
  }
  return [setPhase(state, index, { kind: 'removing', since: at }), [{ type: 'watch', step: index }]];
}

/** News of an object that is waited for. */
export function onObserved(state: MachineState, index: number, health: Health, at: number): Result {
  const [step, own] = stepAt(state, index);
  if (step === undefined || own === undefined) return [state, []];
  const unwatch: MachineEffect = { type: 'unwatch', step: index };
  if (own.phase.kind === 'removing') {
    if (health.status !== 'NotFound') return [setPhase(state, index, { ...own.phase, message: health.message }), []];
    if (step.action === 'delete') return [end(state, index, { outcome: 'applied' }), [unwatch]];
    return [setPhase(state, index, { kind: 'removed' }), [unwatch]];
  }
  if (own.phase.kind !== 'waiting') return [state, []];
  const { outcome, since, failingSince = at } = own.phase;
  switch (health.status) {
    case 'Current':
      return [end(state, index, { outcome, health }), [unwatch]];
    case 'NotFound':
      return [end(state, index, { outcome: 'failed', health, message: 'was deleted while its health was waited for' }), [unwatch]];
    case 'Failed':
      if (!mayRecover(state, step, health) || at - failingSince >= state.options.failureGrace) {
        return [end(state, index, { outcome: 'failed', health, message: health.message }), [unwatch]];
      }
      return [setPhase(state, index, { kind: 'waiting', since, outcome, health, failingSince }), []];
    case 'InProgress':
    case 'Terminating':
    case 'Unknown':
      return [setPhase(state, index, { kind: 'waiting', since, outcome, health }), []];
    default:
      return assertNever(health.status);
  }
}

/** What has failed before the plan was begun may be cured by what the plan writes. */
function mayRecover({ touched }: MachineState, step: Step, health: Health): boolean {
  return health.recovers === true || (step.action === 'none' && touched);
}

/** Time passes: pauses end, and so does patience. */
export function onTick(state: MachineState, at: number): Result {
  if (state.stopped === undefined && at - state.startedAt >= state.options.overallTimeout) {
    return stop(state, `the whole took longer than ${toSeconds(state.options.overallTimeout)}`);
  }
  let next = state;
  const effects: MachineEffect[] = [];
  for (const [index, { phase }] of [...state.states].entries()) {
    const [moved, more] = expire(next, index, phase, at);
    next = moved;
    effects.push(...more);
  }
  return [next, effects];
}

function expire(state: MachineState, index: number, phase: Phase, at: number): Result {
  const { timeout, failureGrace } = state.options;
  const unwatch: MachineEffect = { type: 'unwatch', step: index };
  if (phase.kind === 'pausing' && at >= phase.until) return [setPhase(state, index, { kind: phase.next }), []];
  if (phase.kind === 'removing' && at - phase.since >= timeout) {
    const why = phase.message === undefined ? '' : `: ${phase.message}`;
    return [end(state, index, { outcome: 'failed', message: `is still there after ${toSeconds(timeout)}${why}` }), [unwatch]];
  }
  if (phase.kind !== 'waiting') return [state, []];
  const late = at - phase.since >= timeout;
  if (!late && (phase.failingSince === undefined || at - phase.failingSince < failureGrace)) return [state, []];
  const health = phase.health === undefined ? {} : { health: phase.health };
  const why = phase.health?.message ?? 'its status could not be read';
  const message = late ? `is not healthy after ${toSeconds(timeout)}: ${why}` : why;
  return [end(state, index, { outcome: 'failed', ...health, message }), [unwatch]];
}

/**
 * Stops: nothing new is begun. Writes under way are awaited, and a replacement whose old object is deleted is finished,
 * so that nothing is left half-written; health is not waited for.
 */
export function stop(state: MachineState, reason: string): Result {
  if (state.stopped !== undefined) return [state, []];
  let next: MachineState = { ...state, stopped: reason };
  const effects: MachineEffect[] = [];
  for (const [index, { phase }] of [...state.states].entries()) {
    if (phase.kind === 'pausing' && phase.next === 'pending') {
      const message = phase.message === reason ? reason : `${phase.message}; not tried again: ${reason}`;
      next = end(next, index, { outcome: 'failed', message });
    } else if (phase.kind === 'waiting') {
      const health = phase.health === undefined ? {} : { health: phase.health };
      next = end(next, index, { outcome: phase.outcome, ...health, message: `health was not waited for: ${reason}` });
      effects.push({ type: 'unwatch', step: index });
    } else if (phase.kind === 'removing' && state.steps[index]?.action === 'delete') {
      next = end(next, index, { outcome: 'applied', message: 'deletion was requested and not waited for' });
      effects.push({ type: 'unwatch', step: index });
    }
  }
  return [next, effects];
}

function awaitHealth(state: MachineState, index: number, outcome: 'applied' | 'unchanged', at: number): Result {
  if (!state.options.waitForHealth && !isServedOnce(state.steps[index])) return [end(state, index, { outcome }), []];
  if (state.stopped !== undefined) {
    return [end(state, index, { outcome, message: `health was not waited for: ${state.stopped}` }), []];
  }
  return [setPhase(state, index, { kind: 'waiting', since: at, outcome }), [{ type: 'watch', step: index }]];
}

// What a definition defines cannot be written before; the API server itself makes it so, or says at once that it will not.
function isServedOnce(step: Step | undefined): boolean {
  return step?.ref.kind === 'CustomResourceDefinition' && step.action !== 'none';
}

/** What cannot be reached for one step cannot be for the others. */
function reject(state: MachineState, index: number, rejection: Rejection, next: 'pending' | 'removed', at: number): Result {
  const retried = retry(state, index, rejection, next, at);
  const isOver = retried.states.at(index)?.phase.kind === 'done';
  return isOver && rejection.unreachable === true ? stop({ ...retried, unreachable: true }, rejection.message) : [retried, []];
}

function retry(state: MachineState, index: number, rejection: Rejection, next: 'pending' | 'removed', at: number): MachineState {
  const attempts = (state.states.at(index)?.attempts ?? 0) + 1;
  const { maxAttempts, backoff, maxBackoff } = state.options;
  const abandoned = state.stopped !== undefined && next === 'pending';
  if (!rejection.passing || attempts >= maxAttempts || abandoned) {
    const tries = attempts > 1 ? ` (tried ${attempts} times)` : '';
    return end(state, index, { outcome: 'failed', message: rejection.message + tries });
  }
  const pause = Math.min(maxBackoff, backoff * 2 ** (attempts - 1));
  const until = at + Math.max(pause, rejection.retryAfter ?? 0);
  return setStep(state, index, { phase: { kind: 'pausing', until, next, message: rejection.message }, attempts });
}

function write(state: MachineState, index: number, verb: Verb): Result {
  return [setPhase({ ...state, touched: true }, index, { kind: 'writing', verb }), [{ type: 'write', step: index, verb }]];
}

function end(state: MachineState, index: number, done: Omit<Extract<Phase, { kind: 'done' }>, 'kind'>): MachineState {
  return setPhase(state, index, { kind: 'done', ...done });
}

function setPhase(state: MachineState, index: number, phase: Phase): MachineState {
  return withStep(state, index, { phase });
}

function withStep(state: MachineState, index: number, fields: Partial<StepState>): MachineState {
  return setStep(state, index, { ...(state.states.at(index) ?? { phase: { kind: 'pending' }, attempts: 0 }), ...fields });
}

function setStep(state: MachineState, index: number, step: StepState): MachineState {
  const states = state.states.with(index, step);
  const waits = step.phase.kind === 'pending' || step.phase.kind === 'removed';
  return waits ? { ...state, states, again: [...state.again, index] } : { ...state, states };
}

function stepAt(state: MachineState, index: number): readonly [Step | undefined, StepState | undefined] {
  return [state.steps[index], state.states.at(index)];
}

function toSeconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
