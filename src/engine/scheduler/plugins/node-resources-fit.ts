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
  filter: (pod, cluster) => {
    const demands = listDemands(pod, cluster);
    return {
      kind: 'filter',
      filter: (node) => {
        const isFull = (cluster.podCounts[node] ?? 0) + 1 > (cluster.podLimits[node] ?? 0);
        if (!isFull && demands.every((demand) => demand.amount <= freeOf(demand, node))) return SUCCESS;
        return toRefusal(demands, node, { isFull });
      },
    };
  },
  score: (pod, cluster, feasible) => {
    const { nonZeroCpu, nonZeroMemory } = pod.class.requests;
    const cpu = cluster.column('cpu').allocatable;
    const memory = cluster.column('memory').allocatable;
    return Float64Array.from(feasible, (node) => {
      const scores = [
        toLeastAllocated(cpu[node] ?? 0, (cluster.nonZeroCpu[node] ?? 0) + nonZeroCpu),
        toLeastAllocated(memory[node] ?? 0, (cluster.nonZeroMemory[node] ?? 0) + nonZeroMemory),
      ].filter((score) => score !== undefined);
      return scores.length === 0 ? 0 : Math.trunc(scores.reduce((sum, score) => sum + score, 0) / scores.length);
    });
  },
};

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

function toLeastAllocated(capacity: number, requested: number): number | undefined {
  if (capacity === 0) return undefined;
  return requested > capacity ? 0 : Math.trunc(((capacity - requested) * 100) / capacity);
}
