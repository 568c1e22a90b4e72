import { gvkOf, isKubernetesObject, withMetadata, type KubernetesObject, type SchemaCatalog } from '../../src/model/index.ts';
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
import { findDifference } from './compact.ts';
import type { Comparison, Judge, Setting, Trial } from './judge.ts';
import { applyOurs, comparable, GIVEN, makeMergeCase, MERGE_BRANCHES, timeOf, updateOurs, type MergeQuestion } from './merge-steps.ts';
import { GADGETS, readGadgetDefinition } from './objects.ts';

const NAMESPACE = 'judged-merge';

/**
 * Whether `applyMerge` and `updateMerge` make what the API server makes of the same applies and updates by three managers.
 * What is updated is given to `updateMerge` in the form in which the server has stored it, as its contract asks.
 */
export const mergeJudge: Judge = { subject: 'server-side-apply', cases: 500, parallel: 6, branches: MERGE_BRANCHES, prepare };

async function prepare({ client, catalog }: Setting): Promise<Trial> {
  await client.createNamespace(NAMESPACE);
  const definition = readGadgetDefinition();
  await client.define(definition, GADGETS);
  const known = catalog.withCustomResources([definition]);
  let next = 0;
  return {
    generate: makeMergeCase,
    compare: (input) => compare(input, `m${++next}`, known, client),
  };
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

interface Compared {
  readonly label: string;
  /** Undefined where there is nothing to compare: the server refused by a rule that is no matter of merging. */
  readonly ours: JsonValue | undefined;
  readonly servers: JsonValue;
  readonly live?: KubernetesObject;
}

async function apply(question: MergeQuestion, client: Client): Promise<Compared> {
  const { kind, asked, manager, force } = question;
  const path = `${folderOf(kind, NAMESPACE)}/${getString(asked.metadata, 'name') ?? ''}?fieldManager=${manager}&force=${force}`;
  const answer = await client.send('PATCH', path, asked, 'application/apply-patch+yaml');
  const ours = applyOurs(question, timeOf(answer.body));
  const isConflict = isObject(ours) && 'conflict' in ours;
  if (answer.status === 409) {
    return {
      label: 'conflict',
      ours: isConflict ? ours : { conflict: null },
      servers: { conflict: getString(answer.body, 'message') ?? '' },
    };
  }
  if (answer.status >= 300 || !isKubernetesObject(answer.body)) return { label: 'refused by validation', ours: undefined, servers: null };
  if (isConflict) return { label: 'applied', ours, servers: { conflict: null } };
  return { label: force ? 'applied by force' : 'applied', ours, servers: comparable(answer.body, kind), live: answer.body };
}

async function update(question: MergeQuestion, client: Client): Promise<Compared> {
  const { kind, live, asked, manager } = question;
  const updated = live === undefined ? asked : overlay(live, asked);
  const query = `fieldManager=${manager}`;
  const folder = folderOf(kind, NAMESPACE);
  const answer =
    live === undefined
      ? await client.send('POST', `${folder}?${query}`, updated)
      : await client.send('PUT', `${folder}/${getString(asked.metadata, 'name') ?? ''}?${query}`, updated);
  if (answer.status >= 300 || !isKubernetesObject(answer.body)) return { label: 'refused by validation', ours: undefined, servers: null };
  return {
    label: live === undefined ? 'created' : 'updated',
    ours: updateOurs(question, answer.body, updated.metadata['managedFields']),
    servers: comparable(answer.body, kind),
    live: answer.body,
  };
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
