/**
 * A set of points on a line, as the sorted places where membership flips: a point is inside if an odd number of cuts is
 * at or below it. Ranges are half-open, so no operation ever needs a successor and numbers and bigints both serve.
 * Immutable; equal sets have equal cuts.
 */
export interface IntervalSet<T extends number | bigint> {
  readonly cuts: readonly T[];
}

/** The set without points. */
export const EMPTY_INTERVALS: IntervalSet<never> = { cuts: [] };

/** The points from `start` up to but not including `end`; empty unless start < end. */
export function toInterval<T extends number | bigint>(start: T, end: T): IntervalSet<T> {
  return start < end ? { cuts: [start, end] } : { cuts: [] };
}

/** Points in either set. */
export function unite<T extends number | bigint>(a: IntervalSet<T>, b: IntervalSet<T>): IntervalSet<T> {
  return combine(a, b, (x, y) => x || y);
}

/** Points in both sets. */
export function intersect<T extends number | bigint>(a: IntervalSet<T>, b: IntervalSet<T>): IntervalSet<T> {
  return combine(a, b, (x, y) => x && y);
}

/** Points in `a` and not in `b`. */
export function subtract<T extends number | bigint>(a: IntervalSet<T>, b: IntervalSet<T>): IntervalSet<T> {
  return combine(a, b, (x, y) => x && !y);
}

/** The union of many sets; pairs are united in rounds, so that n sets cost n log n. */
export function uniteAll<T extends number | bigint>(sets: readonly IntervalSet<T>[]): IntervalSet<T> {
  let round = sets;
  while (round.length > 1) {
    const next: IntervalSet<T>[] = [];
    for (let i = 0; i < round.length; i += 2) next.push(unite(round[i] ?? EMPTY_INTERVALS, round[i + 1] ?? EMPTY_INTERVALS));
    round = next;
  }
  return round[0] ?? EMPTY_INTERVALS;
}

/** Whether a point is in the set. */
export function hasPoint<T extends number | bigint>(set: IntervalSet<T>, point: T): boolean {
  let low = 0;
  let high = set.cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const cut = set.cuts[middle];
    if (cut !== undefined && cut <= point) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}

/** Whether the set has no points. */
export function isEmptyIntervals(set: IntervalSet<number | bigint>): boolean {
  return set.cuts.length === 0;
}

/** Whether two sets have the same points. */
export function isEqualIntervals<T extends number | bigint>(a: IntervalSet<T>, b: IntervalSet<T>): boolean {
  return a.cuts.length === b.cuts.length && a.cuts.every((cut, i) => cut === b.cuts[i]);
}

/** Whether every point of `a` is in `b`. */
export function isSubsetIntervals<T extends number | bigint>(a: IntervalSet<T>, b: IntervalSet<T>): boolean {
  return isEmptyIntervals(subtract(a, b));
}

/** The maximal ranges of the set, in order; `end` is the first point after the range. */
export function listIntervals<T extends number | bigint>(set: IntervalSet<T>): { readonly start: T; readonly end: T }[] {
  const ranges: { start: T; end: T }[] = [];
  for (let i = 0; i + 1 < set.cuts.length; i += 2) {
    const start = set.cuts[i];
    const end = set.cuts[i + 1];
    if (start !== undefined && end !== undefined) ranges.push({ start, end });
  }
  return ranges;
}

function combine<T extends number | bigint>(
  a: IntervalSet<T>,
  b: IntervalSet<T>,
  keep: (inA: boolean, inB: boolean) => boolean,
): IntervalSet<T> {
  const cuts: T[] = [];
  let i = 0;
  let j = 0;
  let inside = false;
  while (i < a.cuts.length || j < b.cuts.length) {
    const x = a.cuts[i];
    const y = b.cuts[j];
    const at = x === undefined ? y : y === undefined || x < y ? x : y;
    if (at === undefined) break;
    if (x === at) i++;
    if (y === at) j++;
    const now = keep(i % 2 === 1, j % 2 === 1);
    if (now !== inside) cuts.push(at);
    inside = now;
  }
  return { cuts };
}
