import type { JsonObject, JsonValue } from '../../std/index.ts';
import { overload } from '../declaration.ts';
import { EntryMap } from '../entry-map.ts';
import { isEqual } from '../equality.ts';
import { formatValue } from '../format-value.ts';
import { struct, type StructField, type StructType } from '../struct-type.ts';
import { formatDuration, formatTimestamp } from '../time.ts';
import { DYN, STRING } from '../type.ts';
import { Duration, Failure, isList, isValue, MapValue, NO_SUCH_OVERLOAD, SealedValue, Timestamp, Uint, type Value } from '../value.ts';
import type { Library, MadeType } from './library.ts';

/** What `Object{...}` and `Object.spec{...}` make: part of a configuration that is laid over an object. */
export class ConfigurationValue extends SealedValue {
  readonly typeName: string;
  readonly fields: ReadonlyMap<string, Value>;

  constructor(typeName: string, fields: ReadonlyMap<string, Value>) {
    super();
    this.typeName = typeName;
    this.fields = fields;
  }

  isEqual(other: this): boolean {
    if (this.fields.size !== other.fields.size) return false;
    return [...this.fields].every(([name, value]) => {
      const theirs = other.fields.get(name);
      return theirs !== undefined && isEqual(value, theirs) === true;
    });
  }
}

/** What `JSONPatch{...}` makes: one operation. */
export class JsonPatchValue extends SealedValue {
  readonly typeName = 'JSONPatch';
  readonly op: string;
  readonly path: string;
  readonly from: string;
  readonly value: Value | undefined;

  constructor({ op = '', path = '', from = '' }: { op?: string; path?: string; from?: string }, value: Value | undefined) {
    super();
    this.op = op;
    this.path = path;
    this.from = from;
    this.value = value;
  }

  isEqual(other: this): boolean {
    if (this.op !== other.op || this.path !== other.path || this.from !== other.from) return false;
    if (this.value === undefined || other.value === undefined) return this.value === other.value;
    return isEqual(this.value, other.value) === true;
  }
}

const TEXTS = ['op', 'path', 'from'] as const;

const JSON_PATCH_TYPE: StructType = struct(
  'JSONPatch',
  new Map<string, StructField>([
    ...TEXTS.map((property): [string, StructField] => [property, { property, type: STRING }]),
    ['value', { property: 'value', type: DYN }],
  ]),
);

function toObjectType(name: string): StructType {
  return { ...struct(name, new Map()), open: DYN };
}

const JSON_PATCH: MadeType = {
  type: JSON_PATCH_TYPE,
  make: (fields) => {
    const texts: { [name in (typeof TEXTS)[number]]?: string } = {};
    for (const name of TEXTS) {
      const text = fields.get(name);
      if (text === undefined) continue;
      if (typeof text !== 'string') return new Failure(`unexpected type ${goTypeOf(text)} for JSONPatchType '${name}' field`);
      texts[name] = text;
    }
    return new JsonPatchValue(texts, fields.get('value'));
  },
};

const GO_TYPES: Readonly<Record<string, string>> = { bigint: 'int64', boolean: 'bool', number: 'float64' };

function goTypeOf(value: Value): string {
  if (isList(value)) return '[]ref.Val';
  return GO_TYPES[typeof value] ?? (value instanceof MapValue ? 'map[ref.Val]ref.Val' : 'structpb.NullValue');
}

function findMade(name: string): MadeType | undefined {
  if (name === 'JSONPatch') return JSON_PATCH;
  if (name !== 'Object' && !name.startsWith('Object.')) return undefined;
  return { type: toObjectType(name), make: (fields) => new ConfigurationValue(name, fields) };
}

const ESCAPED: Readonly<Record<string, string>> = { '/': '~1', '~': '~0' };

/**
 * What the patches of a MutatingAdmissionPolicy are made with (`k8s.io/apiserver/pkg/cel/mutation`, `cel/library/jsonpatch.go`): the
 * types `Object`, `Object.` and any path, and `JSONPatch`, and `jsonpatch.escapeKey`.
 */
export const PATCH_TYPES: Library = {
  findMade,
  functions: [
    {
      name: 'jsonpatch.escapeKey',
      overloads: [
        overload('string_jsonpatch_escapeKey_string', [STRING], STRING, (key = null) =>
          typeof key === 'string' ? key.replace(/[/~]/g, (letter) => ESCAPED[letter] ?? letter) : NO_SUCH_OVERLOAD,
        ),
      ],
    },
  ],
};

