import { formatRef, type Plan, type Step } from '../model/index.ts';
import { assertNever } from '../std/index.ts';
import { onChecked, onObserved, onTick, onWritten, stop } from './machine-steps.ts';
import { toInitialState, type MachineEffect, type MachineEvent, type MachineOptions, type MachineState } from './machine-state.ts';
import { isFulfilled, type StepState } from './phase.ts';
import { StepStates } from './step-states.ts';

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
  return settle(next, effects, 'step' in event ? event.step : undefined);
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

/** Starts what may start, moves on to the next wave where one is done, and finishes where all are. `touched` is the one step that an event was about. */
function settle(state: MachineState, effects: readonly MachineEffect[], touched?: number): Transition {
  const [moved, more] = state.stage === 'preflight' ? preflight(state) : run(state);
  if (moved.stage === 'finished') return [moved, [...effects, ...more, { type: 'finish' }]];
  const [awake, wake] = askToBeWoken(moved, touched);
  return [awake, [...effects, ...more, ...wake]];
}

function preflight(state: MachineState): Transition {
  const effects: MachineEffect[] = [];
  let { states, next } = state;
  for (; state.stopped === undefined && next < states.length && states.active < state.options.concurrency; next++) {
    states = states.with(next, { phase: { kind: 'checking' }, attempts: 0 });
    effects.push({ type: 'check', step: next });
  }
  const moved: MachineState = { ...state, states, next };
  if (states.active > 0) return [moved, effects];
  if (state.stopped !== undefined) return [abandon(moved, state.stopped), effects];
  const stale = state.steps.filter((_, index) => states.at(index)?.stale !== undefined);
  if (stale.length > 0 && !state.options.allowStaleRest) return [abandon(moved, describeStale(state.steps, stale)), effects];
  const [running, more] = run({ ...moved, stage: 'running', next: 0, states: StepStates.of(states.map(toBeRun)) });
  return [running, [...effects, ...more]];
}

function describeStale(steps: readonly Step[], stale: readonly Step[]): string {
  const isChange = ({ action }: Step): boolean => action !== 'none';
  const [changes, kept] = [stale.filter(isChange).length, stale.filter((step) => !isChange(step)).length];
  const parts = [
    ...(changes > 0 ? [`${changes} of ${steps.filter(isChange).length} changes can no longer be made as planned`] : []),
    ...(kept > 0
      ? [`${kept} ${kept === 1 ? 'object that was' : 'objects that were'} to stay as planned ${kept === 1 ? 'is' : 'are'} no longer so`]
      : []),
  ];
  return `nothing was applied: ${parts.join(', and ')}`;
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
    const [started, requests] = startSteps(at, wave.to);
    effects.push(...requests);
    at = advance(started, wave.to);
    if (at.stopped !== undefined) return [finishWhenDone(at), effects];
    if (at.doneTo < wave.to) return [at, effects];
    at = { ...at, wave: at.wave + 1 };
    const blocker = findBlocker(at);
    if (blocker !== undefined) at = finishWhenDone(skipRest(at, blocker));
  }
  return [at, effects];
}

function advance(state: MachineState, to: number): MachineState {
  let { doneTo } = state;
  while (doneTo < to && phaseAt(state, doneTo).kind === 'done') doneTo++;
  return doneTo === state.doneTo ? state : { ...state, doneTo };
}

function finishWhenDone(state: MachineState): MachineState {
  return advance(state, state.states.length).doneTo === state.states.length ? { ...state, stage: 'finished' } : state;
}

/** Begins what waits to be begun again, then what was never begun, as far as the limit of requests allows. */
function startSteps(state: MachineState, to: number): Transition {
  let { states, next, again, touched } = state;
  const effects: MachineEffect[] = [];
  while (states.active < state.options.concurrency && (again.length > 0 || next < to)) {
    const index = again[0] ?? next;
    if (again.length > 0) again = again.slice(1);
    else next++;
    const step = states.at(index);
    if (step?.phase.kind === 'pending') {
      states = states.with(index, { ...step, phase: { kind: 'checking' } });
      effects.push({ type: 'check', step: index });
    } else if (step?.phase.kind === 'removed') {
      states = states.with(index, { ...step, phase: { kind: 'writing', verb: 'create' } });
      effects.push({ type: 'write', step: index, verb: 'create' });
      touched = true;
    }
  }
  return [{ ...state, states, next, again, touched }, effects];
}

/** Why the wave under way may not be begun: an earlier step that is not as the plan wants it. */
function findBlocker(state: MachineState): string | undefined {
  const wave = state.waves[state.wave];
  if (wave === undefined) return undefined;
  const deletes = state.steps.slice(wave.from, wave.to).some(({ action }) => action === 'delete');
  for (let index = 0; index < wave.from; index++) {
    const { phase, stale } = state.states.at(index) ?? {};
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
  return { ...state, states: StepStates.of(states) };
}

function abandon(state: MachineState, message: string): MachineState {
  const states = state.states.map((step): StepState => {
    if (step.stale !== undefined) return { ...step, phase: { kind: 'done', outcome: 'refused', message: step.stale } };
    return { ...step, phase: { kind: 'done', outcome: 'skipped', message } };
  });
  return { ...state, states: StepStates.of(states), stage: 'finished' };
}

/** Asks for a tick at the next deadline. Only the step that an event was about can have a new one, unless the event was about all. */
function askToBeWoken(state: MachineState, touched: number | undefined): Transition {
  const overall = state.stopped === undefined ? state.startedAt + state.options.overallTimeout : Infinity;
  const phases = touched === undefined ? state.states.map(({ phase }) => phase) : [phaseAt(state, touched)];
  let at = Math.min(overall, state.wakeAt ?? Infinity);
  for (const phase of phases) at = Math.min(at, deadlineOf(phase, state.options));
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
  return state.states.at(index)?.phase ?? { kind: 'pending' };
}
