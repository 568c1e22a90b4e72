import { formatRef, type Plan } from '../model/index.ts';
import { assertNever } from '../std/index.ts';
import { onChecked, onObserved, onTick, onWritten, stop } from './machine-steps.ts';
import {
  isActive,
  isFulfilled,
  toInitialState,
  type MachineEffect,
  type MachineEvent,
  type MachineOptions,
  type MachineState,
  type StepState,
} from './machine-state.ts';

/** A new state, and what to do in the world. */
export type Transition = readonly [MachineState, readonly MachineEffect[]];

/** Begins to apply a plan. */
export function begin(plan: Plan, options: MachineOptions, at: number): Transition {
  return settle(toInitialState(plan, options, at), []);
}

/**
 * What follows from an event. Pure: the same state and event give the same answer. Events that no longer matter (of a
 * step that is done, of a watch that was ended) change nothing.
 */
export function transition(state: MachineState, event: MachineEvent): Transition {
  if (state.stage === 'finished') return [state, []];
  const [next, effects] = handle(state, event);
  return settle(next, effects);
}

function handle(state: MachineState, event: MachineEvent): Transition {
  switch (event.type) {
    case 'checked':
      return onChecked(state, event.step, event.result, event.at);
    case 'written':
      return onWritten(state, event.step, event.result, event.at);
    case 'observed':
      return onObserved(state, event.step, event.health, event.at);
    case 'tick':
      return onTick(toUnasked(state), event.at);
    case 'cancel':
      return stop(state, event.reason);
    default:
      return assertNever(event);
  }
}

/** Starts what may start, moves on to the next wave where one is done, and finishes where all are. */
function settle(state: MachineState, effects: readonly MachineEffect[]): Transition {
  const next = state.stage === 'preflight' ? preflight(state) : run(state);
  const [moved, more] = next;
  if (moved.stage === 'finished') return [moved, [...effects, ...more, { type: 'finish' }]];
  const [awake, wake] = askToBeWoken(moved);
  return [awake, [...effects, ...more, ...wake]];
}

function preflight(state: MachineState): Transition {
  const states = [...state.states];
  const effects: MachineEffect[] = [];
  let active = states.filter(({ phase }) => isActive(phase)).length;
  let next = state.wave;
  for (; state.stopped === undefined && next < states.length && active < state.options.concurrency; next++, active++) {
    states[next] = { phase: { kind: 'checking' }, attempts: 0 };
    effects.push({ type: 'check', step: next });
  }
  const moved: MachineState = { ...state, states, wave: next };
  if (active > 0) return [moved, effects];
  if (state.stopped !== undefined) return [abandon(moved, state.stopped), effects];
  const stale = states.filter((step) => step.stale !== undefined).length;
  if (stale > 0 && !state.options.allowStaleRest) {
    return [abandon(moved, `nothing was applied: ${stale} of ${states.length} changes can no longer be made as planned`), effects];
  }
  const [running, more] = run({ ...moved, stage: 'running', wave: 0, states: states.map(toBeRun) });
  return [running, [...effects, ...more]];
}

function toBeRun(step: StepState): StepState {
  if (step.stale === undefined) return { phase: { kind: 'pending' }, attempts: 0 };
  return { phase: { kind: 'done', outcome: 'refused', message: step.stale }, attempts: 0, stale: step.stale };
}

function run(state: MachineState): Transition {
  let at = state;
  const effects: MachineEffect[] = [];
  while (at.stage === 'running') {
    const wave = at.waves[at.wave];
    if (wave === undefined) return [{ ...at, stage: 'finished' }, effects];
    if (at.stopped !== undefined) at = skipRest(at, at.stopped);
    const [started, requests] = startSteps(at, wave.from, wave.to);
    effects.push(...requests);
    at = started;
    if (at.stopped !== undefined) return [finishWhenDone(at), effects];
    if (!at.states.slice(wave.from, wave.to).every(({ phase }) => phase.kind === 'done')) return [at, effects];
    at = { ...at, wave: at.wave + 1 };
    const blocker = findBlocker(at);
    if (blocker !== undefined) at = finishWhenDone(skipRest(at, blocker));
  }
  return [at, effects];
}

