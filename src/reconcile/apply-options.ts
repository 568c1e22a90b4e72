import type { WorldReading } from '../cluster/index.ts';
import type { KubernetesObject, ObjectRef, Step, TakeOver } from '../model/index.ts';
import type { Clock } from '../std/index.ts';
import type { HealthRules } from './health/custom.ts';
import type { HealthMode } from './health/health.ts';
import type { InventoryOptions } from './inventory/membership.ts';
import type { MachineOptions } from './machine-state.ts';
import type { FollowObject } from './observer.ts';
import type { Phase } from './phase.ts';

/** A plan's desired object with its secret values; or why it cannot be had. */
export type SecretAnswer =
  | { readonly kind: 'ok'; readonly object: KubernetesObject }
  | { readonly kind: 'refused'; readonly reason: string };

/** One step on its way, for progress. */
export interface ApplyEvent {
  readonly at: number;
  readonly step: Step;
  /** 0-based place among all steps, of so many. */
  readonly index: number;
  readonly total: number;
  readonly phase: Phase;
}

/** How a plan is applied. Only the clock has no default. */
export interface ApplyPlanOptions extends Omit<InventoryOptions, 'reading'> {
  readonly clock: Clock;
  /** Aborting it stops: writes under way are awaited, nothing new is begun. */
  readonly signal?: AbortSignal;
  /** Requests at once; default 8. */
  readonly concurrency?: number;
  /** Milliseconds that one object may take to become healthy or to be gone; default 5 minutes. */
  readonly timeout?: number;
  /** Milliseconds for the whole; default: no limit. */
  readonly overallTimeout?: number;
  /** Default true: later waves wait until the objects of earlier ones are healthy. False: only until definitions are served. */
  readonly waitForHealth?: boolean;
  /** Default `strict`. */
  readonly healthMode?: HealthMode;
  /** Rules of the user for the health of kinds. */
  readonly healthRules?: HealthRules;
  /** Default false: a conflict with another field manager fails the step, unless its fields are to be taken over. */
  readonly forceConflicts?: TakeOver;
  /** Default true: all preconditions are checked before anything is touched. A plan made a moment ago need not. */
  readonly preflight?: boolean;
  /** Default false: a stale step refuses the whole plan. */
  readonly allowStaleRest?: boolean;
  /**
   * The manifest of a Secret, with its values, read again at the plan's source; undefined where it is not there. It is
   * checked against the hashes of the plan. Without this option no Secret with values is applied.
   */
  readonly findSecret?: (ref: ObjectRef) => Promise<KubernetesObject | undefined>;
  /**
   * Whether the health of objects that do not change is waited for at the end, as that of those that do is (the default),
   * or told as it is. What comes after them waits for it all the same.
   */
  readonly settleUnchanged?: boolean;
  /**
   * The cluster as it was read just now: what it holds is not asked for again. Asked once, before anything is waited for, and not
   * kept: a world with all that was worked out of it is large, and many units may wait at once.
   */
  readonly readFresh?: () => WorldReading | undefined;
  /** A watch that is open anyway: what it follows is not watched once more. */
  readonly follow?: FollowObject;
  readonly onEvent?: (event: ApplyEvent) => void;
}

/** The machine's limits, with the defaults filled in. */
export function toMachineOptions(options: ApplyPlanOptions): MachineOptions {
  return {
    concurrency: Math.max(1, options.concurrency ?? 8),
    timeout: options.timeout ?? 300_000,
    overallTimeout: options.overallTimeout ?? Infinity,
    waitForHealth: options.waitForHealth ?? true,
    preflight: options.preflight ?? true,
    allowStaleRest: options.allowStaleRest ?? false,
    maxAttempts: 6,
    backoff: 250,
    maxBackoff: 30_000,
    failureGrace: 60_000,
  };
}
