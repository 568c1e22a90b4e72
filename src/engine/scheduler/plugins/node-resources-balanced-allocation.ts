import type { ResourceColumn } from '../cluster-state.ts';
import type { Plugin } from '../plugin.ts';

/** Prefers nodes whose cpu and memory stay used in the same proportion; since 1.36 by how much the pod changes that. */
export const NODE_RESOURCES_BALANCED_ALLOCATION: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  looksAt: { score: 'own pods' },
  score: (pod, cluster, feasible, { kubernetesVersion }) => {
    const { amounts } = pod.class.requests;
    const [cpu, memory] = [amounts.get('cpu') ?? 0, amounts.get('memory') ?? 0];
    if (cpu === 0 && memory === 0) return undefined;
    const columns = [cluster.column('cpu'), cluster.column('memory')] as const;
    const comparesBefore = isAtLeast(kubernetesVersion, 36);
    const scores = new Float64Array(feasible.length);
    for (let i = 0; i < scores.length; i++) {
      const node = feasible[i] ?? 0;
      const after = toScore(columns, node, cpu, memory);
      scores[i] = comparesBefore ? 50 + Math.trunc((50 + after - toScore(columns, node, 0, 0)) / 2) : after;
    }
    return scores;
  },
};

function toScore(columns: readonly [ResourceColumn, ResourceColumn], node: number, cpu: number, memory: number): number {
  const a = toFraction(columns[0], node, cpu);
  const b = toFraction(columns[1], node, memory);
  const deviation = a < 0 || b < 0 ? 0 : Math.abs((a - b) / 2);
  return Math.trunc((1 - deviation) * 100);
}

/** How much of a resource is used, at most 1; negative where the node has none. */
function toFraction(column: ResourceColumn, node: number, more: number): number {
  const capacity = column.allocatable[node] ?? 0;
  return capacity === 0 ? -1 : Math.min(1, ((column.requested[node] ?? 0) + more) / capacity);
}

function isAtLeast(version: string, minor: number): boolean {
  return Number(version.slice(version.indexOf('.') + 1)) >= minor;
}
