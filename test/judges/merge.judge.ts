import { gvkOf, isKubernetesObject, withMetadata, type Kind, type KubernetesObject, type SchemaCatalog } from '../../src/model/index.ts';
import { defaultObject } from '../../src/model/schema/index.ts';
import { applyMerge, updateMerge } from '../../src/planner/index.ts';
import {
  getArray,
  getBoolean,
  getObject,
  getString,
  isObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../src/std/index.ts';
import { folderOf, type Client } from './client.ts';
import { compact, findDifference, withoutFields } from './compact.ts';
import type { Comparison, Judge, Setting, Trial } from './judge.ts';
import { GADGETS, MADE_KINDS, makeObject, readGadgetDefinition } from './objects.ts';
import type { Random } from './random.ts';

const NAMESPACE = 'judged-merge';
const MANAGERS = ['kapply', 'hpa', 'kubectl-edit'];
const STEPS = 6;

const BRANCHES: readonly string[] = MADE_KINDS.flatMap((kind) =>
  ['applied', 'applied by force', 'conflict', 'created', 'updated'].map((what) => `${kind} ${what}`),
);

/**
 * Whether `applyMerge` and `updateMerge` make what the API server makes of the same applies and updates by three managers.
 * What is updated is given to `updateMerge` in the form in which the server has stored it, as its contract asks.
 */
export const mergeJudge: Judge = { subject: 'server-side-apply', cases: 500, parallel: 6, branches: BRANCHES, prepare };

async function prepare({ client, catalog }: Setting): Promise<Trial> {
  await client.createNamespace(NAMESPACE);
  const definition = readGadgetDefinition();
  await client.define(definition, GADGETS);
  const known = catalog.withCustomResources([definition]);
  let next = 0;
  return {
    generate: (random) => {
      const kind = random.pick(MADE_KINDS);
      return { steps: random.list(2 + random.below(STEPS), () => makeStep(makeObject(kind, 'x', random), random)) };
    },
    compare: (input) => compare(input, `m${++next}`, known, client),
  };
}

function makeStep(object: KubernetesObject, random: Random): JsonValue {
  return { op: random.once(4) ? 'update' : 'apply', manager: random.pick(MANAGERS), force: random.once(3), object };
}

/** Every step is fed with what the server has stored, so that one difference does not make others. */
async function compare(input: JsonValue, name: string, catalog: SchemaCatalog, client: Client): Promise<Comparison | undefined> {
  const coverage: string[] = [];
  let live: KubernetesObject | undefined;
  for (const [index, step] of getArray(input, 'steps').entries()) {
    const given = getObject(step, 'object');
    if (!isKubernetesObject(given)) return undefined;
    const kind = catalog.find(gvkOf(given));
    if (kind === undefined) return undefined;
    const asked = withMetadata(given, { name, namespace: NAMESPACE });
    const question = { kind, live, asked, manager: getString(step, 'manager') ?? '', force: getBoolean(step, 'force') === true, catalog };
    const isUpdate = getString(step, 'op') === 'update';
    const answer = isUpdate ? await update(question, client) : await apply(question, client);
    coverage.push(`${kind.kind} ${answer.label}`);
    const path = answer.ours === undefined ? undefined : findDifference(answer.ours, answer.servers);
    if (path !== undefined) {
      const ours = stringifyJson(answer.ours ?? null);
      const servers = stringifyJson(answer.servers);
      return {
        coverage,
        difference: {
          signature: `${kind.kind} ${isUpdate ? 'update' : 'apply'} differs at ${path}`,
          ours: `step ${index}: ${ours}`,
          servers,
        },
      };
    }
    live = answer.live ?? live;
  }
  return coverage.length === 0 ? undefined : { coverage };
}

interface Question {
  readonly kind: Kind;
  readonly live: KubernetesObject | undefined;
  readonly asked: KubernetesObject;
  readonly manager: string;
  readonly force: boolean;
  readonly catalog: SchemaCatalog;
}

interface Compared {
  readonly label: string;
  /** Undefined where there is nothing to compare: the server refused by a rule that is no matter of merging. */
  readonly ours: JsonValue | undefined;
  readonly servers: JsonValue;
  readonly live?: KubernetesObject;
}

async function apply({ kind, live, asked, manager, force, catalog }: Question, client: Client): Promise<Compared> {
  const path = `${folderOf(kind, NAMESPACE)}/${getString(asked.metadata, 'name') ?? ''}?fieldManager=${manager}&force=${force}`;
  const answer = await client.send('PATCH', path, asked, 'application/apply-patch+yaml');
  const outcome = applyMerge({
    live,
    applied: asked,
    manager,
    force,
    schema: kind.schema,
    now: timeOf(answer.body),
    hasStatusSubresource: kind.subresources.includes('status'),
  });
  if (answer.status === 409) {
    const servers = { conflict: getString(answer.body, 'message') ?? '' };
    return { label: 'conflict', ours: outcome.kind === 'conflict' ? { conflict: outcome.message } : { conflict: null }, servers };
  }
  if (answer.status >= 300 || !isKubernetesObject(answer.body)) return { label: 'refused by validation', ours: undefined, servers: null };
  if (outcome.kind === 'conflict') return { label: 'applied', ours: { conflict: outcome.message }, servers: { conflict: null } };
  const ours = comparable(defaultObject(outcome.object, catalog), kind);
  return { label: force ? 'applied by force' : 'applied', ours, servers: comparable(answer.body, kind), live: answer.body };
}

async function update({ kind, live, asked, manager }: Question, client: Client): Promise<Compared> {
  const updated = live === undefined ? asked : overlay(live, asked);
  const query = `fieldManager=${manager}`;
  const folder = folderOf(kind, NAMESPACE);
  const answer =
    live === undefined
      ? await client.send('POST', `${folder}?${query}`, updated)
      : await client.send('PUT', `${folder}/${getString(asked.metadata, 'name') ?? ''}?${query}`, updated);
  if (answer.status >= 300 || !isKubernetesObject(answer.body)) return { label: 'refused by validation', ours: undefined, servers: null };
  const input = {
    live,
    manager,
    schema: kind.schema,
    now: timeOf(answer.body),
    hasStatusSubresource: kind.subresources.includes('status'),
  };
  const sent = updated.metadata['managedFields'];
  const body =
    live === undefined && isObject(answer.body['spec'])
      ? { ...answer.body, spec: withoutFields(answer.body['spec'], ...GIVEN) }
      : answer.body;
  const stored = updateMerge({ ...input, updated: withMetadata(body, { managedFields: sent }) });
  return {
    label: live === undefined ? 'created' : 'updated',
    ours: comparable(stored, kind),
    servers: comparable(answer.body, kind),
    live: answer.body,
  };
}

/** When the server made its last entry: entries are ordered by time. */
function timeOf(object: JsonObject): string {
  const times = getArray(object, 'metadata', 'managedFields').map((entry) => getString(entry, 'time') ?? '');
  return times.toSorted().at(-1) ?? '2026-01-01T00:00:00Z';
}

/** What an editor of the live object sends: its system metadata and allocations, and otherwise what is asked. */
function overlay(live: KubernetesObject, asked: KubernetesObject): KubernetesObject {
  const spec = isObject(live['spec']) ? live['spec'] : {};
  const allocated = Object.fromEntries(GIVEN.flatMap((key) => (key in spec ? [[key, spec[key] ?? null]] : [])));
  const kept = ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields'];
  const metadata = {
    ...asked.metadata,
    ...Object.fromEntries(kept.flatMap((key) => (key in live.metadata ? [[key, live.metadata[key] ?? null]] : []))),
  };
  const own: JsonObject = isObject(asked['spec']) ? { spec: { ...asked['spec'], ...allocated } } : {};
  return { ...asked, ...own, metadata, ...(live['status'] === undefined ? {} : { status: live['status'] }) };
}

const SYSTEM = ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'namespace'];
/** What is given to a Service once its owners are known. */
const GIVEN = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'];
/** The traffic policy is taken away from Services that nobody outside can reach (`dropTypeDependentFields` of the registry). */
const ALLOCATED = [...GIVEN, 'externalTrafficPolicy'];

/** What Go leaves out of built-in types, or keeps, as the field is declared. */
function isZero(value: JsonValue): boolean {
  return value === '' || value === 0;
}

function comparable(object: KubernetesObject, kind: Kind): JsonValue {
  const { status: _, spec, ...rest } = object;
  const managedFields = getArray(object.metadata, 'managedFields').map((entry) => (isObject(entry) ? withoutFields(entry, 'time') : entry));
  const metadata = { ...withoutFields(object.metadata, ...SYSTEM), managedFields };
  const kept = kind.kind === 'Service' && isObject(spec) ? withoutFields(spec, ...ALLOCATED) : spec;
  const whole = { ...rest, metadata, ...(kept === undefined ? {} : { spec: kept }) };
  return kind.custom ? { ...whole, metadata: compact(metadata) ?? {} } : (compact(whole, isZero) ?? {});
}
