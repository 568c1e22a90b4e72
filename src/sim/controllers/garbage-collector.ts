import {
  namespaceOf,
  parseApiVersion,
  refKeyOf,
  refOf,
  toRefKey,
  withMetadata,
  type KubernetesObject,
  type RefKey,
} from '../../model/index.ts';
import { getArray, getBoolean, getString, type JsonValue } from '../../std/index.ts';
import type { Context } from '../api/context.ts';
import { FOREGROUND, ORPHAN, remove } from '../api/delete.ts';
import { isFinished } from '../api/write.ts';
import { CONTENT, isGoing, type Controller, type Surroundings } from './controller.ts';

/** Deletes what has lost all its owners, and carries out the propagation that a deletion asked for. */
export const GARBAGE_COLLECTOR: Controller = {
  name: 'garbage-collector',
  *concerns(event, around) {
    const { object } = event;
    if (event.type === 'deleted' || isGoing(object)) yield* around.dependents.of(object);
    if (event.type === 'deleted') yield* ownersOf(object);
    else if (isGoing(object) || getArray(object.metadata, 'ownerReferences').length > 0) {
      yield refKeyOf(object);
      yield* ownersOf(object);
    }
  },
  reconcile(context, key, around) {
    const object = context.draft.get(key);
    if (object === undefined) return CONTENT;
    if (isGoing(object)) finishDeletion(context, object, around);
    else deleteIfAbandoned(context, object, around);
    return CONTENT;
  },
};

function finishDeletion(context: Context, object: KubernetesObject, around: Surroundings): void {
  const finalizers = getArray(object.metadata, 'finalizers');
  const dependents = around.dependents.of(object).flatMap((key) => context.draft.get(key) ?? []);
  if (finalizers.includes(ORPHAN)) {
    for (const dependent of dependents) disown(context, dependent, object);
    dropFinalizer(context, object, ORPHAN);
    return;
  }
  if (!finalizers.includes(FOREGROUND)) return;
  for (const dependent of dependents) {
    if (isGoing(dependent)) continue;
    const propagation = around.dependents.of(dependent).length > 0 ? 'Foreground' : 'Background';
    remove(context, refOf(dependent), { propagation });
  }
  const isBlocked = dependents.some((dependent) => {
    const now = context.draft.get(refKeyOf(dependent));
    return now !== undefined && referencesTo(now, object).some((item) => getBoolean(item, 'blockOwnerDeletion') === true);
  });
  if (!isBlocked) dropFinalizer(context, object, FOREGROUND);
}

function deleteIfAbandoned(context: Context, object: KubernetesObject, around: Surroundings): void {
  const references = getArray(object.metadata, 'ownerReferences');
  const owners = references.map((reference) => findOwner(context, object, reference));
  if (references.length === 0 || owners.some((owner) => owner !== undefined && !isWaiting(owner))) {
    const kept = references.filter((_, index) => owners[index] !== undefined);
    if (kept.length < references.length) context.draft.put(withMetadata(object, { ownerReferences: kept }));
    return;
  }
  const isWaitedFor = owners.some((owner) => owner !== undefined);
  const propagation = isWaitedFor && around.dependents.of(object).length > 0 ? 'Foreground' : 'Background';
  remove(context, refOf(object), { propagation });
}

function isWaiting(owner: KubernetesObject): boolean {
  return isGoing(owner) && getArray(owner.metadata, 'finalizers').includes(FOREGROUND);
}

function findOwner(context: Context, object: KubernetesObject, reference: JsonValue): KubernetesObject | undefined {
  return ownerKeys(object, reference)
    .map((key) => context.draft.get(key))
    .find((owner) => owner !== undefined && owner.metadata['uid'] === getString(reference, 'uid'));
}

/** An owner is in the same namespace or in none. */
function ownerKeys(object: KubernetesObject, reference: JsonValue): readonly RefKey[] {
  const { group } = parseApiVersion(getString(reference, 'apiVersion') ?? '');
  const owner = { group, kind: getString(reference, 'kind') ?? '', name: getString(reference, 'name') ?? '' };
  const namespace = namespaceOf(object);
  return namespace === undefined ? [toRefKey(owner)] : [toRefKey({ ...owner, namespace }), toRefKey(owner)];
}

function ownersOf(object: KubernetesObject): readonly RefKey[] {
  return getArray(object.metadata, 'ownerReferences').flatMap((reference) => ownerKeys(object, reference));
}

function referencesTo(object: KubernetesObject, owner: KubernetesObject): readonly JsonValue[] {
  return getArray(object.metadata, 'ownerReferences').filter((reference) => getString(reference, 'uid') === owner.metadata['uid']);
}

function disown(context: Context, dependent: KubernetesObject, owner: KubernetesObject): void {
  const gone = referencesTo(dependent, owner);
  const kept = getArray(dependent.metadata, 'ownerReferences').filter((reference) => !gone.includes(reference));
  context.draft.put(withMetadata(dependent, { ownerReferences: kept.length === 0 ? undefined : kept }));
}

/** Takes a finalizer off; the object goes if nothing else holds it. */
export function dropFinalizer(context: Context, object: KubernetesObject, finalizer: string): void {
  const left = getArray(object.metadata, 'finalizers').filter((item) => item !== finalizer);
  const freed = withMetadata(object, { finalizers: left.length === 0 ? undefined : left });
  if (isFinished(freed)) context.draft.remove(freed);
  else context.draft.put(freed);
}
