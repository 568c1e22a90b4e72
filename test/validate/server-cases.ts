import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import {
  fromPointer,
  getArray,
  getObject,
  getString,
  isArray,
  isJson,
  isObject,
  type JsonObject,
  type JsonValue,
} from '../../src/std/index.ts';

/** The folder of the objects that a real API server has judged. */
export const VERDICTS_FOLDER: URL = new URL('../../fixtures/validate/server-verdicts/', import.meta.url);

/** One object to be judged. */
export interface ServerCase {
  readonly name: string;
  readonly object: JsonObject;
}

/** Every case of the table, its object made from its base. */
export function listServerCases(): readonly ServerCase[] {
  const bases = readFixture('bases.yaml');
  const plain = Object.keys(getObject(bases) ?? {}).map((base) => ({ name: `${base} as it is`, of: base }));
  return [...plain, ...getArray(readFixture('cases.yaml'))].map((item) => {
    const base = getObject(bases, getString(item, 'of') ?? '');
    if (base === undefined) throw new Error(`no base: ${JSON.stringify(item)}`);
    const removed = getArray(item, 'remove').reduce<JsonValue>(
      (object, pointer) => (typeof pointer === 'string' ? edit(object, fromPointer(pointer), undefined) : object),
      base,
    );
    const object = Object.entries(getObject(item, 'set') ?? {}).reduce(
      (at, [pointer, value]) => edit(at, fromPointer(pointer), value),
      removed,
    );
    if (!isObject(object)) throw new Error('an object stays an object');
    return { name: getString(item, 'name') ?? '', object };
  });
}

/** A file of the folder, as JSON values. */
export function readFixture(file: string): JsonValue {
  const value: unknown = load(readFileSync(new URL(file, VERDICTS_FOLDER), 'utf8'));
  if (!isJson(value)) throw new Error(`${file} is not JSON-like`);
  return value;
}

function edit(value: JsonValue, [step, ...rest]: readonly string[], to: JsonValue | undefined): JsonValue {
  if (step === undefined) return to ?? null;
  if (isArray(value)) {
    const copy = [...value];
    copy[Number(step)] = edit(copy[Number(step)] ?? null, rest, to);
    return copy;
  }
  const copy: Record<string, JsonValue> = isObject(value) ? { ...value } : {};
  if (rest.length === 0 && to === undefined) delete copy[step];
  else copy[step] = edit(copy[step] ?? null, rest, to);
  return copy;
}
