import { World, type KubernetesObject } from '../model/index.ts';
import type { Cluster, ResourceType } from './port.ts';

const PAGE = 500;
/** Kinds that say nothing that a plan needs, and change all the time. */
const TRANSIENT: ReadonlySet<string> = new Set(['/Event', 'events.k8s.io/Event', 'coordination.k8s.io/Lease']);

/** Every object of a cluster, one version of each kind, without events and leases. */
export async function readWorld(cluster: Cluster): Promise<World> {
  const kinds = new Map<string, ResourceType>();
  for (const type of await cluster.resources()) {
    const key = `${type.group}/${type.kind}`;
    if (!TRANSIENT.has(key) && !kinds.has(key)) kinds.set(key, type);
  }
  const lists = await Promise.all([...kinds.values()].map((type) => listAll(cluster, type)));
  return World.of(lists.flat());
}

async function listAll(cluster: Cluster, type: ResourceType): Promise<readonly KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  let page: string | undefined;
  do {
    const list = await cluster.list(type, { limit: PAGE, ...(page === undefined ? {} : { continue: page }) });
    objects.push(...list.items);
    page = list.continue;
  } while (page !== undefined);
  return objects;
}
