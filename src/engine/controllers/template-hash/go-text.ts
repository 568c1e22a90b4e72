import { compareStrings, isArray, isObject, type JsonValue } from '../../../std/index.ts';
import type { GoLayout } from './go-layout.ts';
import { formatGoQuantity } from './go-quantity.ts';

/** Something that is not told, since it depends on more than the value. */
class NotTold extends Error {}

/**
 * A value as spew prints the Go value that it is read into (`dump.ForHash`), which the API server has sent as protobuf: what is empty is
 * nil. Undefined where a time or managed fields are set, whose memory depends on where the program runs.
 */
export function formatGo(value: JsonValue, type: string, layout: GoLayout): string | undefined {
  try {
    return withType(value, type, layout);
  } catch (problem) {
    if (problem instanceof NotTold) return undefined;
    throw problem;
  }
}

function withType(value: JsonValue | undefined, type: string, layout: GoLayout): string {
  const is = value === null ? undefined : value;
  if (!type.startsWith('*')) return `(${type})${bare(is, type, layout)}`;
  return `(${type})${is === undefined ? '<nil>' : bare(is, type.slice(1), layout)}`;
}

function bare(value: JsonValue | undefined, type: string, layout: GoLayout): string {
  const special = SPECIAL[type];
  if (special !== undefined) return special(value);
  if (type.startsWith('[]')) return formatSlice(value, type.slice(2), layout);
  const map = /^map\[([^\]]+)\](.+)$/.exec(type);
  if (map !== null) return formatMap(value, map[2] ?? '', layout);
  const fields = layout.structs.get(type);
  if (fields === undefined) return formatScalar(value, type, layout);
  const object = isObject(value) ? value : {};
  const texts = fields.map(({ name, json, type: of }) => `${name}:${withType(json === undefined ? object : object[json], of, layout)}`);
  return `{${texts.join(' ')}}`;
}

function formatSlice(value: JsonValue | undefined, of: string, layout: GoLayout): string {
  if (!isArray(value) || value.length === 0) return '<nil>';
  return `[${value.map((item) => bare(item ?? undefined, of, layout)).join(' ')}]`;
}

function formatMap(value: JsonValue | undefined, of: string, layout: GoLayout): string {
  const entries = isObject(value) ? Object.entries(value).toSorted(([a], [b]) => compareStrings(a, b)) : [];
  if (entries.length === 0) return '<nil>';
  return `map[${entries.map(([key, item]) => `${key}:${bare(item ?? undefined, of, layout)}`).join(' ')}]`;
}

function formatScalar(value: JsonValue | undefined, type: string, layout: GoLayout): string {
  const kind = layout.named.get(type) ?? type;
  if (kind !== type && !/^(?:string|bool|u?int\d*)$/.test(kind)) return bare(value, kind, layout);
  if (kind === 'string') return typeof value === 'string' ? value : '';
  if (kind === 'bool') return String(value === true);
  if (/^u?int\d*$/.test(kind)) return typeof value === 'number' || typeof value === 'bigint' ? String(value) : '0';
  throw new NotTold();
}

const SPECIAL: Readonly<Record<string, (value: JsonValue | undefined) => string>> = {
  'resource.Quantity': (value) => formatGoQuantity(value ?? '0') ?? fail(),
  'intstr.IntOrString': (value) => {
    if (typeof value === 'string') return `{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)${value}}`;
    return `{Type:(intstr.Type)0 IntVal:(int32)${String(typeof value === 'number' ? value : 0)} StrVal:(string)}`;
  },
  'v1.Time': (value) => (value === undefined ? '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}' : fail()),
  'v1.FieldsV1': fail,
};

function fail(): never {
  throw new NotTold();
}
