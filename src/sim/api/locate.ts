import type { StatusError } from '../../cluster/index.ts';
import { gvkOf, nameOf, namespaceOf, toRefKey, withMetadata, type Kind, type KubernetesObject, type ObjectRef } from '../../model/index.ts';
import type { Context } from './context.ts';
import { findKind } from './served-kinds.ts';
import { methodNotAllowed, notServed } from './status-errors.ts';

/** An object of a request, its kind, and what is stored under its name. */
export interface Located {
  readonly kind: Kind;
  readonly name: string;
  /** The object sent, in the namespace that its kind wants. */
  readonly object: KubernetesObject;
  readonly live: KubernetesObject | undefined;
}

/** Finds the kind and the stored object for an object that was sent. */
export function locate(context: Context, object: KubernetesObject): Located | { readonly refusal: StatusError } {
  const kind = findKind(context.catalog, gvkOf(object));
  if (kind === undefined) return { refusal: notServed() };
  if (kind.namespaced && namespaceOf(object) === undefined) return { refusal: methodNotAllowed() };
  const placed = kind.namespaced ? object : withMetadata(object, { namespace: undefined });
  const name = nameOf(placed);
  return { kind, name, object: placed, live: name === '' ? undefined : context.draft.get(keyOf(kind, placed)) };
}

/** Finds the kind and the stored object of a ref. */
export function locateRef(
  context: Context,
  ref: ObjectRef,
): { readonly kind: Kind; readonly live: KubernetesObject | undefined } | undefined {
  const kind = findKind(context.catalog, ref);
  if (kind === undefined) return undefined;
  const { group, name } = ref;
  const namespace = kind.namespaced ? ref.namespace : undefined;
  return { kind, live: context.draft.get(toRefKey({ group, kind: ref.kind, name, ...(namespace === undefined ? {} : { namespace }) })) };
}

function keyOf(kind: Kind, object: KubernetesObject): ReturnType<typeof toRefKey> {
  const namespace = namespaceOf(object);
  return toRefKey({ group: kind.group, kind: kind.kind, name: nameOf(object), ...(namespace === undefined ? {} : { namespace }) });
}
