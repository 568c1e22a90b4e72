import type { Plan, Step } from '../model/index.ts';
import { stepsOf } from '../model/index.ts';
import type { Health } from './health/health.ts';
import type { Verb } from './phase.ts';
import { StepStates } from './step-states.ts';

/** Limits of the machine; all times in milliseconds. */
export interface MachineOptions {
  /** At most so many checks and writes at once. */
  readonly concurrency: number;
  /** How long one object may take to become healthy, or to be gone. */
  readonly timeout: number;
  /** How long the whole may take. */
  readonly overallTimeout: number;
  /** Whether a step is done only when its object is healthy (or gone), or as soon as it is written. */
  readonly waitForHealth: boolean;
  /** Whether all preconditions are checked, and nothing is touched if one does not hold, before the first write. */
  readonly preflight: boolean;
  /** Whether steps go on although others were refused as stale. Deletions never do. */
  readonly allowStaleRest: boolean;
  /** How often a step is tried where the refusal is one that passes. */
  readonly maxAttempts: number;
  /** The pause after the first try; doubled after each. */
  readonly backoff: number;
  readonly maxBackoff: number;
  /** How long a failure that its controller may recover from must stand to count. */
  readonly failureGrace: number;
}

/** Everything the machine knows. Plain data. */
export interface MachineState {
  readonly steps: readonly Step[];
  /** For each wave, the index of its first step and of the one after its last. */
  readonly waves: readonly { readonly label: string; readonly from: number; readonly to: number }[];
  readonly states: StepStates;
  readonly options: MachineOptions;
  readonly stage: 'preflight' | 'running' | 'finished';
  /** The wave under way. */
  readonly wave: number;
  /** The first step that was never begun (in the preflight: never checked). */
  readonly next: number;
  /** Steps that were begun and wait to be begun again. */
  readonly again: readonly number[];
  /** All steps of the wave before this one are done. */
  readonly doneTo: number;
  readonly startedAt: number;
  /** When the machine has last asked to be woken. */
  readonly wakeAt?: number;
  /** Why nothing new is begun. */
  readonly stopped?: string;
  /** Whether that is since the cluster is no longer to be reached. */
  readonly unreachable?: true;
  /** Whether a write was begun. */
  readonly touched: boolean;
}

/** What the world tells the machine. Every event carries its time. */
export type MachineEvent =
  | { readonly type: 'checked'; readonly at: number; readonly step: number; readonly result: CheckResult }
  | { readonly type: 'written'; readonly at: number; readonly step: number; readonly result: WriteOutcome }
  | { readonly type: 'observed'; readonly at: number; readonly step: number; readonly health: Health }
  | { readonly type: 'tick'; readonly at: number }
  | { readonly type: 'cancel'; readonly at: number; readonly reason: string };

/**
 * What checking a step against the live object says. `ready`: it holds what the plan relied on. `removed`: of a replacement,
 * the old object is gone already. `satisfied`: the live object is as the step would make it.
 */
export type CheckResult =
  | { readonly kind: 'ready' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'satisfied' }
  | { readonly kind: 'stale'; readonly reason: string }
  | Rejection;

/** How a write ended. */
export type WriteOutcome = { readonly kind: 'written'; readonly operation: 'created' | 'updated' | 'unchanged' | 'deleted' } | Rejection;

/** A refusal of the cluster: `passing` ones are tried again, after `retryAfter` milliseconds if it says so. */
export interface Rejection {
  readonly kind: 'rejected';
  readonly passing: boolean;
  readonly message: string;
  readonly retryAfter?: number;
  /** Whether the cluster has given no answer at all: where that lasts, nothing else is begun. */
  readonly unreachable?: true;
}

/** What the machine asks the world to do. */
export type MachineEffect =
  | { readonly type: 'check'; readonly step: number }
  | { readonly type: 'write'; readonly step: number; readonly verb: Verb }
  /** Report the object's health from now on; `NotFound` once it is gone. */
  | { readonly type: 'watch'; readonly step: number }
  | { readonly type: 'unwatch'; readonly step: number }
  | { readonly type: 'wake'; readonly at: number }
  | { readonly type: 'finish' };

/** The machine before its first event. */
export function toInitialState(plan: Plan, options: MachineOptions, at: number): MachineState {
  let from = 0;
  const waves = plan.waves.map(({ label, steps }) => {
    const wave = { label, from, to: from + steps.length };
    from = wave.to;
    return wave;
  });
  const steps = stepsOf(plan);
  return {
    steps,
    waves,
    states: StepStates.of(steps.map(() => ({ phase: { kind: 'pending' }, attempts: 0 }))),
    options,
    stage: options.preflight ? 'preflight' : 'running',
    wave: 0,
    next: 0,
    again: [],
    doneTo: 0,
    startedAt: at,
    touched: false,
  };
}
