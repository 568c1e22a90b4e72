import { isArray, isEqualJson, isObject, type JsonObject, type JsonValue } from '../std/index.ts';
import { escapeProperty, unescapeProperty } from './escape.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import { SchemaList, type Equality, type ListType } from './schema-list.ts';
import { findField, type StructType } from './struct-type.ts';
import { DYN, isDynamic, type CelType } from './type.ts';
import {
  Broken,
  Duration,
  Failure,
  isValue,
  MapValue,
  NO_SUCH_OVERLOAD,
  Optional,
  SealedValue,
  Timestamp,
  TypeValue,
  Uint,
  Unknown,
  type Result,
  type Value,
} from './value.ts';

/** What a variable may be given: JSON, which its declared type tells how to read, or a value of CEL. */
export type Binding = JsonValue | Result;

/** JSON as a value of a type (`UnstructuredToVal` of `k8s.io/apiserver/pkg/cel/common`): a failure where it does not fit. */
export function toValue(given: Binding, type: CelType = DYN): Result {
  if (isOwn(given)) return given;
  if (given === null) {
    const isNullable = type.facts?.isNullable ?? (isDynamic(type) || type.kind === 'null');
    return isNullable ? null : new Failure('invalid data, got null for schema with nullable=false');
  }
  switch (type.kind) {
    case 'list':
      return isArray(given)
        ? toSchemaList(given, type)
        : new Failure('invalid data, expected an array for the provided schema with type=array');
    case 'map':
    case 'struct':
      return isObject(given) ? new JsonMap(given, type) : NO_MAP;
    case 'double':
      return typeof given === 'number' || typeof given === 'bigint' ? Number(given) : mismatch('float', goTypeOf(given));
    case 'int':
      return typeof given === 'bigint' ? given : Number.isInteger(given) ? BigInt(Number(given)) : mismatch('int', goTypeOf(given));
    case 'uint':
      return Number.isInteger(given) || typeof given === 'bigint' ? new Uint(BigInt(Number(given))) : mismatch('uint', goTypeOf(given));
    case 'bool':
      return typeof given === 'boolean' ? given : mismatch('bool', goTypeOf(given));
    case 'string':
      return typeof given === 'string' ? given : mismatch('string', goTypeOf(given));
    case 'bytes':
    case 'duration':
    case 'timestamp':
      return typeof given === 'string' ? toFormatted(given, type.kind) : mismatch('string', goTypeOf(given));
    default:
      return type.facts === undefined ? toDynamic(given) : toIntOrString(given);
  }
}

function toIntOrString(given: Exclude<Binding, null>): Result {
  const value = toDynamic(given);
  const isEither = typeof value === 'string' || typeof value === 'bigint';
  return isEither ? value : new Failure('invalid data, expected XIntOrString value to be either a string or integer');
}

function isOwn(given: Binding): given is Exclude<Result, JsonValue> {
  if (typeof given !== 'object' || given === null) return false;
  return [SchemaList, Duration, Failure, MapValue, Optional, SealedValue, Timestamp, TypeValue, Uint, Uint8Array, Unknown].some(
    (kind) => given instanceof kind,
  );
}

const NO_MAP = new Failure('invalid data, expected a map for the provided schema with type=object');

const GO_TYPES: Readonly<Record<string, string>> = { boolean: 'bool', bigint: 'int64', string: 'string' };

const GO_NAMES = [
  [Timestamp, 'time.Time'],
  [Duration, 'time.Duration'],
  [Uint8Array, '[]uint8'],
  [Uint, 'uint64'],
] as const;
const GO_WANTED: Readonly<Partial<Record<CelType['kind'], string>>> = { bool: 'bool', double: 'float', int: 'int' };

function goTypeOf(given: Binding): string {
  if (typeof given === 'number') return Number.isInteger(given) ? 'int64' : 'float64';
  return GO_TYPES[typeof given] ?? (isArray(given) ? '[]interface {}' : 'map[string]interface {}');
}

function mismatch(expected: string, goType: string): Failure {
  return new Failure(`invalid data, expected ${expected}, got ${goType}`);
}

// What does not fit is only an error for the one who asks for it.
function toList(items: readonly Binding[], element: CelType): Result {
  const values: Value[] = [];
  for (const item of items) {
    const value = toValue(item, element);
    if (value instanceof Failure || value instanceof Unknown) return value;
    values.push(value);
  }
  return values;
}

function toSchemaList(items: readonly Binding[], type: ListType): Result {
  if (type.facts === undefined) return toList(items, type.element);
  const { unknownListType } = type.facts;
  if (unknownListType !== undefined)
    return new Failure(`invalid x-kubernetes-list-type, expected 'map', 'set' or 'atomic' but got ${unknownListType}`);
  const reader = {
    typed: (native: Value) => toPart(retype(native, type.element)),
    plain: () => items.map((item) => toPart(toValue(item))),
  };
  const values = items.map((item) => toValue(item, type.element));
  return values.find((value) => value instanceof Unknown) ?? new SchemaList(values.map(toPart), type, reader);
}

