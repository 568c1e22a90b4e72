import type { JsonObject } from '../std/index.ts';
import type { CelType } from './type.ts';

/** A value of CEL: int is a bigint, double a number, bytes a Uint8Array; what JavaScript has no type for is an object. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | readonly Value[]
  | Duration
  | MapValue
  | Optional
  | SealedValue
  | Timestamp
  | TypeValue
  | Uint;

/** What an evaluation comes to: a value, an error, or that it depends on what is not known. */
export type Result = Value | Failure | Unknown;

/** An error as a value: operators such as `||` may absorb it. */
export class Failure {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** What stands in the place of a variable or field that the caller does not know. It wins over errors, never over what decides alone. */
export class Unknown {
  readonly isUnknown = true;
}

export const UNKNOWN: Unknown = new Unknown();

export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** A moment, in nanoseconds since 1970, and the minutes east of UTC with which it was written. */
export class Timestamp {
  readonly nanos: bigint;
  readonly offset: number;

  constructor(nanos: bigint, offset = 0) {
    this.nanos = nanos;
    this.offset = offset;
  }
}

export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A type as a value, which `type(x)` answers. */
export class TypeValue {
  readonly name: string;
  readonly type: CelType | undefined;

  constructor(name: string, type?: CelType) {
    this.name = name;
    this.type = type;
  }
}

export class Optional {
  static readonly none: Optional = new Optional(undefined);
  readonly value: Value | undefined;

  constructor(value: Value | undefined) {
    this.value = value;
  }
}

/** A map or an object. */
export abstract class MapValue {
  abstract readonly typeName: string;
  abstract readonly size: number;
  abstract find(key: Value): Result | undefined;
  abstract keys(): readonly Value[];
  /** The object out of which it is, where it is out of one. */
  readonly json?: JsonObject;
  /** The same as JSON that has no type. */
  withoutType?(): MapValue;
  /** What reading it once more gives, where that is another one. */
  copy?(): MapValue;
  /** Whether it equals another value by a rule of its own; undefined where it has none. */
  isEqualTo?(other: Value, isEqual: (a: Value, b: Value) => boolean | Failure): boolean | Failure | undefined;
}

/** A value that only the functions of its library read (`kubernetes.Quantity`, `net.IP`). */
export abstract class SealedValue {
  abstract readonly typeName: string;
  /** Whether another value of the same class is the same. */
  abstract isEqual(other: this): boolean;
  /** The type of Go that it is made of, which cel-go cannot make a value of again. Undefined where it can. */
  readonly goType: string | undefined = undefined;
  /** As a size counts for the cost; undefined for what has none. */
  get size(): number | undefined {
    return undefined;
  }
}

/** An error as a part of a value, such as an element of a list: it is one for who takes it out. */
export class Broken extends SealedValue {
  readonly typeName: string;
  override readonly goType = '*errors.errorString';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super();
    this.failure = failure;
    this.typeName = failure.message;
  }

  isEqual(): boolean {
    return false;
  }
}

/** What a part of a value is to who takes it out. */
export function takeOut(part: Result): Result {
  return part instanceof Broken ? part.failure : part;
}

export function isValue(result: Result): result is Value {
  return !(result instanceof Failure || result instanceof Unknown);
}

export function isList(value: Result): value is readonly Value[] {
  return Array.isArray(value);
}

export const NO_SUCH_OVERLOAD: Failure = new Failure('no such overload');

/** The name of a value's type, as `type(x)` prints it. */
export function typeNameOf(value: Value): string {
  if (value === null) return 'null_type';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
      return nameOfObject(value);
  }
}

function nameOfObject(value: Exclude<Value, null | boolean | bigint | number | string>): string {
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof TypeValue) return 'type';
  return isSized(value) ? value.typeName : 'list';
}

function isSized(value: MapValue | SealedValue | readonly Value[]): value is MapValue | SealedValue {
  return !Array.isArray(value);
}

/** How many characters, bytes, elements or entries a value has; undefined for what has no size. */
export function sizeOf(value: Value): number | undefined {
  if (typeof value === 'string') return countPoints(value);
  if (isList(value) || value instanceof Uint8Array) return value.length;
  return value instanceof MapValue || value instanceof SealedValue ? value.size : undefined;
}

/** The number of code points of a text. */
export function countPoints(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit < 0xdc00) {
      const next = text.charCodeAt(at + 1);
      if (next >= 0xdc00 && next < 0xe000) {
        count--;
        at++;
      }
    }
  }
  return count;
}
