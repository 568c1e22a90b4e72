import { KplanError, World, type KubernetesObject } from '../model/index.ts';
import { compareStrings } from '../std/index.ts';
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

/** A cluster's objects, and the kinds that could not be read, as `group/Kind`. */
export interface WorldReading {
  readonly world: World;
  readonly unread: readonly string[];
  /** The types that were served then; absent where that was not asked. */
  readonly types?: readonly ResourceType[];
}

/** Whether a reading holds all objects of a kind. */
export function isRead({ unread }: Pick<WorldReading, 'unread'>, { group, kind }: Pick<ResourceType, 'group' | 'kind'>): boolean {
  const key = `${group}/${kind}`;
  return !TRANSIENT.has(key) && !unread.includes(key);
}

/**
 * Every object of a cluster, one version of each kind, without what only controllers and kubelets talk about. A kind that
 * may not be read, or whose server is not well, is named instead. Kinds that are not wanted, as `group/Kind`, are passed over.
 */
export async function readWorld(cluster: Cluster, isWanted: (kind: string) => boolean = () => true): Promise<WorldReading> {
  const unread: string[] = [];
  const types = await cluster.resources();
  const kinds = [...toKinds(types)].filter(([key]) => isWanted(key));
  const lists = await Promise.all(
    kinds.map(async ([key, type]) => {
      const list = await listKind(cluster, type);
      if (list === undefined) unread.push(key);
      return list?.items ?? [];
    }),
  );
  return { world: World.of(lists.flat()), unread: unread.toSorted(compareStrings), types };
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

/** All objects of a kind, and the version to watch from; undefined where they may not be read. */
export async function listKind(
  cluster: Cluster,
  type: ResourceType,
): Promise<{ readonly items: readonly KubernetesObject[]; readonly resourceVersion: string } | undefined> {
  const items: KubernetesObject[] = [];
  try {
    for (let page: string | undefined; ;) {
      const list = await cluster.list(type, { limit: PAGE, ...(page === undefined ? {} : { continue: page }) });
      items.push(...list.items);
      page = list.continue;
      if (page === undefined || page === '') return { items, resourceVersion: list.resourceVersion };
    }
  } catch (error) {
    if (error instanceof KplanError && error.code === 'CLUSTER_REFUSED') return undefined;
    throw error;
  }
}
