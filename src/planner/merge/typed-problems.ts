import type { Schema } from '../../model/index.ts';
import { isArray, isObject, type JsonArray, type JsonObject, type JsonValue } from '../../std/index.ts';
import { formatFieldPath, toFieldElement, type FieldPath, type PathElement } from './path-element.ts';
import { elementOf, fieldSchemaOf, isAssociative, isGranularMap, listKeysOf } from './shape.ts';

/** Whether items of lists must have keys of their own. */
type Keys = 'ignored' | 'judged';

/**
 * What keeps a value from being of a type, in the words of the server (structured-merge-diff `typed/validate.go`); what it prints of
 * a value of a wrong type is put more simply.
 */
export function listTypeProblems(value: JsonValue, schema: Schema | undefined, keys: Keys, path: FieldPath = []): readonly string[] {
  if (schema === undefined || value === null) return [];
  const say = (words: string): readonly string[] => [path.length === 0 ? words : `${formatFieldPath(path)}: ${words}`];
  const wanted = scalarOf(schema);
  if (wanted !== undefined) return isScalar(value, wanted) ? [] : say(`expected ${wanted}, got ${nameKind(value)}`);
  if (schema.type === 'array')
    return isArray(value) ? listItemProblems(value, schema, keys, path) : say(`expected list, got ${nameKind(value)}`);
  if (schema.type !== 'object') return [];
  return isObject(value) ? listFieldProblems(value, schema, keys, path) : say(`expected map, got ${nameKind(value)}`);
}

type Scalar = 'any scalar' | 'boolean' | 'numeric (int or float)' | 'string';

function scalarOf({ type, intOrString, quantity }: Schema): Scalar | undefined {
  if (intOrString === true || quantity === true) return 'any scalar';
  if (type === 'integer' || type === 'number') return 'numeric (int or float)';
  return type === 'string' || type === 'boolean' ? type : undefined;
}

function isScalar(value: JsonValue, wanted: Scalar): boolean {
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  switch (wanted) {
    case 'any scalar':
      return typeof value !== 'object';
    case 'numeric (int or float)':
      return isNumber;
    default:
      return typeof value === wanted;
  }
}

function nameKind(value: JsonValue): string {
  if (isArray(value)) return 'a list';
  if (isObject(value)) return 'a map';
  return typeof value === 'string' ? 'a string' : typeof value === 'boolean' ? 'a boolean' : 'a number';
}

function listFieldProblems(value: JsonObject, schema: Schema, keys: Keys, path: FieldPath): readonly string[] {
  const isClosed = schema.properties !== undefined && schema.additionalProperties === undefined && schema.preserveUnknownFields !== true;
  return Object.entries(value).flatMap(([name, field]) => {
    const at = [...path, toFieldElement(name)];
    const own = fieldSchemaOf(schema, name);
    return own === undefined && isClosed
      ? [`${formatFieldPath(at)}: field not declared in schema`]
      : listTypeProblems(field, own, keys, at);
  });
}

function listItemProblems(items: JsonArray, list: Schema, keys: Keys, path: FieldPath): readonly string[] {
  const problems: string[] = [];
  const seen = new Set<PathElement>();
  for (const [index, item] of items.entries()) {
    const element = keys === 'judged' && isAssociative(list) ? elementOf(list, item) : (`i:${index}` as const);
    // The server looks no further, either.
    if (element === undefined) return [...problems, `${formatFieldPath(path)}: element ${index}: ${describeKeyless(list, item)}`];
    if (seen.has(element)) problems.push(`${formatFieldPath(path)}: duplicate entries for key ${formatFieldPath([element])}`);
    seen.add(element);
    problems.push(...listTypeProblems(item, list.items, keys, [...path, element]));
  }
  return problems;
}

function describeKeyless(list: Schema, item: JsonValue): string {
  const keys = listKeysOf(list);
  if (keys.length > 0) {
    if (item === null) return 'associative list with keys may not have a null element';
    if (!isObject(item)) return 'associative list with keys may not have non-map elements';
    const shown = keys.map((key) => JSON.stringify(key)).join(' ');
    return `associative list with keys has an element that omits all key fields [${shown}] (and doesn't have default values for any key fields)`;
  }
  if (isObject(item)) return "associative list without keys has an element that's a map type";
  return isArray(item)
    ? 'not supported: associative list with lists as elements'
    : "associative list without keys has an element that's an explicit null";
}

/** The lists, maps and structs of a value that can only be replaced as one (`mutating/patch.findAtomics`). */
export function listAtomics(value: JsonValue, schema: Schema | undefined, path: FieldPath = []): readonly string[] {
  if (schema === undefined) return [];
  if (isObject(value) && schema.type === 'object') {
    const own = isGranularMap(schema) ? [] : [formatFieldPath(path)];
    const { properties } = schema;
    const below = Object.entries(value).flatMap(([name, field]) =>
      properties !== undefined && Object.hasOwn(properties, name)
        ? listAtomics(field, properties[name], [...path, toFieldElement(name)])
        : [],
    );
    return [...own, ...below];
  }
  if (!isArray(value) || schema.type !== 'array') return [];
  const own = isAssociative(schema) ? [] : [formatFieldPath(path)];
  return [...own, ...value.flatMap((item, index) => listAtomics(item, schema.items, [...path, `i:${index}`]))];
}
