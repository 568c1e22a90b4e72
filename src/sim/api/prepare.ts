import { defaultObject, pruneUnknown, toGoForm } from '../../model/schema/index.ts';
import { isKubernetesObject, withMetadata, type Kind, type KubernetesObject } from '../../model/index.ts';
import { getNumber, isEqualJson, type JsonObject, type JsonValue } from '../../std/index.ts';
import { timeOf, type Context, type Write } from './context.ts';
import { toUid } from './identity.ts';
import { hasGeneration, hasStatus } from './traits.ts';

/** What the server sets on every object, whatever a client sends. */
const SERVER_METADATA = ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation', 'resourceVersion'];

/** An object as it is when a create begins: what only the server may set is set, unknown fields are gone, defaults are there. */
export function prepareForCreate(context: Context, kind: Kind, object: KubernetesObject): KubernetesObject {
  const identified = withMetadata(object, {
    ...Object.fromEntries(SERVER_METADATA.map((field) => [field, undefined])),
    selfLink: undefined,
    namespace: kind.namespaced ? object.metadata['namespace'] : undefined,
    uid: toUid(context.draft),
    creationTimestamp: timeOf(context),
    ...(hasGeneration(kind) ? { generation: 1 } : {}),
  });
  return defaultObject(toGoForm(kind, prune(kind, withFirstStatus(kind, identified))), context.catalog);
}

/** A built-in type holds its status by value: it is there from the beginning. */
function withFirstStatus(kind: Kind, object: KubernetesObject): KubernetesObject {
  if (!hasStatus(kind)) return object;
  const plain = without(object, 'status');
  return kind.custom ? plain : { ...plain, status: {} };
}

/** An object as an update leaves it: system metadata and status are those of the live object. */
export function prepareForUpdate(
  { context, kind }: Pick<Write, 'context' | 'kind'>,
  live: KubernetesObject,
  object: KubernetesObject,
): KubernetesObject {
  const kept = Object.fromEntries([...SERVER_METADATA, 'generateName', 'namespace'].map((field) => [field, live.metadata[field]]));
  const updated = withMetadata(object, { ...kept, selfLink: undefined });
  const status = live['status'];
  const whole = hasStatus(kind) ? { ...without(updated, 'status'), ...(status === undefined ? {} : { status }) } : updated;
  return defaultObject(toGoForm(kind, prune(kind, whole)), context.catalog);
}

/** The live object with another status, and nothing else of what was sent. */
export function prepareForStatus(kind: Kind, live: KubernetesObject, object: KubernetesObject): KubernetesObject {
  const status = object['status'];
  const whole = { ...without(live, 'status'), ...(status === undefined ? {} : { status }) };
  return toGoForm(kind, prune(kind, { ...whole, apiVersion: object.apiVersion }));
}

/** The object with its generation counted up if something was changed that is neither metadata nor status. */
export function countGeneration(kind: Kind, live: KubernetesObject, updated: KubernetesObject): KubernetesObject {
  if (!hasGeneration(kind) || isSameIntent(kind, live, updated)) return updated;
  return withMetadata(updated, { generation: (getNumber(live.metadata, 'generation') ?? 0) + 1 });
}

function isSameIntent(kind: Kind, live: KubernetesObject, updated: KubernetesObject): boolean {
  const ignored = hasStatus(kind) || !kind.custom ? ['apiVersion', 'metadata', 'status'] : ['apiVersion', 'metadata'];
  const fields = new Set([...Object.keys(live), ...Object.keys(updated)]);
  return [...fields].every((field) => ignored.includes(field) || isEqualJson(live[field], updated[field]));
}

/** Whether a write would change nothing but times in `managedFields`; the resourceVersion is then left alone. */
export function isUnchanged(live: KubernetesObject, updated: KubernetesObject): boolean {
  return isEqualJson(withoutTimes(live), withoutTimes(updated));
}

function withoutTimes(object: KubernetesObject): KubernetesObject {
  const entries = object.metadata['managedFields'];
  if (!Array.isArray(entries)) return object;
  return withMetadata(object, { managedFields: entries.map((entry: JsonValue) => dropTime(entry)), resourceVersion: undefined });
}

function dropTime(entry: JsonValue): JsonValue {
  if (typeof entry !== 'object' || entry === null || !('time' in entry)) return entry;
  const { time: _, ...rest } = entry;
  return rest;
}

function prune(kind: Kind, object: KubernetesObject): KubernetesObject {
  const pruned = pruneUnknown(kind.schema, object);
  if (!isKubernetesObject(pruned)) return object;
  return { ...pruned, apiVersion: object.apiVersion, kind: object.kind };
}

/** A copy without a top-level field. */
export function without(object: KubernetesObject, field: string): KubernetesObject {
  if (!Object.hasOwn(object, field)) return object;
  const { apiVersion, kind, metadata } = object;
  const rest: JsonObject = Object.fromEntries(Object.entries(object).filter(([name]) => name !== field));
  return { ...rest, apiVersion, kind, metadata };
}