/** Undefined where it depends on what is not known. */
type Written = JsonValue | Failure | undefined;

/**
 * A configuration as JSON. An error where the name of a type is not the path that it stands at, or where a part is of no JSON:
 * maps and lists within lists and maps that an expression has written out are none to the API server (`dynamic.ObjectVal`). Undefined
 * where it depends on what is not known.
 */
export function toConfiguration(value: ConfigurationValue): JsonObject | Failure | undefined {
  const wrong = listMisplaced(value, value.typeName);
  if (wrong.length > 0) return new Failure(`type mismatch: ${wrong.join('\n')}`);
  return writeFields(value);
}

function listMisplaced(value: Value, path: string): readonly string[] {
  if (isList(value)) return value.flatMap((item) => listMisplaced(item, path));
  if (value instanceof EntryMap) {
    return value.keys().flatMap((key) => {
      const item = value.find(key);
      return item !== undefined && isValue(item) ? listMisplaced(item, path) : [];
    });
  }
  if (!(value instanceof ConfigurationValue)) return [];
  const own =
    value.typeName === path
      ? []
      : [`unexpected type name "${value.typeName}", expected "${path}", which matches field name path from root Object type`];
  return [...own, ...[...value.fields].flatMap(([name, field]) => listMisplaced(field, `${path}.${name}`))];
}

function writeFields({ fields }: ConfigurationValue): JsonObject | Failure | undefined {
  return writeEntries([...fields].map(([name, field]) => [name, writeField(field)]));
}

function writeField(value: Value): Written {
  if (isList(value)) return writeItems(value, writePart);
  if (value instanceof EntryMap) return writeMap(value, writePart);
  return writePart(value);
}

/** What stands in a list or map. */
function writePart(value: Value): Written {
  if (value instanceof ConfigurationValue) return writeFields(value);
  if (value === null || isList(value) || value instanceof EntryMap)
    return new Failure(`${formatValue(value)} cannot be part of a configuration`);
  return writePlain(value);
}

function writePlain(value: Value): Written {
  switch (typeof value) {
    case 'boolean':
    case 'string':
    case 'number':
      return value;
    case 'bigint':
      return toNumber(value);
    default:
      break;
  }
  if (value instanceof Uint) return toNumber(value.value);
  if (value instanceof MapValue) return value.json ?? writeMap(value, writeAny);
  return new Failure(`${formatValue(value)} cannot be part of a configuration`);
}

function toNumber(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** The value of an operation as JSON, as protobuf writes it; undefined where it depends on what is not known. */
export function toPatchJson(value: Value): Written {
  if (!(value instanceof ConfigurationValue)) return writeAny(value);
  return toConfiguration(value);
}

function writeAny(value: Value): Written {
  if (value === null) return null;
  if (isList(value)) return writeItems(value, writeAny);
  if (value instanceof EntryMap) return writeMap(value, writeAny);
  if (value instanceof ConfigurationValue) return writeFields(value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  const isLarge = typeof value === 'bigint' && !Number.isSafeInteger(Number(value));
  return isLarge ? String(value) : writePlain(value);
}

function writeItems(items: readonly Value[], write: (item: Value) => Written): Written {
  const written: JsonValue[] = [];
  for (const item of items) {
    const one = write(item);
    if (isProblem(one)) return one;
    written.push(one);
  }
  return written;
}

function writeMap(map: MapValue, write: (item: Value) => Written): Written {
  const entries: (readonly [string, Written])[] = [];
  for (const key of map.keys()) {
    if (typeof key !== 'string') return new Failure(`map key ${formatValue(key)} is not a string`);
    const item = map.find(key) ?? null;
    entries.push([key, isValue(item) ? write(item) : item instanceof Failure ? item : undefined]);
  }
  return writeEntries(entries);
}

function writeEntries(entries: readonly (readonly [string, Written])[]): JsonObject | Failure | undefined {
  const written: Record<string, JsonValue> = {};
  for (const [name, value] of entries) {
    if (isProblem(value)) return value;
    written[name] = value;
  }
  return written;
}

function isProblem(written: Written): written is Failure | undefined {
  return written === undefined || written instanceof Failure;
}
