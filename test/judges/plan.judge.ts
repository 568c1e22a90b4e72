import {
  gvkOf,
  isKubernetesObject,
  refKeyOf,
  stepsOf,
  withMetadata,
  World,
  type Kind,
  type KubernetesObject,
  type Plan,
  type Schema,
  type SchemaCatalog,
} from '../../src/model/index.ts';
import { draftPlan } from '../../src/planner/index.ts';
import {
  getObject,
  getString,
  isArray,
  isEqualJson,
  isObject,
  sortedUnique,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../src/std/index.ts';
import { judgeTransition } from '../../src/validate/index.ts';
import { groupByKind, listBases } from './bases.ts';
import { folderOf, type Client } from './client.ts';
import { withoutFields } from './compact.ts';
import type { Comparison, Judge, Setting, Trial } from './judge.ts';
import { addField, dropField, listSpots, listUnset, put } from './mutate.ts';
import { GADGETS, makeObject, MADE_KINDS, readGadgetDefinition } from './objects.ts';
import type { Random } from './random.ts';

const NAMESPACE = 'judged-plan';

const BRANCHES: readonly string[] = [
  ...['changed', 'unchanged'].flatMap((what) => MADE_KINDS.map((kind) => `${kind} ${what}`)),
  'CustomResourceDefinition unchanged',
];

/** What would get in the way of other judges, or of the server itself. */
const DISTURBING = /Webhook|AdmissionPolicy|APIService|FlowSchema|PriorityLevel|^Namespace$|ResourceQuota|LimitRange|^Event$/;

/**
 * Whether a plan shows a change exactly where a server-side apply makes one: for objects applied once, and then with fields
 * dropped, added, written out as what is zero to Go, or lists in another order.
 */
export const planJudge: Judge = { subject: 'plan', cases: 2000, parallel: 6, branches: BRANCHES, prepare };

async function prepare({ client, catalog, random }: Setting): Promise<Trial> {
  await client.createNamespace(NAMESPACE);
  const definition = readGadgetDefinition();
  await client.define(definition, GADGETS);
  const known = catalog.withCustomResources([definition]);
  const bases = groupByKind(listBases(known, NAMESPACE, random).filter(({ kind }) => !DISTURBING.test(kind.kind)));
  let next = 0;
  return {
    generate: (random) => generate(random, bases, known),
    compare: (input) => compare(input, `p${++next}`, known, client),
  };
}

function generate(random: Random, bases: ReturnType<typeof groupByKind>, catalog: SchemaCatalog): JsonValue {
  const other = random.once(20) ? bases.filter(([base]) => base?.kind.kind === 'CustomResourceDefinition') : bases;
  const given = random.once(2) ? makeObject(random.pick(MADE_KINDS), 'x', random) : random.pick(random.pick(other)).object;
  const schema = catalog.find(gvkOf(given))?.schema ?? {};
  const first = random.list(random.below(3), () => 0).reduce<JsonObject>((more) => addField(more, schema, random), given);
  const second = random.list(1 + random.below(3), () => 0).reduce<JsonObject>((at) => alter(at, schema, random), first);
  return { first, second };
}

function alter(object: JsonObject, schema: Schema, random: Random): JsonObject {
  if (random.once(6)) return dropField(object, random);
  if (random.once(6)) return addField(object, schema, random);
  return random.once(3) ? reorder(object, schema, random) : addZero(object, schema, random);
}

function reorder(object: JsonObject, schema: Schema, random: Random): JsonObject {
  const lists = listSpots(object, schema).flatMap(({ path, value }) => (isArray(value) && value.length > 1 ? [{ path, value }] : []));
  if (lists.length === 0) return addZero(object, schema, random);
  const { path, value } = random.pick(lists);
  return toObject(put(object, path, value.toReversed()), object);
}

function addZero(object: JsonObject, schema: Schema, random: Random): JsonObject {
  const zeros = listSpots(object, schema)
    .filter(({ path }) => path[0] !== 'metadata' && path[0] !== 'status')
    .flatMap((spot) => listUnset(spot).map(([name, field]) => ({ path: [...spot.path, name], zero: zeroOf(field) })))
    .flatMap(({ path, zero }) => (zero === undefined || path[0] === 'status' ? [] : [{ path, zero }]));
  if (zeros.length === 0) return object;
  const { path, zero } = random.pick(zeros);
  return toObject(put(object, path, zero), object);
}

function zeroOf(schema: Schema): JsonValue | undefined {
  if (schema.quantity === true || schema.intOrString === true || schema.enum !== undefined) return undefined;
  switch (schema.type) {
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return 0;
    case 'string':
      return '';
    case 'array':
      return [];
    default:
      return schema.additionalProperties === undefined ? undefined : {};
  }
}

function toObject(value: JsonValue, otherwise: JsonObject): JsonObject {
  return isObject(value) ? value : otherwise;
}

/** A definition with names of its own, where it has names: two of one name would be in each other's way, and in that of the kind's objects. */
function withOwnNames(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const [spec, names] = [getObject(object, 'spec'), getObject(object, 'spec', 'names')];
  if (object?.['kind'] !== 'CustomResourceDefinition' || spec === undefined || names === undefined) return object;
  const own: JsonObject = { kind: `P${name}`, listKind: `P${name}List`, plural: name, singular: name };
  const renamed = Object.entries(names).map(([field, value]) => [field, own[field] ?? value]);
  return { ...object, spec: { ...spec, names: Object.fromEntries(renamed) } };
}

async function compare(input: JsonValue, name: string, catalog: SchemaCatalog, client: Client): Promise<Comparison | undefined> {
  const [first, second] = [withOwnNames(getObject(input, 'first'), name), withOwnNames(getObject(input, 'second'), name)];
  if (!isKubernetesObject(first) || !isKubernetesObject(second)) return undefined;
  const kind = catalog.find(gvkOf(first));
  if (kind === undefined || first.kind !== second.kind || first.apiVersion !== second.apiVersion) return undefined;
  const own = kind.kind === 'CustomResourceDefinition' ? `${name}.${getString(first, 'spec', 'group') ?? ''}` : name;
  const named = { name: own, generateName: undefined, namespace: kind.namespaced ? NAMESPACE : undefined };
  const path = `${folderOf(kind, NAMESPACE)}/${own}`;
  const apply = (object: KubernetesObject, query: string): ReturnType<Client['send']> =>
    client.send('PATCH', `${path}?fieldManager=kapply&force=true${query}`, withMetadata(object, named), 'application/apply-patch+yaml');
  const { status, body: live } = await apply(first, '');
  if (status >= 300 || !isKubernetesObject(live)) return { coverage: ['(refused)'], isCompared: false };
  const answer = await apply(second, '&dryRun=All');
  await client.send('DELETE', path, { gracePeriodSeconds: 0 });
  if (answer.status >= 300) return { coverage: ['(change refused)'], isCompared: false };
  return judge({ kind, live, desired: withMetadata(second, named), answer: answer.body, catalog });
}

interface Question {
  readonly kind: Kind;
  readonly live: KubernetesObject;
  readonly desired: KubernetesObject;
  readonly answer: JsonObject;
  readonly catalog: SchemaCatalog;
}

function judge({ kind, live, desired, answer, catalog }: Question): Comparison {
  // The server writes the time of each write where a taint of a device has none.
  const isTimed = stringifyJson(desired).includes('"timeAdded"');
  const shown = (object: JsonObject): JsonValue => (isTimed ? comparable(object) : withoutTimes(comparable(object)));
  const [was, is] = [shown(live), shown(answer)];
  const isChanged = stringifyJson(was) !== stringifyJson(is);
  const [step] = stepsOf(planOf(live, desired, catalog));
  const coverage = [`${kind.kind} ${isChanged ? 'changed' : 'unchanged'}`];
  if (isChanged === (step !== undefined)) return { coverage };
  const ours = stringifyJson(step?.fields.map(({ path, before = null, after = null }) => ({ path, before, after })) ?? []);
  const paths = step === undefined ? listDifferences(was, is, '') : step.fields.map(({ path }) => path);
  const where = ` at ${paths.map((path) => path.replaceAll(/\d+/g, '0')).join(' ')}`;
  const signature = `${kind.kind} ${kind.version}: ${step === undefined ? 'a change is not planned' : 'planned is what changes nothing'}${where}`;
  return { coverage, difference: { signature, ours, servers: `${stringifyJson(was)} -> ${stringifyJson(is)}` } };
}

/** Where two values differ, as JSON pointers; `=empty` behind those where one has an empty object and the other nothing. */
function listDifferences(a: JsonValue | undefined, b: JsonValue | undefined, path: string): readonly string[] {
  if (isEqualJson(a, b)) return [];
  if (isObject(a) && isObject(b)) {
    const keys = sortedUnique([...Object.keys(a), ...Object.keys(b)]);
    return keys.flatMap((key) => listDifferences(a[key], b[key], `${path}/${key}`));
  }
  const isEmpty = (a === undefined && isEqualJson(b, {})) || (b === undefined && isEqualJson(a, {}));
  return [isEmpty ? `${path}=empty` : path];
}

function planOf(live: KubernetesObject, desired: KubernetesObject, catalog: SchemaCatalog): Plan {
  const place = { file: 'a.yaml', line: 1, column: 1, endLine: 1, endColumn: 1 };
  const source = { kind: 'none', description: 'judge', kubernetesVersions: [catalog.version] } as const;
  const { plan } = draftPlan({
    unit: 'judged',
    fieldManager: 'kapply',
    desired: [{ object: desired, origin: { file: 'a.yaml', document: 0, line: 1, locate: () => place } }],
    before: World.of([live]),
    beforeSource: source,
    afterSource: source,
    mode: 'live',
    owned: new Set([refKeyOf(live)]),
    ownedByOthers: new Map(),
    context: World.EMPTY,
    catalog,
    defaultNamespace: NAMESPACE,
    findings: [],
    salt: 'salt',
    now: '2026-01-01T00:00:00Z',
    forceConflicts: true,
    judgeUpdate: (was, is) => judgeTransition(was, is, catalog),
  });
  return plan;
}

function withoutTimes(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(withoutTimes);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(withoutFields(value, 'timeAdded')).map(([name, field]) => [name, withoutTimes(field)]));
}

function comparable(object: JsonObject): JsonValue {
  const { metadata, status: _, ...rest } = object;
  return { ...rest, metadata: withoutFields(getObject(metadata) ?? {}, 'managedFields', 'resourceVersion', 'generation') };
}
