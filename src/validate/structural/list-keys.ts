import type { Schema } from '../../model/index.ts';
import { getObject, isObject, stringifyJson, type JsonArray, type JsonValue } from '../../std/index.ts';
import type { Cursor } from './cursor.ts';

/**
 * The check that the items of a set or map list (`x-kubernetes-list-type`) differ. A create refuses some duplicates (names
 * of containers, volumes, webhooks), server-side apply refuses all: the first are native rules, here all are warnings.
 */
export function checkKeys(schema: Schema): ((list: JsonArray, at: Cursor) => void) | undefined {
  const toKey = keyOf(schema);
  if (toKey === undefined) return undefined;
  const [single, ...more] = schema.listMapKeys ?? [];
  return (list, at) => {
    if (list.length < 2 || (single !== undefined && more.length === 0 && areDistinct(list, single))) return;
    const seen = new Set<string>();
    for (const [index, item] of list.entries()) {
      const key = toKey(item);
      if (key === undefined) continue;
      if (seen.has(key)) at.reportAt(index, 'KV0049', { field: at.field, key });
      seen.add(key);
    }
  };
}

function areDistinct(list: JsonArray, key: string): boolean {
  const seen = new Set<JsonValue | undefined>();
  for (const item of list) {
    const value = isObject(item) ? item[key] : undefined;
    if (typeof value !== 'string' || seen.has(value)) return false;
    seen.add(value);
  }
  return true;
}

/** The key of a list's items by their schema, in the words of server-side apply: `name="a"`; undefined for atomic lists. */
export function keyOf(schema: Schema): ((item: JsonValue) => string | undefined) | undefined {
  if (schema.listType === 'set') return (item) => `=${stringifyJson(item)}`;
  const keys = schema.listMapKeys;
  if (schema.listType !== 'map' || keys === undefined) return undefined;
  const defaults = keys.map((key) => schema.items?.properties?.[key]?.default);
  return (item) => {
    if (!isObject(item)) return undefined;
    const parts = keys.flatMap((key, index) => {
      const value = item[key] ?? defaults[index];
      return value === undefined || value === null ? [] : [`${key}=${stringifyJson(value)}`];
    });
    return parts.length === 0 || parts.some((part) => part.endsWith('=""')) ? undefined : parts.join(',');
  };
}

/** The fields that are the key of a map list's item, with defaults filled in. */
export function pickKey(schema: Schema, item: JsonValue): JsonValue {
  const object = getObject(item) ?? {};
  const keys = schema.listMapKeys ?? [];
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = object[key] ?? schema.items?.properties?.[key]?.default;
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
