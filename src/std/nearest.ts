/**
 * The candidate nearest to a misspelt word by Damerau-Levenshtein distance (case counts a little), of several the one that
 * begins most like it; undefined if none is near.
 */
export function findNearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 0.5;
  for (const candidate of candidates) {
    const [a, b] = [word.toLowerCase(), candidate.toLowerCase()];
    const d = distance(a, b) + (a === b ? 0.25 : 0) - Math.min(9, countShared(a, b)) / 100;
    if (d < least || (d === least && best !== undefined && candidate < best)) {
      best = candidate;
      least = d;
    }
  }
  return best;
}

function countShared(a: string, b: string): number {
  let count = 0;
  while (count < a.length && a[count] === b[count]) count++;
  return count;
}

function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 8) return Infinity;
  let twoBack: number[] = [];
  let oneBack = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let d = Math.min((oneBack[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (oneBack[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d = Math.min(d, (twoBack[j - 2] ?? 0) + 1);
      row.push(d);
    }
    twoBack = oneBack;
    oneBack = row;
  }
  return oneBack[b.length] ?? Infinity;
}
