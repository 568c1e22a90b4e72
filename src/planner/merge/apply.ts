import { isKubernetesObject, type KubernetesObject, type Schema } from '../../model/index.ts';
import type { JsonValue } from '../../std/index.ts';
import { compareValues, type Comparison } from './compare.ts';
import { formatConflicts, toConflicts, type FieldConflict } from './conflict.ts';
import { FieldSet } from './field-set.ts';
import { identityOf, isSameOwnership, readManagers, writeManagers, type ManagedEntry, type Managers } from './managers.ts';
import { mergeValues, withoutNulls } from './merge-values.ts';
import { pruneDropped } from './prune.ts';
import { reconcileWithSchema } from './reconcile-schema.ts';
import { resetFieldsOf, restoreResetFields, withoutNeverOwned, withoutSystemMetadata, withSystemMetadataOf } from './reset-fields.ts';
import { adoptUnmanaged } from './update.ts';
import { fieldSetOf } from './value-fields.ts';

/** A server-side apply: what is applied, over what, by whom. */
export interface ApplyInput {
  /** The object as it is; undefined if there is none. */
  readonly live: KubernetesObject | undefined;
  readonly applied: KubernetesObject;
  readonly manager: string;
  /** Takes over fields of other managers instead of refusing. */
  readonly force: boolean;
  /** The schema of the kind, with `metadata`; undefined for a kind that nothing is known of. */
  readonly schema: Schema | undefined;
  /** The time for `managedFields`, RFC 3339 to the second. */
  readonly now: string;
  readonly subresource?: string;
  /** False for custom resources without a status subresource, whose status is a field as any other. Default: true. */
  readonly hasStatusSubresource?: boolean;
  /** Leaves a null where a map or list lost all that it had, as the server does until it has validated. Default: false. */
  readonly keepsNulls?: boolean;
}

/** The outcome of an apply. `message` is that of the API server's 409. */
export type ApplyOutcome =
  | { readonly kind: 'ok'; readonly object: KubernetesObject; readonly changed: boolean }
  | { readonly kind: 'conflict'; readonly conflicts: readonly FieldConflict[]; readonly message: string };

/**
 * Server-side apply: merges by the schema's list and map types, removes what the manager applied before and no longer
 * does, refuses fields that others own with other values, and keeps `managedFields`. Defaults are not filled in; uid,
 * resourceVersion and generation are those of the live object. `changed` says whether more than times would be written.
 * Source of the rules: sigs.k8s.io/structured-merge-diff, apimachinery `managedfields` (KEP-555). All versions of a kind
 * are taken to have the same fields.
 */
export function applyMerge(input: ApplyInput): ApplyOutcome {
  const { live, schema } = input;
  const write = {
    ...(input.subresource === undefined ? {} : { subresource: input.subresource }),
    hasStatusSubresource: input.hasStatusSubresource ?? true,
  };
  const reset = resetFieldsOf(write);
  const before = live === undefined ? emptyOf(input.applied) : withoutSystemMetadata(live);
  const applied = withoutSystemMetadata(input.applied);
  const managers = new Map(startingManagers(input, reset));
  const own: ManagedEntry = {
    manager: input.manager,
    operation: 'Apply',
    apiVersion: applied.apiVersion,
    ...(input.subresource === undefined ? {} : { subresource: input.subresource }),
    fields: fieldSetOf(applied, schema).recursiveDifference(reset),
  };
  const last = managers.get(identityOf(own));
  managers.set(identityOf(own), own);
  const sets = { last: last?.fields ?? FieldSet.EMPTY, owned: [...managers.values()].map((entry) => entry.fields) };
  const laid = mergeValues(before, applied, schema) ?? {};
  const pruned = pruneDropped(laid, sets, schema);
  const comparison = withoutReset(compareValues(before, pruned, schema), reset);
  const conflicts = conflictsWith(managers, own, comparison);
  if (conflicts.length > 0 && !input.force) return { kind: 'conflict', conflicts, message: formatConflicts(conflicts) };
  const keepsNulls = input.keepsNulls === true || pruned === laid;
  const merged = asObject(keepsNulls ? pruned : withoutNulls(pruned, schema), applied);
  const isSame = merged === before && live !== undefined;
  const time = isSame ? last?.time : input.now;
  const after = settle(managers, own, comparison, time);
  return toOutcome(input, restoreResetFields(merged, live, write), after, isSame);
}

function toOutcome(input: ApplyInput, merged: KubernetesObject, managers: Managers, isSame: boolean): ApplyOutcome {
  const { live } = input;
  if (live !== undefined && isSame) {
    const before = readManagers(live);
    if (before !== undefined && isSameOwnership(before, managers)) return { kind: 'ok', object: live, changed: false };
  }
  const object = withSystemMetadataOf(merged, live);
  const metadata = managers.size === 0 ? object.metadata : { ...object.metadata, managedFields: writeManagers(managers) };
  return { kind: 'ok', object: { ...object, metadata }, changed: true };
}

function startingManagers(input: ApplyInput, reset: FieldSet): Managers {
  const { live, schema } = input;
  if (live === undefined) return new Map();
  const managers = readManagers(live) ?? new Map<string, ManagedEntry>();
  if (managers.size === 0) return adoptUnmanaged({ live, schema, now: input.now, reset, apiVersion: input.applied.apiVersion });
  return new Map([...managers].map(([identity, entry]) => [identity, { ...entry, fields: reconcileWithSchema(entry.fields, schema) }]));
}

function conflictsWith(managers: Managers, own: ManagedEntry, comparison: Comparison): readonly FieldConflict[] {
  const changed = comparison.modified.union(comparison.added);
  if (changed.isEmpty) return [];
  return [...managers.keys()].toSorted().flatMap((identity) => {
    const entry = managers.get(identity);
    if (entry === undefined || entry === own) return [];
    return toConflicts({ ...entry, fields: entry.fields.intersection(changed) });
  });
}

/** The entries once the apply is done: others lose what was taken over or removed, and go when nothing is left. */
function settle(managers: Managers, own: ManagedEntry, comparison: Comparison, time: string | undefined): Managers {
  const lost = comparison.modified.union(comparison.added).union(comparison.removed);
  const settled = new Map<string, ManagedEntry>();
  for (const [identity, entry] of managers) {
    const fields = entry === own ? withoutNeverOwned(entry.fields) : entry.fields.difference(lost);
    if (fields.isEmpty) continue;
    settled.set(identity, entry === own && time !== undefined ? { ...entry, fields, time } : { ...entry, fields });
  }
  return settled;
}

function withoutReset(comparison: Comparison, reset: FieldSet): Comparison {
  if (reset.isEmpty) return comparison;
  return {
    removed: comparison.removed.recursiveDifference(reset),
    modified: comparison.modified.recursiveDifference(reset),
    added: comparison.added.recursiveDifference(reset),
  };
}

function emptyOf(object: KubernetesObject): KubernetesObject {
  return { apiVersion: object.apiVersion, kind: object.kind, metadata: {} };
}

function asObject(value: JsonValue | undefined, applied: KubernetesObject): KubernetesObject {
  return isKubernetesObject(value) ? value : applied;
}
