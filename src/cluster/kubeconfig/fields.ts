import { dirname, resolve } from 'node:path';
import type { KplanError } from '../../model/index.ts';
import { isArray, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import { unusable } from './fault.ts';

/**
 * One mapping of a kubeconfig, read field by field as Go decodes it: what is null or empty is not there, what is of
 * another type is an error that names the file and the field, never the value. Fields that nobody asks for may be anything.
 */
export class Fields {
  readonly file: string;
  readonly #at: string;
  readonly #values: JsonObject;

  constructor(file: string, at: string, values: JsonObject) {
    this.file = file;
    this.#at = at;
    this.#values = values;
  }

  string(name: string): string | undefined {
    const value = this.#get(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string') return value;
    throw this.#wrong(name, value, 'a string', isScalar(value) ? 'put it in quotes' : undefined);
  }

  boolean(name: string): boolean {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'boolean') return value ?? false;
    throw this.#wrong(name, value, 'true or false');
  }

  strings(name: string): readonly string[] {
    return this.#array(name).map((value, i) => {
      if (typeof value === 'string') return value;
      throw this.#wrong(`${name}[${i}]`, value, 'a string', isScalar(value) ? 'put it in quotes' : undefined);
    });
  }

  /** A path, from the directory of the file that it stands in. */
  path(name: string): string | undefined {
    const value = this.string(name);
    return value === undefined ? undefined : resolve(dirname(this.file), value);
  }

  /** What stands there in base64. */
  bytes(name: string): Buffer | undefined {
    const text = this.string(name)?.replace(/[\r\n]/g, '');
    if (text === undefined || text === '') return undefined;
    if (text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)) return Buffer.from(text, 'base64');
    throw unusable(this.file, `${this.placeOf(name)} is not base64`, 'the field without `-data` takes the path of a file');
  }

  object(name: string): Fields | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (isObject(value)) return new Fields(this.file, this.placeOf(name), value);
    throw this.#wrong(name, value, 'a mapping');
  }

  objects(name: string): readonly Fields[] {
    return this.#array(name).map((value, i) => {
      if (isObject(value)) return new Fields(this.file, this.placeOf(`${name}[${i}]`), value);
      throw this.#wrong(`${name}[${i}]`, value, 'a mapping');
    });
  }

  keys(): readonly string[] {
    return Object.keys(this.#values);
  }

  raw(name: string): JsonValue | undefined {
    return this.#get(name);
  }

  /** For people: `users[0].user.token`. */
  placeOf(name: string): string {
    return this.#at === '' ? name : `${this.#at}.${name}`;
  }

  fault(why: string, hint?: string): KplanError {
    return unusable(this.file, this.#at === '' ? why : `${this.#at}: ${why}`, hint);
  }

  #get(name: string): JsonValue | undefined {
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined;
  }

  #array(name: string): readonly JsonValue[] {
    const value = this.#get(name);
    if (value === undefined) return [];
    if (isArray(value)) return value;
    throw this.#wrong(name, value, 'a list');
  }

  #wrong(name: string, value: JsonValue, wanted: string, hint?: string): KplanError {
    return unusable(this.file, `${this.placeOf(name)} is ${describeType(value)}, it must be ${wanted}`, hint);
  }
}

function isScalar(value: JsonValue): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

/** The type of a value, in words of YAML. */
export function describeType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'bigint' ? 'a number' : `a ${typeof value}`;
}
