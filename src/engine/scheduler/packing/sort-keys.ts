import type { PackingInstance } from './instance.ts';

/** How big a pod of each group is in the eyes of one heuristic. */
export interface SortKey {
  readonly name: string;
  readonly sizes: Float64Array;
}

/** The sizes by which heuristics order groups: each resource, and sums, maxima, products and lengths of the shares of a shape. */
export function listSortKeys({ groups, resources }: PackingInstance, capacity: readonly number[]): readonly SortKey[] {
  const shares = groups.map(({ amounts }) => amounts.map((amount, r) => (amount === 0 ? 0 : amount / Math.max(capacity[r] ?? 0, 1))));
  const by = (name: string, measure: (share: readonly number[]) => number): SortKey => ({
    name,
    sizes: Float64Array.from(shares, measure),
  });
  return [
    ...resources.map((resource, r) => by(resource, (share) => share[r] ?? 0)),
    by('sum', (share) => share.reduce((sum, part) => sum + part, 0)),
    by('largest', (share) => Math.max(0, ...share)),
    by('product', (share) => share.reduce((product, part) => product * (part + 1e-3), 1)),
    by('length', (share) => Math.hypot(...share)),
  ];
}

/** Groups by falling size; among equals those with more pods first. What excludes itself comes before all, since it opens nodes that others fill. */
export function orderBy({ groups }: PackingInstance, sizes: Float64Array): readonly number[] {
  const isAlone = (group: number): number => (groups[group]?.mostPerNode === 1 ? 1 : 0);
  return groups
    .map((_, group) => group)
    .toSorted(
      (a, b) => isAlone(b) - isAlone(a) || (sizes[b] ?? 0) - (sizes[a] ?? 0) || (groups[b]?.count ?? 0) - (groups[a]?.count ?? 0) || a - b,
    );
}
