import type { PackingInstance } from './instance.ts';

/**
 * What each group's pods are worth, such that no node holds more worth than it costs: then the worth of all pods is a
 * lower bound of the cost of any packing (linear programming duality). Whole numbers, in parts of `SCALE` of the unit of
 * cost, rounded down, so that no rounding error makes the bound too high.
 */
export type DualVector = Float64Array;

// What a node holds stays exact as long as it is worth no more than some hundred times what it costs.
const LARGEST = 2 ** 44;

/** How many parts the unit of cost is divided into: as many as keep the worth of one pod exact. */
export function scaleOf({ shapes }: PackingInstance): number {
  const dearest = Math.max(1, ...shapes.map(({ cost }) => cost));
  return 2 ** Math.max(1, Math.min(30, Math.floor(Math.log2(LARGEST / dearest))));
}

/** The worth of all pods, rounded up to a whole cost: no packing costs less. Exact. */
export function evaluateBound(instance: PackingInstance, vector: DualVector): number {
  return Number(divideUp(worthOf(instance, vector), BigInt(scaleOf(instance))));
}

/** The worth of all pods, in parts of the unit of cost. */
export function worthOf({ groups }: PackingInstance, vector: DualVector): bigint {
  let worth = 0n;
  for (const [group, { count }] of groups.entries()) worth += BigInt(count) * BigInt(vector[group] ?? 0);
  return worth;
}

/** About `evaluateBound`, fast: to choose which vectors are worth an exact look. */
export function estimateWorth({ groups }: PackingInstance, vector: DualVector): number {
  let worth = 0;
  for (let group = 0; group < vector.length; group++) worth += (groups[group]?.count ?? 0) * (vector[group] ?? 0);
  return worth;
}

/** A quotient, rounded up. */
export function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}

/** A worth as a whole number of parts, never more than it is. `share` is a quotient of numbers known exactly. */
export function toParts(share: number, parts: number): number {
  return Math.max(0, Math.floor(share * parts * (1 - 2 ** -48)));
}

/** The cost of the cheapest shape that a group's pods fit on; undefined where they fit on none. */
export function cheapestFor(instance: PackingInstance, group: number, fits: (group: number, shape: number) => boolean): number | undefined {
  let cheapest: number | undefined;
  for (const [shape, { cost }] of instance.shapes.entries())
    if (fits(group, shape) && (cheapest === undefined || cost < cheapest)) cheapest = cost;
  return cheapest;
}
