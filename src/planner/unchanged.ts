import { gvkOf, type KubernetesObject, type Schema } from '../model/index.ts';
import { defaultObject } from '../model/schema/index.ts';
import { getArray, getString, isArray, isObject, type JsonArray, type JsonObject, type JsonValue } from '../std/index.ts';
import { isSameValue } from './diff.ts';
import type { PlanInput } from './input.ts';
import { elementOf, fieldSchemaOf, shapeOf } from './merge/index.ts';

/**
 * True only if applying the object would leave every value of the live one as it is: it holds each applied value, in order, and the
 * manager has applied nothing before that is not applied now. Most objects of a plan are like this, and seen to be so
 * without a merge; what is not seen at a glance is left to the merge.
 */
export function isUnchangedByApply(
  live: KubernetesObject,
  applied: KubernetesObject,
  { fieldManager, catalog }: Pick<PlanInput, 'fieldManager' | 'catalog'>,
): boolean {
  if (live.apiVersion !== applied.apiVersion || applied['status'] !== undefined) return false;
  const owned = findOwned(live, fieldManager);
  if (owned === undefined) return false;
  const schema = catalog.find(gvkOf(applied))?.schema;
  if (isHeld(applied, live, owned, schema)) return true;
  // Structs that are owned as one are filled in by the server: what looks different may be the same with its defaults.
  return schema !== undefined && !hasNull(applied) && isHeld(defaultObject(applied, catalog), live, owned, schema);
}

// A null takes away what a default would put there.
function hasNull(value: JsonValue): boolean {
  if (value === null) return true;
  if (isArray(value)) return value.some(hasNull);
  return isObject(value) && Object.values(value).some(hasNull);
}

function findOwned(live: KubernetesObject, manager: string): JsonObject | undefined {
  const entries = getArray(live.metadata, 'managedFields');
  const own = entries.filter(
    (entry) =>
      getString(entry, 'manager') === manager &&
      getString(entry, 'operation') === 'Apply' &&
      (getString(entry, 'subresource') ?? '') === '',
  );
  const [entry] = own;
  if (own.length !== 1 || entry === undefined || getString(entry, 'apiVersion') !== live.apiVersion || !isObject(entry)) return undefined;
  return isObject(entry['fieldsV1']) ? entry['fieldsV1'] : undefined;
}

function isHeld(applied: JsonValue, live: JsonValue | undefined, owned: JsonObject, schema: Schema | undefined): boolean {
  if (live === undefined) return false;
  const shape = shapeOf(schema, live, applied);
  switch (shape.kind) {
    case 'leaf':
      return isWhole(owned) && isSameValue(applied, live, schema);
    case 'map':
      return isObject(applied) && isObject(live) && areFieldsHeld(applied, live, owned, shape.schema);
    case 'list':
      return isArray(applied) && isArray(live) && areItemsHeld(applied, live, owned, shape.schema);
  }
}

function isWhole(owned: JsonObject): boolean {
  return Object.keys(owned).every((key) => key === '.');
}

function areFieldsHeld(applied: JsonObject, live: JsonObject, owned: JsonObject, schema: Schema | undefined): boolean {
  for (const name of Object.keys(applied)) {
    const value = applied[name];
    if (value === undefined || !Object.hasOwn(live, name)) return false;
    if (!isHeld(value, live[name], ownedBelow(owned, `f:${name}`), fieldSchemaOf(schema, name))) return false;
  }
  return Object.keys(owned).every((key) => key === '.' || (key.startsWith('f:') && Object.hasOwn(applied, key.slice(2))));
}

function areItemsHeld(applied: JsonArray, live: JsonArray, owned: JsonObject, schema: Schema): boolean {
  const places = new Map<string, number>();
  for (const [index, item] of live.entries()) {
    const element = elementOf(schema, item);
    if (element === undefined || places.has(element)) return false;
    places.set(element, index);
  }
  const elements = new Set<string>();
  let last = -1;
  for (const item of applied) {
    const element = elementOf(schema, item);
    const place = element === undefined ? undefined : places.get(element);
    if (element === undefined || place === undefined || place <= last) return false;
    last = place;
    elements.add(element);
    if (!isHeld(item, live[place], ownedBelow(owned, element), schema.items)) return false;
  }
  return Object.keys(owned).every((key) => key === '.' || elements.has(key));
}

function ownedBelow(owned: JsonObject, step: string): JsonObject {
  const below = Object.hasOwn(owned, step) ? owned[step] : undefined;
  return isObject(below) ? below : NONE;
}

const NONE: JsonObject = {};
