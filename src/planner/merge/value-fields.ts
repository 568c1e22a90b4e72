import type { Schema } from '../../model/index.ts';
import type { JsonArray, JsonObject, JsonValue } from '../../std/index.ts';
import { FieldSet } from './field-set.ts';
import { toFieldElement, type PathElement } from './path-element.ts';
import { fieldSchemaOf, fieldsOf, indexItems, isEmptyContainer, isNamedField, itemsOf, shapeOf } from './shape.ts';

/** Whether a value is owned for itself, and what is owned below it. */
interface Owned {
  readonly self: boolean;
  readonly below: FieldSet;
}

const WHOLE: Owned = { self: true, below: FieldSet.EMPTY };

/** The fields that an object mentions: every leaf, every list item and map key, and empty maps (`TypedValue.ToFieldSet`). */
export function fieldSetOf(value: JsonValue, schema: Schema | undefined): FieldSet {
  return ownedOf(value, schema).below;
}

function ownedOf(value: JsonValue, schema: Schema | undefined): Owned {
  const shape = shapeOf(schema, value);
  switch (shape.kind) {
    case 'leaf':
      return WHOLE;
    case 'map':
      return { self: false, below: ownedFields(fieldsOf(value), shape.schema) };
    case 'list':
      return { self: false, below: ownedItems(itemsOf(value), shape.schema) };
  }
}

function ownedFields(object: JsonObject, schema: Schema | undefined): FieldSet {
  const members = new Set<PathElement>();
  const children: (readonly [PathElement, FieldSet])[] = [];
  for (const [name, value] of Object.entries(object)) {
    const element = toFieldElement(name);
    const owned = ownedOf(value, fieldSchemaOf(schema, name));
    if (owned.self || !isNamedField(schema, name) || isEmptyMap(value)) members.add(element);
    children.push([element, owned.below]);
  }
  return FieldSet.from(members, children);
}

function isEmptyMap(value: JsonValue): boolean {
  return !Array.isArray(value) && isEmptyContainer(value);
}

function ownedItems(list: JsonArray, schema: Schema): FieldSet {
  const members = new Set<PathElement>();
  const children: (readonly [PathElement, FieldSet])[] = [];
  for (const [element, [item, duplicate]] of indexItems(schema, list)) {
    members.add(element);
    if (item !== undefined && duplicate === undefined) children.push([element, ownedOf(item, schema.items).below]);
  }
  return FieldSet.from(members, children);
}
