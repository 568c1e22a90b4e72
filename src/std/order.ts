/** Orders strings by UTF-16 code unit: the same in every locale. Negative, zero or positive, as `Array.sort` wants. */
export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A comparator that orders by the given keys, in turn: strings by code unit, numbers by size, `false` before `true`. */
export function compareBy<T>(...keys: ((item: T) => string | number | boolean)[]): (a: T, b: T) => number {
  return (a, b) => {
    for (const key of keys) {
      const x = key(a);
      const y = key(b);
      if (x < y) return -1;
      if (x > y) return 1;
    }
    return 0;
  };
}

/** A sorted copy of the strings, by code unit, each once. */
export function sortedUnique(strings: Iterable<string>): string[] {
  return [...new Set(strings)].toSorted(compareStrings);
}
