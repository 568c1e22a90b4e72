import { parseQuantity, type FieldChange, type Schema } from '../model/index.ts';
import {
  compareStrings,
  isArray,
  isEqualJson,
  isObject,
  toPointer,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  type Path,
} from '../std/index.ts';
import { elementOf, fieldSchemaOf, isAssociative, itemsOf, keyOfElement, type PathElement } from './merge/index.ts';

/**
 * The fields in which two canonical values differ, in the order of their keys. Items of associative lists are matched by
 * their keys and named by their place in `after` (removed ones by their place in `before`); where those that both have
 * stand in another order, the list is named too, with their keys alone in either order. Of other lists what both have in
 * common at either end is left out. Quantities are compared by amount.
 */
export function diffValues(before: JsonValue, after: JsonValue, schema: Schema | undefined): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  diffAt(before, after, schema, [], changes);
  return changes;
}

/** Whether two values of a type mean the same: quantities by amount, all else by JSON equality. */
export function isSameValue(a: JsonValue | undefined, b: JsonValue | undefined, schema: Schema | undefined): boolean {
  if (a === b) return true;
  if (schema?.quantity === true) {
    const [x, y] = [parseQuantity(a), parseQuantity(b)];
    return x !== undefined && x === y;
  }
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((item, index) => isSameValue(item, b[index], schema?.items));
  if (!isObject(a) || !isObject(b)) return isEqualJson(a, b);
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isSameValue(a[key], b[key], fieldSchemaOf(schema, key)));
}

function diffAt(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  schema: Schema | undefined,
  path: Path,
  out: FieldChange[],
): void {
  if (before === after) return;
  if (isObject(before) && isObject(after)) diffFields(before, after, schema, path, out);
  else if (isArray(before) && isArray(after)) {
    if (schema !== undefined && isAssociative(schema) && hasKeys(schema, before) && hasKeys(schema, after))
      diffKeyed(before, after, schema, path, out);
    else diffPlain(before, after, schema, path, out);
  } else if (!isSameValue(before, after, schema)) {
    out.push({ path: toPointer(path), ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
  }
}

function diffFields(before: JsonObject, after: JsonObject, schema: Schema | undefined, path: Path, out: FieldChange[]): void {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted(compareStrings);
  for (const key of keys) diffAt(before[key], after[key], fieldSchemaOf(schema, key), [...path, key], out);
}

function hasKeys(schema: Schema, list: JsonArray): boolean {
  const keys = list.map((item) => elementOf(schema, item));
  return keys.every((key) => key !== undefined) && new Set(keys).size === keys.length;
}

function diffKeyed(before: JsonArray, after: JsonArray, schema: Schema, path: Path, out: FieldChange[]): void {
  const known = new Map(before.map((item) => [elementOf(schema, item), item]));
  diffOrder(listElements(before, schema), listElements(after, schema), path, out);
  for (const [index, item] of after.entries()) diffAt(known.get(elementOf(schema, item)), item, schema.items, [...path, index], out);
  const kept = new Set(after.map((item) => elementOf(schema, item)));
  for (const [index, item] of before.entries()) {
    if (!kept.has(elementOf(schema, item))) diffAt(item, undefined, schema.items, [...path, index], out);
  }
}

function listElements(list: JsonArray, schema: Schema): readonly PathElement[] {
  return list.flatMap((item) => elementOf(schema, item) ?? []);
}

/** Server-side apply puts the items that it knows in the order in which they are applied, and pods start anew for it. */
function diffOrder(before: readonly PathElement[], after: readonly PathElement[], path: Path, out: FieldChange[]): void {
  const [old, now] = [new Set(before), new Set(after)];
  const was = before.filter((element) => now.has(element));
  const is = after.filter((element) => old.has(element));
  if (was.every((element, index) => element === is[index])) return;
  out.push({ path: toPointer(path), before: was.map(keyOfElement), after: is.map(keyOfElement) });
}

function diffPlain(before: JsonArray, after: JsonArray, schema: Schema | undefined, path: Path, out: FieldChange[]): void {
  const item = schema?.items;
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && isSameValue(before[head], after[head], item)) head++;
  let tail = 0;
  while (tail < shorter - head && isSameValue(before.at(-1 - tail), after.at(-1 - tail), item)) tail++;
  const gone = before.length - head - tail;
  const come = after.length - head - tail;
  if (gone !== come && gone > 0 && come > 0) {
    out.push({ path: toPointer(path), before, after });
    return;
  }
  for (let offset = 0; offset < Math.max(gone, come); offset++) {
    const was = offset < gone ? before[head + offset] : undefined;
    const is = offset < come ? after[head + offset] : undefined;
    diffAt(was, is, item, [...path, head + offset], out);
  }
}

/** The place of a value of `after` within `desired`, whose lists may hold fewer items or others: as far as it has one. */
export function toDesiredPath(path: readonly string[], after: JsonValue, desired: JsonValue, schema: Schema | undefined): Path {
  const out: (string | number)[] = [];
  let [is, was, type]: [JsonValue | undefined, JsonValue | undefined, Schema | undefined] = [after, desired, schema];
  for (const step of path) {
    if (isArray(is)) {
      const item: JsonValue | undefined = is[Number(step)];
      const index = findItem(itemsOf(was), item, Number(step), type);
      if (index < 0) break;
      out.push(index);
      [is, was, type] = [item, itemsOf(was)[index], type?.items];
    } else {
      if (!isObject(was) || !Object.hasOwn(was, step)) break;
      out.push(step);
      [is, was, type] = [isObject(is) ? is[step] : undefined, was[step], fieldSchemaOf(type, step)];
    }
  }
  return out;
}

function findItem(list: JsonArray, item: JsonValue | undefined, index: number, schema: Schema | undefined): number {
  if (item === undefined) return -1;
  const key = schema !== undefined && isAssociative(schema) ? elementOf(schema, item) : undefined;
  if (schema === undefined || key === undefined) return index < list.length ? index : -1;
  return list.findIndex((other) => elementOf(schema, other) === key);
}
