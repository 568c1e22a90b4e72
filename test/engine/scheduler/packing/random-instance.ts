import type { PackingShape, PackingGroup, PackingInstance } from '../../../../src/engine/scheduler/index.ts';

/** Numbers from 0 to 1, the same for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Few pods of few groups, so that every packing can be tried; with shapes of several costs, exclusions and refusals. */
export function createSmallInstance(random: () => number): PackingInstance {
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  const resources = ['cpu', 'memory', 'pods'];
  const capacity = (): readonly number[] => [8 + upTo(12), 8 + upTo(12), upTo(6) + 1];
  const groups = Array.from({ length: upTo(4) }, (_, index): PackingGroup => ({
    name: `g${index}`,
    count: upTo(4),
    amounts: [upTo(12) - 1, upTo(12) - 1, 1],
    mostPerNode: random() < 0.2 ? 1 : 100,
    fewestNodes: 0,
  }));
  const isCounted = random() < 0.5;
  const shapes = Array.from({ length: upTo(3) }, (_, index): PackingShape => ({
    name: `s${index}`,
    capacity: capacity(),
    cost: isCounted ? 1 : upTo(9),
    accepts: groups.map(() => random() < 0.9),
  }));
  const conflicts = groups.map(() => new Set<number>());
  for (let a = 0; a < groups.length; a++) {
    for (let b = 0; b < a; b++) {
      if (random() > 0.15) continue;
      conflicts[a]?.add(b);
      conflicts[b]?.add(a);
    }
  }
  return { resources, groups, shapes, conflicts };
}

/** All ways to fill one node of a shape, but for the empty one. */
export function listAllPatterns({ groups, shapes, conflicts, resources }: PackingInstance, shape: number): readonly (readonly number[])[] {
  const node = shapes[shape];
  const found: number[][] = [];
  const extend = (counts: readonly number[]): void => {
    const group = counts.length;
    if (group === groups.length) {
      if (counts.some((count) => count > 0)) found.push([...counts]);
      return;
    }
    for (let count = 0; count <= (groups[group]?.count ?? 0); count++) if (isAllowed([...counts, count])) extend([...counts, count]);
  };
  const isAllowed = (counts: readonly number[]): boolean =>
    resources.every(
      (_, r) => counts.reduce((sum, count, g) => sum + count * (groups[g]?.amounts[r] ?? 0), 0) <= (node?.capacity[r] ?? 0),
    ) &&
    counts.every((count, g) => count === 0 || (node?.accepts[g] === true && count <= (groups[g]?.mostPerNode ?? 0))) &&
    counts.every((count, g) => count === 0 || counts.every((other, h) => other === 0 || conflicts[g]?.has(h) !== true));
  extend([]);
  return found;
}

/** The least cost of any packing, by trying them all; undefined where there is none. */
export function findOptimum(instance: PackingInstance): number | undefined {
  const nodes = instance.shapes.flatMap(({ cost }, shape) => listAllPatterns(instance, shape).map((counts) => ({ counts, cost })));
  const known = new Map<string, number>();
  const leastFor = (left: readonly number[]): number => {
    if (left.every((count) => count === 0)) return 0;
    const key = left.join();
    let least = known.get(key);
    if (least !== undefined) return least;
    least = Infinity;
    const first = left.findIndex((count) => count > 0);
    for (const { counts, cost } of nodes) {
      if ((counts[first] ?? 0) === 0 || counts.some((count, group) => count > (left[group] ?? 0))) continue;
      least = Math.min(least, cost + leastFor(left.map((count, group) => count - (counts[group] ?? 0))));
    }
    known.set(key, least);
    return least;
  };
  const optimum = leastFor(instance.groups.map(({ count }) => count));
  return optimum === Infinity ? undefined : optimum;
}
