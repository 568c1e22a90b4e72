import type { ClusterState } from '../cluster-state.ts';
import { addEach, type AddScores, type Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { isCounted } from './resource-scores.ts';

/** Prefers nodes whose resources stay used in the same proportion; since 1.36 by how much the pod changes that. */
export const NODE_RESOURCES_BALANCED_ALLOCATION: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  ownScore: (pod, cluster, { kubernetesVersion }) => {
    const columns = listColumns(pod, cluster);
    if (columns.every(({ amount }) => amount === 0)) return undefined;
    const comparesBefore = isAtLeast(kubernetesVersion, 36);
    const [first, second] = columns;
    if (columns.length === 2 && first !== undefined && second !== undefined && comparesBefore) return toGainOfTwo(first, second);
    const after = toBalance(columns);
    if (!comparesBefore) return addEach(after);
    const before = toBalance(columns.map(({ allocatable, requested }) => ({ allocatable, requested, amount: 0 })));
    return addEach((node) => toGain(before(node), after(node)));
  },
};

/** How much better balanced a node becomes; 75 where it makes no difference. */
function toGain(before: number, after: number): number {
  return 50 + Math.trunc((50 + after - before) / 2);
}

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
    const { allocatable, requested } = cluster.column(name);
    return isCounted(name, amount) ? [{ allocatable, requested, amount }] : [];
  });
}

/** What most pods ask for, cpu and memory: the same as of any others, without a detour. */
function toGainOfTwo(one: Column, other: Column): AddScores {
  return ({ nodes, scores, count }, weight) => {
    const { allocatable: all, requested: taken, amount } = one;
    const { allocatable: otherAll, requested: otherTaken, amount: otherAmount } = other;
    for (let i = 0; i < count; i++) {
      const node = nodes[i] ?? 0;
      const a = all[node] ?? 0;
      const b = otherAll[node] ?? 0;
      const was = taken[node] ?? 0;
      const otherWas = otherTaken[node] ?? 0;
      const before = toBalanceOfTwo(toFraction(a, was), toFraction(b, otherWas));
      const after = toBalanceOfTwo(toFraction(a, was + amount), toFraction(b, otherWas + otherAmount));
      scores[i] = (scores[i] ?? 0) + weight * toGain(before, after);
    }
  };
}

function toBalanceOfTwo(a: number, b: number): number {
  return Math.trunc((1 - (a < 0 || b < 0 ? 0 : Math.abs((a - b) / 2))) * 100);
}

/** How balanced a node is with these amounts more. */
function toBalance(columns: readonly Column[]): (node: number) => number {
  return (node) => {
    const fractions = columns
      .map(({ allocatable, requested, amount }) => toFraction(allocatable[node] ?? 0, (requested[node] ?? 0) + amount))
      .filter((fraction) => fraction >= 0);
    return Math.trunc((1 - toDeviation(fractions)) * 100);
  };
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
function toFraction(capacity: number, used: number): number {
  return capacity === 0 ? -1 : Math.min(1, used / capacity);
}

function isAtLeast(version: string, minor: number): boolean {
  return Number(version.slice(version.indexOf('.') + 1)) >= minor;
}
