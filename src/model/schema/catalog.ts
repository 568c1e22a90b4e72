import { compareBy, compareStrings } from '../../std/index.ts';
import { gvkOf, type GroupVersionKind, type KubernetesObject } from '../object.ts';
import { decodeCustomResource } from './custom-resource.ts';
import { REMOVED_VERSIONS } from './removed-versions.ts';
import { findByName, indexNames } from './resource-names.ts';
import type { Kind, RemovedVersion, SchemaCatalog } from './schema.ts';

/** A catalog of kinds. Several versions of one kind are to be given in the server's order of preference. */
export function createCatalog(version: string, kinds: readonly Kind[]): SchemaCatalog {
  const byKey = new Map(kinds.map((kind) => [toKey(kind), kind]));
  const byGroupKind = groupByKind(kinds);
  let names: ReadonlyMap<string, readonly Kind[]> | undefined;
  let last: { readonly definitions: readonly KubernetesObject[]; readonly catalog: SchemaCatalog } | undefined;
  return {
    version,
    find: (gvk) => byKey.get(toKey(gvk)),
    findVersions: (group, kind) => byGroupKind.get(`${group}/${kind}`) ?? [],
    findResource: (name) => findByName((names ??= indexNames(kinds)), name),
    findRemoved: (gvk) => findRemoved(version, gvk),
    list: () =>
      kinds.toSorted(
        compareBy(
          (kind) => kind.group,
          (kind) => kind.version,
          (kind) => kind.kind,
        ),
      ),
    withCustomResources: (definitions) => {
      const list = [...definitions];
      const isSame = last?.definitions.length === list.length && list.every((item, index) => item === last?.definitions[index]);
      if (last !== undefined && isSame) return last.catalog;
      last = { definitions: list, catalog: withCustomResources(version, kinds, list) };
      return last.catalog;
    },
  };
}

function toKey({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}/${kind}`;
}

function groupByKind(kinds: readonly Kind[]): ReadonlyMap<string, readonly Kind[]> {
  const groups = new Map<string, Kind[]>();
  for (const kind of kinds) {
    const key = `${kind.group}/${kind.kind}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [kind]);
    else group.push(kind);
  }
  return groups;
}

function findRemoved(version: string, gvk: GroupVersionKind): RemovedVersion | undefined {
  const found = REMOVED_VERSIONS.find((item) => toKey(item) === toKey(gvk));
  return found !== undefined && minorOf(found.removedIn) <= minorOf(version) ? found : undefined;
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

function withCustomResources(version: string, kinds: readonly Kind[], definitions: Iterable<KubernetesObject>): SchemaCatalog {
  const objectMeta = kinds.find((kind) => kind.group === '' && kind.kind === 'ConfigMap')?.schema.properties?.['metadata'] ?? {};
  const resources = new Map<string, readonly Kind[]>();
  for (const definition of definitions) {
    if (!isCustomResourceDefinition(definition)) continue;
    const served = decodeCustomResource(definition, objectMeta);
    const [first] = served;
    if (first !== undefined) resources.set(resourceOf(first), served);
  }
  if (resources.size === 0) return createCatalog(version, kinds);
  const kept = kinds.filter((kind) => !resources.has(resourceOf(kind)));
  const added = [...resources.keys()].toSorted(compareStrings).flatMap((name) => resources.get(name) ?? []);
  return createCatalog(version, [...kept, ...added]);
}

function resourceOf(kind: Kind): string {
  return `${kind.group}/${kind.plural}`;
}

function isCustomResourceDefinition(object: KubernetesObject): boolean {
  const { group, version, kind } = gvkOf(object);
  return group === 'apiextensions.k8s.io' && version === 'v1' && kind === 'CustomResourceDefinition';
}
