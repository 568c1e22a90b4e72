import { isArray, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { Schema } from './schema.ts';

/**
 * A value without the fields that its schema does not know, as the API server stores it (apiextensions-apiserver,
 * `schema/pruning`). Below `preserveUnknownFields` unknown fields stay, but known ones are still looked into. Parts that
 * lose nothing are shared with the input.
 */
export function pruneUnknown(schema: Schema, value: JsonValue): JsonValue {
  if (isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    const kept = value.map((item) => pruneUnknown(items, item));
    return kept.every((item, index) => item === value[index]) ? value : kept;
  }
  return isObject(value) ? pruneFields(schema, value) : value;
}

function pruneFields(schema: Schema, value: JsonObject): JsonObject {
  const kept: Record<string, JsonValue> = {};
  let changed = false;
  for (const [key, item] of Object.entries(value)) {
    const field = fieldOf(schema, key);
    if (field === undefined) {
      changed = true;
      continue;
    }
    kept[key] = field === true ? item : pruneUnknown(field, item);
    changed ||= kept[key] !== item;
  }
  return changed ? kept : value;
}

function fieldOf(schema: Schema, key: string): Schema | true | undefined {
  const { properties, additionalProperties } = schema;
  const known = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (known !== undefined) return known;
  if (typeof additionalProperties === 'object') return additionalProperties;
  return additionalProperties === true || schema.preserveUnknownFields === true ? true : undefined;
}
