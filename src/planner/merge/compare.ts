import type { Schema } from '../../model/index.ts';
import { isEqualJson, isObject, type JsonValue } from '../../std/index.ts';
import { FieldSet, FieldSetBuilder } from './field-set.ts';
import { toFieldElement, type FieldPath, type PathElement } from './path-element.ts';
import { fieldSchemaOf, fieldsOf, indexItems, isEmptyContainer, isGranularMap, itemsOf, shapeOf } from './shape.ts';

/** How one object differs from another. No path is in more than one of the sets. */
export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

interface Builders {
  readonly removed: FieldSetBuilder;
  readonly modified: FieldSetBuilder;
  readonly added: FieldSetBuilder;
}

const SAME: Comparison = { removed: FieldSet.EMPTY, modified: FieldSet.EMPTY, added: FieldSet.EMPTY };

/** The fields that `after` adds, changes and removes; a container that is new or gone counts with all that is in it. */
export function compareValues(before: JsonValue, after: JsonValue, schema: Schema | undefined): Comparison {
  if (before === after) return SAME;
  const builders = { removed: new FieldSetBuilder(), modified: new FieldSetBuilder(), added: new FieldSetBuilder() };
  compareAt(before, after, schema, [], builders);
  return { removed: builders.removed.build(), modified: builders.modified.build(), added: builders.added.build() };
}

function compareAt(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  schema: Schema | undefined,
  path: FieldPath,
  out: Builders,
): void {
  if (before === after) return;
  const shape = shapeOf(schema, before, after);
  const isLeaf = shape.kind === 'leaf' || (isEmptyContainer(before) && isEmptyContainer(after));
  if (before === undefined) out.added.insert(path);
  else if (after === undefined) out.removed.insert(path);
  else if (isLeaf && !isEqualJson(before, after)) out.modified.insert(path);
  if (isLeaf) {
    if (isOneMap(before, after) && isGranularMap(schema)) compareFields(before, after, schema, path, out);
    return;
  }
  if (shape.kind === 'map') compareFields(before, after, shape.schema, path, out);
  else compareItems(before, after, shape.schema, path, out);
}

/** Whether a value whose shape no schema fixes became a map, or ceased to be one: then it changes as a whole, and its fields come or go. */
function isOneMap(before: JsonValue | undefined, after: JsonValue | undefined): boolean {
  return before !== undefined && before !== null && after !== undefined && after !== null && isObject(before) !== isObject(after);
}

function compareFields(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  schema: Schema | undefined,
  path: FieldPath,
  out: Builders,
): void {
  const left = fieldsOf(before);
  const right = fieldsOf(after);
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    compareAt(left[name], right[name], fieldSchemaOf(schema, name), [...path, toFieldElement(name)], out);
  }
}

function compareItems(before: JsonValue | undefined, after: JsonValue | undefined, list: Schema, path: FieldPath, out: Builders): void {
  const left = indexItems(list, itemsOf(before));
  const right = indexItems(list, itemsOf(after));
  for (const element of new Set<PathElement>([...left.keys(), ...right.keys()])) {
    const at = [...path, element];
    const was = left.get(element) ?? [];
    const is = right.get(element) ?? [];
    if (was.length <= 1 && is.length <= 1) compareAt(was[0], is[0], list.items, at, out);
    else if (was.length > 1 && is.length > 1) {
      if (!isEqualJson(was, is)) out.modified.insert(at);
    } else if (was.length > 1) {
      compareAt(undefined, is[0], list.items, at, out);
      out.removed.insert(at);
    } else {
      compareAt(was[0], undefined, list.items, at, out);
      out.added.insert(at);
    }
  }
}
