import type { Change, KubernetesObject } from '../model/index.ts';
import type { Desired } from './input.ts';

/** One object that changes, with all that is known of it. */
export interface Entry {
  readonly change: Change;
  readonly before: KubernetesObject | undefined;
  /** Undefined for a delete. */
  readonly after: KubernetesObject | undefined;
  /** Undefined for a delete. */
  readonly desired: Desired | undefined;
}
