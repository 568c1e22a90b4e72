import type { Schema } from '../../model/index.ts';
import { isArray, isObject, type JsonArray, type JsonObject, type JsonValue } from '../../std/index.ts';
import { toKeyElement, toValueElement, type PathElement } from './path-element.ts';

/**
 * How a value is owned and merged: as one (`leaf`: scalars, atomic lists and maps), field by field (`map`) or item by
 * item (`list`). What a schema leaves open is deduced from the value: maps by field, lists as one (kube-openapi `schemaconv`).
 */
export type Shape =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'map'; readonly schema: Schema | undefined }
  | { readonly kind: 'list'; readonly schema: Schema };

const LEAF: Shape = { kind: 'leaf' };
const RAW_EXTENSION = 'io.k8s.apimachinery.pkg.runtime.RawExtension';

/** The shape of a value, or of two of which one may be null or absent. */
export function shapeOf(schema: Schema | undefined, a: JsonValue | undefined, b?: JsonValue): Shape {
  const known = b ?? a;
  const other = a ?? b;
  if (isObject(known) && isObject(other)) return isGranularMap(schema) ? { kind: 'map', schema } : LEAF;
  if (!isArray(known) || !isArray(other) || schema === undefined || !isAssociative(schema)) return LEAF;
  return isIndexable(schema, known) && isIndexable(schema, other) ? { kind: 'list', schema } : LEAF;
}

/** The schema of a field of a map; undefined where it is deduced from the value. */
export function fieldSchemaOf(schema: Schema | undefined, name: string): Schema | undefined {
  const properties = schema?.properties;
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  const additional = schema?.additionalProperties;
  return typeof additional === 'object' ? additional : undefined;
}

/** Whether a field has a name in the schema: such parents are not owned for themselves, keys of maps are. */
export function isNamedField(schema: Schema | undefined, name: string): boolean {
  return schema?.properties !== undefined && Object.hasOwn(schema.properties, name);
}

/** The fields of a map; null and absent have none. */
export function fieldsOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The items of a list; null and absent have none. */
export function itemsOf(value: JsonValue | undefined): JsonArray {
  return isArray(value) ? value : [];
}

/** True for null, absent, `{}` and `[]`. */
export function isEmptyContainer(value: JsonValue | undefined): boolean {
  if (isArray(value)) return value.length === 0;
  return value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);
}

/** The step to an item of an associative list: by its key fields (with their defaults) or by its value; undefined if it has none. */
export function elementOf(list: Schema, item: JsonValue): PathElement | undefined {
  const keys = listKeysOf(list);
  if (keys.length === 0) return typeof item === 'object' ? undefined : toValueElement(item);
  if (!isObject(item)) return undefined;
  const fields: Record<string, JsonValue> = {};
  for (const key of keys) {
    const value = Object.hasOwn(item, key) ? item[key] : list.items?.properties?.[key]?.default;
    if (value !== undefined) fields[key] = value;
  }
  return Object.keys(fields).length === 0 ? undefined : toKeyElement(fields);
}

/** The items of an associative list by their steps, each with all that share it (more than one: duplicates). */
export function indexItems(list: Schema, items: JsonArray): ReadonlyMap<PathElement, readonly JsonValue[]> {
  const index = new Map<PathElement, JsonValue[]>();
  for (const item of items) {
    const element = elementOf(list, item);
    if (element === undefined) continue;
    const same = index.get(element);
    if (same === undefined) index.set(element, [item]);
    else same.push(item);
  }
  return index;
}

/** The key fields of a list-map; a set has none. Lists that only say how to be patched are list-maps of their merge key. */
export function listKeysOf(list: Schema): readonly string[] {
  if (list.listType !== undefined) return list.listType === 'map' ? (list.listMapKeys ?? []) : [];
  return list.patchMergeKey === undefined ? [] : [list.patchMergeKey];
}

/** Whether the fields of a map have owners of their own. */
export function isGranularMap(schema: Schema | undefined): boolean {
  if (schema === undefined) return true;
  if (schema.mapType === 'atomic' || schema.definition === RAW_EXTENSION || schema.intOrString === true || schema.quantity === true)
    return false;
  return schema.type === undefined || schema.type === 'object';
}

/** Whether the items of a list have owners of their own. */
export function isAssociative(schema: Schema): boolean {
  if (schema.listType !== undefined) return schema.listType !== 'atomic';
  return schema.patchStrategy?.startsWith('merge') === true;
}

function isIndexable(list: Schema, value: JsonValue | undefined): boolean {
  return itemsOf(value).every((item) => elementOf(list, item) !== undefined);
}
