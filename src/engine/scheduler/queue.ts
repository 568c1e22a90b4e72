import { compareBy, getString } from '../../std/index.ts';
import type { PodInfo } from './pod-class.ts';

/** The order of the active queue: priority, then age (`PrioritySort`); pods not yet created come last, by name and ordinal. */
export const compareQueued: (a: PodInfo, b: PodInfo) => number = compareBy(
  (pod) => -pod.class.priority,
  (pod) => getString(pod.object.metadata, 'creationTimestamp') ?? '~',
  (pod) => pod.class.face.namespace,
  (pod) => splitOrdinal(pod.key).stem,
  (pod) => splitOrdinal(pod.key).ordinal,
);

function splitOrdinal(key: string): { readonly stem: string; readonly ordinal: number } {
  const match = /^(.*)-(\d{1,9})$/.exec(key);
  return match === null ? { stem: key, ordinal: -1 } : { stem: match[1] ?? '', ordinal: Number(match[2]) };
}
