import { getArray, getObject, isArray, isObject, type JsonObject, type JsonValue } from '../../../std/index.ts';

/** A private copy of an object, to be completed in place. */
export type Draft = Record<string, JsonValue>;

/** A deep copy without null fields, which count as absent. */
export function toDraft(value: JsonObject): Draft {
  const draft: Draft = {};
  for (const [key, item] of Object.entries(value)) if (item !== null) draft[key] = copy(item);
  return draft;
}

function copy(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(copy);
  return isObject(value) ? toDraft(value) : value;
}

/** The object at a path of a draft, to be completed in place; undefined if there is none. */
export function fieldsAt(draft: Draft, ...path: readonly string[]): Draft | undefined {
  return getObject(draft, ...path);
}

/** The objects in the list at a path of a draft, to be completed in place. */
export function itemsAt(draft: Draft, ...path: readonly string[]): readonly Draft[] {
  return getArray(draft, ...path).filter(isObject);
}

/** The object in a field, put there if there is none. */
export function ensureAt(draft: Draft, key: string): Draft {
  const known = fieldsAt(draft, key);
  if (known !== undefined) return known;
  const made: Draft = {};
  draft[key] = made;
  return made;
}

/** Sets the fields that are absent or empty strings. */
export function fill(draft: Draft, defaults: JsonObject): void {
  for (const [key, value] of Object.entries(defaults)) {
    if (draft[key] === undefined || draft[key] === '') draft[key] = copy(value);
  }
}

/** As `fill`, where the server takes 0 for absent too. */
export function fillZero(draft: Draft, defaults: JsonObject): void {
  for (const key of Object.keys(defaults)) if (draft[key] === 0) delete draft[key];
  fill(draft, defaults);
}
