/** So many lines may come and go between two texts for the lines that stay to be looked for among them. */
const MOST_CHANGES = 500;

/** Lines that take the place of others: from 0, the end exclusive. One of the two sides may be empty. */
export interface Hunk {
  readonly before: LineStretch;
  readonly after: LineStretch;
}

/** Lines from an index on, up to another, which is not one of them. */
export interface LineStretch {
  readonly from: number;
  readonly to: number;
}

/**
 * What differs between two texts, in order: a shortest edit script (Myers 1986); texts that differ in more than 500 lines are one hunk from
 * the first to the last of these.
 */
export function listHunks(before: readonly string[], after: readonly string[]): readonly Hunk[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let [endBefore, endAfter] = [before.length, after.length];
  while (endBefore > start && endAfter > start && before[endBefore - 1] === after[endAfter - 1]) {
    endBefore--;
    endAfter--;
  }
  const pairs = matchLines(before.slice(start, endBefore), after.slice(start, endAfter));
  const hunks: Hunk[] = [];
  let [nextBefore, nextAfter] = [start, start];
  for (const [i, j] of [...pairs, [endBefore - start, endAfter - start] as const]) {
    const [atBefore, atAfter] = [i + start, j + start];
    if (atBefore > nextBefore || atAfter > nextAfter)
      hunks.push({ before: { from: nextBefore, to: atBefore }, after: { from: nextAfter, to: atAfter } });
    [nextBefore, nextAfter] = [atBefore + 1, atAfter + 1];
  }
  return hunks;
}

/**
 * The lines of `after`, from 1, that differ from `before`: those that are new, and where lines are gone the one before and the one after
 * the gap.
 */
export function listChangedLines(before: readonly string[], after: readonly string[]): readonly number[] {
  const changed = new Set<number>();
  for (const { after: lines } of listHunks(before, after)) {
    for (let line = lines.from; line < lines.to; line++) changed.add(line + 1);
    const gap = lines.from === lines.to ? [lines.from, lines.from + 1] : [];
    for (const line of gap) if (line > 0 && line <= after.length) changed.add(line);
  }
  return [...changed].toSorted((a, b) => a - b);
}

/** Lines that stay, as pairs of their indexes, in order; none where too much differs. */
function matchLines(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  const furthest = new Map<number, number>([[1, 0]]);
  const reached = (k: number): number => furthest.get(k) ?? -1;
  const steps: ReadonlyMap<number, number>[] = [];
  for (let d = 0; d <= Math.min(a.length + b.length, MOST_CHANGES); d++) {
    steps.push(new Map(furthest));
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && reached(k - 1) < reached(k + 1)) ? reached(k + 1) : reached(k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(steps, [a.length, b.length]);
    }
  }
  return [];
}

function walkBack(steps: readonly ReadonlyMap<number, number>[], end: readonly [number, number]): readonly (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let [x, y] = end;
  for (let d = steps.length - 1; d >= 0; d--) {
    const reached = (k: number): number => steps[d]?.get(k) ?? -1;
    const k = x - y;
    const from = k === -d || (k !== d && reached(k - 1) < reached(k + 1)) ? k + 1 : k - 1;
    const [startX, startY] = d === 0 ? [0, 0] : [reached(from), reached(from) - from];
    while (x > startX && y > startY) pairs.push([--x, --y]);
    [x, y] = [startX, startY];
  }
  return pairs.toReversed();
}
