import { compilePattern, Failure } from '../../../cel/index.ts';
import { getArray, getBoolean, getString, isEqualJson, isObject, type JsonObject } from '../../../std/index.ts';
import type { Place } from '../place.ts';

type Level = 'root' | 'item' | 'field';

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};
const EITHER = [{ type: 'integer' }, { type: 'string' }];

/** What a schema below a junctor may not say, and how the server puts it. */
const FORBIDDEN: readonly (readonly [string, string])[] = [
  ['type', 'must be empty to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

/** What a schema has to be for the server to prune and default by it (`ValidateStructural` of apiextensions-apiserver). */
export function checkStructural(schema: Place): void {
  checkInvariants(schema, 'root');
  checkJunctors(schema, (junct) => checkComplete(junct, schema));
}

function checkInvariants(schema: Place, level: Level): void {
  const [type, items, additional] = [schema.at('type'), schema.at('items'), schema.at('additionalProperties')];
  const isEmbedded = schema.at('x-kubernetes-embedded-resource').isTrue;
  if (type.text === 'array' && !items.isSet) items.required('must be specified');
  if (items.isSet) checkInvariants(items, 'item');
  for (const property of propertiesOf(schema)) checkInvariants(property, 'field');
  if (additional.isSet) {
    if (level === 'root') additional.forbidden('must not be used at the root');
    if (isObject(additional.value)) checkInvariants(additional, 'field');
    if (isEmbedded) additional.forbidden('must not be used if x-kubernetes-embedded-resource is set');
  }
  checkEither(schema);
  checkValues(schema);
  checkType(schema, level, isEmbedded);
  checkMetadata(schema, level, isEmbedded);
}

function checkEither(schema: Place): void {
  if (!schema.at('x-kubernetes-int-or-string').isTrue) return;
  for (const field of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource']) {
    if (schema.at(field).isTrue) schema.at(field).invalid('must be false if x-kubernetes-int-or-string is true');
  }
}

function checkType(schema: Place, level: Level, isEmbedded: boolean): void {
  const type = schema.at('type');
  const isFree = schema.at('x-kubernetes-int-or-string').isTrue || schema.at('x-kubernetes-preserve-unknown-fields').isTrue;
  if (isEmbedded && type.text !== 'object') {
    if (type.text === '') type.required('must be object if x-kubernetes-embedded-resource is true');
    else type.invalid('must be object if x-kubernetes-embedded-resource is true');
  } else if (type.text === '' && !isFree) type.required(EMPTY_TYPE[level]);
  if (level === 'root' && type.text !== '' && type.text !== 'object') type.invalid('must be object at the root');
}

function checkMetadata(schema: Place, level: Level, isEmbedded: boolean): void {
  const properties = schema.at('properties');
  const isResource = level === 'root' || isEmbedded;
  const isPreserving = schema.at('x-kubernetes-preserve-unknown-fields').isTrue;
  if (isEmbedded && !isPreserving && properties.keys().length === 0) {
    properties.required('must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields');
  }
  if (!isResource) return;
  for (const [field, wanted] of [
    ['kind', 'string'],
    ['apiVersion', 'string'],
    ['metadata', 'object'],
  ] as const) {
    const [one, type] = [properties.entry(field), properties.entry(field).at('type')];
    if (one.isSet && type.text !== wanted) type.invalid(`must be ${wanted}`, type.text);
  }
  const metadata = properties.entry('metadata');
  if (level === 'root' && metadata.isSet && !isPlainMetadata(metadata.object)) {
    metadata.forbidden('must not specify anything other than name and generateName, but metadata is implicitly specified');
  }
}

function isPlainMetadata(metadata: JsonObject): boolean {
  const { type: _, default: __, properties, ...rest } = metadata;
  const names = isObject(properties) ? Object.keys(properties) : [];
  const isEmpty = (value: unknown): boolean => value === false || value === '' || (Array.isArray(value) && value.length === 0);
  return names.every((name) => name === 'name' || name === 'generateName') && Object.values(rest).every(isEmpty);
}

/** The schemas below junctors, but those by which numbers and texts are told to be either. */
function checkJunctors(schema: Place, check: (junct: Place) => void): void {
  if (schema.at('not').isSet) check(schema.at('not'));
  for (const junctor of ['allOf', 'anyOf', 'oneOf']) for (const junct of schema.at(junctor).items()) check(junct);
}

function checkValues(schema: Place, isInFirst = false): void {
  const isEither = isInFirst || isEqualJson(schema.at('anyOf').value, EITHER);
  if (!isEither) for (const junct of schema.at('anyOf').items()) checkNested(junct);
  const [first] = schema.at('allOf').items();
  for (const junct of schema.at('allOf').items()) checkNested(junct, junct === first && isEqualJson(junct.at('anyOf').value, EITHER));
  for (const junct of schema.at('oneOf').items()) checkNested(junct);
  if (schema.at('not').isSet) checkNested(schema.at('not'));
  const pattern = schema.at('pattern');
  const compiled = pattern.text === '' ? undefined : compilePattern(pattern.text);
  if (compiled instanceof Failure) pattern.invalid(`must be a valid regular expression, but isn't: ${compiled.message}`);
}

function checkNested(schema: Place, isEither = false): void {
  const without = isEither ? schema.holding(withoutAnyOf(schema.object)) : schema;
  checkValues(without);
  if (schema.at('items').isSet) checkNested(schema.at('items'));
  for (const property of propertiesOf(schema)) checkNested(property);
  if (schema.at('additionalProperties').isSet) schema.at('additionalProperties').forbidden('must be undefined to be structural');
  for (const [field, reason] of FORBIDDEN) if (isSaid(schema.object, field)) schema.at(field).forbidden(reason);
  const metadata = schema.at('properties').entry('metadata');
  if (metadata.isSet) metadata.forbidden('must not be specified in a nested context');
}

function withoutAnyOf(schema: JsonObject): JsonObject {
  const { anyOf: _, ...rest } = schema;
  return rest;
}

function isSaid(schema: JsonObject, field: string): boolean {
  if (field === 'default') return schema[field] !== undefined && schema[field] !== null;
  return getBoolean(schema, field) === true || (getString(schema, field) ?? '') !== '' || getArray(schema, field).length > 0;
}

/** What is said of values is said of fields that the schema has. */
function checkComplete(nested: Place, schema: Place): void {
  checkJunctors(nested, (junct) => checkComplete(junct, schema));
  const missing = (place: Place, inner: Place): void => place.required(`because it is defined in ${inner.field}`);
  if (nested.at('items').isSet) {
    if (schema.at('items').isSet) checkComplete(nested.at('items'), schema.at('items'));
    else missing(schema.at('items'), nested.at('items'));
  }
  for (const property of propertiesOf(nested)) {
    const own = schema.at('properties').entry(property.key);
    if (own.isSet) checkComplete(property, own);
    else missing(own, property);
  }
}

/** The properties of a schema, as the server names them. */
export function propertiesOf(schema: Place): readonly Place[] {
  const properties = schema.at('properties');
  return properties.keys().map((name) => properties.entry(name));
}
