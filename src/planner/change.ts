import { refuseRoleChange } from '../engine/rbac/index.ts';
import {
  describe,
  isKubernetesObject,
  toFinding,
  withMetadata,
  type Change,
  type FieldChange,
  type Finding,
  type ObjectRef,
  type KubernetesObject,
  type Schema,
  mayTakeOver,
} from '../model/index.ts';
import { defaultObject, keepAllocated, withoutAllocated } from '../model/schema/index.ts';
import { isEqualJson, toFieldPath, toPointer, type JsonValue } from '../std/index.ts';
import { keptPreconditionOf } from './applied-hash.ts';
import { canonicalOf, hasOwnStatus, withoutSystemFields } from './canonical.ts';
import { diffValues } from './diff.ts';
import { markDrift } from './drift.ts';
import { preconditionOf } from './fields-hash.ts';
import type { Desired, PlanInput, ServerAnswer, UpdateProblem } from './input.ts';
import { applyMerge, formatFieldPath, mergeValues, type FieldConflict } from './merge/index.ts';
import { atField, lineOf, toIndexPath } from './place.ts';
import { losesData } from './protected.ts';
import { toRefused } from './refusal.ts';
import { hashSecret } from './secret.ts';
import { isUnchangedByApply } from './unchanged.ts';

/** What happens to one desired object. */
export interface PlannedChange {
  readonly change: Change;
  /** The object in the world after; the live object itself where nothing changes. */
  readonly after: KubernetesObject;
  readonly findings: readonly Finding[];
}

type Settings = Pick<PlanInput, 'catalog' | 'fieldManager' | 'forceConflicts' | 'judgeUpdate' | 'mode' | 'now' | 'salt'>;

interface Memo extends PlannedChange {
  readonly live: KubernetesObject | undefined;
  readonly schema: Schema | undefined;
  readonly settings: KnownSettings;
}

/** What says whether a change would be planned again as it was: nothing that keeps worlds and other manifests alive. */
type KnownSettings = Pick<Settings, 'catalog' | 'fieldManager' | 'forceConflicts' | 'mode' | 'salt'>;

/** What is said of a field that may not change: to have it so, the object has to be made anew. */
const FIXED = 'KV0126';

const memo = new WeakMap<Desired, Memo>();

/**
 * What happens to an object: created, updated, replaced where an immutable field changes, or nothing. Remembered for as
 * long as neither the manifest nor the live object changes.
 */
export function planChange(desired: Desired, live: KubernetesObject | undefined, settings: Settings): PlannedChange {
  const known = memo.get(desired);
  if (known !== undefined && known.live === live && isSame(known, settings, desired.ref)) return known;
  const schema = settings.catalog.find(desired.ref)?.schema;
  const planned = live === undefined ? planCreate(desired, settings) : planUpdate(desired, live, schema, settings);
  const { catalog, fieldManager, forceConflicts, mode, salt } = settings;
  memo.set(desired, { ...planned, live, schema, settings: { catalog, fieldManager, forceConflicts, mode, salt } });
  return planned;
}

/** A live object that runs to an end: it is made anew, or it stays as it is, whatever its manifest says. */
export function planRerun(desired: Desired, live: KubernetesObject, runs: boolean, settings: Settings): PlannedChange {
  if (!runs) return { change: toChange('none', desired, live, settings), after: live, findings: [] };
  const change = { ...toChange('replace', desired, live, settings), reason: 'a hook, which runs again: deleted, then created' };
  return { change, after: desired.object, findings: [] };
}

function isSame({ settings: was, schema }: Memo, is: KnownSettings, ref: ObjectRef): boolean {
  if (was.fieldManager !== is.fieldManager || was.forceConflicts !== is.forceConflicts) return false;
  if (was.mode !== is.mode || was.salt !== is.salt) return false;
  return was.catalog === is.catalog || schema === is.catalog.find(ref)?.schema;
}

/** As `planChange`, where the API server was asked: what it answered, in place of the local merge. */
export function confirmChange(desired: Desired, live: KubernetesObject | undefined, answer: ServerAnswer, input: PlanInput): PlannedChange {
  const planned = planChange(desired, live, input);
  switch (answer.kind) {
    case 'unknown':
      return { ...planned, change: { ...planned.change, unconfirmed: answer.reason } };
    case 'refused':
      return { ...planned, ...toRefused(planned, desired, answer.refusal, input) };
    case 'accepted': {
      if (answer.object === undefined) return planned;
      const stored = withoutAllocated(
        hashSecret(answer.object, input.salt),
        live === undefined ? [desired.object] : [desired.object, live],
      );
      return live === undefined
        ? acceptCreate(planned, stored, answer, input)
        : acceptUpdate({ planned, desired, live, stored, mutated: answer.mutated }, input);
    }
  }
}

