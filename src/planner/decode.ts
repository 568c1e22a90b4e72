import { isArray, isObject, type JsonObject, type JsonValue } from '../std/index.ts';

/** Reads a value at a path, or throws `Malformed` with the path. */
export type Decoder<T> = (value: JsonValue, path: string) => T;

/** What is wrong with a value from outside, and where. Never leaves this folder. */
export class Malformed extends Error {}

const LONGEST_PATH = 300;

/** Refuses a value: what was expected, where. The names on the way come from outside: one may be of any length. */
export function refuse(path: string, expected: string): never {
  const shown = path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path;
  throw new Malformed(`${shown === '' ? 'the document' : shown} is not ${expected}`);
}

/** A string. */
export const text: Decoder<string> = (value, path) => (typeof value === 'string' ? value : refuse(path, 'a string'));

/** A whole number of at least 0. */
export const count: Decoder<number> = (value, path) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : refuse(path, 'a whole number');

/** `true`, where anything else is left out. */
export const yes: Decoder<true> = (value, path) => (value === true ? value : refuse(path, 'true'));

/** Any JSON value. */
export const json: Decoder<JsonValue> = (value) => value;

/** A JSON object of any fields. */
export const anyObject: Decoder<JsonObject> = (value, path) => (isObject(value) ? value : refuse(path, 'an object'));

/** One of some strings. */
export function oneOf<T extends string>(...options: readonly T[]): Decoder<T> {
  return (value, path) => options.find((option) => option === value) ?? refuse(path, `one of ${options.join(', ')}`);
}

/** A list of values that one decoder reads. */
export function listOf<T>(item: Decoder<T>): Decoder<readonly T[]> {
  return (value, path) => {
    if (!isArray(value)) return refuse(path, 'a list');
    return value.map((element, index) => item(element, `${path}/${index}`));
  };
}

/** An object of exactly these fields, of which some may be absent. */
export function record<R extends object, O extends object = object>(
  required: { readonly [K in keyof R]-?: Decoder<R[K]> },
  optional: { readonly [K in keyof O]-?: Decoder<Exclude<O[K], undefined>> },
): Decoder<R & O> {
  const decoders: Readonly<Record<string, Decoder<unknown>>> = { ...required, ...optional };
  return (value, path) => {
    if (!isObject(value)) return refuse(path, 'an object');
    const out: Record<string, unknown> = {};
    for (const name of Object.keys(required)) if (!Object.hasOwn(value, name)) refuse(`${path}/${name}`, 'there');
    for (const [name, item] of Object.entries(value)) {
      const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
      if (decoder === undefined) return refuse(`${path}/${name}`, 'a known field');
      out[name] = decoder(item, `${path}/${name}`);
    }
    // Every required field was found and read by its own decoder, and no other was let in.
    return out as R & O;
  };
}
