import type { Health } from './health/health.ts';

/** How one step ended. `refused`: not tried, because what the plan relied on no longer holds. `skipped`: not tried, because of something else. */
export type Outcome = 'applied' | 'unchanged' | 'failed' | 'refused' | 'skipped';

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

/** True while a request of the step is under way. */
export function isActive(phase: Phase): boolean {
  return phase.kind === 'checking' || phase.kind === 'writing';
}

/** True for a step that ended as the plan wants it. */
export function isFulfilled(phase: Phase): boolean {
  return phase.kind === 'done' && (phase.outcome === 'applied' || phase.outcome === 'unchanged');
}
