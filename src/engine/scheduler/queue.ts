import { compareStrings } from '../../std/index.ts';
import type { PodInfo } from './pod-class.ts';

/** The order of the active queue: priority, then age (`PrioritySort`); pods not yet created come last, by name and ordinal. */
export function compareQueued(a: PodInfo, b: PodInfo): number {
  return compareWorkloads(a, b) || a.ordinal - b.ordinal;
}

/** The order of pods that are not of one workload; 0 for those that only their ordinals tell apart. */
function compareWorkloads(a: PodInfo, b: PodInfo): number {
  if (a.class.priority !== b.class.priority) return b.class.priority - a.class.priority;
  return (
    compareStrings(a.created, b.created) || compareStrings(a.class.face.namespace, b.class.face.namespace) || compareStrings(a.stem, b.stem)
  );
}

/**
 * The pods in that order. Those of one workload are told apart by their ordinals alone, so that the rest is compared once for
 * those of them that stand together.
 */
export function sortQueue(pods: readonly PodInfo[]): PodInfo[] {
  const runs: PodInfo[][] = [];
  for (const pod of pods) {
    const last = runs.at(-1);
    if (last?.[0] !== undefined && compareWorkloads(last[0], pod) === 0) last.push(pod);
    else runs.push([pod]);
  }
  const joined: PodInfo[][] = [];
  for (const run of runs.toSorted(compareRuns)) {
    const last = joined.at(-1);
    if (last === undefined || compareRuns(last, run) !== 0) joined.push(run);
    else for (const pod of run) last.push(pod);
  }
  const sorted: PodInfo[] = [];
  for (const run of joined) for (const pod of run.toSorted((a, b) => a.ordinal - b.ordinal)) sorted.push(pod);
  return sorted;
}

function compareRuns([a]: readonly PodInfo[], [b]: readonly PodInfo[]): number {
  return a === undefined || b === undefined ? 0 : compareWorkloads(a, b);
}
