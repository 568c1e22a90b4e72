import { compareStrings } from '../../std/index.ts';
import type { PodInfo } from './pod-class.ts';

/** The order of the active queue: priority, then age (`PrioritySort`); pods not yet created come last, by name and ordinal. */
export function compareQueued(a: PodInfo, b: PodInfo): number {
  if (a.class.priority !== b.class.priority) return b.class.priority - a.class.priority;
  const [one, other] = [a.reading, b.reading];
  return (
    compareStrings(one.created, other.created) ||
    compareStrings(one.namespace, other.namespace) ||
    compareStrings(one.stem, other.stem) ||
    one.ordinal - other.ordinal
  );
}

/**
 * The pods in that order. Those of one workload are told apart by their ordinals alone, so that the rest is compared once for
 * all of them.
 */
export function sortQueue(pods: readonly PodInfo[]): PodInfo[] {
  const runs = new Map<string, PodInfo[]>();
  for (const pod of pods) {
    const { created, namespace, stem } = pod.reading;
    const key = `${pod.class.priority} ${created} ${namespace} ${stem}`;
    const run = runs.get(key);
    if (run === undefined) runs.set(key, [pod]);
    else run.push(pod);
  }
  const sorted = [...runs.values()].map((run) => run.toSorted((a, b) => a.reading.ordinal - b.reading.ordinal));
  return sorted.toSorted(compareRuns).flat();
}

function compareRuns([a]: readonly PodInfo[], [b]: readonly PodInfo[]): number {
  return a === undefined || b === undefined ? 0 : compareQueued(a, b);
}
