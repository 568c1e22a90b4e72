import { compareBy } from '../../std/index.ts';
import type { PodInfo } from './pod-class.ts';

/** The order of the active queue: priority, then age (`PrioritySort`); pods not yet created come last, by name and ordinal. */
export const compareQueued: (a: PodInfo, b: PodInfo) => number = compareBy(
  (pod) => -pod.class.priority,
  (pod) => pod.reading.created,
  (pod) => pod.reading.namespace,
  (pod) => pod.reading.stem,
  (pod) => pod.reading.ordinal,
);
