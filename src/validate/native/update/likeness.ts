import { parseQuantity, type Schema } from '../../../model/index.ts';
import { isArray, isEqualJson, isObject, type JsonObject, type JsonValue } from '../../../std/index.ts';

/** Fields of built-in types that are structs, not pointers to them (but for the `resources` of a pod). */
const STRUCTS = new Set(['metadata', 'resources', 'spec', 'strategy', 'updateStrategy']);

/**
 * Whether two values of a built-in type are the same to the server (`apiequality.Semantic`): quantities by their amount,
 * an empty list or map like none, and an empty struct where the type holds it by value.
 */
export function isLike(a: JsonValue | undefined, b: JsonValue | undefined, schema: Schema | undefined, isByValue = false): boolean {
  if (a === b) return true;
  const [isNoA, isNoB] = [isNothing(a, schema, isByValue), isNothing(b, schema, isByValue)];
  if (isNoA || isNoB) return isNoA && isNoB;
  if (schema?.quantity === true) return parseQuantity(a) === parseQuantity(b);
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((item, index) => isLike(item, b[index], schema?.items));
  if (isObject(a) && isObject(b)) return listUnlike(a, b, schema).length === 0;
  return a !== undefined && b !== undefined && isEqualJson(a, b);
}

/** The names of the fields in which two objects of a built-in type differ, those of the new one first. */
export function listUnlike(a: JsonObject, b: JsonObject, schema: Schema | undefined): readonly string[] {
  const names = new Set([...Object.keys(b), ...Object.keys(a)]);
  return [...names].filter((name) => !isLike(ownOf(a, name), ownOf(b, name), fieldOf(schema, name), isStruct(schema, name)));
}

/** The value of a field, which may have any name. */
export function ownOf(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isStruct(parent: Schema | undefined, name: string): boolean {
  return STRUCTS.has(name) && !(name === 'resources' && parent?.definition?.endsWith('.PodSpec') === true);
}

/** What a schema says of a field. */
export function fieldOf(schema: Schema | undefined, name: string): Schema | undefined {
  const own = schema?.properties;
  if (own !== undefined && Object.hasOwn(own, name)) return own[name];
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function isNothing(value: JsonValue | undefined, schema: Schema | undefined, isByValue: boolean): boolean {
  if (value === undefined || value === null) return true;
  if (isArray(value)) return value.length === 0;
  if (!isObject(value) || Object.keys(value).length > 0) return false;
  return (isByValue && schema?.properties !== undefined) || (schema?.additionalProperties !== undefined && schema.properties === undefined);
}
