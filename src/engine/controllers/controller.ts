import { nameOf, namespaceOf, refOf, gvkOf, type GroupKind, type KubernetesObject, type ObjectRef, type World } from '../../model/index.ts';
import { isEqualJson, type JsonValue } from '../../std/index.ts';
import { controllerReferenceOf, isReferenceTo } from './ownership.ts';

/**
 * What a controller wants done. An `update` replaces metadata and spec, an `updateStatus` the status; both hold only if
 * the live object still has the given one's resourceVersion. A `delete` with a uid holds only for that object, and with a
 * grace period of 0 removes it at once. A `requeueAt` asks to be called again at a time (ms), if nothing changes before.
 */
export type Intent =
  | { readonly type: 'create'; readonly object: KubernetesObject }
  | { readonly type: 'update'; readonly object: KubernetesObject }
  | { readonly type: 'updateStatus'; readonly object: KubernetesObject }
  | { readonly type: 'delete'; readonly ref: ObjectRef; readonly uid?: string; readonly gracePeriodSeconds?: number }
  | { readonly type: 'requeueAt'; readonly time: number };

/** What a controller may rely on beside the world. */
export interface ControllerContext {
  /** Milliseconds since 1970, of the simulation. */
  readonly now: number;
  /** The minor version whose controllers these are (`1.36`); the newest that is known if absent. */
  readonly kubernetesVersion?: string;
}

/**
 * One controller, stepped from outside: called with an object of its kind whenever that object or something of
 * `watches` that concerns it has changed. Pure, and idempotent: what it wants follows from the world alone, so that a
 * crash between two intents and another call converge.
 */
export interface Controller {
  readonly name: string;
  readonly kind: GroupKind;
  /** True if its times are nothing that anybody waits for: a cluster with a CronJob would never come to rest. */
  readonly isBackground?: true;
  readonly watches: readonly GroupKind[];
  /** The objects of `kind` that a changed object of a watched kind concerns. */
  readonly concerns: (world: World, changed: KubernetesObject) => readonly ObjectRef[];
  readonly reconcile: (world: World, object: KubernetesObject, context: ControllerContext) => readonly Intent[];
}

/** The controller of the changed object, where it is of a kind: what most controllers watch for. */
export function concernsOwner(group: string, kind: string): Controller['concerns'] {
  return (world, changed) => {
    const owner = findOwner(world, changed, group, kind);
    return owner === undefined ? [] : [refOf(owner)];
  };
}

/** The controlling object of a kind. */
export function findOwner(world: World, object: KubernetesObject, group: string, kind: string): KubernetesObject | undefined {
  const reference = controllerReferenceOf(object);
  if (reference === undefined) return undefined;
  return world
    .kind(group, kind)
    .inNamespace(namespaceOf(object))
    .find((owner) => isReferenceTo(reference, owner));
}

/** An intent to delete an object as it is known. */
export function toDelete(object: KubernetesObject, gracePeriodSeconds?: number): Intent {
  const uid = object.metadata['uid'];
  return {
    type: 'delete',
    ref: refOf(object),
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
  };
}

/** An intent to write a status, if it differs; undefined fields are left out. */
export function toStatusUpdate(object: KubernetesObject, status: Readonly<Record<string, JsonValue | undefined>>): readonly Intent[] {
  const defined: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(status)) if (value !== undefined) defined[key] = value;
  return isEqualJson(object['status'], defined) ? [] : [{ type: 'updateStatus', object: { ...object, status: defined } }];
}

/** The generation that a status speaks of, to spread into it; nothing where the object has none. */
export function observedGeneration(object: KubernetesObject): Readonly<Record<string, JsonValue>> {
  const generation = object.metadata['generation'];
  return generation === undefined ? {} : { observedGeneration: generation };
}

/** The kind of an object, as watches name it. */
export function isOfKind(object: KubernetesObject, group: string, kind: string): boolean {
  const gvk = gvkOf(object);
  return gvk.group === group && gvk.kind === kind;
}

/** The names of objects. */
export function namesOf(objects: Iterable<KubernetesObject>): ReadonlySet<string> {
  return new Set([...objects].map(nameOf));
}
