import type { StatusError, WriteResult } from '../../cluster/index.ts';
import { nameOf, namespaceOf, refKeyOf, withMetadata, type Kind, type KubernetesObject } from '../../model/index.ts';
import { applyMerge, listDuplicates, updateMerge } from '../../planner/index.ts';
import { formatFieldPath, type FieldConflict } from '../../planner/index.ts';
import { getArray, getString } from '../../std/index.ts';
import { admit, checkExcess } from './admission.ts';
import { checkNamespaceOf } from './admission/namespace.ts';
import { checkObject, findNulls } from './checks.ts';
import { timeOf, type Context, type Write } from './context.ts';
import { generateName } from './identity.ts';
import { locate, type Located } from './locate.ts';
import { countGeneration, isUnchanged, prepareForCreate, prepareForStatus, prepareForUpdate } from './prepare.ts';
import { alreadyExists, badRequest, conflict, notFound, notServed, OBJECT_MODIFIED, versionWanted } from './status-errors.ts';
import { hasStatus, isMadeByUpdate, needsResourceVersion } from './traits.ts';

const RESOURCE_VERSION_ON_CREATE: StatusError = {
  kind: 'error',
  code: 500,
  reason: 'Unknown',
  message: 'resourceVersion should not be set on objects to be created',
};
const NAME_ATTEMPTS = 8;

/** Creates an object (`POST`). */
export function create(context: Context, object: KubernetesObject): WriteResult {
  const located = locate(context, object);
  if ('refusal' in located) return located.refusal;
  const refusal = (getString(located.object.metadata, 'resourceVersion') ?? '') === '' ? undefined : RESOURCE_VERSION_ON_CREATE;
  return make(context, located, refusal);
}

/** Stores a new object, unless its storage would refuse it. */
function make(context: Context, located: Located, refusal?: StatusError): WriteResult {
  const input = mergeInput(context, located.kind);
  const own = (prepared: KubernetesObject): KubernetesObject =>
    updateMerge({ ...input, live: undefined, updated: prepared, manager: context.fieldManager });
  return store(context, located, own, refusal);
}

/** What an update makes where there is nothing yet may not ask for a certain object. */
function makeByUpdate(context: Context, located: Located): WriteResult {
  const { kind, name, object } = located;
  const uid = getString(object.metadata, 'uid') ?? '';
  if (uid !== '') return conflict(kind, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: `);
  return make(context, located);
}

/** Replaces an object (`PUT`); of some kinds makes it where there is none. */
export function update(context: Context, object: KubernetesObject): WriteResult {
  const located = locate(context, object);
  if ('refusal' in located) return located.refusal;
  const { kind, live, name } = located;
  if (live === undefined) return isMadeByUpdate(kind) ? makeByUpdate(context, located) : notFound(kind, name);
  const stale = checkPreconditions(located, live, needsResourceVersion(kind));
  if (stale !== undefined) return stale;
  const prepared = prepareForUpdate({ context, kind }, live, located.object);
  const owned = updateMerge({ ...mergeInput(context, kind), live, updated: prepared, manager: context.fieldManager });
  return replace({ context, kind, live }, owned);
}

/** Replaces the status of an object (`PUT .../status`). */
export function updateStatus(context: Context, object: KubernetesObject): WriteResult {
  const located = locate(context, object);
  if ('refusal' in located) return located.refusal;
  const { kind, live, name } = located;
  if (!hasStatus(kind)) return notServed();
  if (live === undefined) return notFound(kind, name);
  const stale = checkPreconditions(located, live, needsResourceVersion(kind));
  if (stale !== undefined) return stale;
  const updated = prepareForStatus(kind, live, located.object);
  const owned = updateMerge({ ...mergeInput(context, kind), live, updated, manager: context.fieldManager, subresource: 'status' });
  return commit(context, live, owned);
}

/** Applies an object (`PATCH` with `application/apply-patch+yaml`): creates it, or merges it by field ownership. */
export function apply(context: Context, object: KubernetesObject, force: boolean): WriteResult {
  const located = locate(context, object);
  if ('refusal' in located) return located.refusal;
  const { kind, live } = located;
  if (getArray(object.metadata, 'managedFields').length > 0) return badRequest('metadata.managedFields must be nil');
  const untyped = checkDuplicates(located);
  if (untyped !== undefined) return untyped;
  const absent = live === undefined ? checkAbsent(located) : undefined;
  if (absent !== undefined) return absent;
  const input = { ...mergeInput(context, kind), live, applied: located.object, manager: context.fieldManager, force };
  const outcome = applyMerge({ ...input, keepsNulls: kind.custom });
  if (outcome.kind === 'conflict') return applyConflict(outcome.message, outcome.conflicts);
  if (live === undefined)
    return store(context, { ...located, object: outcome.object }, (prepared) => keepManagers(prepared, outcome.object));
  const stale = checkPreconditions(located, live, false);
  if (stale !== undefined) return stale;
  const prepared = prepareForUpdate({ context, kind }, live, outcome.object);
  return replace({ context, kind, live, merged: outcome.object }, keepManagers(prepared, outcome.object));
}

function store(
  context: Context,
  located: Located,
  own: (prepared: KubernetesObject) => KubernetesObject,
  unstorable?: StatusError,
): WriteResult {
  const { kind } = located;
  const homeless = checkNamespaceOf({ context, kind, live: undefined }, located.object);
  if (homeless !== undefined) return homeless;
  const object = located.name === '' ? withGeneratedName(context, located.object) : located.object;
  const admitted = admit({ context, kind, live: undefined }, own(prepareForCreate(context, kind, object)));
  if ('refusal' in admitted) return admitted.refusal;
  const made = { context, kind, live: undefined };
  const refusal = checkObject(made, admitted.object) ?? checkExcess(made, admitted.object);
  if (refusal !== undefined) return refusal;
  if (unstorable !== undefined) return unstorable;
  const existing = context.draft.get(refKeyOf(admitted.object));
  if (existing !== undefined) return alreadyExists(kind, nameOf(existing), existing.metadata['deletionTimestamp'] !== undefined);
  return { kind: 'ok', object: context.draft.put(admitted.object), operation: 'created' };
}

interface Replacement extends Write {
  readonly live: KubernetesObject;
  /** What an apply has merged, before nulls are dropped and defaults are filled in. */
  readonly merged?: KubernetesObject;
}

function replace(write: Replacement, prepared: KubernetesObject): WriteResult {
  const { context, kind, live, merged } = write;
  const admitted = admit(write, prepared);
  if ('refusal' in admitted) return admitted.refusal;
  const counted = countGeneration(kind, live, admitted.object);
  const refusal = checkObject(write, counted, merged === undefined ? [] : findNulls(write, merged));
  return refusal ?? commit(context, live, counted);
}

function commit(context: Context, live: KubernetesObject, updated: KubernetesObject): WriteResult {
  if (isUnchanged(live, updated)) return { kind: 'ok', object: live, operation: 'unchanged' };
  if (!isFinished(updated)) return { kind: 'ok', object: context.draft.put(updated), operation: 'updated' };
  // What was to be stored is answered, and never stored.
  context.draft.remove(live);
  return { kind: 'ok', object: withMetadata(updated, { resourceVersion: live.metadata['resourceVersion'] }), operation: 'deleted' };
}

/** Whether nothing holds back the removal of an object that is being deleted. */
export function isFinished(object: KubernetesObject): boolean {
  if (object.metadata['deletionTimestamp'] === undefined || getArray(object.metadata, 'finalizers').length > 0) return false;
  if (object.kind === 'Namespace' && object.apiVersion === 'v1') return getArray(object, 'spec', 'finalizers').length === 0;
  return (object.metadata['deletionGracePeriodSeconds'] ?? 0) === 0;
}

function checkPreconditions(located: Located, live: KubernetesObject, needsVersion: boolean): StatusError | undefined {
  const { kind, name, object } = located;
  const uid = getString(object.metadata, 'uid') ?? '';
  const liveUid = getString(live.metadata, 'uid') ?? '';
  if (uid !== '' && uid !== liveUid) {
    return conflict(kind, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${liveUid}`);
  }
  const version = getString(object.metadata, 'resourceVersion') ?? '';
  if (version === '' && needsVersion) {
    return versionWanted(kind, name);
  }
  return version === '' || version === live.metadata['resourceVersion'] ? undefined : conflict(kind, name, OBJECT_MODIFIED);
}

