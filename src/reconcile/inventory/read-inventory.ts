import { isRead, type Cluster, type ResourceType, type WorldReading } from '../../cluster/index.ts';
import { compareRefs, labelsOf, refKeyOf, refOf, type KubernetesObject, type RefKey, World } from '../../model/index.ts';
import { sortedUnique } from '../../std/index.ts';
import { listAll } from '../list-all.ts';
import { ID_LABEL, isMadeByController, PART_OF_LABEL, type InventoryOptions } from './membership.ts';
import { findMembers } from './members.ts';
import { readParent, toGroupKindName, unitOf, type Extent, type Parent } from './parent.ts';

const LISTS_AT_ONCE = 16;

/** What a unit owns in a cluster. */
export interface Inventory extends Parent {
  readonly unit: string;
  /** The identities of the members. */
  readonly owned: ReadonlySet<RefKey>;
  /** The members as they are, ordered by ref. */
  readonly objects: readonly KubernetesObject[];
  /** Kinds that the parent names and that the cluster does not serve (any more). */
  readonly unserved: readonly string[];
}

/**
 * What a unit owns: the objects of the kinds and namespaces that its ApplySet parent names which carry its part-of label
 * (KEP-3659) and which no controller made. Empty where the unit was never applied. Throws `KplanError` REFUSED for a parent of another tool.
 */
export async function readInventory(cluster: Cluster, unit: string, options: InventoryOptions = {}): Promise<Inventory> {
  const parent = await readParent(cluster, unit, options);
  const types = parent.extent.groupKinds.length === 0 ? [] : (options.reading?.types ?? (await cluster.resources()));
  const served = findTypes(parent.extent.groupKinds, types);
  const objects = (await listMembers(cluster, served, parent, options.reading)).toSorted((a, b) => compareRefs(refOf(a), refOf(b)));
  const names = new Set(served.map(toGroupKindName));
  return {
    ...parent,
    unit,
    owned: new Set(objects.map(refKeyOf)),
    objects,
    unserved: parent.extent.groupKinds.filter((name) => !names.has(name)),
  };
}

/** The units that have a parent in the namespace of parents, by name. */
export async function listUnits(cluster: Cluster, options: InventoryOptions = {}): Promise<readonly string[]> {
  const kind = { group: '', version: 'v1', kind: 'ConfigMap' };
  const { namespace = 'default', reading } = options;
  const items =
    reading !== undefined && isRead(reading, kind)
      ? reading.world
          .kind('', 'ConfigMap')
          .inNamespace(namespace)
          .filter((object) => labelsOf(object).has(ID_LABEL))
      : (await listAll(cluster, kind, { namespace, labelSelector: ID_LABEL })).items;
  return sortedUnique(items.flatMap((parent) => unitOf(parent) ?? []));
}

/** Of the kinds of an extent, those of which no member is left are dropped. */
export async function keepPopulated(cluster: Cluster, parent: Parent, kinds: readonly string[]): Promise<Extent> {
  if (kinds.length === 0) return { groupKinds: [], namespaces: [] };
  const types = findTypes(kinds, await cluster.resources());
  const objects = await listMembers(cluster, types, parent);
  return {
    groupKinds: sortedUnique(objects.map((object) => toGroupKindName(refOf(object)))),
    namespaces: sortedUnique(objects.flatMap((object) => refOf(object).namespace ?? [])),
  };
}

function findTypes(names: readonly string[], types: readonly ResourceType[]): readonly ResourceType[] {
  const byName = new Map<string, ResourceType>();
  for (const type of types) {
    const name = toGroupKindName(type);
    if (!byName.has(name)) byName.set(name, type);
  }
  return names.flatMap((name) => byName.get(name) ?? []);
}

/** The members of these kinds, in the namespaces of the extent; so many lists at once. */
async function listMembers(
  cluster: Cluster,
  types: readonly ResourceType[],
  { extent, id }: Parent,
  reading?: WorldReading,
): Promise<readonly KubernetesObject[]> {
  const labelSelector = `${PART_OF_LABEL}=${id}`;
  const known = types.filter((type) => reading !== undefined && isRead(reading, type));
  const queries = types.flatMap((type) => {
    if (known.includes(type)) return [];
    return type.namespaced
      ? extent.namespaces.map((namespace) => ({ type, query: { namespace, labelSelector } }))
      : [{ type, query: { labelSelector } }];
  });
  const objects = known.flatMap((type) => findMembers(reading?.world ?? World.EMPTY, type, { extent, id }));
  for (let from = 0; from < queries.length; from += LISTS_AT_ONCE) {
    const batch = queries.slice(from, from + LISTS_AT_ONCE);
    const lists = await Promise.all(batch.map(({ type, query }) => listAll(cluster, type, query)));
    for (const { items } of lists) objects.push(...items.filter((item) => !isMadeByController(item)));
  }
  return objects;
}
