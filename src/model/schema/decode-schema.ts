import { getArray, isArray, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { CelRule, Schema } from './schema.ts';

export type MutableSchema = { -readonly [K in keyof Schema]: Schema[K] };

/** Decodes a nested schema; for the pack this is where references are followed. */
export type DecodeChild = (raw: JsonObject) => Schema;

const STRINGS = [
  ['format', 'format'],
  ['pattern', 'pattern'],
  ['x-kubernetes-patch-merge-key', 'patchMergeKey'],
  ['x-kubernetes-patch-strategy', 'patchStrategy'],
] as const;

const NUMBERS = [
  'minimum',
  'maximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const;

const BOOLEANS = [
  ['nullable', 'nullable'],
  ['exclusiveMinimum', 'exclusiveMinimum'],
  ['exclusiveMaximum', 'exclusiveMaximum'],
  ['uniqueItems', 'uniqueItems'],
  ['x-kubernetes-int-or-string', 'intOrString'],
  ['x-kubernetes-preserve-unknown-fields', 'preserveUnknownFields'],
  ['x-kubernetes-embedded-resource', 'embeddedResource'],
] as const;

/**
 * Decodes an OpenAPI v3 schema as Kubernetes writes it (pack definitions, CustomResourceDefinitions). A keyword whose
 * value has the wrong type is left out: judging the schema itself is the business of whoever validates the definition.
 */
export function decodeSchema(raw: JsonObject): Schema {
  return decodeInto({}, raw, decodeSchema);
}

/** As `decodeSchema`, into a node that may already be referred to. */
export function decodeInto(node: MutableSchema, raw: JsonObject, child: DecodeChild): Schema {
  decodeScalars(node, raw);
  decodeEnumerations(node, raw);
  decodeChildren(node, raw, child);
  return node;
}

function decodeScalars(node: MutableSchema, raw: JsonObject): void {
  if (isType(raw['type'])) node.type = raw['type'];
  if (Object.hasOwn(raw, 'default') && raw['default'] !== undefined) node.default = raw['default'];
  for (const [key, field] of STRINGS) {
    const value = raw[key];
    if (typeof value === 'string') node[field] = value;
  }
  for (const key of NUMBERS) {
    const value = raw[key];
    if (typeof value === 'number' || typeof value === 'bigint') node[key] = Number(value);
  }
  for (const [key, field] of BOOLEANS) {
    if (raw[key] === true) node[field] = true;
  }
}

function decodeEnumerations(node: MutableSchema, raw: JsonObject): void {
  if (isArray(raw['enum'])) node.enum = raw['enum'];
  if (isArray(raw['required'])) node.required = raw['required'].filter(isText);
  const listType = raw['x-kubernetes-list-type'];
  if (listType === 'atomic' || listType === 'set' || listType === 'map') node.listType = listType;
  if (isArray(raw['x-kubernetes-list-map-keys'])) node.listMapKeys = raw['x-kubernetes-list-map-keys'].filter(isText);
  const mapType = raw['x-kubernetes-map-type'];
  if (mapType === 'granular' || mapType === 'atomic') node.mapType = mapType;
  if (isArray(raw['x-kubernetes-validations'])) node.validations = raw['x-kubernetes-validations'].flatMap(decodeRule);
}

function decodeChildren(node: MutableSchema, raw: JsonObject, child: DecodeChild): void {
  if (isObject(raw['properties'])) {
    const properties: Record<string, Schema> = Object.create(null);
    for (const [name, item] of Object.entries(raw['properties'])) if (isObject(item)) properties[name] = child(item);
    node.properties = properties;
  }
  const rest = raw['additionalProperties'];
  if (typeof rest === 'boolean') node.additionalProperties = rest;
  else if (isObject(rest)) node.additionalProperties = child(rest);
  if (isObject(raw['items'])) node.items = child(raw['items']);
  if (isObject(raw['not'])) node.not = child(raw['not']);
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    if (isArray(raw[key])) node[key] = getArray(raw, key).filter(isObject).map(child);
  }
}

function decodeRule(raw: JsonValue): CelRule[] {
  if (!isObject(raw) || typeof raw['rule'] !== 'string') return [];
  const rule: { -readonly [K in keyof CelRule]: CelRule[K] } = { rule: raw['rule'] };
  for (const key of ['message', 'messageExpression', 'reason', 'fieldPath'] as const) {
    const value = raw[key];
    if (typeof value === 'string') rule[key] = value;
  }
  if (typeof raw['optionalOldSelf'] === 'boolean') rule.optionalOldSelf = raw['optionalOldSelf'];
  return [rule];
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string';
}

function isType(value: JsonValue | undefined): value is NonNullable<Schema['type']> {
  return value === 'object' || value === 'array' || value === 'string' || value === 'integer' || value === 'number' || value === 'boolean';
}