function toPart(value: Result): Value {
  return value instanceof Failure ? new Broken(value) : value instanceof Unknown ? null : value;
}

/** A value that an expression adds to a list, read as the list's own elements are. */
function retype(native: Value, type: CelType): Result {
  const goType = GO_NAMES.find(([kind]) => native instanceof kind)?.[1];
  if (goType !== undefined) return mismatch(GO_WANTED[type.kind] ?? 'string', goType);
  if (typeof native === 'number' && type.kind === 'int') return mismatch('int', 'float64');
  if (!(native instanceof MapValue)) return toValue(native, type);
  const isObject = type.kind === 'map' || type.kind === 'struct';
  return native.json === undefined && isObject ? NO_MAP : toValue(native.json ?? native, type);
}

function toDynamic(given: Exclude<Binding, null>): Result {
  if (typeof given === 'number') return Number.isInteger(given) ? BigInt(given) : given;
  if (isArray(given)) return toList(given, DYN);
  return isObject(given) ? new JsonMap(given, undefined) : given;
}

function toFormatted(text: string, kind: 'bytes' | 'duration' | 'timestamp'): Result {
  switch (kind) {
    case 'bytes':
      return toBytes(text) ?? new Failure(`Invalid byte formatted string ${text}: illegal base64 data`);
    case 'duration':
      return parseDuration(text) ?? new Failure(`Invalid duration ${text}: time: invalid duration ${JSON.stringify(text)}`);
    case 'timestamp': {
      const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
      return (
        parseTimestamp(isDate ? `${text}T00:00:00Z` : text) ?? new Failure(`Invalid date-time formatted string ${text}: invalid format`)
      );
    }
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function toBytes(text: string): Uint8Array | undefined {
  return BASE64.test(text) ? Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)) : undefined;
}

type ObjectType = CelType & { readonly kind: 'map' | 'struct' };

/** A JSON object: what is in it becomes a value when it is asked for. An object that has a null has nothing. */
export class JsonMap extends MapValue {
  readonly typeName = 'map';
  override readonly json: JsonObject;
  readonly #type: ObjectType | undefined;
  readonly #values = new Map<string, Result>();

  /** Without a type anything may be in it. */
  constructor(object: JsonObject, type: ObjectType | undefined) {
    super();
    this.json = object;
    this.#type = type;
  }

  get size(): number {
    return Object.keys(this.json).length;
  }

  keys(): readonly Value[] {
    const type = this.#type;
    if (type?.kind !== 'struct') return Object.keys(this.json);
    return Array.from(type.fields ?? []).flatMap(([name, { property }]) => (Object.hasOwn(this.json, property) ? [name] : []));
  }

  find(key: Value): Result | undefined {
    if (typeof key !== 'string') return this.#type === undefined ? undefined : NO_SUCH_OVERLOAD;
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const found = this.#read(key);
    if (found !== undefined) this.#values.set(key, found);
    return found;
  }

  override withoutType(): MapValue {
    return this.#type === undefined ? this : new JsonMap(this.json, undefined);
  }

  override copy(): MapValue {
    return new JsonMap(this.json, this.#type);
  }

  #read(key: string): Result | undefined {
    const type = this.#type;
    const property = type?.kind === 'struct' ? unescapeProperty(key) : key;
    if (property === undefined || !Object.hasOwn(this.json, property)) return undefined;
    const given = this.json[property] ?? null;
    if (type?.kind !== 'struct') return toValue(given, type?.value);
    const field = findField(type, key);
    return field === undefined || given === null ? undefined : toValue(given, field.type);
  }

  /** As two objects of a schema are: what it does not know of is only compared where both have it. */
  override isEqualTo(other: Value, isEqual: Equality): boolean | Failure | undefined {
    const type = this.#type;
    if (type === undefined) return undefined;
    if (!(other instanceof MapValue)) return NO_SUCH_OVERLOAD;
    if (this.size !== other.size) return false;
    for (const [property, given] of Object.entries(this.json)) {
      const key = type.kind === 'struct' ? nameOf(type, property) : property;
      const isRequired = type.kind !== 'struct' || type.others?.includes(property) === true;
      const answer = key === undefined ? isSameJson(given, property, other, isRequired) : this.#isSamePart(key, other, isEqual);
      if (answer !== true) return answer;
    }
    return true;
  }

  #isSamePart(key: string, other: MapValue, isEqual: Equality): boolean | Failure {
    const [own, others] = [this.find(key), other.find(key)];
    if (own === undefined || others === undefined) return own === others;
    if (own instanceof Failure) return own;
    return isValue(own) && isValue(others) && isEqual(own, others);
  }
}

/** The name of a property in expressions; undefined where none can name it. */
function nameOf({ fields }: StructType, property: string): string | undefined {
  const name = escapeProperty(property);
  return name !== undefined && fields?.has(name) === true ? name : undefined;
}

function isSameJson(given: JsonValue, property: string, { json }: MapValue, isRequired: boolean): boolean | Failure {
  if (json === undefined) return NO_SUCH_OVERLOAD;
  return Object.hasOwn(json, property) ? isEqualJson(given, json[property]) : !isRequired;
}
