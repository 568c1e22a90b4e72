import { assertNever } from '../../std/index.ts';

/**
 * What makes the daemon look again. `check`: drift is watched from now on, and what happened between the last look and now
 * is looked for once.
 */
export type Cause = 'start' | 'change' | 'drift' | 'check' | 'interval' | 'retry';

/** What is told to the daemon from outside. */
export type Trigger = Extract<Cause, 'change' | 'drift' | 'check'>;

/**
 * How one synchronisation ended.
 * - `synced`: the cluster is as the source says; so many changes were made. `unhealthy` says what is not well all the same,
 *   `writers` who had changed what was changed back.
 * - `held`: the plan may not go without a person; nothing was touched.
 * - `failed`: a step failed; something may have been touched.
 * - `unreadable`: the source or the cluster could not be read; nothing was touched.
 * - `waiting`: its turn has not come: it is suspended, outside its windows, or waits for another unit. `until` is when to ask again.
 * - `same`: the revision that was given up is still the one; nothing was tried.
 * - `current`: the source asks for what the unit was synced to; nothing was looked at.
 * - `moved`: the source changed while a plan that deletes was made of it; nothing was touched.
 * - `stopped`: it was told to stop, or lost the unit for a moment: it is looked at anew after a pause.
 */
export type SyncOutcome =
  | {
      readonly kind: 'synced';
      readonly revision: string;
      readonly changes: number;
      readonly unhealthy?: string;
      readonly writers?: readonly string[];
      /** It is the last good revision, in place of the one that was given up. */
      readonly back?: true;
    }
  | { readonly kind: 'held'; readonly revision: string; readonly reasons: readonly string[]; readonly plan?: string }
  | { readonly kind: 'waiting'; readonly reason: string; readonly until?: number }
  | { readonly kind: 'failed'; readonly revision: string; readonly message: string; readonly back?: true }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'same'; readonly revision: string }
  | { readonly kind: 'current' }
  | { readonly kind: 'moved' }
  | { readonly kind: 'stopped' };

/** Limits of the loop, in milliseconds. */
export interface LoopOptions {
  /** Between two looks where nothing happens. */
  readonly interval: number;
  /** From a synchronisation to the first that heals drift. */
  readonly driftPause: number;
  /** The first pause after a failure; doubled after each. */
  readonly backoff: number;
  readonly maxBackoff: number;
  /** How often a revision that fails is tried again; after that only another revision is. */
  readonly maxRetries: number;
  /** What becomes of a revision that is given up: it stays as far as it came, or the last good one is gone back to. */
  readonly onFailure: 'hold' | 'rollback';
}

/** What holds where a unit says nothing else. */
export const DEFAULT_LIMITS: LoopOptions = {
  interval: 60_000,
  driftPause: 1_000,
  backoff: 5_000,
  maxBackoff: 180_000,
  maxRetries: 5,
  onFailure: 'hold',
};

/**
 * Everything the loop knows. Plain data.
 *
 *   standby <-> idle -> syncing -> idle
 *                 \________|____-> stopping -> stopped
 */
export interface LoopState {
  readonly options: LoopOptions;
  /** `standby`: another instance holds the unit's lease. */
  readonly stage: 'standby' | 'idle' | 'syncing' | 'stopping' | 'stopped';
  /** Whether this instance holds the unit's lease. */
  readonly leased: boolean;
  /** Who holds the lease, where it is not this instance. */
  readonly holder?: string;
  readonly cause: Cause;
  /** Why to look again once the synchronisation under way has ended. */
  readonly again?: Trigger;
  /** The last outcome that says something. */
  readonly outcome?: Exclude<SyncOutcome, { kind: 'same' | 'current' | 'moved' | 'stopped' }>;
  readonly lastSynced?: { readonly revision: string; readonly at: number };
  /** How often the same thing has failed in a row. */
  readonly failures: number;
  /** The revision that is not tried again, and why. */
  readonly givenUp?: string;
  readonly fault?: string;
  /** The last revision that was synced and healthy. */
  readonly good?: string;
  /** How often in a row drift was healed: something else may be writing the same fields. */
  readonly heals: number;
  /** What is looked for at `dueAt`, where it is not the whole. */
  readonly due?: 'drift' | 'check';
  /** What was to be looked for, and when, before the source was asked for a change. */
  readonly resume?: Pick<LoopState, 'due' | 'dueAt'>;
  /** When to look again; undefined while only an event can help. */
  readonly dueAt?: number;
}

export type LoopEvent =
  /** `good` is the last good revision, as whoever held the unit before has left word. */
  | { readonly type: 'lease'; readonly at: number; readonly holds: boolean; readonly holder?: string; readonly good?: string }
  | { readonly type: 'trigger'; readonly at: number; readonly cause: Trigger }
  /** `jitter` is a number from 0 to 1 that spreads the looks of many daemons. */
  | { readonly type: 'synced'; readonly at: number; readonly outcome: SyncOutcome; readonly jitter: number }
  | { readonly type: 'tick'; readonly at: number }
  | { readonly type: 'stop'; readonly at: number };

