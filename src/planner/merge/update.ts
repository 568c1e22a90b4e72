import type { KubernetesObject, Schema } from '../../model/index.ts';
import { getArray, isObject, type JsonValue } from '../../std/index.ts';
import { compareValues } from './compare.ts';
import { FieldSet } from './field-set.ts';
import { identityOf, readManagers, writeManagers, type ManagedEntry, type Managers } from './managers.ts';
import { reconcileWithSchema } from './reconcile-schema.ts';
import { resetFieldsOf, withoutNeverOwned, withoutSystemMetadata } from './reset-fields.ts';

/** A create, an update or a patch that is already done to the object: only its ownership is still to be written. */
export interface UpdateInput {
  /** The object as it was; undefined for a create. */
  readonly live: KubernetesObject | undefined;
  /** The object as it will be stored. */
  readonly updated: KubernetesObject;
  readonly manager: string;
  readonly schema: Schema | undefined;
  /** The time for `managedFields`, RFC 3339 to the second. */
  readonly now: string;
  readonly subresource?: string;
  /** As in `ApplyInput`. */
  readonly hasStatusSubresource?: boolean;
}

const MAX_UPDATERS = 10;

/**
 * The updated object with `managedFields` as the API server would write them: the manager gains what it added or
 * changed, others lose it. An object that has a uid and no entries stays without; an empty list in the update starts
 * afresh. More than ten updaters are joined into `ancient-changes` (apimachinery `managedfields`).
 */
export function updateMerge(input: UpdateInput): KubernetesObject {
  const { live, updated, schema } = input;
  const managers = currentManagers(input);
  if (managers.size === 0 && live?.metadata['uid'] !== undefined) return withManagers(updated, managers);
  const reset = resetFieldsOf({
    ...(input.subresource === undefined ? {} : { subresource: input.subresource }),
    hasStatusSubresource: input.hasStatusSubresource ?? true,
  });
  const before = live === undefined ? zeroObjectOf(updated, schema) : withoutSystemMetadata(live);
  const entry: Omit<ManagedEntry, 'fields'> = {
    manager: input.manager === '' ? 'unknown' : input.manager,
    operation: 'Update',
    apiVersion: updated.apiVersion,
    ...(input.subresource === undefined ? {} : { subresource: input.subresource }),
    time: input.now,
  };
  return withManagers(
    updated,
    capUpdaters(recordUpdate(managers, entry, { before, after: withoutSystemMetadata(updated), schema, reset })),
  );
}

/** The entries of an object that nobody has applied yet: all it has belongs to `before-first-apply`. */
export function adoptUnmanaged(input: {
  readonly live: KubernetesObject;
  readonly schema: Schema | undefined;
  readonly now: string;
  readonly reset: FieldSet;
  readonly apiVersion: string;
}): Managers {
  const { live, schema, reset } = input;
  const entry = { manager: 'before-first-apply', operation: 'Update', apiVersion: input.apiVersion, time: input.now } as const;
  return recordUpdate(new Map(), entry, { before: zeroObjectOf(live, schema), after: withoutSystemMetadata(live), schema, reset });
}

interface Step {
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly schema: Schema | undefined;
  readonly reset: FieldSet;
}

function recordUpdate(managers: Managers, entry: Omit<ManagedEntry, 'fields'>, step: Step): Managers {
  const comparison = compareValues(step.before, step.after, step.schema);
  const gained = comparison.modified.union(comparison.added).recursiveDifference(step.reset);
  const lost = gained.union(comparison.removed.recursiveDifference(step.reset));
  const settled = new Map<string, ManagedEntry>();
  for (const [identity, other] of managers) {
    const fields = reconcileWithSchema(other.fields, step.schema).difference(lost);
    if (!fields.isEmpty) settled.set(identity, { ...other, fields });
  }
  const own = withoutNeverOwned(gained);
  if (own.isEmpty) return settled;
  const identity = identityOf(entry);
  settled.set(identity, { ...entry, fields: own.union(settled.get(identity)?.fields ?? FieldSet.EMPTY) });
  return settled;
}

function currentManagers(input: UpdateInput): Managers {
  const ofLive = (): Managers => (input.live === undefined ? undefined : readManagers(input.live)) ?? new Map<string, ManagedEntry>();
  if (input.subresource !== undefined) return ofLive();
  const given = input.updated.metadata['managedFields'];
  if (Array.isArray(given) && isReset(getArray(input.updated.metadata, 'managedFields'))) return new Map();
  const managers = readManagers(input.updated);
  return managers === undefined || managers.size === 0 ? ofLive() : managers;
}

function isReset(entries: readonly JsonValue[]): boolean {
  const [first, second] = entries;
  return first === undefined || (second === undefined && isObject(first) && Object.keys(first).length === 0);
}

function withManagers(object: KubernetesObject, managers: Managers): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: managers.size === 0 ? metadata : { ...metadata, managedFields: writeManagers(managers) } };
}

/** The oldest updaters beyond the limit, joined into one entry a version. */
function capUpdaters(managers: Managers): Managers {
  const updaters = [...managers].filter(([, entry]) => entry.operation === 'Update');
  let excess = updaters.length - MAX_UPDATERS;
  if (excess <= 0) return managers;
  const capped = new Map(managers);
  const oldest = updaters.toSorted(([a, x], [b, y]) => timeOf(x) - timeOf(y) || (a < b ? -1 : 1));
  const first = new Map<string, string>();
  for (const [identity, entry] of oldest) {
    if (excess <= 0) break;
    const start = first.get(entry.apiVersion);
    if (start === undefined) {
      first.set(entry.apiVersion, identity);
      continue;
    }
    const bucket = { manager: 'ancient-changes', operation: 'Update', apiVersion: entry.apiVersion } as const;
    const key = identityOf(bucket);
    const joined = capped.get(key) ?? capped.get(start);
    if (!capped.has(key)) capped.delete(start);
    capped.delete(identity);
    const time = entry.time === undefined ? {} : { time: entry.time };
    capped.set(key, { ...bucket, ...time, fields: entry.fields.union(joined?.fields ?? FieldSet.EMPTY) });
    excess--;
  }
  return capped;
}

function timeOf(entry: ManagedEntry): number {
  const time = Date.parse(entry.time ?? '');
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000);
}

/** Fields of built-in types that are structs, not pointers to them: a new object has them, and its required lists, before anything is set. */
const STRUCTS = new Set([
  'jobTemplate',
  'metadata',
  'names',
  'podSelector',
  'resources',
  'spec',
  'status',
  'strategy',
  'template',
  'updateStrategy',
]);

function zeroObjectOf(object: KubernetesObject, schema: Schema | undefined): JsonValue {
  const zero = schema?.definition?.startsWith('io.k8s.') === true ? zeroOf(schema) : {};
  return { ...zero, apiVersion: object.apiVersion, kind: object.kind, metadata: {} };
}

function zeroOf(schema: Schema): Record<string, JsonValue> {
  const zero: Record<string, JsonValue> = {};
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (STRUCTS.has(name) && field.properties !== undefined) zero[name] = zeroOf(field);
    else if (field.type === 'array' && schema.required?.includes(name) === true) zero[name] = [];
  }
  return zero;
}
