import { isArray, isObject, type JsonObject, type JsonValue } from '../../src/std/index.ts';

/** A value without what Go writes for empty structures, and what else counts as absent: null, and empty objects and lists, at any depth. */
export function compact(value: JsonValue, isAbsent: (value: JsonValue) => boolean = () => false): JsonValue | undefined {
  if (value === null || isAbsent(value)) return undefined;
  if (isArray(value)) {
    const items = value.flatMap((item) => compact(item, isAbsent) ?? []);
    return items.length === 0 ? undefined : items;
  }
  if (!isObject(value)) return value;
  const fields = Object.entries(value).flatMap(([key, item]): [string, JsonValue][] => {
    const kept = key === 'fieldsV1' ? item : compact(item, isAbsent);
    return kept === undefined ? [] : [[key, kept]];
  });
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

/** The first path at which two values differ, without indexes; undefined if they are equal. */
export function findDifference(a: JsonValue | undefined, b: JsonValue | undefined, path = ''): string | undefined {
  if (isArray(a) && isArray(b)) {
    if (a.length !== b.length) return `${path}[] (lengths)`;
    for (const [index, item] of a.entries()) {
      const found = findDifference(item, b[index], `${path}[]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isObject(a) && isObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const found = findDifference(a[key], b[key], `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (a === b) return undefined;
  return a === undefined ? `${path} (only the server has it)` : b === undefined ? `${path} (only kplan has it)` : path;
}

/** An object without some fields. */
export function withoutFields(object: JsonObject, ...fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !fields.includes(key)));
}