function acceptCreate(
  { change }: PlannedChange,
  stored: KubernetesObject,
  { mutated, doubt }: Extract<ServerAnswer, { kind: 'accepted' }>,
  settings: Settings,
): PlannedChange {
  const merged = canonicalOf(stored, settings.catalog);
  const schema = settings.catalog.find(change.ref)?.schema;
  const added = mutated && change.merged !== undefined ? diffValues(change.merged, merged, schema) : [];
  const fields = added.map((field) => ({ ...field, by: 'admission' as const }));
  const after = withoutSystemFields(stored, settings.catalog.find(change.ref));
  const standing = doubt === undefined ? { confirmed: true as const } : { unconfirmed: doubt };
  return { change: { ...change, fields, merged, ...standing }, after, findings: [] };
}

interface Accepted {
  readonly planned: PlannedChange;
  readonly desired: Desired;
  readonly live: KubernetesObject;
  readonly stored: KubernetesObject;
  readonly mutated: boolean;
}

function acceptUpdate({ planned, desired, live, stored, mutated }: Accepted, settings: Settings): PlannedChange {
  const schema = settings.catalog.find(desired.ref)?.schema;
  const view = hashSecret(live, settings.salt);
  const before = canonicalOf(view, settings.catalog);
  const merged = canonicalOf(stored, settings.catalog);
  const fields = diffValues(comparable(before, settings), comparable(merged, settings), schema);
  if (fields.length === 0) return { change: toChange('none', desired, live, settings), after: live, findings: [] };
  const ours = planned.change.action === 'update' ? planned.change.merged : undefined;
  const unforeseen = ours === undefined ? [] : diffValues(comparable(ours, settings), comparable(merged, settings), schema);
  const by = mutated ? ('admission' as const) : ('server' as const);
  const told = fields.map((field) => (unforeseen.some(({ path }) => isWithin(path, field.path)) ? { ...field, by } : field));
  const marked = markDrift(told, { live: view, applied: desired.object, merged, manager: settings.fieldManager, schema });
  const change = { ...toChange('update', desired, live, settings), fields: marked, merged, confirmed: true as const };
  return { change, after: withStatusOf(stored, live), findings: [] };
}

