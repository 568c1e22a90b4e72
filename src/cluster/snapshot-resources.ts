import { gvkOf, namespaceOf, type KubernetesObject, type SchemaCatalog, type World } from '../model/index.ts';
import { sortedUnique } from '../std/index.ts';
import type { ResourceType } from './port.ts';

/** The types that a dump can be asked about: those of the catalog, and those that only the dump has, as far as they show. */
export function listSnapshotResources(catalog: SchemaCatalog, world: World): readonly ResourceType[] {
  const names = sortedUnique(catalog.list().map((kind) => `${kind.group}/${kind.kind}`));
  const known = names.flatMap((name) => {
    const slash = name.indexOf('/');
    return catalog.findVersions(name.slice(0, slash), name.slice(slash + 1));
  });
  const unknown = world.kinds().flatMap(({ group, kind }) => {
    const [first] = world.byKind(group, kind);
    return first === undefined || catalog.findVersions(group, kind).length > 0 ? [] : [toResourceType(first)];
  });
  const served = known.filter((kind) => kind.servedByDefault || kind.custom);
  return [
    ...served.map(({ group, version, kind, plural, namespaced, subresources }) => ({
      group,
      version,
      kind,
      plural,
      namespaced,
      subresources,
    })),
    ...unknown,
  ];
}

function toResourceType(object: KubernetesObject): ResourceType {
  const gvk = gvkOf(object);
  return { ...gvk, plural: `${gvk.kind.toLowerCase()}s`, namespaced: namespaceOf(object) !== undefined, subresources: [] };
}
