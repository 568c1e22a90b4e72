import { namespaceOf, type GroupKind, type KubernetesObject, type World } from '../../model/index.ts';
import { isMadeByController, ownerOf } from './membership.ts';
import type { Extent } from './parent.ts';

/** The members of an ApplySet that are of a kind, as a world holds them; cluster-scoped ones are in every extent. */
export function findMembers(
  world: World,
  { group, kind }: GroupKind,
  { extent, id }: { readonly extent: Extent; readonly id: string },
): readonly KubernetesObject[] {
  const members = world.kind(group, kind).derive(groupByApplySet).get(id) ?? [];
  return members.filter((object) => {
    const namespace = namespaceOf(object);
    return namespace === undefined || extent.namespaces.includes(namespace);
  });
}

function groupByApplySet(objects: readonly KubernetesObject[]): ReadonlyMap<string, readonly KubernetesObject[]> {
  const groups = new Map<string, KubernetesObject[]>();
  for (const object of objects) {
    const id = ownerOf(object);
    if (id === undefined || isMadeByController(object)) continue;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [object]);
    else group.push(object);
  }
  return groups;
}
