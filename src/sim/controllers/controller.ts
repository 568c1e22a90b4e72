import type { KubernetesObject, RefKey, SchemaCatalog } from '../../model/index.ts';
import type { Context } from '../api/context.ts';
import type { StoredEvent } from '../store/index.ts';
import type { Dependents } from './dependents.ts';

/** What a controller may ask about besides the objects themselves. */
export interface Surroundings {
  readonly dependents: Dependents;
  readonly catalog: SchemaCatalog;
}

/**
 * A loop of the control plane. It is asked about a key whenever something happens that concerns it, writes to the draft
 * what is to become true, and says when (milliseconds since 1970) it wants to be asked again though nothing happens.
 */
export interface Controller {
  readonly name: string;
  /** True if its times are nothing that anybody waits for: a cluster with a CronJob would never come to rest. */
  readonly isBackground?: true;
  /** The keys that an event concerns. At the start every object is told of as `added`. */
  concerns(event: StoredEvent, around: Surroundings): Iterable<RefKey>;
  reconcile(context: Context, key: RefKey, around: Surroundings): number | undefined;
}

/** Whether an object is on its way out. */
export function isGoing(object: KubernetesObject): boolean {
  return object.metadata['deletionTimestamp'] !== undefined;
}
