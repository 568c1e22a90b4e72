import { KplanError, World, type KubernetesObject } from '../model/index.ts';
import { compareStrings, getString } from '../std/index.ts';
import type { Cluster, ResourceType } from './port.ts';

/** Large enough that most kinds are one page, small enough to hold. */
const PAGE = 2500;

/** Kinds that say nothing that a plan needs, and change all the time or are many. */
const TRANSIENT: ReadonlySet<string> = new Set([
  '/ComponentStatus',
  '/Event',
  'apiserverinternal.k8s.io/StorageVersion',
  'coordination.k8s.io/Lease',
  'coordination.k8s.io/LeaseCandidate',
  'events.k8s.io/Event',
  'metrics.k8s.io/NodeMetrics',
  'metrics.k8s.io/PodMetrics',
]);

const HELM_RELEASE = 'helm.sh/release.v1';

/** Whether this is what Helm keeps of each revision of a release, in up to a megabyte: no reading of a cluster has it. */
export function isHelmRelease(object: KubernetesObject): boolean {
  return object.kind === 'Secret' && object.apiVersion === 'v1' && getString(object, 'type') === HELM_RELEASE;
}

/** A cluster's objects, and the kinds that could not be read, as `group/Kind`. */
export interface WorldReading {
  readonly world: World;
  readonly unread: readonly string[];
  /** The types that were served then; absent where that was not asked. */
  readonly types?: readonly ResourceType[];
  /** Of the unread kinds, those that were read at least in all the namespaces that matter. */
  readonly partial?: readonly string[];
}

/** What must be known of a cluster: kinds, as `group/Kind`, with the namespaces in which they matter. */
export type ReadingScope = ReadonlyMap<string, ReadonlySet<string>>;

/** How much of a cluster is read. */
export interface ReadingOptions {
  /** Which kinds, as `group/Kind`; all if absent. */
  readonly isWanted?: (kind: string) => boolean;
  readonly scope?: ReadingScope;
}

/** Whether a reading holds all objects of a kind. */
export function isRead({ unread }: Pick<WorldReading, 'unread'>, { group, kind }: Pick<ResourceType, 'group' | 'kind'>): boolean {
  const key = `${group}/${kind}`;
  return !TRANSIENT.has(key) && !unread.includes(key);
}

/**
 * Every object of a cluster, one version of each kind, without what only controllers, kubelets and Helm talk about. A kind that
 * may not be read, or whose server is not well, is named instead; where it matters, it is read in the namespaces in which it does.
 */
export async function readWorld(cluster: Cluster, { isWanted = () => true, scope }: ReadingOptions = {}): Promise<WorldReading> {
  const unread: string[] = [];
  const partial: string[] = [];
  const types = await cluster.resources();
  const kinds = [...toKinds(types)].filter(([key]) => isWanted(key));
  const lists = await Promise.all(
    kinds.map(async ([key, type]) => {
      const list = await listKind(cluster, type);
      if (list !== undefined) return list.items;
      unread.push(key);
      const namespaces = type.namespaced ? scope?.get(key) : undefined;
      const items = namespaces === undefined ? undefined : await listIn(cluster, type, [...namespaces]);
      if (items !== undefined) partial.push(key);
      return items ?? [];
    }),
  );
  return {
    world: World.of(lists.flat()),
    unread: unread.toSorted(compareStrings),
    types,
    ...(partial.length === 0 ? {} : { partial: partial.toSorted(compareStrings) }),
  };
}

async function listIn(
  cluster: Cluster,
  type: ResourceType,
  namespaces: readonly string[],
): Promise<readonly KubernetesObject[] | undefined> {
  const lists = await Promise.all(namespaces.map((namespace) => listKind(cluster, type, { namespace })));
  const known = lists.flatMap((list) => list ?? []);
  return known.length === lists.length ? known.flatMap(({ items }) => items) : undefined;
}

/** The kinds that a reading is of, by `group/Kind`, each in one version. */
export function toKinds(types: readonly ResourceType[]): ReadonlyMap<string, ResourceType> {
  const kinds = new Map<string, ResourceType>();
  for (const type of types) {
    const key = `${type.group}/${type.kind}`;
    if (!TRANSIENT.has(key) && !kinds.has(key)) kinds.set(key, type);
  }
  return kinds;
}

/** All objects of a kind (in a namespace), so many at a time, and the version to watch from; undefined where they may not be read. */
export async function listKind(
  cluster: Cluster,
  type: ResourceType,
  { namespace, page: limit = PAGE }: { readonly namespace?: string; readonly page?: number } = {},
): Promise<{ readonly items: readonly KubernetesObject[]; readonly resourceVersion: string } | undefined> {
  const isSecret = type.group === '' && type.kind === 'Secret';
  const query = {
    limit,
    ...(namespace === undefined ? {} : { namespace }),
    ...(isSecret ? { fieldSelector: `type!=${HELM_RELEASE}` } : {}),
  };
  const items: KubernetesObject[] = [];
  try {
    for (let page: string | undefined; ;) {
      const list = await cluster.list(type, { ...query, ...(page === undefined ? {} : { continue: page }) });
      items.push(...list.items);
      page = list.continue;
      if (page === undefined || page === '') return { items, resourceVersion: list.resourceVersion };
    }
  } catch (error) {
    if (error instanceof KplanError && error.code === 'CLUSTER_REFUSED') return undefined;
    throw error;
  }
}
