import { namespaceOf, type GroupKind, type KubernetesObject, type World } from '../../model/index.ts';
import { isMadeByController, ownerOf } from './membership.ts';
import type { Extent } from './parent.ts';

/** The members of an ApplySet that are of a kind, as a world holds them; cluster-scoped ones are in every extent. */
export function findMembers(
  world: World,
  { group, kind }: GroupKind,
  { extent, id }: { readonly extent: Extent; readonly id: string },
): readonly KubernetesObject[] {
  const members = world.kind(group, kind).inGroup(memberOf, id);
  return members.filter((object) => {
    const namespace = namespaceOf(object);
    return namespace === undefined || extent.namespaces.includes(namespace);
  });
}

/** The ApplySet that an object is a member of: what a controller made is none. */
export function memberOf(object: KubernetesObject): string | undefined {
  const id = ownerOf(object);
  return id === undefined || isMadeByController(object) ? undefined : id;
}
