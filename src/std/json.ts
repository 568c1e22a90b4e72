import { compareStrings } from './order.ts';

/**
 * A JSON value. `bigint` stands for an integer beyond 2^53 that Kubernetes keeps exactly (int64); it is only ever made
 * for such integers, so a small integer is always a `number`.
 */
export type JsonValue = string | number | bigint | boolean | null | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export type JsonObject = { readonly [key: string]: JsonValue };

/** True for a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a JSON array. */
export function isArray(value: unknown): value is JsonArray {
  return Array.isArray(value);
}

/** The value at a path of keys and indexes; undefined where the path ends early. */
export function getAt(value: JsonValue | undefined, ...path: readonly (string | number)[]): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const step of path) {
    if (typeof step === 'number') at = isArray(at) ? at[step] : undefined;
    else at = isObject(at) ? ownValue(at, step) : undefined;
    if (at === undefined) return undefined;
  }
  return at;
}

// A JSON value is never a function, as all is that objects inherit but `__proto__`: one look-up does for two.
function ownValue(object: JsonObject, key: string): JsonValue | undefined {
  if (key === '__proto__') return Object.hasOwn(object, key) ? object[key] : undefined;
  const value = object[key];
  return typeof value === 'function' ? undefined : value;
}

/** The string at a path; undefined if there is none or it is something else. */
export function getString(value: JsonValue | undefined, ...path: readonly (string | number)[]): string | undefined {
  const at = getAt(value, ...path);
  return typeof at === 'string' ? at : undefined;
}

/** The number at a path; undefined if there is none or it is something else. A bigint is given as the nearest number. */
export function getNumber(value: JsonValue | undefined, ...path: readonly (string | number)[]): number | undefined {
  const at = getAt(value, ...path);
  if (typeof at === 'bigint') return Number(at);
  return typeof at === 'number' ? at : undefined;
}

/** The boolean at a path; undefined if there is none or it is something else. */
export function getBoolean(value: JsonValue | undefined, ...path: readonly (string | number)[]): boolean | undefined {
  const at = getAt(value, ...path);
  return typeof at === 'boolean' ? at : undefined;
}

/** The object at a path; undefined if there is none or it is something else. */
export function getObject(value: JsonValue | undefined, ...path: readonly (string | number)[]): JsonObject | undefined {
  const at = getAt(value, ...path);
  return isObject(at) ? at : undefined;
}

/** The array at a path; an empty one if there is none or it is something else. */
export function getArray(value: JsonValue | undefined, ...path: readonly (string | number)[]): JsonArray {
  const at = getAt(value, ...path);
  return isArray(at) ? at : [];
}

/** The entries of the object at a path whose values are strings (labels, annotations, selectors), in code-unit order of the keys. */
export function getStringMap(value: JsonValue | undefined, ...path: readonly (string | number)[]): ReadonlyMap<string, string> {
  const at = getObject(value, ...path);
  const map = new Map<string, string>();
  if (at === undefined) return map;
  for (const key of Object.keys(at).toSorted(compareStrings)) {
    const item = at[key];
    if (typeof item === 'string') map.set(key, item);
  }
  return map;
}

/** Equality of JSON values; the order of an object's keys does not matter. */
export function isEqualJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (isArray(a)) return isArray(b) && a.length === b.length && a.every((item, i) => isEqualJson(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isEqualJson(a[key], b[key]));
}

/**
 * JSON text with every object's keys in code-unit order, so that equal values give equal bytes. Exact for bigint.
 * `indent` is the number of spaces a level; 0 gives one line.
 */
export function stringifyJson(value: JsonValue, indent = 0): string {
  return write(value, indent, '', true);
}

/** JSON text with keys in the order they stand in. Exact for bigint. */
export function stringifyJsonInOrder(value: JsonValue, indent = 0): string {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    // What JSON.stringify refuses of a JSON value is a bigint.
    if (error instanceof TypeError) return write(value, indent, '', false);
    throw error;
  }
}

function write(value: JsonValue, indent: number, margin: string, sorted: boolean): string {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = margin + ' '.repeat(indent);
  const [open, close, join] = indent > 0 ? [`\n${inner}`, `\n${margin}`, `,\n${inner}`] : ['', '', ','];
  if (isArray(value)) {
    if (value.length === 0) return '[]';
    return `[${open}${value.map((item) => write(item, indent, inner, sorted)).join(join)}${close}]`;
  }
  if (!isObject(value)) return 'null';
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  if (keys.length === 0) return '{}';
  const ordered = sorted ? keys.toSorted(compareStrings) : keys;
  const colon = indent > 0 ? ': ' : ':';
  const fields = ordered.map((key) => JSON.stringify(key) + colon + write(value[key] ?? null, indent, inner, sorted));
  return `{${open}${fields.join(join)}${close}}`;
}

/**
 * Parses JSON text, keeping integers beyond 2^53 exact as bigint where the engine tells the source text (Node 22 and
 * later) or where a scan finds such an integer; throws `SyntaxError` for text that is not JSON.
 */
export function parseJson(text: string): JsonValue {
  if (!/\d{16}/.test(text)) return parse(text);
  return unmark(parse(markBig(text)));
}

// Strings are skipped by hand: a pattern of them would overflow its stack on one of megabytes.
function markBig(text: string): string {
  const token = /"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
  let marked = '';
  let at = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [word] = match;
    if (word === '"') token.lastIndex = endOfString(text, match.index);
    else if (/^-?\d{16,}$/.test(word) && !Number.isSafeInteger(Number(word))) {
      marked += `${text.slice(at, match.index)}{${JSON.stringify(BIG)}:"${word}"}`;
      at = token.lastIndex;
    }
  }
  return marked + text.slice(at);
}

function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charAt(at - 1 - slashes) === '\\') slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}

const BIG = '\u0000int64';

function unmark(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(unmark);
  if (!isObject(value)) return value;
  const big = value[BIG];
  if (typeof big === 'string') return BigInt(big);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unmark(item)]));
}

// What it makes is JSON all the way down: looking again takes half as long as parsing.
const parse: (text: string) => JsonValue = JSON.parse;

/** Decodes an unknown value at the edge of the process: true if it is JSON all the way down. Undefined fields count as absent. */
export function isJson(value: unknown): value is JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
    case 'bigint':
      return true;
    case 'object':
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isJson);
      return Object.values(value).every((item) => item === undefined || isJson(item));
    default:
      return false;
  }
}
