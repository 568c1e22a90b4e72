import {
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  STRING,
  TIMESTAMP,
  DURATION,
  UINT,
  EntryMap,
  type Binding,
  type CelType,
} from '../../src/cel/index.ts';
import { parseDuration, parseTimestamp } from '../../src/cel/time.ts';
import { Failure, TypeValue, Uint, type Value } from '../../src/cel/value.ts';
import { getArray, getObject, getString, type JsonValue } from '../../src/std/index.ts';

/** A value of the conformance suite (`cel.expr.Value` as JSON); undefined for one of protocol buffers alone. */
export function readSuiteValue(json: JsonValue | undefined): Value | undefined {
  const [[kind, content] = ['', null]] = Object.entries(getObject(json) ?? {});
  const text = typeof content === 'object' ? '' : `${content}`;
  switch (kind) {
    case 'int64Value':
      return BigInt(text);
    case 'uint64Value':
      return new Uint(BigInt(text));
    case 'doubleValue':
      return Object.is(content, -0) ? -0 : Number(text);
    case 'stringValue':
      return text;
    case 'bytesValue':
      return Uint8Array.from(Buffer.from(text, 'base64'));
    case 'boolValue':
      return content === true;
    case 'nullValue':
      return null;
    case 'typeValue':
      return new TypeValue(text);
    case 'listValue': {
      const items = getArray(content, 'values').map(readSuiteValue);
      return items.includes(undefined) ? undefined : items.map((item) => item ?? null);
    }
    case 'mapValue':
      return readMap(getArray(content, 'entries'));
    case 'objectValue':
      return readObject(content);
    default:
      return undefined;
  }
}

function readMap(entries: readonly JsonValue[]): Value | undefined {
  const map = new EntryMap();
  for (const entry of entries) {
    const [key, value] = [readSuiteValue(getObject(entry, 'key')), readSuiteValue(getObject(entry, 'value'))];
    if (key === undefined || value === undefined) return undefined;
    map.set(key, value);
  }
  return map;
}

function readObject(content: JsonValue): Value | undefined {
  const type = getString(content, '@type') ?? '';
  const text = getString(content, 'value') ?? '';
  if (type.endsWith('google.protobuf.Duration')) return parseDuration(text);
  const moment = type.endsWith('google.protobuf.Timestamp') ? parseTimestamp(text) : undefined;
  return moment instanceof Failure ? undefined : moment;
}

const PRIMITIVES: Readonly<Record<string, CelType>> = { BOOL, BYTES, DOUBLE, INT64: INT, STRING, UINT64: UINT };

/** A type of the conformance suite (`cel.expr.Type` as JSON); undefined for one of protocol buffers alone. */
export function readSuiteType(json: JsonValue | undefined): CelType | undefined {
  const [[kind, content] = ['', null]] = Object.entries(getObject(json) ?? {});
  switch (kind) {
    case 'primitive':
      return typeof content === 'string' ? PRIMITIVES[content] : undefined;
    case 'wellKnown':
      return content === 'TIMESTAMP' ? TIMESTAMP : content === 'DURATION' ? DURATION : undefined;
    case 'dyn':
      return DYN;
    case 'null':
      return NULL;
    case 'type':
      return { kind: 'type', of: readSuiteType(content) };
    case 'listType': {
      const element = readSuiteType(getObject(content, 'elemType'));
      return element === undefined ? undefined : listOf(element);
    }
    case 'mapType': {
      const [key, value] = [readSuiteType(getObject(content, 'keyType')), readSuiteType(getObject(content, 'valueType'))];
      return key === undefined || value === undefined ? undefined : mapOf(key, value);
    }
    case 'abstractType': {
      const [inner] = getArray(content, 'parameterTypes');
      const value = readSuiteType(inner);
      return getString(content, 'name') === 'optional_type' && value !== undefined ? optionalOf(value) : undefined;
    }
    default:
      return undefined;
  }
}

/** What a test of the suite binds names to; undefined if it is of protocol buffers alone. */
export function readSuiteBindings(json: JsonValue | undefined): Readonly<Record<string, Binding>> | undefined {
  const bindings: Record<string, Binding> = {};
  for (const [name, bound] of Object.entries(getObject(json) ?? {})) {
    const value = readSuiteValue(getObject(bound, 'value'));
    if (value === undefined) return undefined;
    bindings[name] = value;
  }
  return bindings;
}
