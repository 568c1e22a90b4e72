import { Broken, Failure, isList, MapValue, Optional, SealedValue, TypeValue, type Value } from './value.ts';

/** A list that was made of two. */
export class Joined extends Array<Value> {
  // What is made out of it, such as a part of it, is a list like any other.
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  constructor(...parts: readonly (readonly Value[])[]) {
    super();
    for (const part of parts) for (const value of part) this.push(value);
  }

  /** What is left of the elements once they are passed on. */
  get natives(): readonly Value[] {
    return this.map(passOn);
  }

  copy(): Joined {
    return new Joined(this);
  }
}

/** A list or map as another one that holds the same: a map of an expression tells such keys apart. */
export function copy(value: Value): Value {
  if (value instanceof Joined) return value.copy();
  if (isList(value)) return [...value];
  return value instanceof MapValue ? (value.copy?.() ?? value) : value;
}

/**
 * What is left of a value that was in an optional, once a name or a choice has passed it on: cel-go takes it down to a value of Go and
 * makes another of that. An object forgets its schema so, a type is its name, and what only a library can make is lost.
 */
export function passOn(value: Value): Value {
  if (value instanceof MapValue) return value.withoutType?.() ?? value;
  if (value instanceof Joined) return value.natives;
  if (value instanceof Optional) return value.value === undefined ? null : passOn(value.value);
  if (value instanceof TypeValue) return value.name;
  if (!(value instanceof SealedValue) || value.goType === undefined) return value;
  return new Broken(new Failure(`unsupported conversion to ref.Val: (${value.goType})`));
}
