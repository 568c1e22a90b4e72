import type { PackingInstance } from './instance.ts';

/** One number for the size of each group's pods, and for what nodes of a shape hold of it. */
export interface SizeMeasure {
  readonly sizes: Float64Array;
  readonly capacity: number;
}

/** Shares of several resources are summed in parts of this. */
const PARTS = 2 ** 24;

/** The measures of a shape: each resource, and sums of two or of all weighted by what the shape has. The same list, in order, for every shape. */
export function listMeasures(instance: PackingInstance, shape: number): readonly SizeMeasure[] {
  const { resources, groups, shapes } = instance;
  const capacity = shapes[shape]?.capacity ?? [];
  const single = resources.map((_, r): SizeMeasure => ({
    sizes: Float64Array.from(groups, ({ amounts }) => amounts[r] ?? 0),
    capacity: capacity[r] ?? 0,
  }));
  return [...single, ...listBlends(resources.length).map((weights) => blend(single, weights))];
}

/** Weights that sum to 1: pairs of resources at a half, a quarter and three quarters, and all alike. */
function listBlends(count: number): readonly (readonly number[])[] {
  const blends: number[][] = [];
  for (let a = 0; a < Math.min(count, 4); a++) {
    for (let b = 0; b < Math.min(count, 4); b++) {
      if (a === b) continue;
      const of = (weight: number): number[] => Array.from({ length: count }, (_, r) => (r === a ? weight : r === b ? 1 - weight : 0));
      blends.push(...(a < b ? [of(0.5), of(0.25)] : [of(0.25)]));
    }
  }
  if (count > 2) blends.push(Array.from({ length: count }, () => 1 / count));
  return blends;
}

// Each part is rounded down before it is summed, so that what fits in every resource fits in the sum.
function blend(single: readonly SizeMeasure[], weights: readonly number[]): SizeMeasure {
  const sizes = new Float64Array(single[0]?.sizes.length ?? 0);
  for (const [r, { sizes: own, capacity }] of single.entries()) {
    const weight = weights[r] ?? 0;
    if (weight === 0 || capacity <= 0) continue;
    for (let group = 0; group < sizes.length; group++)
      sizes[group] = (sizes[group] ?? 0) + Math.floor(((own[group] ?? 0) / capacity) * weight * PARTS * (1 - 2 ** -48));
  }
  return { sizes, capacity: PARTS };
}
