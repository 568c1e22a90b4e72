import type { Aspect } from './aspect.ts';
import type { NodeInfo } from './node-info.ts';

/** The values of one label over all nodes: each node's value by number, -1 where it has none. */
export interface Topology {
  readonly key: string;
  readonly domains: Int32Array;
  /** How many values there are. */
  readonly size: number;
  /** Whether no two nodes have the same value, as of `kubernetes.io/hostname`. */
  readonly isUnique: boolean;
  /** Which value a node has. */
  readonly domain: Aspect;
}

/** Numbers the values of a label in the order of the nodes. */
export function toTopology(nodes: readonly NodeInfo[], key: string): Topology {
  const numbers = new Map<string, number>();
  let labelled = 0;
  const domains = Int32Array.from(nodes, (node) => {
    const value = node.labels.get(key);
    if (value === undefined) return -1;
    labelled++;
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  });
  const domain: Aspect = { isFixed: true, of: (node) => (domains[node] ?? -1) + 1 };
  return { key, domains, size: numbers.size, isUnique: numbers.size === labelled, domain };
}
