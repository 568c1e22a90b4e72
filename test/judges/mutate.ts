import type { Schema } from '../../src/model/index.ts';
import { isArray, isObject, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Random } from './random.ts';
import { ODD_BYTES, ODD_NUMBERS, ODD_QUANTITIES, ODD_TEXTS, ODD_TIMES, toMinimal } from './value.ts';

/** What was done to an object. */
export interface Mutation {
  readonly name: string;
  readonly object: JsonObject;
}

/** A value within an object, and where. */
export interface Spot {
  readonly path: readonly (string | number)[];
  readonly value: JsonValue;
  readonly schema: Schema;
}

/** The object with one typed thing done to it, somewhere. */
export function mutate(object: JsonObject, schema: Schema, random: Random): Mutation {
  if (random.once(5)) return mutateMetadata(object, random);
  for (;;) {
    const spots = listSpots(object, schema);
    const done = mutateSpot(random.pick(spots), random);
    if (done === undefined) continue;
    const changed = put(object, done.path, done.value);
    if (isObject(changed)) return { name: done.name, object: changed };
  }
}

interface Done {
  readonly name: string;
  readonly path: Spot['path'];
  readonly value: JsonValue | undefined;
}

function mutateSpot(spot: Spot, random: Random): Done | undefined {
  const { path, value, schema } = spot;
  if (path.length === 0 || path[0] === 'metadata') return path.length === 0 ? mutateFields(spot, random) : undefined;
  const at = (name: string, to: JsonValue | undefined): Done => ({ name, path, value: to });
  if (random.once(8)) return at('null', null);
  if (random.once(5)) return at('wrong type', random.pick<JsonValue>(['text', '5', 5, 1.5, true, [], {}, ['a'], { a: 'b' }, [{}], '']));
  if (random.once(6)) return at('dropped', undefined);
  if (schema.enum !== undefined)
    return at('enum', random.pick<JsonValue>([...schema.enum, typeof value === 'string' ? value.toLowerCase() : 'x', 'Other', '', ' ', 5]));
  if (schema.quantity === true) return at('quantity', random.pick(ODD_QUANTITIES));
  if (schema.intOrString === true)
    return at('int-or-string', random.pick<JsonValue>([...ODD_NUMBERS, '50%', 'x', '', true, '150%', '-1%']));
  if (schema.format === 'date-time') return at('time', random.pick(ODD_TIMES));
  if (schema.format === 'byte') return at('bytes', random.pick(ODD_BYTES));
  if (isArray(value)) return mutateItems(path, value, schema, random);
  if (isObject(value)) return mutateFields(spot, random);
  if (typeof value === 'number') return at('number', random.pick(ODD_NUMBERS));
  return typeof value === 'string' ? at('text', random.pick(ODD_TEXTS)) : undefined;
}

function mutateItems(path: Spot['path'], value: readonly JsonValue[], schema: Schema, random: Random): Done {
  const first = value[0];
  if (first === undefined) return { name: 'item added', path, value: [toMinimal(schema.items ?? {}, random)] };
  if (random.once(4)) return { name: 'null item', path, value: [...value, null] };
  if (random.once(4)) return { name: 'emptied', path, value: [] };
  if (random.once(3)) return { name: 'item added', path, value: [...value, toMinimal(schema.items ?? {}, random)] };
  return { name: 'duplicate item', path, value: [...value, random.pick(value)] };
}

function mutateFields({ path, value, schema }: Spot, random: Random): Done | undefined {
  if (!isObject(value)) return undefined;
  const { properties = {}, additionalProperties } = schema;
  const names = Object.keys(properties);
  if (names.length === 0 && typeof additionalProperties === 'object') {
    return { name: 'map entry', path: [...path, random.pick(ODD_TEXTS)], value: toMinimal(additionalProperties, random) };
  }
  const unset = names.filter((name) => !Object.hasOwn(value, name) && name !== 'metadata');
  if (unset.length > 0 && !random.once(3)) {
    const name = random.pick(unset);
    return { name: 'field added', path: [...path, name], value: toMinimal(properties[name] ?? {}, random) };
  }
  const known = names.length === 0 ? 'field' : random.pick(names);
  const unknown = random.pick([
    `${known}s`,
    known.toUpperCase(),
    known.slice(1),
    'bogus',
    '',
    'a.b',
    'a/b',
    known[0]?.toUpperCase() + known.slice(1),
  ]);
  return { name: 'unknown field', path: [...path, unknown], value: random.pick<JsonValue>([1, 'x', {}, null]) };
}

/** The object without one of its fields or items, somewhere outside its metadata. */
export function dropField(object: JsonObject, random: Random): JsonObject {
  const spots = listSpots(object, {}).filter(({ path }) => path.length > 0 && path[0] !== 'metadata');
  return spots.length === 0 ? object : toObject(put(object, random.pick(spots).path, undefined), object);
}

