import { compareStrings, isArray, isObject, parseJson, stringifyJson, type JsonObject, type JsonValue } from '../../std/index.ts';

/**
 * One step of a field path in the form that `managedFields` writes: `f:` a field's name, `k:` the key fields of an item
 * of a list-map, `v:` an item of a set, `i:` an index. Canonical: equal steps are equal strings.
 */
export type PathElement = `f:${string}` | `k:${string}` | `v:${string}` | `i:${string}`;

/** A path of steps from the root of an object. */
export type FieldPath = readonly PathElement[];

/** The step to a field. */
export function toFieldElement(name: string): PathElement {
  return `f:${name}`;
}

/** The step to a list-map's item: its key fields, whatever their order. */
export function toKeyElement(fields: JsonObject): PathElement {
  return `k:${stringifyJson(fields)}`;
}

/** The step to a set's item. */
export function toValueElement(value: JsonValue): PathElement {
  return `v:${stringifyJson(value)}`;
}

/** What names an item of an associative list: the key fields of a list-map's, the value of a set's. */
export function keyOfElement(element: PathElement): JsonValue {
  return readJson(element.slice(2)) ?? null;
}

/** Reads a step, making it canonical; undefined for a form that is not known. */
export function readPathElement(text: string): PathElement | undefined {
  const content = text.slice(2);
  switch (text.slice(0, 2)) {
    case 'f:':
      return `f:${content}`;
    case 'k:': {
      const fields = readJson(content);
      return isObject(fields) ? toKeyElement(fields) : undefined;
    }
    case 'v:': {
      const value = readJson(content);
      return value === undefined ? undefined : toValueElement(value);
    }
    case 'i:':
      return /^-?\d+$/.test(content) ? `i:${content}` : undefined;
    default:
      return undefined;
  }
}

/** The path as the API server writes it in conflicts: `.spec.ports[port=80,protocol="TCP"].targetPort`. */
export function formatFieldPath(path: FieldPath): string {
  return path.map(formatElement).join('');
}

/** Orders steps: fields, then keys, values and indexes; each kind by its content. */
export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0;
  const rank = 'fkvi'.indexOf(a.charAt(0)) - 'fkvi'.indexOf(b.charAt(0));
  if (rank !== 0) return rank;
  switch (a.charAt(0)) {
    case 'f':
      return compareStrings(a, b);
    case 'k':
      return compareKeys(readJson(a.slice(2)) ?? {}, readJson(b.slice(2)) ?? {});
    default:
      return compareValues(readJson(a.slice(2)) ?? null, readJson(b.slice(2)) ?? null);
  }
}

function compareKeys(a: JsonValue, b: JsonValue): number {
  const left = isObject(a) ? Object.entries(a) : [];
  const right = isObject(b) ? Object.entries(b) : [];
  for (const [index, [name, value]] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareStrings(name, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareValues(a: JsonValue, b: JsonValue): number {
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0) return rank;
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  return compareStrings(stringifyJson(a), stringifyJson(b));
}

function isNumber(value: JsonValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function rankOf(value: JsonValue): number {
  if (isNumber(value)) return 0;
  if (typeof value === 'string') return 1;
  if (typeof value === 'boolean') return 2;
  if (isArray(value)) return 3;
  return value === null ? 5 : 4;
}

function formatElement(element: PathElement): string {
  const content = element.slice(2);
  switch (element.charAt(0)) {
    case 'f':
      return `.${content}`;
    case 'k': {
      const fields = readJson(content);
      const parts = isObject(fields) ? Object.entries(fields).map(([name, value]) => `${name}=${stringifyJson(value)}`) : [];
      return `[${parts.join(',')}]`;
    }
    case 'v':
      return `[=${content}]`;
    default:
      return `[${content}]`;
  }
}

function readJson(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
