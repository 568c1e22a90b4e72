import { formatValue } from './format-value.ts';
import { isList, MapValue, Optional, Uint, type Result, type Value } from './value.ts';

/** What a key is found by: lists, maps and optionals are told apart by where they are, not by what they hold. */
type Name = string | readonly Value[] | MapValue | Optional;

/** A map that an expression makes. A number is found under any type of number that equals it. */
export class EntryMap extends MapValue {
  readonly typeName = 'map';
  readonly #entries: Map<Name, readonly [Value, Value]>;
  #isOpen: boolean;

  /** An open one is still being made by a loop, and nobody else has it. */
  constructor(entries: Iterable<readonly [Value, Value]> = [], isOpen = false) {
    super();
    this.#isOpen = isOpen;
    this.#entries = new Map();
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  keys(): readonly Value[] {
    return Array.from(this.#entries.values(), ([key]) => key);
  }

  find(key: Value): Result | undefined {
    for (const name of namesOf(key)) {
      const entry = this.#entries.get(name);
      if (entry !== undefined) return entry[1];
    }
    return undefined;
  }

  /** A map with one entry more; itself while it is open. */
  with(key: Value, value: Value): EntryMap {
    const map = this.#isOpen ? this : new EntryMap(this.#entries.values());
    map.set(key, value);
    return map;
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Only for the one who is still making the map. */
  set(key: Value, value: Value): void {
    this.#entries.set(nameOf(key), [key, value]);
  }

  /** Only for the one who is still making the map. */
  delete(key: Value): void {
    this.#entries.delete(nameOf(key));
  }
}

function nameOf(key: Value): Name {
  if (isList(key) || key instanceof MapValue || key instanceof Optional) return key;
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'bigint') return `i${key}`;
  if (key instanceof Uint) return `u${key.value}`;
  return typeof key === 'number' ? `d${key}` : `?${formatValue(key)}`;
}

function namesOf(key: Value): readonly Name[] {
  if (typeof key === 'bigint') return [`i${key}`, `u${key}`];
  if (key instanceof Uint) return [`u${key.value}`, `i${key.value}`];
  if (typeof key === 'number') return Number.isInteger(key) ? [`d${key}`, `i${BigInt(key)}`, `u${BigInt(key)}`] : [`d${key}`];
  return [nameOf(key)];
}
