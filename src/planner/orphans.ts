import { gvkOf, nameOf, namespaceOf, refOf, type GroupKind, type KubernetesObject, type ObjectRef, type World } from '../model/index.ts';
import { getArray, getString } from '../std/index.ts';

/**
 * What goes with objects that go: of a Namespace all that is in it, of a definition all of its kind, of any object what only
 * gone objects own, as the namespace controller, the finalizer of definitions and the garbage collector would have it
 * (pkg/controller/garbagecollector).
 */
export function listOrphans(world: World, gone: readonly ObjectRef[]): readonly ObjectRef[] {
  if (gone.length === 0) return [];
  const namespaces = new Set(gone.filter(({ group, kind }) => group === '' && kind === 'Namespace').map(({ name }) => name));
  const kinds = new Set(gone.flatMap((ref) => definedBy(world.get(ref)) ?? []).map(({ group, kind }) => `${group}/${kind}`));
  const contained = (object: KubernetesObject): boolean => namespaces.has(namespaceOf(object) ?? '') || kinds.has(kindOf(object));
  const uids = new Set(gone.flatMap((ref) => uidOf(world.get(ref)) ?? []));
  const orphans: ObjectRef[] = [];
  let rest = [...world.objects()].filter((object) => contained(object) || ownersOf(object).length > 0);
  for (let found = true; found;) {
    const goes = (object: KubernetesObject): boolean =>
      contained(object) || (ownersOf(object).length > 0 && ownersOf(object).every((uid) => uids.has(uid)));
    const next = rest.filter(goes);
    const taken = new Set(next);
    rest = rest.filter((object) => !taken.has(object));
    for (const object of next) {
      orphans.push(refOf(object));
      const uid = uidOf(object);
      if (uid !== undefined) uids.add(uid);
    }
    found = next.length > 0;
  }
  return orphans;
}

/**
 * What somebody has put into a Namespace, or made of the kind that a definition defines, and the claims that a StatefulSet owns, in the
 * order of the world: what its deletion takes along, without what controllers keep there. Empty for all other objects.
 */
export function listContents(world: World, object: KubernetesObject): readonly KubernetesObject[] {
  const { group, kind } = gvkOf(object);
  const defined = definedBy(object);
  if (defined !== undefined) return world.byKind(defined.group, defined.kind);
  if (group === 'apps' && kind === 'StatefulSet') return listOwnedClaims(world, object);
  if (group !== '' || kind !== 'Namespace') return [];
  return world.byNamespace(nameOf(object)).filter((item) => ownersOf(item).length === 0 && !KEPT_BY_CONTROLLERS.has(nameAndKind(item)));
}

/** The claims of a set whose retention policy is `whenDeleted: Delete`. */
function listOwnedClaims(world: World, set: KubernetesObject): readonly KubernetesObject[] {
  const uid = uidOf(set);
  if (uid === undefined) return [];
  return world
    .kind('', 'PersistentVolumeClaim')
    .inNamespace(namespaceOf(set))
    .filter((claim) => ownersOf(claim).includes(uid));
}

const KEPT_BY_CONTROLLERS = new Set(['ConfigMap kube-root-ca.crt', 'ServiceAccount default']);

function nameAndKind(object: KubernetesObject): string {
  return `${object.kind} ${nameOf(object)}`;
}

/**
 * Of some objects that are to go, those that would take one that stays along: its Namespace, its owner, the definition of
 * its kind, and theirs. Each with the object that it holds.
 */
export function listHolders(
  going: readonly KubernetesObject[],
  staying: readonly KubernetesObject[],
): ReadonlyMap<KubernetesObject, KubernetesObject> {
  const byHold = new Map(going.flatMap((object) => holdsOf(object).map((hold) => [hold, object] as const)));
  const holders = new Map<KubernetesObject, KubernetesObject>();
  const stays = [...staying];
  for (const kept of stays) {
    for (const hold of heldBy(kept)) {
      const object = byHold.get(hold);
      if (object === undefined || object === kept || holders.has(object)) continue;
      holders.set(object, kept);
      stays.push(object);
    }
  }
  return holders;
}

function holdsOf(object: KubernetesObject): readonly string[] {
  const { group, kind } = gvkOf(object);
  const uid = uidOf(object);
  const own = uid === undefined ? [] : [`uid ${uid}`];
  if (group === '' && kind === 'Namespace') return [...own, `namespace ${nameOf(object)}`];
  const defined = definedBy(object);
  return defined === undefined ? own : [...own, `kind ${defined.group}/${defined.kind}`];
}

/** The kind that a definition defines; undefined of any other object. */
function definedBy(object: KubernetesObject | undefined): GroupKind | undefined {
  if (object?.kind !== 'CustomResourceDefinition' || gvkOf(object).group !== 'apiextensions.k8s.io') return undefined;
  return { group: getString(object, 'spec', 'group') ?? '', kind: getString(object, 'spec', 'names', 'kind') ?? '' };
}

function kindOf(object: KubernetesObject): string {
  const { group, kind } = gvkOf(object);
  return `${group}/${kind}`;
}

function heldBy(object: KubernetesObject): readonly string[] {
  const namespace = namespaceOf(object);
  const owners = ownersOf(object).map((uid) => `uid ${uid}`);
  return [...owners, `kind ${kindOf(object)}`, ...(namespace === undefined ? [] : [`namespace ${namespace}`])];
}

function uidOf(object: KubernetesObject | undefined): string | undefined {
  return getString(object?.metadata, 'uid');
}

function ownersOf(object: KubernetesObject): readonly string[] {
  return getArray(object.metadata, 'ownerReferences').flatMap((owner) => getString(owner, 'uid') ?? []);
}