export type LoopEffect =
  /**
   * Synchronise; `except` is the revision that is not to be tried again, `instead` the good one that takes its place, `known`
   * the one that the cluster is equal to.
   */
  | { readonly type: 'sync'; readonly cause: Cause; readonly except?: string; readonly instead?: string; readonly known?: string }
  | { readonly type: 'abort-sync' }
  | { readonly type: 'wake'; readonly at: number }
  | { readonly type: 'finish' };

export type LoopTransition = readonly [LoopState, readonly LoopEffect[]];

/** The loop before anything happened: it waits for the lease. */
export function toLoopState(options: LoopOptions): LoopState {
  return { options, stage: 'standby', leased: false, cause: 'start', failures: 0, heals: 0 };
}

/** What follows from an event. Pure. */
export function stepLoop(state: LoopState, event: LoopEvent): LoopTransition {
  if (state.stage === 'stopped') return [state, []];
  switch (event.type) {
    case 'lease':
      return onLease(event.good === undefined ? state : { ...state, good: event.good }, event.holds, event.holder);
    case 'trigger':
      return onTrigger(state, event.cause, event.at);
    case 'synced':
      return onSynced(state, event.outcome, event.at, event.jitter);
    case 'tick':
      return onTick(state, event.at);
    case 'stop':
      return onStop(state);
    default:
      return assertNever(event);
  }
}

function onLease(state: LoopState, holds: boolean, holder: string | undefined): LoopTransition {
  if (state.stage === 'stopping') return [state, []];
  const { holder: _, ...rest } = state;
  const next: LoopState = { ...rest, leased: holds, ...(holder === undefined ? {} : { holder }) };
  if (holds) return state.stage === 'standby' ? sync(next, 'start') : [next, []];
  if (state.stage === 'syncing') return [next, state.leased ? [{ type: 'abort-sync' }] : []];
  return [{ ...next, stage: 'standby' }, []];
}

function onTrigger(state: LoopState, cause: Trigger, at: number): LoopTransition {
  if (state.stage === 'syncing') return [{ ...state, again: moreUrgent(state.again, cause) }, []];
  if (state.stage !== 'idle') return [state, []];
  if (cause === 'change') return sync(state, 'change');
  if (state.outcome?.kind !== 'synced') return [state, []];
  const healAt = (state.lastSynced?.at ?? at) + toPause(state, cause);
  if (at >= healAt) return sync(state, cause);
  if (healAt > (state.dueAt ?? Infinity)) return [state, []];
  return [{ ...state, due: state.due === 'drift' ? 'drift' : cause, dueAt: healAt }, [{ type: 'wake', at: healAt }]];
}

function moreUrgent(one: Trigger | undefined, other: Trigger): Trigger {
  if (one === 'change' || other === 'change') return 'change';
  return one === 'drift' ? one : other;
}

/** From a synchronisation to the next for such a cause: the longer, the oftener something was healed already. */
function toPause({ heals, options }: LoopState, cause: 'drift' | 'check'): number {
  if (heals > 0) return toBackoff(options, heals);
  return cause === 'drift' ? options.driftPause : 0;
}

function onTick(state: LoopState, at: number): LoopTransition {
  if (state.stage !== 'idle' || state.dueAt === undefined) return [state, []];
  if (at < state.dueAt) return [state, [{ type: 'wake', at: state.dueAt }]];
  return sync(state, state.failures > 0 ? 'retry' : (state.due ?? 'interval'));
}

function onStop(state: LoopState): LoopTransition {
  if (state.stage === 'syncing') return [{ ...state, stage: 'stopping' }, [{ type: 'abort-sync' }]];
  if (state.stage === 'stopping') return [state, []];
  return [{ ...state, stage: 'stopped' }, [{ type: 'finish' }]];
}

function sync(state: LoopState, cause: Cause): LoopTransition {
  const { dueAt, due, again: _, resume: __, ...kept } = state;
  const resume = { ...(due === undefined ? {} : { due }), ...(dueAt === undefined ? {} : { dueAt }) };
  const rest: LoopState = cause === 'change' && dueAt !== undefined ? { ...kept, resume } : kept;
  const except = state.givenUp === undefined ? {} : { except: state.givenUp };
  const instead = goesBack(state) ? { instead: state.good } : {};
  const known = cause === 'change' && isWell(state) ? { known: state.outcome.revision } : {};
  return [{ ...rest, stage: 'syncing', cause }, [{ type: 'sync', cause, ...except, ...instead, ...known }]];
}

/** Whether the last good revision takes the place of the one that was given up. */
function goesBack(state: LoopState): state is LoopState & { readonly good: string } {
  return state.options.onFailure === 'rollback' && state.givenUp !== undefined && state.good !== undefined;
}