function isWithin(pointer: string, outer: string): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`) || outer.startsWith(`${pointer}/`);
}

function planCreate(desired: Desired, settings: Settings): PlannedChange {
  return { change: toChange('create', desired, undefined, settings), after: desired.object, findings: [] };
}

function planUpdate(desired: Desired, live: KubernetesObject, schema: Schema | undefined, settings: Settings): PlannedChange {
  const known = hashSecret(live, settings.salt);
  const view = settings.mode === 'revision' ? asApplied(known, desired.object, schema, settings) : known;
  const unchanged = { change: toChange('none', desired, live, settings), after: live, findings: [] };
  if (settings.mode === 'live' && isUnchangedByApply(view, desired.object, settings)) return unchanged;
  const { merged: laid, conflicts } = mergeOnto(desired, view, schema, settings);
  if (laid === view) return unchanged;
  const merged = keepAllocated(view, laid);
  const before = canonicalOf(view, settings.catalog);
  const after = canonicalOf(merged, settings.catalog);
  const fields = diffValues(comparable(before, settings), comparable(after, settings), schema);
  if (fields.length === 0) return unchanged;
  const problems = settings.judgeUpdate(withStatusOf(before, view), withStatusOf(after, view));
  const fixed = problems.find(({ code }) => code === FIXED);
  if (fixed !== undefined) return planReplace({ desired, live, fields, fixed }, settings);
  const findings = [
    ...conflicts.map((conflict) => toConflictFinding(desired, conflict, schema)),
    ...problems.map((problem) => toRefusal(problem, desired, after, settings)),
  ];
  const marked = markDrift(fields, { live: view, applied: desired.object, merged: after, manager: settings.fieldManager, schema });
  const change = { ...toChange('update', desired, live, settings), fields: marked, merged: after };
  return { change, after: settings.mode === 'revision' ? desired.object : withStatusOf(merged, live), findings };
}

/** What the server would say of both objects together, where the manifest says what is wrong. */
function toRefusal({ code, path, data }: UpdateProblem, desired: Desired, after: KubernetesObject, { catalog }: Settings): Finding {
  const pointer = toPointer(path);
  return toFinding(code, { ref: desired.ref, path: pointer, source: atField(desired, after, pointer, catalog), data });
}

/** A cluster may be read in another version than the manifest's: that alone is no change to it. */
function comparable(object: KubernetesObject, settings: Settings): JsonValue {
  if (settings.mode === 'revision') return object;
  const { apiVersion: _, ...rest } = object;
  return rest;
}

interface Replaced {
  readonly desired: Desired;
  readonly live: KubernetesObject;
  readonly fields: readonly FieldChange[];
  /** Why it cannot be updated. */
  readonly fixed: UpdateProblem;
}

function planReplace({ desired, live, fields, fixed }: Replaced, settings: Settings): PlannedChange {
  const ref = desired.ref;
  const place = toPointer(fixed.path);
  const path = fields.find((field) => isWithin(field.path, place))?.path ?? place;
  const source = atField(desired, desired.object, path, settings.catalog);
  const why = refuseRoleChange(live, desired.object);
  const code = losesData(desired.object) ? 'KP0103' : why === undefined ? 'KP0102' : 'KA0302';
  const field = `.${toFieldPath(fixed.path)}`;
  const refusal = describe({ code: fixed.code, data: fixed.data });
  const finding = toFinding(code, {
    ref,
    path,
    source,
    data: { kind: ref.kind, field, refusal, ...(why === undefined ? {} : { why }) },
  });
  const change = {
    ...toChange('replace', desired, live, settings),
    fields,
    reason: `${field} is immutable: deleted, then created`,
  };
  return { change, after: desired.object, findings: [finding] };
}

function mergeOnto(
  desired: Desired,
  view: KubernetesObject,
  schema: Schema | undefined,
  settings: Settings,
): { readonly merged: KubernetesObject; readonly conflicts: readonly FieldConflict[] } {
  const { object } = desired;
  if (isEqualJson(object, view)) return { merged: view, conflicts: [] };
  if (view.metadata['managedFields'] === undefined) return { merged: overlay(object, view, schema), conflicts: [] };
  const hasStatusSubresource = hasOwnStatus(settings.catalog.find(desired.ref));
  const input = { live: view, applied: object, manager: settings.fieldManager, schema, now: settings.now, hasStatusSubresource };
  const outcome = applyMerge({ ...input, force: settings.forceConflicts === true });
  if (outcome.kind === 'ok') return { merged: outcome.object, conflicts: [] };
  const forced = applyMerge({ ...input, force: true });
  return {
    merged: forced.kind === 'ok' ? forced.object : view,
    conflicts: outcome.conflicts.filter(({ manager }) => !mayTakeOver(settings.forceConflicts, manager)),
  };
}

/** What a cluster would hold that an earlier revision was applied to: only so are defaults that depend on other fields seen to stay. */
function asApplied(earlier: KubernetesObject, desired: KubernetesObject, schema: Schema | undefined, settings: Settings): KubernetesObject {
  if (isEqualJson(earlier, desired)) return desired;
  const input = { live: undefined, applied: earlier, manager: settings.fieldManager, force: true, schema, now: settings.now };
  const outcome = applyMerge(input);
  return outcome.kind === 'ok' ? defaultObject(outcome.object, settings.catalog) : earlier;
}

/** Where a dump left out who owns what, nothing can be known to be dropped, and nobody to be in the way. */
function overlay(object: KubernetesObject, view: KubernetesObject, schema: Schema | undefined): KubernetesObject {
  const merged = mergeValues(view, object, schema);
  return isKubernetesObject(merged) ? merged : view;
}

function withStatusOf(merged: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const plain = withMetadata(merged, { managedFields: undefined });
  return live['status'] === undefined || plain['status'] !== undefined ? plain : { ...plain, status: live['status'] };
}

function toChange(action: Change['action'], desired: Desired, live: KubernetesObject | undefined, settings: Settings): Change {
  const ref = desired.ref;
  if (action === 'none') return { action, ref, fields: [], precondition: keptPrecondition(live, settings) };
  return {
    action,
    ref,
    fields: [],
    source: lineOf(desired.manifest.origin),
    desired: desired.object,
    ...(action === 'update' ? {} : { merged: canonicalOf(desired.object, settings.catalog) }),
    precondition: preconditionOf(live, settings.salt),
  };
}

function keptPrecondition(live: KubernetesObject | undefined, { fieldManager, mode, salt }: Settings): Change['precondition'] {
  const kept = live === undefined || mode === 'revision' ? undefined : keptPreconditionOf(live, fieldManager, salt);
  return kept ?? { kind: 'absent' };
}

function toConflictFinding(desired: Desired, conflict: FieldConflict, schema: Schema | undefined): Finding {
  const field = formatFieldPath(conflict.path);
  const path = toIndexPath(conflict.path, desired.manifest.object, schema);
  return toFinding('KP0101', {
    ref: desired.ref,
    path: toPointer(path),
    source: desired.manifest.origin.locate(path),
    data: {
      manager: conflict.manager,
      field,
      version: conflict.apiVersion,
      written: conflict.time === undefined ? '' : `, last written ${conflict.time}`,
    },
  });
}
