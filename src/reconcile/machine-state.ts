import type { Plan, Step } from '../model/index.ts';
import { stepsOf } from '../model/index.ts';
import type { Health } from './health/health.ts';

/** How one step ended. `refused`: not tried, because what the plan relied on no longer holds. `skipped`: not tried, because of something else. */
export type Outcome = 'applied' | 'unchanged' | 'failed' | 'refused' | 'skipped';

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

/**
 * Where a step is.
 *
 *   pending -> checking -> writing -> removing -> (replace: removed -> writing) -> waiting -> done
 *      ^           |          |
 *      +- pausing -+----------+
 */
export type Phase =
  | { readonly kind: 'pending' }
  | { readonly kind: 'checking' }
  | { readonly kind: 'writing'; readonly verb: Verb }
  | { readonly kind: 'pausing'; readonly until: number; readonly next: 'pending' | 'removed'; readonly message: string }
  | { readonly kind: 'removing'; readonly since: number; readonly message?: string }
  | { readonly kind: 'removed' }
  | {
      readonly kind: 'waiting';
      readonly since: number;
      readonly outcome: 'applied' | 'unchanged';
      readonly health?: Health;
      readonly failingSince?: number;
    }
  | { readonly kind: 'done'; readonly outcome: Outcome; readonly health?: Health; readonly message?: string };

/** What is written: `apply` merges, `create` is the second half of a replacement. */
export type Verb = 'apply' | 'create' | 'delete';

/** One step's place in the machine. */
export interface StepState {
  readonly phase: Phase;
  readonly attempts: number;
  /** Why the preflight refuses it. */
  readonly stale?: string;
}

/** Everything the machine knows. Plain data. */
export interface MachineState {
  readonly steps: readonly Step[];
  /** For each wave, the index of its first step and of the one after its last. */
  readonly waves: readonly { readonly label: string; readonly from: number; readonly to: number }[];
  readonly states: readonly StepState[];
  readonly options: MachineOptions;
  readonly stage: 'preflight' | 'running' | 'finished';
  /** The wave under way; in the preflight, the index of the next step to check. */
  readonly wave: number;
  readonly startedAt: number;
  /** When the machine has last asked to be woken. */
  readonly wakeAt?: number;
  /** Why nothing new is begun. */
  readonly stopped?: string;
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
    states: steps.map(() => ({ phase: { kind: 'pending' }, attempts: 0 })),
    options,
    stage: options.preflight ? 'preflight' : 'running',
    wave: 0,
    startedAt: at,
    touched: false,
  };
}

/** True while a request of the step is under way. */
export function isActive(phase: Phase): boolean {
  return phase.kind === 'checking' || phase.kind === 'writing';
}

/** True for a step that ended as the plan wants it. */
export function isFulfilled(phase: Phase): boolean {
  return phase.kind === 'done' && (phase.outcome === 'applied' || phase.outcome === 'unchanged');
}
