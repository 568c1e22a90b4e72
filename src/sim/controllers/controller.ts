import type { StatusError } from '../../cluster/index.ts';
import type { KubernetesObject, RefKey, SchemaCatalog, World } from '../../model/index.ts';
import type { Context } from '../api/context.ts';
import type { StoredEvent } from '../store/index.ts';
import type { Dependents } from './dependents.ts';

/** What a controller may ask about: the state that a step begins with. */
export interface Surroundings {
  readonly world: World;
  readonly dependents: Dependents;
  readonly catalog: SchemaCatalog;
}

/** How a step of a controller ended. */
export interface Outcome {
  /** When to ask again though nothing happens, in milliseconds since 1970. */
  readonly due?: number;
  /** The first request that was refused; it will be tried again, after longer and longer pauses. */
  readonly refusal?: StatusError;
}

/** Everything is as the controller wants it. */
export const CONTENT: Outcome = {};

/** A loop of the control plane: asked about a key whenever something happens that concerns it, it writes to the draft what is to become true. */
export interface Controller {
  readonly name: string;
  /** True if its times are nothing that anybody waits for: a cluster with a CronJob would never come to rest. */
  readonly isBackground?: true;
  /** The keys that an event concerns. At the start every object is told of as `added`. */
  concerns(event: StoredEvent, around: Surroundings): Iterable<RefKey>;
  reconcile(context: Context, key: RefKey, around: Surroundings): Outcome;
}

/** Whether an object is on its way out. */
export function isGoing(object: KubernetesObject): boolean {
  return object.metadata['deletionTimestamp'] !== undefined;
}
