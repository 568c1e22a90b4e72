import type { ClusterState } from '../cluster-state.ts';
import type { Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { isCounted } from './resource-scores.ts';

/** Prefers nodes whose resources stay used in the same proportion; since 1.36 by how much the pod changes that. */
export const NODE_RESOURCES_BALANCED_ALLOCATION: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  looksAt: { score: 'own pods' },
  score: (pod, cluster, feasible, { kubernetesVersion }) => {
    const columns = cluster.ofClass(pod, listColumns);
    if (columns.every(({ amount }) => amount === 0)) return undefined;
    const comparesBefore = isAtLeast(kubernetesVersion, 36);
    const scores = new Float64Array(feasible.length);
    for (let i = 0; i < scores.length; i++) {
      const node = feasible[i] ?? 0;
      const after = toScore(columns, node, 1);
      scores[i] = comparesBefore ? 50 + Math.trunc((50 + after - toScore(columns, node, 0)) / 2) : after;
    }
    return scores;
  },
};

/** A resource with how much of it each node has and has given away, and how much the pod asks for. */
interface Column {
  readonly allocatable: Float64Array;
  readonly requested: Float64Array;
  readonly amount: number;
}

function listColumns(pod: PodInfo, cluster: ClusterState): readonly Column[] {
  const { amounts } = pod.class.requests;
  return cluster.profileOf(pod).settings.balancedResources.flatMap((name) => {
    const amount = amounts.get(name) ?? 0;
    return isCounted(name, amount) ? [{ ...cluster.column(name), amount }] : [];
  });
}

function toScore(columns: readonly Column[], node: number, pods: 0 | 1): number {
  const [first, second] = columns;
  if (columns.length === 2 && first !== undefined && second !== undefined) {
    const [a, b] = [toFraction(first, node, pods), toFraction(second, node, pods)];
    return Math.trunc((1 - (a < 0 || b < 0 ? 0 : Math.abs((a - b) / 2))) * 100);
  }
  const fractions = columns.map((column) => toFraction(column, node, pods)).filter((fraction) => fraction >= 0);
  return Math.trunc((1 - toDeviation(fractions)) * 100);
}

function toDeviation(fractions: readonly number[]): number {
  const [first = 0, second = 0] = fractions;
  if (fractions.length < 2) return 0;
  if (fractions.length === 2) return Math.abs((first - second) / 2);
  const mean = fractions.reduce((sum, fraction) => sum + fraction, 0) / fractions.length;
  const squares = fractions.reduce((sum, fraction) => sum + (fraction - mean) * (fraction - mean), 0);
  return Math.sqrt(squares / fractions.length);
}

/** How much of a resource is used, at most 1; negative where the node has none. */
function toFraction({ allocatable, requested, amount }: Column, node: number, pods: 0 | 1): number {
  const capacity = allocatable[node] ?? 0;
  return capacity === 0 ? -1 : Math.min(1, ((requested[node] ?? 0) + pods * amount) / capacity);
}

function isAtLeast(version: string, minor: number): boolean {
  return Number(version.slice(version.indexOf('.') + 1)) >= minor;
}
