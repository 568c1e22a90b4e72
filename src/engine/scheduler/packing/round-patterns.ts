import type { PackingInstance } from './instance.ts';
import { NodeLoad } from './node-load.ts';
import type { Pattern } from './pattern-bound.ts';

/** Whole nodes, and the pods by group that are on none of them. */
export interface Rounded {
  readonly loads: readonly NodeLoad[];
  readonly left: readonly number[];
}

/**
 * Whole nodes out of what a linear program uses of each pattern: what is whole of an amount is taken, then once more
 * those with the largest rest for as long as `extra` lasts; no more pods than there are. What is left over has no node yet.
 */
export function roundPatterns(
  instance: PackingInstance,
  patterns: readonly (Pattern & { readonly amount: number })[],
  extra: number,
): Rounded {
  const left = instance.groups.map(({ count }) => count);
  const loads: NodeLoad[] = [];
  const entries = new Map(patterns.map((pattern) => [pattern, [...pattern.counts.entries()].filter(([, count]) => count > 0)]));
  const take = (pattern: (typeof patterns)[number], nodes: number): void => {
    const { shape } = pattern;
    for (let taken = 0; taken < nodes;) {
      const held = (entries.get(pattern) ?? []).filter(([group]) => (left[group] ?? 0) > 0);
      if (held.length === 0) return;
      const isWhole = held.every(([group, count]) => (left[group] ?? 0) >= count);
      const times = isWhole ? Math.min(nodes - taken, ...held.map(([group, count]) => Math.floor((left[group] ?? 0) / count))) : 1;
      const load = new NodeLoad(instance, shape, times);
      for (const [group, count] of held) {
        const own = Math.min(count, left[group] ?? 0);
        load.add(group, own);
        left[group] = (left[group] ?? 0) - own * times;
      }
      loads.push(load);
      taken += times;
    }
  };
  for (const pattern of patterns) take(pattern, Math.floor(pattern.amount + 1e-6));
  const rests = patterns
    .map((pattern) => ({ pattern, rest: pattern.amount + 1e-6 - Math.floor(pattern.amount + 1e-6) }))
    .toSorted((a, b) => b.rest - a.rest);
  for (const { pattern } of rests.slice(0, extra)) take(pattern, 1);
  return { loads, left };
}