/** Whether the last look left the cluster equal to its source, and healthy. */
export function isWell(
  state: LoopState,
): state is LoopState & { readonly outcome: { readonly kind: 'synced'; readonly revision: string } } {
  return state.outcome?.kind === 'synced' && state.outcome.unhealthy === undefined && state.outcome.back === undefined;
}

function onSynced(state: LoopState, outcome: SyncOutcome, at: number, jitter: number): LoopTransition {
  if (state.stage === 'stopping') return [{ ...state, stage: 'stopped' }, [{ type: 'finish' }]];
  if (state.stage !== 'syncing') return [state, []];
  const judged = judge(state, outcome, at, jitter);
  if (!state.leased) return [{ ...judged, stage: 'standby' }, []];
  const { again, ...idle } = { ...judged, stage: 'idle' as const };
  if (outcome.kind === 'moved') return sync(idle, 'change');
  if (again !== undefined) {
    const [next, effects] = onTrigger(idle, again, at);
    if (effects.length > 0) return [next, effects];
  }
  return [idle, idle.dueAt === undefined ? [] : [{ type: 'wake', at: idle.dueAt }]];
}

function judge(state: LoopState, outcome: SyncOutcome, at: number, jitter: number): LoopState {
  const { options } = state;
  const { dueAt: _, givenUp, fault, ...rest } = state;
  const next = at + options.interval * (1 + jitter / 10);
  const kept = { ...(givenUp === undefined ? {} : { givenUp }), ...(fault === undefined ? {} : { fault }) };
  switch (outcome.kind) {
    case 'synced':
      return judgeSynced({ ...rest, ...(outcome.back === undefined ? {} : kept) }, outcome, at, next);
    case 'held':
      return { ...rest, outcome, failures: 0, dueAt: next };
    case 'unreadable': {
      const failures = state.outcome?.kind === 'unreadable' ? state.failures + 1 : 1;
      return { ...rest, ...kept, outcome, failures, dueAt: at + toBackoff(options, failures) };
    }
    case 'failed':
      return judgeFailed({ ...rest, ...(outcome.back === undefined ? {} : kept) }, outcome, at);
    case 'waiting':
      return { ...rest, ...kept, outcome, dueAt: outcome.until ?? next };
    case 'current':
      return { ...rest, ...(state.resume ?? { dueAt: next }) };
    case 'same':
      return { ...rest, ...kept, givenUp: outcome.revision };
    case 'moved':
      return { ...rest, ...kept, dueAt: next };
    // A machine that is too slow to keep its Lease would be kept from it by plans that are made at once, again and again.
    case 'stopped':
      return { ...rest, ...kept, dueAt: at + options.driftPause };
    default:
      return assertNever(outcome);
  }
}

/** A revision that is not healthy in time has failed, too, where another one can be gone back to. */
function judgeSynced(state: LoopState, outcome: Extract<SyncOutcome, { kind: 'synced' }>, at: number, next: number): LoopState {
  const { revision, unhealthy, back, changes } = outcome;
  const synced = { ...state, outcome, failures: 0, heals: countHeals(state, changes), lastSynced: { revision, at }, dueAt: next };
  if (back !== undefined || unhealthy === undefined)
    return unhealthy === undefined && back === undefined ? { ...synced, good: revision } : synced;
  const hasTried = changes > 0 && state.options.onFailure === 'rollback' && state.good !== undefined && state.good !== revision;
  return hasTried ? { ...synced, givenUp: revision, fault: unhealthy, dueAt: at } : synced;
}

/** What fails too often is given up; where that is the good revision itself, there is nothing left to go back to. */
function judgeFailed(state: LoopState, outcome: Extract<SyncOutcome, { kind: 'failed' }>, at: number): LoopState {
  const { options } = state;
  const again = state.outcome?.kind === 'failed' && state.outcome.revision === outcome.revision;
  const failures = again ? state.failures + 1 : 1;
  if (failures <= options.maxRetries) return { ...state, outcome, failures, dueAt: at + toBackoff(options, failures) };
  const { good, ...rest } = state;
  if (outcome.back !== undefined) return { ...rest, outcome, failures };
  const left = { ...rest, outcome, failures, givenUp: outcome.revision, fault: outcome.message, ...(good === undefined ? {} : { good }) };
  return goesBack(left) && good !== outcome.revision ? { ...left, failures: 0, dueAt: at } : left;
}

/** A check that finds nothing says that the last heal held for a moment, not that nobody undoes it. */
function countHeals({ cause, heals }: LoopState, changes: number): number {
  if (changes === 0) return cause === 'check' ? heals : 0;
  return cause === 'drift' || cause === 'check' || heals > 0 ? heals + 1 : 0;
}

function toBackoff(options: LoopOptions, count: number): number {
  return Math.min(options.maxBackoff, options.backoff * 2 ** (count - 1));
}
