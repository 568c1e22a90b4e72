import { DomainSums, type Inclusion } from './domain-sums.ts';
import type { Face } from './pod-class.ts';
import type { Topology } from './topology.ts';

/** How many pods of a sort each node has, and each domain of the topologies that were asked for. */
export class NodeCounts {
  readonly counts: Int32Array;
  readonly #sums = new Map<string, DomainSums>();
  /** The same as a list. */
  readonly #all: DomainSums[] = [];

  constructor(nodes: number) {
    this.counts = new Int32Array(nodes);
  }

  change(node: number, by: number): void {
    this.counts[node] = (this.counts[node] ?? 0) + by;
    for (const sums of this.#all) sums.change(node, by);
  }

  /** The sums over the nodes that are included; `key` is equal for the same topology and the same nodes. */
  sumsOf(key: string, topology: Topology, inclusion: Inclusion): DomainSums {
    let sums = this.#sums.get(key);
    if (sums === undefined) {
      sums = new DomainSums(topology, this.counts, inclusion);
      this.#sums.set(key, sums);
      this.#all.push(sums);
    }
    return sums;
  }

  /** Notes that a node, which has no pods, is there now, or no longer. */
  setPresent(node: number, isPresent: boolean): void {
    for (const sums of this.#all) sums.setPresent(node, isPresent);
  }

  /** Notes that a node itself changed, so that rules may include it or not. */
  reconsider(node: number): void {
    for (const sums of this.#all) sums.reconsider(node, this.counts[node] ?? 0);
  }
}

/** Which pods a tally leaves out. */
export interface TallyOptions {
  readonly skipsTerminating: boolean;
  /** Whether only pods that come or go on trial are counted: those on their nodes are none. */
  readonly onlyTried?: boolean;
}

/** How many pods each node has whose face satisfies a predicate. */
export class PodTally extends NodeCounts {
  readonly isCounted: (face: Face) => boolean;
  readonly skipsTerminating: boolean;
  readonly onlyTried: boolean;

  constructor(nodes: number, isCounted: (face: Face) => boolean, { skipsTerminating, onlyTried = false }: TallyOptions) {
    super(nodes);
    this.isCounted = isCounted;
    this.skipsTerminating = skipsTerminating;
    this.onlyTried = onlyTried;
  }
}
