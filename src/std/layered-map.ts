/** Where more than one in so many entries differs, a map is written out anew. */
const FEW = 8;

/** A large map, shared with others, and what differs from it; undefined stands for what is not there any more. */
class LayeredMap<K, V extends object> implements ReadonlyMap<K, V> {
  readonly base: ReadonlyMap<K, V>;
  readonly over: ReadonlyMap<K, V | undefined>;
  readonly size: number;

  constructor(base: ReadonlyMap<K, V>, over: ReadonlyMap<K, V | undefined>, size: number) {
    this.base = base;
    this.over = over;
    this.size = size;
  }

  get(key: K): V | undefined {
    return this.over.get(key) ?? (this.over.has(key) ? undefined : this.base.get(key));
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  *entries(): MapIterator<[K, V]> {
    for (const entry of this.base) {
      const [key] = entry;
      const value = this.over.get(key);
      if (value !== undefined) yield [key, value];
      else if (!this.over.has(key)) yield entry;
    }
    for (const [key, value] of this.over) if (value !== undefined && !this.base.has(key)) yield [key, value];
  }

  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(callback: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this);
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }
}

/**
 * The map with some entries changed; undefined takes one away. It shares with the other what both have in common: a few changes of
 * a large map cost what they are and not the size of the map.
 */
export function changeMap<K, V extends object>(map: ReadonlyMap<K, V>, changes: ReadonlyMap<K, V | undefined>): ReadonlyMap<K, V> {
  const { base, over } = toLayers(map);
  if ((over.size + changes.size) * FEW > base.size) return writeOut(map, changes);
  const merged = new Map(over);
  let { size } = map;
  for (const [key, value] of changes) {
    size += (value === undefined ? 0 : 1) - (map.has(key) ? 1 : 0);
    merged.set(key, value);
  }
  return new LayeredMap(base, merged, size);
}

/** The keys under which two maps may differ; undefined where they have nothing in common by which that can be told. */
export function listDifferentKeys<K, V extends object>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>): ReadonlySet<K> | undefined {
  if (a === b) return new Set();
  const [one, other] = [toLayers(a), toLayers(b)];
  return one.base === other.base ? new Set([...one.over.keys(), ...other.over.keys()]) : undefined;
}

interface Layers<K, V> {
  readonly base: ReadonlyMap<K, V>;
  readonly over: ReadonlyMap<K, V | undefined>;
}

function toLayers<K, V extends object>(map: ReadonlyMap<K, V>): Layers<K, V> {
  return map instanceof LayeredMap ? map : { base: map, over: new Map() };
}

function writeOut<K, V extends object>(map: ReadonlyMap<K, V>, changes: ReadonlyMap<K, V | undefined>): ReadonlyMap<K, V> {
  const written = new Map(map);
  for (const [key, value] of changes) {
    if (value === undefined) written.delete(key);
    else written.set(key, value);
  }
  return written;
}