function checkAbsent(located: Located): StatusError | undefined {
  const { kind, name, object } = located;
  const uid = getString(object.metadata, 'uid') ?? '';
  return uid === ''
    ? undefined
    : conflict(kind, name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`);
}

/** The server cannot make a typed object of what has two items of one key, and says so without a reason. */
function checkDuplicates({ kind, name, object }: Located): StatusError | undefined {
  const problems = listDuplicates(object, kind.schema).map(
    (path) => `${formatFieldPath(path.slice(0, -1))}: duplicate entries for key ${formatFieldPath(path.slice(-1))}`,
  );
  if (problems.length === 0) return undefined;
  const what = `${namespaceOf(object) ?? ''}/${name}; ${object.apiVersion.includes('/') ? '' : '/'}${object.apiVersion}, Kind=${object.kind}`;
  const list = problems.length === 1 ? problems.join() : `errors:${problems.map((text) => `\n  ${text}`).join('')}`;
  return { kind: 'error', code: 500, reason: 'Unknown', message: `failed to create typed patch object (${what}): ${list}` };
}

function applyConflict(message: string, conflicts: readonly FieldConflict[]): StatusError {
  const causes = conflicts.map((item) => {
    const subresource = item.subresource === undefined ? '' : ` with subresource "${item.subresource}"`;
    const version = item.operation === 'Update' ? ` using ${item.apiVersion}` : '';
    const text = `conflict with "${item.manager}"${subresource}${version}`;
    return { reason: 'FieldManagerConflict', message: text, field: formatFieldPath(item.path) };
  });
  return { kind: 'error', code: 409, reason: 'Conflict', message, causes };
}

function withGeneratedName(context: Context, object: KubernetesObject): KubernetesObject {
  const base = getString(object.metadata, 'generateName') ?? '';
  if (base === '') return object;
  let named = object;
  for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
    named = withMetadata(object, { name: generateName(context.draft, base, attempt) });
    if (context.draft.get(refKeyOf(named)) === undefined) break;
  }
  return named;
}

function keepManagers(prepared: KubernetesObject, merged: KubernetesObject): KubernetesObject {
  return withMetadata(prepared, { managedFields: merged.metadata['managedFields'] });
}

function mergeInput(context: Context, kind: Kind): { schema: Kind['schema']; now: string; hasStatusSubresource: boolean } {
  return { schema: kind.schema, now: timeOf(context), hasStatusSubresource: hasStatus(kind) };
}
