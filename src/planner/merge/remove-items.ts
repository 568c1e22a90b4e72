import type { Schema } from '../../model/index.ts';
import type { JsonArray, JsonObject, JsonValue } from '../../std/index.ts';
import { FieldSet } from './field-set.ts';
import { toFieldElement, type PathElement } from './path-element.ts';
import { elementOf, fieldSchemaOf, fieldsOf, isNamedField, itemsOf, shapeOf } from './shape.ts';

/**
 * The value without the fields and items of a set (`TypedValue.RemoveItems`). A container that this leaves empty becomes
 * `emptied`: null, which still counts as a field, or undefined, which is none.
 */
export function removeItems(value: JsonValue, set: FieldSet, schema: Schema | undefined): JsonValue {
  if (set.isEmpty) return value;
  const shape = shapeOf(schema, value);
  switch (shape.kind) {
    case 'leaf':
      return typeof value === 'object' ? null : value;
    case 'map':
      return removeFields(fieldsOf(value), set, shape.schema);
    case 'list':
      return removeListItems(itemsOf(value), set, shape.schema);
  }
}

function removeFields(object: JsonObject, set: FieldSet, schema: Schema | undefined): JsonValue {
  const out: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(object)) {
    const element = toFieldElement(name);
    if (set.members.has(element)) continue;
    out[name] = removeItems(value, set.below(element), fieldSchemaOf(schema, name));
  }
  return Object.keys(out).length === 0 ? null : out;
}

function removeListItems(list: JsonArray, set: FieldSet, schema: Schema): JsonValue {
  const out: JsonValue[] = [];
  for (const item of list) {
    const element = elementOf(schema, item);
    if (element !== undefined && set.members.has(element)) continue;
    const kept = element === undefined ? item : removeItems(item, set.below(element), schema.items);
    if (kept !== null) out.push(kept);
  }
  return out.length === 0 ? null : out;
}

/** The set with every parent that is a field with a name in the schema added as a member (`EnsureNamedFieldsAreMembers`). */
export function withNamedParents(set: FieldSet, schema: Schema | undefined): FieldSet {
  const members = new Set<PathElement>(set.members);
  const children: (readonly [PathElement, FieldSet])[] = [];
  for (const [element, below] of set.children) {
    const name = element.startsWith('f:') ? element.slice(2) : undefined;
    if (name !== undefined && isNamedField(schema, name)) members.add(element);
    children.push([element, withNamedParents(below, name === undefined ? schema?.items : fieldSchemaOf(schema, name))]);
  }
  return FieldSet.from(members, children);
}
