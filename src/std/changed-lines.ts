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

/** What differs between two texts, in order; of more than 500 lines that differ all from the first to the last of these at once. */
export function listHunks(before: readonly string[], after: readonly string[]): readonly Hunk[] {
  const hunks: Hunk[] = [];
  let [nextBefore, nextAfter] = [0, 0];
  for (const [atBefore, atAfter] of listKept(before, after)) {
    if (atBefore > nextBefore || atAfter > nextAfter)
      hunks.push({ before: { from: nextBefore, to: atBefore }, after: { from: nextAfter, to: atAfter } });
    [nextBefore, nextAfter] = [atBefore + 1, atAfter + 1];
  }
  return hunks;
}

/**
 * The lines of `after`, from 1, that differ from `before`: those that are new, and where lines are gone the one before and the one after
 * the gap. By a shortest edit script (Myers 1986); texts that differ in more than 500 lines are said to differ from the first to the last
 * of these.
 */
export function listChangedLines(before: readonly string[], after: readonly string[]): readonly number[] {
  const changed = new Set<number>();
  let [lastBefore, lastAfter] = [-1, -1];
  for (const [atBefore, atAfter] of listKept(before, after)) {
    for (let line = lastAfter + 1; line < atAfter; line++) changed.add(line + 1);
    const isGap = atAfter - lastAfter === 1 && atBefore - lastBefore > 1;
    for (const line of isGap ? [lastAfter, atAfter] : []) if (line >= 0 && line < after.length) changed.add(line + 1);
    [lastBefore, lastAfter] = [atBefore, atAfter];
  }
  return [...changed].toSorted((a, b) => a - b);
}

/**
 * Where in `after` lines of `before` are, or are missed: the line itself where it stays, else the one that follows it or, at the end, the
 * last one. Lines are counted from 1; answers are at least 1.
 */
export function findLinesAfter(before: readonly string[], after: readonly string[], lines: Iterable<number>): ReadonlyMap<number, number> {
  const kept = listKept(before, after);
  const found = new Map<number, number>();
  let at = 0;
  for (const line of [...lines].toSorted((a, b) => a - b)) {
    while ((kept[at]?.[0] ?? Infinity) < line - 1) at++;
    found.set(line, Math.max(1, Math.min(after.length, (kept[at]?.[1] ?? after.length) + 1)));
  }
  return found;
}

/** Lines that stay, as pairs of their indexes, in order, and last the ends of both. */
function listKept(before: readonly string[], after: readonly string[]): readonly (readonly [number, number])[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let same = 0;
  const most = Math.min(before.length, after.length) - start;
  while (same < most && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  const [endBefore, endAfter] = [before.length - same, after.length - same];
  const between = matchLines(before.slice(start, endBefore), after.slice(start, endAfter));
  return [
    ...Array.from({ length: start }, (_, i) => [i, i] as const),
    ...between.map(([i, j]) => [i + start, j + start] as const),
    ...Array.from({ length: same + 1 }, (_, i) => [endBefore + i, endAfter + i] as const),
  ];
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
