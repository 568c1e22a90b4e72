import { getArray, getBoolean, getNumber, getObject, getString, type JsonObject, type JsonValue } from '../std/index.ts';
import { escapeProperty } from './escape.ts';
import { struct, type StructField } from './struct-type.ts';
import { STRING, type CelType, type SchemaFacts } from './type.ts';

/** The size of the largest request that the API server takes (`k8s.io/apiserver/pkg/apis/cel.MaxRequestSizeBytes`). */
const REQUEST = 3 * 1024 * 1024;
const LONGEST_TEXT = REQUEST - 2;

const TEXT: JsonObject = { type: 'string' };
const META: JsonObject = { type: 'object', properties: { name: TEXT, generateName: TEXT } };

/**
 * The type of what a structural schema describes, named for messages; undefined for what expressions cannot see, such as data that is
 * only preserved (`k8s.io/apiserver/pkg/cel/common.SchemaDeclType`). The root of a resource always has its type and its name.
 */
export function typeOfSchema(schema: JsonValue | undefined, name: string, isRoot = false): CelType | undefined {
  if (getBoolean(schema, 'x-kubernetes-int-or-string') === true) {
    return { kind: 'dyn', facts: toFacts(schema, mostCharacters(schema) ?? LONGEST_TEXT, 1) };
  }
  const given = isRoot || getBoolean(schema, 'x-kubernetes-embedded-resource') === true ? withMeta(schema) : schema;
  switch (getString(given, 'type')) {
    case 'array':
      return typeOfArray(given, name);
    case 'object':
      return typeOfObject(given, name);
    case 'string':
      return typeOfText(given);
    case 'boolean':
      return { kind: 'bool', facts: toFacts(given, 0, 4) };
    case 'number':
      return { kind: 'double', facts: toFacts(given, 0, 1) };
    case 'integer':
      return { kind: 'int', facts: toFacts(given, 0, 1) };
    default:
      return undefined;
  }
}

/** How often a value of a type may be in one request at most, which bounds how often a rule about it is evaluated. */
export function cardinalityOf({ facts }: CelType): number {
  return Math.floor(REQUEST / ((facts?.leastBytes ?? 0) + 1));
}

function toFacts(schema: JsonValue | undefined, mostElements: number, leastBytes: number): SchemaFacts {
  return { isNullable: getBoolean(schema, 'nullable') === true, mostElements, leastBytes };
}

function withMeta(schema: JsonValue | undefined): JsonObject {
  const properties = getObject(schema, 'properties') ?? {};
  const isText = (...path: readonly string[]): boolean => getString(properties, ...path, 'type') === 'string';
  const isWhole =
    isText('kind') &&
    isText('apiVersion') &&
    getString(properties, 'metadata', 'type') === 'object' &&
    isText('metadata', 'properties', 'name') &&
    isText('metadata', 'properties', 'generateName');
  const meta = isWhole ? {} : { kind: TEXT, apiVersion: TEXT, metadata: META };
  return { ...getObject(schema), properties: { ...properties, ...meta } };
}

const LIST_TYPES = new Set(['', 'atomic', 'map', 'set']);

function typeOfArray(schema: JsonValue | undefined, name: string): CelType | undefined {
  const element = typeOfSchema(getObject(schema, 'items'), `${name}.@idx`);
  if (element === undefined) return undefined;
  const most = limit(schema, 'maxItems') ?? Math.floor(LONGEST_TEXT / ((element.facts?.leastBytes ?? 0) + 1));
  const kind = getString(schema, 'x-kubernetes-list-type');
  const keys = getArray(schema, 'x-kubernetes-list-map-keys').filter((key) => typeof key === 'string');
  const listKeys = kind === 'map' ? { listKeys: keys } : kind === 'set' ? { listKeys: [] } : {};
  const isUnknown = kind !== undefined && !LIST_TYPES.has(kind);
  return { kind: 'list', element, facts: { ...toFacts(schema, most, 2), ...listKeys, ...(isUnknown ? { unknownListType: kind } : {}) } };
}

function typeOfObject(schema: JsonValue | undefined, name: string): CelType | undefined {
  const additional = getObject(schema, 'additionalProperties');
  if (additional !== undefined) {
    const value = typeOfSchema(additional, `${name}.@elem`);
    if (value === undefined) return undefined;
    const most = limit(schema, 'maxProperties') ?? Math.floor(LONGEST_TEXT / ((value.facts?.leastBytes ?? 0) + 6));
    return { kind: 'map', key: STRING, value, facts: toFacts(schema, most, 2) };
  }
  const required = getArray(schema, 'required');
  const fields = new Map<string, StructField>();
  const others: string[] = [];
  let leastBytes = 2;
  for (const [property, given] of Object.entries(getObject(schema, 'properties') ?? {})) {
    const field = escapeProperty(property);
    const type = typeOfSchema(given, `${name}.${field ?? property}`);
    if (type !== undefined && field !== undefined) fields.set(field, { property, type });
    else others.push(property);
    const isAlways = required.includes(property) && (getObject(given)?.['default'] ?? null) === null;
    if (type !== undefined && isAlways) leastBytes += BYTES.encode(property).length + (type.facts?.leastBytes ?? 0) + 4;
  }
  return { ...struct(name, fields), others, facts: toFacts(schema, 0, leastBytes) };
}

const BYTES = new TextEncoder();

function typeOfText(schema: JsonValue | undefined): CelType {
  switch (getString(schema, 'format')) {
    case 'byte':
      return { kind: 'bytes', facts: toFacts(schema, limit(schema, 'maxLength') ?? LONGEST_TEXT, 2) };
    case 'duration':
      return { kind: 'duration', facts: toFacts(schema, 32, 3) };
    case 'date':
      return { kind: 'timestamp', facts: toFacts(schema, 12, 12) };
    case 'date-time':
      return { kind: 'timestamp', facts: toFacts(schema, 32, 21) };
    default:
      return { kind: 'string', facts: toFacts(schema, mostCharacters(schema) ?? longestChoice(schema) ?? LONGEST_TEXT, 2) };
  }
}

/** As many bytes as so many characters may have. */
function mostCharacters(schema: JsonValue | undefined): number | undefined {
  const most = limit(schema, 'maxLength');
  return most === undefined ? undefined : most * 4;
}

function longestChoice(schema: JsonValue | undefined): number | undefined {
  const choices = getArray(schema, 'enum');
  if (choices.length === 0) return undefined;
  return Math.max(0, ...choices.map((choice) => (typeof choice === 'string' ? BYTES.encode(choice).length : 0)));
}

function limit(schema: JsonValue | undefined, key: 'maxItems' | 'maxLength' | 'maxProperties'): number | undefined {
  const given = getNumber(schema, key);
  return given === undefined ? undefined : Math.max(0, given);
}
