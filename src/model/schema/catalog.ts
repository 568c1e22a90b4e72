import { compareBy, compareStrings, isSameList } from '../../std/index.ts';
import { gvkOf, type GroupVersionKind, type KubernetesObject } from '../object.ts';
import { decodeCustomResource, readDefinedNames } from './custom-resource.ts';
import { REMOVED_VERSIONS } from './removed-versions.ts';
import { findByName, indexNames } from './resource-names.ts';
import type { Kind, RemovedVersion, SchemaCatalog } from './schema.ts';

/**
 * A catalog of kinds. Several versions of one kind are to be given in the server's order of preference. `defined` holds
 * what CustomResourceDefinitions define, as `group/Kind`.
 */
export function createCatalog(version: string, kinds: readonly Kind[], defined: ReadonlySet<string> = new Set()): SchemaCatalog {
  const byKey = new Map(kinds.map((kind) => [toKey(kind), kind]));
  const byGroupKind = groupByKind(kinds);
  let names: ReadonlyMap<string, readonly Kind[]> | undefined;
  let last: { readonly definitions: readonly KubernetesObject[]; readonly catalog: SchemaCatalog } | undefined;
  return {
    version,
    find: (gvk) => byKey.get(toKey(gvk)),
    findVersions: (group, kind) => byGroupKind.get(`${group}/${kind}`) ?? [],
    findResource: (name) => findByName((names ??= indexNames(kinds)), name),
    isDefined: (group, kind) => defined.has(`${group}/${kind}`),
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
      if (last !== undefined && isSameList(last.definitions, list)) return last.catalog;
      last = { definitions: list, catalog: withCustomResources(version, kinds, defined, list) };
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

function withCustomResources(
  version: string,
  kinds: readonly Kind[],
  earlier: ReadonlySet<string>,
  definitions: Iterable<KubernetesObject>,
): SchemaCatalog {
  const objectMeta = kinds.find((kind) => kind.group === '' && kind.kind === 'ConfigMap')?.schema.properties?.['metadata'] ?? {};
  const resources = new Map<string, readonly Kind[]>();
  const defined = new Set(earlier);
  for (const definition of definitions) {
    const names = isCustomResourceDefinition(definition) ? readDefinedNames(definition) : undefined;
    if (names === undefined) continue;
    resources.set(resourceOf(names), decodeCustomResource(definition, objectMeta));
    defined.add(`${names.group}/${names.kind}`);
  }
  if (resources.size === 0) return createCatalog(version, kinds, defined);
  const isKept = (kind: Kind): boolean => {
    const served = resources.get(resourceOf(kind));
    return served === undefined || (served.length === 0 && !kind.custom);
  };
  const added = [...resources.keys()].toSorted(compareStrings).flatMap((name) => resources.get(name) ?? []);
  return createCatalog(version, [...kinds.filter(isKept), ...added], defined);
}

function resourceOf(kind: Pick<Kind, 'group' | 'plural'>): string {
  return `${kind.group}/${kind.plural}`;
}

function isCustomResourceDefinition(object: KubernetesObject): boolean {
  const { group, version, kind } = gvkOf(object);
  return group === 'apiextensions.k8s.io' && version === 'v1' && kind === 'CustomResourceDefinition';
}
