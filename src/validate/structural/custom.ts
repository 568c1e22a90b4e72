import type { Schema } from '../../model/index.ts';
import {
  getString,
  isArray,
  isEqualJson,
  isObject,
  printGo,
  stringifyJson,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from '../../std/index.ts';
import { checkBuiltIn, isInt64, reportEnum, reportUnknown } from './built-in.ts';
import { Cursor, type Check } from './cursor.ts';
import { checkFormat, compileBounds } from './custom-bounds.ts';
import { isEnforced } from './custom-formats.ts';
import { checkEmbedded, checkEmbeddedMetadata } from './embedded.ts';
import { toGoValue } from './go-type.ts';
import { keyOf, pickKey } from './list-keys.ts';

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

const compiled = new WeakMap<Schema, Check>();

/**
 * The check of one node of a custom resource's schema, compiled once: strict decoding of metadata, unknown fields by
 * structural pruning, and the OpenAPI validation of kube-openapi's `validate` in its words.
 */
export function checkCustom(schema: Schema): Check {
  let check = compiled.get(schema);
  if (check === undefined) compiled.set(schema, (check = compile(schema, true)));
  return check;
}

function compile(schema: Schema, prunes: boolean): Check {
  if (schema.definition === OBJECT_META) return compileMetadata(schema);
  const checks: Check[] = [...compileBounds(schema), ...compileLogic(schema)];
  // One without values allows all.
  const judgeEnum = schema.enum === undefined || schema.enum.length === 0 ? undefined : compileEnum(schema.enum);
  if (schema.format !== undefined) checks.push(checkFormat(schema.format));
  const object = compileObject(schema, prunes);
  const list = compileList(schema, prunes);
  return (value, at) => {
    checkType(schema, value, at);
    judgeEnum?.(value, at);
    if (value === null) return;
    for (const check of checks) check(value, at);
    if (isObject(value)) object(value, at);
    else if (isArray(value)) list?.(value, at);
  };
}

function compileMetadata(schema: Schema): Check {
  const own = checkBuiltIn(schema, 'full');
  const embedded = checkEmbeddedMetadata(schema);
  const names = ['name', 'generateName'].flatMap((field) => {
    const child = schema.properties?.[field];
    return child === undefined ? [] : [[field, checkCustom(child)] as const];
  });
  return (given, at) => {
    const value = roundNumbers(given);
    const { root } = at;
    at.root = at.path.length;
    (at.path.length === 1 ? own : embedded)(value, at);
    at.root = root;
    for (const [field, check] of names) {
      const name = getString(value, field);
      if (name === undefined) continue;
      at.path.push(field);
      check(name, at);
      at.path.pop();
    }
  };
}

/** Before the server decodes what it knows no Go type of, integers beyond 64 bits have become floating-point numbers. */
function roundNumbers(value: JsonValue): JsonValue {
  if (typeof value === 'bigint') return isInt64(value) ? value : Number(value);
  if (isArray(value)) return value.map(roundNumbers);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, roundNumbers(item)]));
}

function typesOf(schema: Schema): readonly string[] | undefined {
  if (schema.intOrString === true) return ['integer', 'string'];
  return schema.type === undefined ? undefined : [schema.type];
}

/** What `typeValidator` says. Besides the type it looks at the format, where the value is neither a text nor a list. */
function checkType(schema: Schema, value: JsonValue, at: Cursor): void {
  const types = typesOf(schema);
  if (types === undefined || (value === null && schema.nullable === true)) return;
  const type = typeOf(value);
  const fits = types.includes(type) || (type === 'integer' && types.includes('number'));
  const format = isEnforced(schema.format) ? schema.format : undefined;
  if (fits || format === undefined || type === 'null') return fits ? undefined : reportType(at, type, types.join(','));
  if (type !== 'string' && type !== 'array')
    return reportType(at, type === 'integer' ? 'int64' : type === 'number' ? 'float64' : '', format);
  return types.includes('integer') || types.includes('number') ? reportType(at, type, types.join(',')) : undefined;
}

function typeOf(value: JsonValue): string {
  const got = toGoValue(value);
  if (got === 'bool') return 'boolean';
  return got === 'number' ? (isInt64(value) ? 'integer' : 'number') : got;
}

function reportType(at: Cursor, type: string, wanted: string): void {
  at.report('KV0045', { field: at.field, value: JSON.stringify(type), type: wanted });
}

function compileEnum(allowed: readonly JsonValue[]): Check {
  return (value, at) => (allowed.some((item) => isEqualJson(item, value)) ? undefined : reportEnum(at, value, allowed));
}

function compileObject(schema: Schema, prunes: boolean): (value: JsonObject, at: Cursor) => void {
  const known = Object.keys(schema.properties ?? {});
  const fields = new Map(Object.entries(schema.properties ?? {}));
  const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  const isFree = schema.preserveUnknownFields === true || schema.additionalProperties === true || !prunes;
  const required = schema.required ?? [];
  return (value, at) => {
    if (schema.embeddedResource === true) checkEmbedded(value, schema, at);
    for (const name of Object.keys(value)) {
      const child = fields.get(name) ?? rest;
      const item = value[name];
      if (child !== undefined && item !== undefined) checkField(child, name, item, at, prunes);
      else if (!isFree) reportUnknown(at, name, known);
    }
    for (const name of required) {
      if (isMissing(value[name], schema.properties?.[name])) {
        at.path.push(name);
        at.report('KV0043', { field: at.field, problem: 'Required value' });
        at.path.pop();
      }
    }
  };
}

