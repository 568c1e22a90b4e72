import type { World } from '../../../model/index.ts';
import { readPod } from '../pod-reading.ts';
import { isServed } from '../profile.ts';
import { simulate } from '../schedule.ts';
import { isOfDaemonSet, withoutNode } from './demand.ts';
import { toFleetWorld } from './fleet.ts';
import type { CapacityTools } from './tools.ts';
import type { CandidateShape } from './shape-spec.ts';

/** How many nodes of a fleet kube-scheduler itself needs for the pods that fewer could hold. */
export interface SchedulerNeed {
  readonly nodes: number;
  /** How many nodes it needs more than the fleet that was found: capacity that is there and cannot be used. */
  readonly stranded: number;
}

const MOST_TRIES = 12;

/**
 * Lets the scheduler place all pods anew on a fleet of new nodes, with more nodes of its largest part until all have a place.
 * Undefined where that does not come to an end.
 */
export function findSchedulerNeed(
  world: World,
  shapes: readonly CandidateShape[],
  fleet: readonly { readonly shape: string; readonly nodes: number }[],
  tools: CapacityTools,
): SchedulerNeed | undefined {
  const pods = world.byKind('', 'Pod').filter((pod) => {
    const { isFinished, isTerminating, gates, scheduler } = readPod(pod);
    return !isFinished && !isTerminating && gates.length === 0 && isServed(scheduler, tools.profiles) && !isOfDaemonSet(pod);
  });
  const fresh = pods.map(withoutNode);
  const parts = fleet.flatMap(({ shape, nodes }) => shapes.filter(({ name }) => name === shape).map((found) => ({ shape: found, nodes })));
  const planned = parts.reduce((sum, { nodes }) => sum + nodes, 0);
  for (let attempt = 0, added = 0; attempt < MOST_TRIES; attempt++) {
    const grown = parts.map((part, index) => (index === largestOf(parts) ? { ...part, nodes: part.nodes + added } : part));
    const { unplaced } = simulate(toFleetWorld(world, grown, tools.expand).with(fresh), tools);
    if (unplaced.length === 0) return { nodes: planned + added, stranded: added };
    added += Math.max(1, Math.floor((planned * attempt) / 100));
  }
  return undefined;
}

function largestOf(parts: readonly { readonly nodes: number }[]): number {
  return parts.reduce((best, { nodes }, index) => (nodes > (parts[best]?.nodes ?? 0) ? index : best), 0);
}
