import { formatQuantity } from '../../model/index.ts';
import type { FindingData } from '../../model/index.ts';
import type { ClusterState } from './cluster-state.ts';

/** How much of one resource all nodes that take pods have, and how much of it their pods ask for. */
export interface Room {
  readonly resource: 'cpu' | 'memory';
  readonly allocatable: number;
  readonly requested: number;
}

/** The room of a cluster, by resource. */
export function readRoom(cluster: ClusterState): readonly Room[] {
  return (['cpu', 'memory'] as const).map((resource) => {
    const { allocatable, requested } = cluster.column(resource);
    const open = cluster.nodes.filter(({ isUnschedulable }) => !isUnschedulable);
    const sum = (column: Float64Array): number => open.reduce((total, { index }) => total + (column[index] ?? 0), 0);
    return { resource, allocatable: sum(allocatable), requested: sum(requested) };
  });
}

/** From here on the loss of a node, a rolling update or an autoscaler is likely to find no place. */
const TIGHT = 0.9;

/** Whether so much is asked for that little room is left. */
export function isTight(room: Room | undefined): boolean {
  return room !== undefined && shareOf(room) >= TIGHT;
}

/** What is told of the room that is left of a resource, and of what was. */
export function describeRoom(before: Room | undefined, after: Room): FindingData {
  const { resource } = after;
  const left = BigInt(Math.max(0, Math.round(after.allocatable - after.requested)));
  return {
    resource,
    share: toPercent(shareOf(after)),
    was: before === undefined ? 'unknown' : toPercent(shareOf(before)),
    left: resource === 'cpu' ? formatQuantity(left * 1_000_000n, 'decimal') : `${(Number(left) / 2 ** 30).toFixed(1)}Gi`,
  };
}

function shareOf({ allocatable, requested }: Room): number {
  return allocatable === 0 ? 0 : requested / allocatable;
}

function toPercent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
