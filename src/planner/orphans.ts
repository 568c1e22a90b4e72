import { gvkOf, nameOf, namespaceOf, refOf, type KubernetesObject, type ObjectRef, type World } from '../model/index.ts';
import { getArray, getString } from '../std/index.ts';

/**
 * What goes with objects that go: of a Namespace all that is in it, of any object what only gone objects own, as the
 * namespace controller and the garbage collector would have it (pkg/controller/garbagecollector).
 */
export function listOrphans(world: World, gone: readonly ObjectRef[]): readonly ObjectRef[] {
  if (gone.length === 0) return [];
  const namespaces = new Set(gone.filter(({ group, kind }) => group === '' && kind === 'Namespace').map(({ name }) => name));
  const uids = new Set(gone.flatMap((ref) => uidOf(world.get(ref)) ?? []));
  const orphans: ObjectRef[] = [];
  let rest = [...world.objects()].filter((object) => namespaces.has(namespaceOf(object) ?? '') || ownersOf(object).length > 0);
  for (let found = true; found;) {
    const goes = (object: KubernetesObject): boolean =>
      namespaces.has(namespaceOf(object) ?? '') || (ownersOf(object).length > 0 && ownersOf(object).every((uid) => uids.has(uid)));
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
  if (group !== 'apiextensions.k8s.io' || kind !== 'CustomResourceDefinition') return own;
  return [...own, `kind ${getString(object, 'spec', 'group')}/${getString(object, 'spec', 'names', 'kind')}`];
}

function heldBy(object: KubernetesObject): readonly string[] {
  const { group, kind } = gvkOf(object);
  const namespace = namespaceOf(object);
  const owners = ownersOf(object).map((uid) => `uid ${uid}`);
  return [...owners, `kind ${group}/${kind}`, ...(namespace === undefined ? [] : [`namespace ${namespace}`])];
}

function uidOf(object: KubernetesObject | undefined): string | undefined {
  return getString(object?.metadata, 'uid');
}

function ownersOf(object: KubernetesObject): readonly string[] {
  return getArray(object.metadata, 'ownerReferences').flatMap((owner) => getString(owner, 'uid') ?? []);
}
