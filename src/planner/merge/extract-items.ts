import type { Schema } from '../../model/index.ts';
import { isObject, type JsonArray, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { FieldSet } from './field-set.ts';
import { keyOfElement, toFieldElement } from './path-element.ts';
import { elementOf, fieldSchemaOf, fieldsOf, itemsOf, shapeOf } from './shape.ts';

/**
 * The part of a value that a set names (`TypedValue.ExtractItems`): items of list-maps keep their keys, so that they can be
 * applied. Undefined where the value holds nothing of it.
 */
export function extractItems(value: JsonValue, set: FieldSet, schema: Schema | undefined): JsonValue | undefined {
  const shape = shapeOf(schema, value);
  switch (shape.kind) {
    case 'leaf':
      return value;
    case 'map':
      return extractFields(fieldsOf(value), set, shape.schema);
    case 'list':
      return extractListItems(itemsOf(value), set, shape.schema);
  }
}

function extractFields(object: JsonObject, set: FieldSet, schema: Schema | undefined): JsonValue | undefined {
  const out: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(object)) {
    const element = toFieldElement(name);
    const isMember = set.members.has(element);
    if (!isMember && !set.children.has(element)) continue;
    const part = extractItems(value, set.below(element), fieldSchemaOf(schema, name)) ?? (isMember && isObject(value) ? {} : undefined);
    if (part !== undefined) out[name] = part;
  }
  return Object.keys(out).length === 0 ? undefined : out;
}

function extractListItems(list: JsonArray, set: FieldSet, schema: Schema): JsonValue | undefined {
  const out: JsonValue[] = [];
  for (const item of list) {
    const element = elementOf(schema, item);
    if (element === undefined || (!set.members.has(element) && !set.children.has(element))) continue;
    const part = extractItems(item, set.below(element), schema.items);
    if (isObject(item)) out.push({ ...keysOf(item, keyOfElement(element)), ...fieldsOf(part) });
    else if (part !== undefined) out.push(part);
  }
  return out.length === 0 ? undefined : out;
}

/** The key fields that the item itself has: what the schema defaults need not be applied. */
function keysOf(item: JsonObject, keys: JsonValue): JsonObject {
  return Object.fromEntries(Object.keys(fieldsOf(keys)).flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]]])));
}
