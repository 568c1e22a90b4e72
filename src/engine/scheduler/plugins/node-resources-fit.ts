import { compareStrings } from '../../../std/index.ts';
import type { ClusterState, ResourceColumn } from '../cluster-state.ts';
import type { Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { SUCCESS, unresolvable, unschedulable, type Verdict } from '../verdict.ts';

const TOO_MANY = 'Too many pods';
const FIRST: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];

interface Demand extends ResourceColumn {
  readonly resource: string;
  readonly amount: number;
}

/** Keeps pods off nodes without room for their requests, and prefers nodes that stay the emptiest (`LeastAllocated`). */
export const NODE_RESOURCES_FIT: Plugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  looksAt: { filter: 'own pods', score: 'own pods' },
  filter: (pod, cluster) => {
    const demands = cluster.ofClass(pod, listDemands);
    const { podCounts, podLimits } = cluster;
    return {
      kind: 'filter',
      filter: (node) => {
        const isFull = (podCounts[node] ?? 0) + 1 > (podLimits[node] ?? 0);
        return !isFull && hasRoom(demands, node) ? SUCCESS : toRefusal(demands, node, { isFull });
      },
    };
  },
  score: (pod, cluster, feasible) => {
    const { incoming } = pod.class.requests;
    const cpu = cluster.column('cpu').allocatable;
    const memory = cluster.column('memory').allocatable;
    const scores = new Float64Array(feasible.length);
    for (let i = 0; i < scores.length; i++) {
      const node = feasible[i] ?? 0;
      const a = toLeastAllocated(cpu[node] ?? 0, (cluster.nonZeroCpu[node] ?? 0) + incoming.cpu);
      const b = toLeastAllocated(memory[node] ?? 0, (cluster.nonZeroMemory[node] ?? 0) + incoming.memory);
      const counted = (a < 0 ? 0 : 1) + (b < 0 ? 0 : 1);
      scores[i] = counted === 0 ? 0 : Math.trunc((Math.max(0, a) + Math.max(0, b)) / counted);
    }
    return scores;
  },
};

function hasRoom(demands: readonly Demand[], node: number): boolean {
  for (const demand of demands) if (demand.amount > freeOf(demand, node)) return false;
  return true;
}

function listDemands(pod: PodInfo, cluster: ClusterState): readonly Demand[] {
  const { amounts } = pod.class.requests;
  const scalars = [...amounts.keys()].filter((name) => !FIRST.includes(name)).toSorted(compareStrings);
  return [...FIRST, ...scalars].flatMap((resource) => {
    const amount = amounts.get(resource) ?? 0;
    return amount > 0 ? [{ resource, amount, ...cluster.column(resource) }] : [];
  });
}

function freeOf(demand: Demand, node: number): number {
  return (demand.allocatable[node] ?? 0) - (demand.requested[node] ?? 0);
}

function toRefusal(demands: readonly Demand[], node: number, { isFull }: { readonly isFull: boolean }): Verdict {
  const lacking = demands.filter((demand) => demand.amount > freeOf(demand, node));
  const reasons = [...(isFull ? [TOO_MANY] : []), ...lacking.map(({ resource }) => `Insufficient ${resource}`)];
  const isHopeless = lacking.some((demand) => demand.amount > (demand.allocatable[node] ?? 0));
  return isHopeless ? unresolvable(...reasons) : unschedulable(...reasons);
}

/** 0 to 100; negative for a resource that the node has nothing of, which then does not count. */
function toLeastAllocated(capacity: number, requested: number): number {
  if (capacity === 0) return -1;
  return requested > capacity ? 0 : Math.trunc(((capacity - requested) * 100) / capacity);
}