/** The object with one more field of those that its schema knows, somewhere. */
export function addField(object: JsonObject, schema: Schema, random: Random): JsonObject {
  const spots = listSpots(object, schema).filter((spot) => spot.path[0] !== 'metadata' && listUnset(spot).length > 0);
  if (spots.length === 0) return object;
  const spot = random.pick(spots);
  const [name, field] = random.pick(listUnset(spot));
  return toObject(put(object, [...spot.path, name], toMinimal(field, random)), object);
}

/** The fields that an object may have and does not. */
export function listUnset({ value, schema }: Spot): readonly (readonly [string, Schema])[] {
  if (!isObject(value)) return [];
  return Object.entries(schema.properties ?? {}).filter(([name]) => !Object.hasOwn(value, name) && name !== 'metadata');
}

function toObject(value: JsonValue, otherwise: JsonObject): JsonObject {
  return isObject(value) ? value : otherwise;
}

const OWNER = { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'u' };
const METADATA: Readonly<Record<string, (random: Random) => JsonValue | undefined>> = {
  annotations: (random) => ({ [random.pick(ODD_TEXTS)]: random.pick<JsonValue>(['x', '', 5, null, 'a'.repeat(300_000)]) }),
  creationTimestamp: (random) => random.pick(ODD_TIMES),
  deletionGracePeriodSeconds: (random) => random.pick(ODD_NUMBERS),
  finalizers: (random) => random.pick<JsonValue>([[random.pick(ODD_TEXTS)], ['a.io/x', 'a.io/x'], 'x', [5], [null], {}]),
  generateName: (random) => random.pick(ODD_TEXTS),
  generation: (random) => random.pick<JsonValue>([...ODD_NUMBERS, 'x']),
  labels: (random) => random.pick<JsonValue>([{ [random.pick(ODD_TEXTS)]: random.pick(ODD_TEXTS) }, { a: 5 }, { a: null }, [], 'x', null]),
  managedFields: (random) => random.pick<JsonValue>([[], {}, [{}], null, 'x']),
  name: (random) => random.pick<JsonValue | undefined>([...ODD_TEXTS, 5, null, undefined, {}]),
  ownerReferences: (random) =>
    random.pick<JsonValue>([
      [OWNER],
      [OWNER, { ...OWNER, uid: 'w', controller: true }, { ...OWNER, uid: 'v', controller: true }],
      [{ ...OWNER, [random.pick(['apiVersion', 'kind', 'name', 'uid'])]: random.pick<JsonValue>(['', 'x', null, 5, 'Event']) }],
      [{}],
      {},
      [OWNER, OWNER],
    ]),
  selfLink: (random) => random.pick<JsonValue>(['x', 5]),
  uid: (random) => random.pick<JsonValue>(['x', 5]),
  Name: () => 'x',
  clusterName: () => 'x',
};

function mutateMetadata(object: JsonObject, random: Random): Mutation {
  if (random.once(12)) return { name: 'metadata', object: { ...object, metadata: random.pick<JsonValue>([null, {}, [], 'x', 5]) } };
  const field = random.pick(Object.keys(METADATA));
  const value = METADATA[field]?.(random);
  const changed = put(object, ['metadata', field], value);
  return { name: 'metadata', object: toObject(changed, object) };
}

/** Every value of an object but its type, with what its schema says of it. */
export function listSpots(value: JsonValue, schema: Schema, path: Spot['path'] = []): readonly Spot[] {
  const here: Spot = { path, value, schema };
  if (isArray(value)) return [here, ...value.flatMap((item, index) => listSpots(item, schema.items ?? {}, [...path, index]))];
  if (!isObject(value)) return [here];
  const { additionalProperties } = schema;
  const rest = typeof additionalProperties === 'object' ? additionalProperties : {};
  return [
    here,
    ...Object.entries(value).flatMap(([key, item]) => listSpots(item, schema.properties?.[key] ?? rest, [...path, key])),
  ].filter((spot) => !['apiVersion', 'kind'].includes(String(spot.path[0])));
}

/** The value with something else at a path; undefined leaves it out. */
export function put(value: JsonValue, [step, ...rest]: Spot['path'], to: JsonValue | undefined): JsonValue {
  if (step === undefined) return to ?? null;
  if (isArray(value) && typeof step === 'number') {
    if (rest.length === 0 && to === undefined) return value.toSpliced(step, 1);
    return value.with(step, put(value[step] ?? null, rest, to));
  }
  const fields = isObject(value) ? value : {};
  const others = Object.entries(fields).filter(([key]) => key !== step);
  if (rest.length === 0 && to === undefined) return Object.fromEntries(others);
  const index = Object.keys(fields).indexOf(String(step));
  const entry: [string, JsonValue] = [String(step), put(fields[step] ?? null, rest, to)];
  return Object.fromEntries(others.toSpliced(index < 0 ? others.length : index, 0, entry));
}
