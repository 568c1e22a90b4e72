import type { ClusterState } from '../cluster-state.ts';
import type { FitStrategy } from '../configuration/plugin-settings.ts';
import type { PodInfo } from '../pod-class.ts';
import { isScalarResource } from '../pod-requests.ts';

/** How much of a resource a node has, and how much of that is taken once a pod is there; 0 of 0 for what does not count. */
export interface Usage {
  readonly capacity: number;
  readonly requested: number;
}

/** Tells the usage of one resource on a node, before (`more` of 0) or after a pod comes. */
export type UsageOf = (node: number) => Usage;

/** What scores see of a resource: cpu and memory with what they take who ask for none, others as they are asked for. */
export function toScoredUsage(name: string, pod: PodInfo, cluster: ClusterState): UsageOf {
  const { allocatable, requested } = cluster.column(name);
  const { incoming, amounts } = pod.class.requests;
  if (name === 'cpu') return (node) => toUsage(allocatable[node] ?? 0, (cluster.nonZeroCpu[node] ?? 0) + incoming.cpu);
  if (name === 'memory') return (node) => toUsage(allocatable[node] ?? 0, (cluster.nonZeroMemory[node] ?? 0) + incoming.memory);
  const amount = amounts.get(name) ?? 0;
  if (!isCounted(name, amount)) return () => NOTHING;
  return (node) => toUsage(allocatable[node] ?? 0, (requested[node] ?? 0) + amount);
}

/** Whether a resource has a say for a pod that asks for so much of it. */
export function isCounted(name: string, amount: number): boolean {
  if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') return true;
  return amount > 0 && isScalarResource(name);
}

const NOTHING: Usage = { capacity: 0, requested: 0 };

function toUsage(capacity: number, requested: number): Usage {
  return capacity === 0 ? NOTHING : { capacity, requested };
}

/** How a strategy rates the usages of a node's resources together, 0 to 100. */
export function toRating({ type, resources, shape }: FitStrategy): (usages: readonly Usage[]) => number {
  const rate = RATES[type](shape);
  return (usages) => {
    let [sum, weights] = [0, 0];
    for (const [index, usage] of usages.entries()) {
      if (usage.capacity === 0) continue;
      const score = rate(usage);
      // A resource that rates at nothing does not count in this strategy.
      if (type === 'RequestedToCapacityRatio' && score <= 0) continue;
      const weight = resources[index]?.weight ?? 0;
      sum += score * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return type === 'RequestedToCapacityRatio' ? Math.round(sum / weights) : Math.trunc(sum / weights);
  };
}

type Rate = (usage: Usage) => number;

const RATES: Readonly<Record<FitStrategy['type'], (shape: FitStrategy['shape']) => Rate>> = {
  LeastAllocated:
    () =>
    ({ capacity, requested }) =>
      requested > capacity ? 0 : Math.trunc(((capacity - requested) * 100) / capacity),
  MostAllocated:
    () =>
    ({ capacity, requested }) =>
      Math.trunc((Math.min(requested, capacity) * 100) / capacity),
  RequestedToCapacityRatio:
    (shape) =>
    ({ capacity, requested }) =>
      interpolate(shape, requested > capacity ? 100 : Math.trunc((requested * 100) / capacity)),
};

/** The score at a utilization, on the line between the points beside it (`BuildBrokenLinearFunction`). */
function interpolate(shape: FitStrategy['shape'], utilization: number): number {
  for (const [index, point] of shape.entries()) {
    if (utilization > point.utilization) continue;
    const before = shape[index - 1];
    if (before === undefined) return point.score * 10;
    const rise = (point.score - before.score) * 10;
    return before.score * 10 + Math.trunc((rise * (utilization - before.utilization)) / (point.utilization - before.utilization));
  }
  return (shape.at(-1)?.score ?? 0) * 10;
}