function isMissing(value: JsonValue | undefined, child: Schema | undefined): boolean {
  if (child?.default !== undefined) return false;
  return value === undefined || (value === null && child?.nullable !== true);
}

/** A null where none may be is dropped by a create, but refused by server-side apply: a warning, unless a default replaces it. */
function checkField(child: Schema, name: string, item: JsonValue, at: Cursor, prunes: boolean): void {
  at.path.push(name);
  if (item !== null || child.nullable === true) (prunes ? checkCustom(child) : compileNested(child))(item, at);
  else if (child.default === undefined && typesOf(child) !== undefined)
    at.report('KV0050', { field: at.field, type: typesOf(child)?.join(',') ?? '' });
  at.path.pop();
}

function compileList(schema: Schema, prunes: boolean): ((value: JsonArray, at: Cursor) => void) | undefined {
  const { items } = schema;
  const toKey = prunes ? keyOf(schema) : undefined;
  if (items === undefined) return prunes && schema.preserveUnknownFields !== true ? pruneItems : undefined;
  return (list, at) => {
    const item = prunes ? checkCustom(items) : compileNested(items);
    const seen = new Set<string>();
    for (const [index, element] of list.entries()) {
      at.path.push(index);
      item(element, at);
      if (schema.listType === 'map' && prunes && !isObject(element)) reportItem(element, at);
      const key = toKey?.(element);
      if (key !== undefined && seen.has(key)) at.report('KV0048', { field: at.field, value: duplicateOf(schema, element) });
      if (key !== undefined) seen.add(key);
      at.path.pop();
    }
  };
}

function reportItem(element: JsonValue, at: Cursor): void {
  at.report('KV0055', {
    field: at.field,
    value: printGo(element, stringifyJson),
    reason: 'must be an object for an array of list-type map',
  });
}

/** Nothing is known of a list where there should be none: the fields of its items are unknown ones. */
function pruneItems(list: JsonArray, at: Cursor): void {
  for (const [index, item] of list.entries()) {
    at.path.push(index);
    if (isArray(item)) pruneItems(item, at);
    else if (isObject(item)) for (const name of Object.keys(item)) reportUnknown(at, name, []);
    at.path.pop();
  }
}

function duplicateOf(schema: Schema, element: JsonValue): string {
  return stringifyJson(schema.listType === 'map' ? pickKey(schema, element) : element);
}

const nested = new WeakMap<Schema, Check>();

/** The check of a node within `allOf`, `anyOf`, `oneOf` or `not`: it judges values and prunes nothing. */
function compileNested(schema: Schema): Check {
  let check = nested.get(schema);
  if (check === undefined) nested.set(schema, (check = compile(schema, false)));
  return check;
}

function compileLogic(schema: Schema): readonly Check[] {
  const checks: Check[] = [];
  const { allOf, anyOf, oneOf, not } = schema;
  if (allOf !== undefined) checks.push(compileAllOf(allOf));
  if (anyOf !== undefined) checks.push(compileAnyOf(anyOf));
  if (oneOf !== undefined) checks.push(compileOneOf(oneOf));
  if (not !== undefined) {
    checks.push((value, at) => {
      if (judge(not, value, at).length === 0) reportLogic(at, 'must not validate the schema (not)');
    });
  }
  return checks;
}

function compileAllOf(schemas: readonly Schema[]): Check {
  return (value, at) => {
    const failures = schemas.map((item) => judge(item, value, at)).filter((problems) => problems.length > 0);
    for (const problems of failures) at.problems.push(...problems);
    if (failures.length > 0) {
      const none = failures.length === schemas.length ? '. None validated' : '';
      reportLogic(at, `must validate all the schemas (allOf)${none}`);
    }
  };
}

function compileAnyOf(schemas: readonly Schema[]): Check {
  return (value, at) => {
    const results = schemas.map((item) => judge(item, value, at));
    if (results.some((problems) => problems.length === 0)) return;
    reportLogic(at, 'must validate at least one schema (anyOf)');
    at.problems.push(...(results[0] ?? []));
  };
}

function compileOneOf(schemas: readonly Schema[]): Check {
  return (value, at) => {
    const results = schemas.map((item) => judge(item, value, at));
    const valid = results.filter((problems) => problems.length === 0).length;
    if (valid === 1) return;
    reportLogic(at, `must validate one and only one schema (oneOf). Found ${valid === 0 ? 'none valid' : `${valid} valid alternatives`}`);
    if (valid === 0) at.problems.push(...(results[0] ?? []));
  };
}

function judge(schema: Schema, value: JsonValue, at: Cursor): Cursor['problems'] {
  const inner = new Cursor();
  inner.path.push(...at.path);
  compileNested(schema)(value, inner);
  return inner.problems;
}

function reportLogic(at: Cursor, reason: string): void {
  at.report('KV0051', { field: at.field, reason });
}

/** A schema that only tells known fields from unknown ones. */
export function withoutValues(schema: Schema): Schema {
  const { properties, additionalProperties, items, preserveUnknownFields } = schema;
  return {
    ...(preserveUnknownFields === undefined ? {} : { preserveUnknownFields }),
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, withoutValues(child)])) }),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: withoutValues(additionalProperties) } : {}),
    ...(additionalProperties === true ? { additionalProperties } : {}),
    ...(items === undefined ? {} : { items: withoutValues(items) }),
  };
}
