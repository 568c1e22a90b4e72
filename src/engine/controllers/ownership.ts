import { gvkOf, nameOf, namespaceOf, parseApiVersion, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getObject, getString, type JsonObject, type JsonValue } from '../../std/index.ts';

/** The reference that makes an object a child of its controller (`metav1.NewControllerRef`). */
export function toControllerReference(owner: KubernetesObject): JsonObject {
  const uid = getString(owner.metadata, 'uid');
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: nameOf(owner),
    ...(uid === undefined ? {} : { uid }),
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The reference to an object's controller (`metav1.GetControllerOf`). */
export function controllerReferenceOf(object: KubernetesObject): JsonValue | undefined {
  return getArray(object.metadata, 'ownerReferences').find((reference) => getObject(reference)?.['controller'] === true);
}

/** Whether an object is controlled by another. Uids decide where both are known, as in the garbage collector. */
export function isControlledBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  const reference = controllerReferenceOf(object);
  return reference !== undefined && isReferenceTo(reference, owner);
}

/** Whether an owner reference means this object. */
export function isReferenceTo(reference: JsonValue, owner: KubernetesObject): boolean {
  const { group, kind } = gvkOf(owner);
  if (getString(reference, 'kind') !== kind || getString(reference, 'name') !== nameOf(owner)) return false;
  if (parseApiVersion(getString(reference, 'apiVersion') ?? '').group !== group) return false;
  const [a, b] = [getString(reference, 'uid') ?? '', getString(owner.metadata, 'uid') ?? ''];
  return a === '' || b === '' || a === b;
}

/** The objects of a kind in the owner's namespace that it controls, by name. */
export function childrenOf(world: World, owner: KubernetesObject, group: string, kind: string): readonly KubernetesObject[] {
  const { group: ownerGroup, kind: ownerKind } = gvkOf(owner);
  const key = toControllerKey(namespaceOf(owner), ownerGroup, ownerKind, nameOf(owner));
  return world
    .kind(group, kind)
    .inGroup(controllerKeyOf, key)
    .filter((child) => isControlledBy(child, owner));
}

/** The same for objects that name the same controller, whether it is there or not; undefined where nothing controls an object. */
export function controllerKeyOf(object: KubernetesObject): string | undefined {
  const reference = controllerReferenceOf(object);
  if (reference === undefined) return undefined;
  const { group } = parseApiVersion(getString(reference, 'apiVersion') ?? '');
  return toControllerKey(namespaceOf(object), group, getString(reference, 'kind') ?? '', getString(reference, 'name') ?? '');
}

function toControllerKey(namespace: string | undefined, group: string, kind: string, name: string): string {
  return `${namespace ?? ''}/${group}/${kind}/${name}`;
}
