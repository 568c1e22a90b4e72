import type { Schema } from '../../model/index.ts';
import { isArray, isEqualJson, isObject, type JsonArray, type JsonValue } from '../../std/index.ts';
import { elementOf, fieldSchemaOf, fieldsOf, indexItems, isEmptyContainer, itemsOf, shapeOf } from './shape.ts';
import type { PathElement } from './path-element.ts';

/**
 * The live value with what is applied laid over it: leaves of `applied` win, nothing is removed. Gives back `live`
 * itself where nothing changes, so that equality can be seen by identity (`TypedValue.Merge`).
 */
export function mergeValues(
  live: JsonValue | undefined,
  applied: JsonValue | undefined,
  schema: Schema | undefined,
): JsonValue | undefined {
  if (applied === undefined || live === applied) return live;
  if (live === undefined) return withoutNulls(applied, schema);
  const shape = shapeOf(schema, live, applied);
  if (applied === null && (shape.kind === 'leaf' || isEmptyContainer(live))) return isNullable(schema) ? applied : undefined;
  if (shape.kind === 'leaf' || (isEmptyContainer(live) && isEmptyContainer(applied))) return isEqualJson(live, applied) ? live : applied;
  return shape.kind === 'map' ? mergeFields(live, applied, shape.schema) : mergeItems(live, applied, shape.schema);
}

/** A null stands for an absent field in every type that has no null of its own: the server does not keep it. */
export function withoutNulls(value: JsonValue, schema: Schema | undefined): JsonValue | undefined {
  if (value === null) return isNullable(schema) ? null : undefined;
  if (isArray(value)) return value.map((item) => withoutNulls(item, schema?.items) ?? null);
  if (!isObject(value)) return value;
  const out: Record<string, JsonValue> = {};
  for (const [name, item] of Object.entries(value)) {
    const kept = withoutNulls(item, fieldSchemaOf(schema, name));
    if (kept !== undefined) out[name] = kept;
  }
  return out;
}

function isNullable(schema: Schema | undefined): boolean {
  return schema?.type === undefined || schema.nullable === true;
}

function mergeFields(live: JsonValue, applied: JsonValue, schema: Schema | undefined): JsonValue {
  const left = fieldsOf(live);
  const out: Record<string, JsonValue> = { ...left };
  let changed = live !== left;
  for (const [name, value] of Object.entries(fieldsOf(applied))) {
    const merged = mergeValues(left[name], value, fieldSchemaOf(schema, name));
    if (merged === left[name]) continue;
    changed = true;
    if (merged === undefined) delete out[name];
    else out[name] = merged;
  }
  return changed ? out : live;
}

function mergeItems(live: JsonValue, applied: JsonValue, list: Schema): JsonValue {
  const left = itemsOf(live);
  const merged = zipItems(left, itemsOf(applied), list);
  const same = merged.length === left.length && merged.every((item, index) => item === left[index]);
  return same ? live : merged;
}

/**
 * Items of both lists in one order: that of `right` for the items it has, with the items that only `left` has kept
 * where they stood among those that both share. A set of duplicates in `left` is replaced by the item of `right`.
 */
function zipItems(left: JsonArray, right: JsonArray, list: Schema): JsonArray {
  const leftKeys = left.map((item) => elementOf(list, item));
  const rightKeys = right.map((item) => elementOf(list, item));
  const leftIndex = indexItems(list, left);
  const inRight = new Set(rightKeys);
  const shared = rightKeys.filter((key) => key !== undefined && leftIndex.has(key));
  const done = new Set<PathElement | undefined>();
  const out: JsonValue[] = [];
  let next = 0;
  let l = 0;
  let r = 0;
  const takeRight = (): void => {
    const key = rightKeys[r];
    const same = key === undefined ? undefined : leftIndex.get(key);
    const merged = mergeValues(same?.length === 1 ? same[0] : undefined, right[r], list.items);
    if (merged !== undefined) out.push(merged);
    done.add(key);
    if (shared[next] === key) next++;
    r++;
  };
  while (l < left.length || r < right.length) {
    const hasBoth = l < left.length && r < right.length;
    if (hasBoth && leftKeys[l] === rightKeys[r]) {
      takeRight();
      l++;
    } else if (hasBoth && inRight.has(leftKeys[l]) && next < shared.length && shared[next] !== leftKeys[l]) {
      l++;
    } else if (l < left.length && !inRight.has(leftKeys[l])) {
      out.push(left[l] ?? null);
      l++;
    } else {
      if (l < left.length && done.has(leftKeys[l])) l++;
      if (r < right.length) takeRight();
    }
  }
  return out;
}
