import type { PackingInstance } from '../../../src/engine/scheduler/index.ts';

/** What first fit costs, the pods with the largest share of a node first, each on the first node with room; the best of every shape. */
export function packNaively({ groups, shapes }: PackingInstance): number {
  let best = Infinity;
  for (const { capacity, cost } of shapes) {
    const pods = groups
      .flatMap(({ amounts, count }) =>
        Array.from({ length: count }, () => ({ amounts, size: Math.max(...amounts.map((amount, r) => amount / (capacity[r] ?? 1))) })),
      )
      .toSorted((a, b) => b.size - a.size);
    if (pods.some(({ size }) => size > 1)) continue;
    const nodes: number[][] = [];
    for (const { amounts } of pods) {
      let node = nodes.find((free) => free.every((amount, r) => amount >= (amounts[r] ?? 0)));
      if (node === undefined) nodes.push((node = [...capacity]));
      for (const [r, amount] of amounts.entries()) node[r] = (node[r] ?? 0) - amount;
    }
    best = Math.min(best, nodes.length * cost);
  }
  return best;
}
