import type { KubernetesObject } from './object.ts';
import type { RefKey } from './ref.ts';

/** When the objects of a world that a plan leads to are sent: what is made first may take what a quota allows from what comes later. */
export interface ApplyOrder {
  /** The wave of each object that is made or changed. */
  readonly waves: ReadonlyMap<RefKey, number>;
  /** Which of them are not there before. */
  readonly created: ReadonlySet<RefKey>;
  /** What is deleted after all others are applied, and counts until then. */
  readonly leaving: readonly KubernetesObject[];
}
