import { isArray, isObject, type JsonArray, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { Schema } from './schema.ts';

/**
 * A value with its schema's defaults filled in, as the API server does for custom resources (apiextensions-apiserver,
 * `schema/defaulting`): a missing field gets its default, then defaults apply inside it; a null where the schema is not
 * nullable counts as missing. Parts that need nothing are shared with the input.
 *
 * For built-in kinds the published defaults are few (a port's protocol, some volume sources): what the server fills in by
 * code is in `defaultObject`, which calls this too.
 */
export function applyDefaults(schema: Schema, value: JsonValue): JsonValue {
  if (isObject(value)) return defaultFields(schema, value);
  if (isArray(value) && schema.items !== undefined) return defaultItems(schema.items, value);
  return value;
}

function defaultFields(schema: Schema, value: JsonObject): JsonObject {
  const filled: Record<string, JsonValue> = {};
  let changed = false;
  for (const [key, item] of Object.entries(value)) {
    const field = findField(schema, key);
    const present = field === undefined ? item : fill(field, item);
    if (present !== undefined) filled[key] = present;
    changed ||= present !== item;
  }
  for (const [key, defaultValue] of listDefaults(schema)) {
    if (Object.hasOwn(value, key)) continue;
    filled[key] = defaultValue;
    changed = true;
  }
  return changed ? filled : value;
}

const defaultsOf = new WeakMap<Schema, readonly (readonly [string, JsonValue])[]>();

/** The fields of an object that have a default, with that default completed. */
function listDefaults(schema: Schema): readonly (readonly [string, JsonValue])[] {
  const known = defaultsOf.get(schema);
  if (known !== undefined) return known;
  const defaults = Object.entries(schema.properties ?? {}).flatMap(([key, field]) =>
    field.default === undefined ? [] : [[key, applyDefaults(field, field.default)] as const],
  );
  defaultsOf.set(schema, defaults);
  return defaults;
}

function findField(schema: Schema, key: string): Schema | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function fill(schema: Schema, value: JsonValue): JsonValue | undefined {
  if (value !== null || schema.nullable === true || schema.preserveUnknownFields === true) return applyDefaults(schema, value);
  return schema.default === undefined ? undefined : applyDefaults(schema, schema.default);
}

function defaultItems(schema: Schema, items: JsonArray): JsonArray {
  const filled = items.map((item) => fill(schema, item) ?? item);
  return filled.every((item, index) => item === items[index]) ? items : filled;
}
