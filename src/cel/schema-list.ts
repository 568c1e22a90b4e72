import { escapeProperty } from './escape.ts';
import type { CelType } from './type.ts';
import { Joined, passOn } from './native.ts';
import { MapValue, Uint, type Failure, type Value } from './value.ts';

export type ListType = CelType & { readonly kind: 'list' };

/** How two values are compared. */
export type Equality = (a: Value, b: Value) => boolean | Failure;

/** How elements get the type that the schema says, and what all of them are without it. */
interface Reader {
  typed(native: Value): Value;
  plain(): readonly Value[];
}

/** What tells an element of a set or of a map of elements from the others. */
type Key = string | symbol;

/**
 * A list out of an object with a schema (`unstructuredList` of `k8s.io/apiserver/pkg/cel/common`). Its list type decides what equals
 * it, and what adding to it does.
 */
export class SchemaList extends Joined {
  readonly #type: ListType;
  readonly #reader: Reader;
  readonly #keys: readonly Key[] | undefined;
  #natives: readonly Value[] | undefined;

  /** Elements with the keys by which they are known and what they are without their type, where that was told apart before. */
  constructor(values: readonly Value[], type: ListType, reader: Reader, keys?: readonly Key[], natives?: readonly Value[]) {
    super(values);
    this.#type = type;
    this.#reader = reader;
    this.#natives = natives;
    const listKeys = type.facts?.listKeys;
    this.#keys = listKeys === undefined ? undefined : (keys ?? values.map((value) => keyOf(value, listKeys)));
  }

  override get natives(): readonly Value[] {
    this.#natives ??= this.#reader.plain();
    return this.#natives;
  }

  override copy(): SchemaList {
    return new SchemaList(this, this.#type, this.#reader, this.#keys, this.#natives);
  }

  /** Whether a list has the same elements: in the same order, unless they have keys. */
  isEqualTo(other: readonly Value[], isEqual: Equality): boolean | Failure {
    if (this.length !== other.length) return false;
    const own = this.#keys === undefined ? undefined : new Map(this.#keys.map((key, index) => [key, this[index]]));
    for (const [index, item] of other.entries()) {
      const found = own === undefined ? this[index] : own.get(keyOf(item, this.#listKeys));
      if (found === undefined) return false;
      const answer = this.#isSet || isEqual(found, item);
      if (answer !== true) return answer;
    }
    return true;
  }

  /** Whether an element equals a value: where none does, one that cannot be compared with it is an error. */
  has(item: Value, isEqual: Equality): boolean | Failure {
    let failure: Failure | undefined;
    for (const element of this) {
      const answer = isEqual(element, item);
      if (answer === true) return true;
      if (answer !== false) failure ??= answer;
    }
    return failure ?? false;
  }

  /** The list with the elements of another: those with keys that are here already are left out, or take their places. */
  plus(other: readonly Value[]): SchemaList {
    const values: Value[] = [...this];
    const natives = [...this.natives];
    const keys = this.#keys === undefined ? undefined : [...this.#keys];
    for (const item of other) {
      const key = keyOf(item, this.#listKeys);
      const known = keys?.indexOf(key) ?? -1;
      if (known >= 0 && this.#isSet) continue;
      const at = known < 0 ? values.length : known;
      natives[at] = passOn(item);
      values[at] = this.#reader.typed(passOn(item));
      if (keys !== undefined) keys[at] = key;
    }
    return new SchemaList(values, this.#type, this.#reader, keys, natives);
  }

  get #listKeys(): readonly string[] {
    return this.#type.facts?.listKeys ?? [];
  }

  get #isSet(): boolean {
    return this.#keys !== undefined && this.#listKeys.length === 0;
  }
}

function keyOf(value: Value, listKeys: readonly string[]): Key {
  if (listKeys.length === 0) return keyOfScalar(value);
  const json = value instanceof MapValue ? value.json : undefined;
  if (json === undefined) return Symbol('never the same');
  return JSON.stringify(listKeys.map((key) => toPlain(json[escapeProperty(key) ?? key])));
}

function keyOfScalar(value: Value): Key {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'bigint') return `i${value}`;
  if (typeof value === 'number') return `d${value}`;
  if (typeof value === 'boolean') return `b${value}`;
  return value instanceof Uint ? `u${value.value}` : Symbol('never the same');
}

function toPlain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
