/**
 * Two lists, each in the order of `compare`, as one; of equal items those of the first come first. The second should be the smaller: each
 * of its items is looked for where it belongs.
 */
export function mergeSorted<T>(items: readonly T[], others: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  if (others.length === 0) return items;
  const merged: T[] = [];
  let taken = 0;
  for (const other of others) {
    const place = findPlace(items, other, taken, compare);
    for (const item of items.slice(taken, place)) merged.push(item);
    merged.push(other);
    taken = place;
  }
  return merged.concat(items.slice(taken));
}

/** The place before the first item from a place on that comes after another. */
function findPlace<T>(items: readonly T[], other: T, from: number, compare: (a: T, b: T) => number): number {
  let [low, high] = [from, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && compare(item, other) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
