import type { Change, KubernetesObject, RefKey, Wave } from '../model/index.ts';
import type { Desired, PlanInput } from './input.ts';

/** One object that changes, with all that is known of it. */
export interface Entry {
  readonly change: Change;
  readonly before: KubernetesObject | undefined;
  /** Undefined for a delete. */
  readonly after: KubernetesObject | undefined;
  /** Undefined for a delete. */
  readonly desired: Desired | undefined;
}

/** What is decided about the objects of one unit. */
export interface Decided {
  readonly input: PlanInput;
  readonly entries: readonly Entry[];
  readonly byKey: ReadonlyMap<RefKey, Desired>;
  readonly waves: readonly Wave[];
}
