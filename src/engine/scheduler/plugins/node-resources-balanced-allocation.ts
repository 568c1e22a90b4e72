import type { ClusterState, ResourceColumn } from '../cluster-state.ts';
import type { Plugin } from '../plugin.ts';

/** Prefers nodes whose cpu and memory stay used in the same proportion; since 1.36 by how much the pod changes that. */
export const NODE_RESOURCES_BALANCED_ALLOCATION: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  score: (pod, cluster, feasible, { kubernetesVersion }) => {
    const { amounts } = pod.class.requests;
    const [cpu, memory] = [amounts.get('cpu') ?? 0, amounts.get('memory') ?? 0];
    if (cpu === 0 && memory === 0) return undefined;
    const toScore = toScorer(cluster);
    const comparesBefore = isAtLeast(kubernetesVersion, 36);
    return Float64Array.from(feasible, (node) => {
      const after = toScore(node, cpu, memory);
      return comparesBefore ? 50 + Math.trunc((50 + after - toScore(node, 0, 0)) / 2) : after;
    });
  },
};

function toScorer(cluster: ClusterState): (node: number, cpu: number, memory: number) => number {
  const cpuColumn = cluster.column('cpu');
  const memoryColumn = cluster.column('memory');
  return (node, cpu, memory) => {
    const a = toFraction(cpuColumn, node, cpu);
    const b = toFraction(memoryColumn, node, memory);
    const deviation = a === undefined || b === undefined ? 0 : Math.abs((a - b) / 2);
    return Math.trunc((1 - deviation) * 100);
  };
}

function toFraction(column: ResourceColumn, node: number, more: number): number | undefined {
  const capacity = column.allocatable[node] ?? 0;
  if (capacity === 0) return undefined;
  return Math.min(1, ((column.requested[node] ?? 0) + more) / capacity);
}

function isAtLeast(version: string, minor: number): boolean {
  return Number(version.split('.')[1]) >= minor;
}
