/** From the least to the most that something may cost, or that a value may be large. */
export interface Range {
  readonly min: bigint;
  readonly max: bigint;
}

/** What no count goes beyond: all that would be more is this much (cel-go counts with 64 bits). */
export const MOST: bigint = 2n ** 64n - 1n;
export const NOTHING: Range = exactly(0);
export const ONE: Range = exactly(1);
/** Of what nothing is known. */
export const ANY: Range = { min: 0n, max: MOST };

export function exactly(count: number | bigint): Range {
  return { min: BigInt(count), max: BigInt(count) };
}

export function sum(...ranges: readonly Range[]): Range {
  return ranges.reduce((total, { min, max }) => ({ min: bound(total.min + min), max: bound(total.max + max) }));
}

export function product(a: Range, b: Range): Range {
  return { min: bound(a.min * b.min), max: bound(a.max * b.max) };
}

/** A range times a factor that is no whole number; what it comes to is rounded up. */
export function scaled({ min, max }: Range, factor: number): Range {
  return { min: scale(min, factor), max: scale(max, factor) };
}

/** The range that both are within. */
export function union(a: Range, b: Range): Range {
  return { min: a.min < b.min ? a.min : b.min, max: a.max > b.max ? a.max : b.max };
}

export function bound(count: bigint): bigint {
  return count > MOST ? MOST : count;
}

function scale(count: bigint, factor: number): bigint {
  const made = Math.ceil(Number(count) * factor);
  return made >= 2 ** 64 ? MOST : BigInt(made);
}
