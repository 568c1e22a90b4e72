import { formatQuantity, isSelected, type World } from '../../model/index.ts';
import { compareStrings } from '../../std/index.ts';
import { listDemand, type DemandClass } from './capacity/demand.ts';

/** What pods need of any nodes whatsoever: with less of anything they cannot all have a place. */
export interface LeastNeeded {
  readonly pods: number;
  /** Pods that may not share a node ask for that many. */
  readonly nodes: number;
  /** All requests together, by resource, as a manifest would write them. */
  readonly requests: Readonly<Record<string, string>>;
  /** What one node must have for the pod that asks for the most of it. */
  readonly largest: Readonly<Record<string, string>>;
}

/** A lower bound for nodes of which nothing is known. `more` is as in `listDemand`. */
export function findLeastNeeded(world: World, more: ReadonlyMap<string, number> = new Map()): LeastNeeded {
  const { classes } = listDemand(world, more);
  const [requests, largest] = [new Map<string, number>(), new Map<string, number>()];
  for (const { pod, count } of classes) {
    for (const [resource, amount] of pod.class.requests.amounts) {
      requests.set(resource, (requests.get(resource) ?? 0) + amount * count);
      largest.set(resource, Math.max(largest.get(resource) ?? 0, amount));
    }
  }
  const pods = classes.reduce((sum, { count }) => sum + count, 0);
  const apart = new Map<number, number>();
  for (const item of classes.filter(isAlone)) apart.set(item.pod.class.id, (apart.get(item.pod.class.id) ?? 0) + item.count);
  return { pods, nodes: Math.max(pods > 0 ? 1 : 0, ...apart.values()), requests: format(requests), largest: format(largest) };
}

/** Whether no two pods of a class may be on one node: they keep apart by the hostname, or want the same host port. */
function isAlone({ pod }: DemandClass): boolean {
  const { hostPorts, affinity, face } = pod.class;
  return (
    hostPorts.length > 0 ||
    affinity.requiredAntiAffinity.some(
      ({ topologyKey, namespaces, selector }) =>
        topologyKey === 'kubernetes.io/hostname' && namespaces.has(face.namespace) && isSelected(selector, face.labels),
    )
  );
}

function format(amounts: ReadonlyMap<string, number>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...amounts].toSorted(([a], [b]) => compareStrings(a, b)).map(([resource, amount]) => [resource, formatAmount(resource, amount)]),
  );
}

function formatAmount(resource: string, amount: number): string {
  const unit = resource === 'cpu' ? 1_000_000n : 1_000_000_000n;
  const isBytes = resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-');
  return formatQuantity(BigInt(amount) * unit, isBytes ? 'binary' : 'decimal');
}