function finishWhenDone(state: MachineState): MachineState {
  return state.states.every(({ phase }) => phase.kind === 'done') ? { ...state, stage: 'finished' } : state;
}

function startSteps(state: MachineState, from: number, to: number): Transition {
  let active = 0;
  for (let index = from; index < to; index++) if (isActive(phaseAt(state, index))) active++;
  let states: StepState[] | undefined;
  let { touched } = state;
  const effects: MachineEffect[] = [];
  for (let index = from; index < to && active < state.options.concurrency; index++) {
    const step = state.states[index];
    if (step?.phase.kind !== 'pending' && step?.phase.kind !== 'removed') continue;
    states ??= [...state.states];
    if (step.phase.kind === 'pending') {
      states[index] = { ...step, phase: { kind: 'checking' } };
      effects.push({ type: 'check', step: index });
    } else {
      states[index] = { ...step, phase: { kind: 'writing', verb: 'create' } };
      effects.push({ type: 'write', step: index, verb: 'create' });
      touched = true;
    }
    active++;
  }
  return [states === undefined ? state : { ...state, states, touched }, effects];
}

/** Why the wave under way may not be begun: an earlier step that is not as the plan wants it. */
function findBlocker(state: MachineState): string | undefined {
  const wave = state.waves[state.wave];
  if (wave === undefined) return undefined;
  const deletes = state.steps.slice(wave.from, wave.to).some(({ action }) => action === 'delete');
  for (let index = 0; index < wave.from; index++) {
    const { phase, stale } = state.states[index] ?? {};
    const step = state.steps[index];
    if (phase === undefined || step === undefined || isFulfilled(phase)) continue;
    if (stale !== undefined && state.options.allowStaleRest && !deletes) continue;
    const outcome = phase.kind === 'done' ? phase.outcome : 'unfinished';
    return `not begun: ${formatRef(step.ref)}, which comes before it, was ${outcome === 'failed' ? 'not applied or is not healthy' : outcome}`;
  }
  return undefined;
}

function skipRest(state: MachineState, message: string): MachineState {
  const states = state.states.map((step): StepState => {
    if (step.phase.kind !== 'pending') return step;
    return { ...step, phase: { kind: 'done', outcome: 'skipped', message } };
  });
  return { ...state, states };
}

function abandon(state: MachineState, message: string): MachineState {
  const states = state.states.map((step): StepState => {
    if (step.stale !== undefined) return { ...step, phase: { kind: 'done', outcome: 'refused', message: step.stale } };
    return { ...step, phase: { kind: 'done', outcome: 'skipped', message } };
  });
  return { ...state, states, stage: 'finished' };
}

function askToBeWoken(state: MachineState): Transition {
  let at = state.stopped === undefined ? state.startedAt + state.options.overallTimeout : Infinity;
  for (const { phase } of state.states) at = Math.min(at, deadlineOf(phase, state.options));
  if (at === state.wakeAt || !Number.isFinite(at)) return [state, []];
  return [{ ...state, wakeAt: at }, [{ type: 'wake', at }]];
}

/** A tick may come early: forgetting that one was asked for makes the machine ask again. */
function toUnasked(state: MachineState): MachineState {
  const { wakeAt: _, ...rest } = state;
  return rest;
}

function deadlineOf(phase: StepState['phase'], options: MachineOptions): number {
  switch (phase.kind) {
    case 'pausing':
      return phase.until;
    case 'removing':
      return phase.since + options.timeout;
    case 'waiting':
      return Math.min(phase.since + options.timeout, (phase.failingSince ?? Infinity) + options.failureGrace);
    case 'pending':
    case 'removed':
    case 'checking':
    case 'writing':
    case 'done':
      return Infinity;
    default:
      return assertNever(phase);
  }
}

function phaseAt(state: MachineState, index: number): StepState['phase'] {
  return state.states[index]?.phase ?? { kind: 'pending' };
}
