import type { Aspect } from './aspect.ts';
import type { Topology } from './topology.ts';

/** Which nodes count: those that a rule includes, of those that are there. */
export interface Inclusion {
  readonly isIncluded: (node: number) => boolean;
  readonly isPresent: (node: number) => boolean;
}

/**
 * Counts of nodes summed by the values of a label: how many pods of a sort each domain has. Kept up to date change by change,
 * so that no question costs a walk over the nodes.
 */
export class DomainSums {
  readonly topology: Topology;
  /** How much a node's domain has. */
  readonly amount: Aspect;
  /** Whether a node's domain has any. */
  readonly presence: Aspect;
  readonly #sums: Int32Array;
  readonly #isIncluded: (node: number) => boolean;
  readonly #included: Uint8Array;
  readonly #present: Uint8Array;
  /** How many counting nodes each domain has: one without any is no domain. */
  readonly #members: Int32Array;
  #total = 0;
  #size = 0;
  /** The lowest sum, and how many domains have it; none of them if it has to be found again. */
  #least = 0;
  #atLeast = 0;

  constructor(topology: Topology, counts: Int32Array, { isIncluded, isPresent }: Inclusion) {
    this.topology = topology;
    const ofNode = (of: Aspect['of']): Aspect => (topology.isUnique ? { isFixed: false, of } : topology.domain);
    this.amount = ofNode((node) => (this.hasDomain(node) ? 1 + this.at(node) : 0));
    this.presence = ofNode((node) => (this.hasDomain(node) ? 1 + Math.min(1, this.at(node)) : 0));
    this.#isIncluded = isIncluded;
    this.#sums = new Int32Array(topology.size);
    this.#members = new Int32Array(topology.size);
    this.#included = new Uint8Array(counts.length);
    this.#present = new Uint8Array(counts.length);
    for (let node = 0; node < counts.length; node++) {
      this.#present[node] = isPresent(node) ? 1 : 0;
      this.reconsider(node, counts[node] ?? 0);
    }
  }

  /** How many domains have a counting node. */
  get size(): number {
    return this.#size;
  }

  /** Whether nothing is counted anywhere. */
  get isZero(): boolean {
    return this.#total === 0;
  }

  /** Notes that the count of a node changed. */
  change(node: number, by: number): void {
    if (this.#included[node] !== 1) return;
    const domain = this.topology.domains[node] ?? -1;
    const was = this.#sums[domain] ?? 0;
    this.#sums[domain] = was + by;
    this.#total += by;
    if (was === this.#least) this.#atLeast--;
    this.#noteSum(was + by);
  }

  /** Asks again whether a node is included, which has so many pods. */
  reconsider(node: number, count: number): void {
    const isIncluded = (this.topology.domains[node] ?? -1) >= 0 && this.#isIncluded(node);
    if (isIncluded === (this.#included[node] === 1)) return;
    if (!isIncluded && count !== 0) this.change(node, -count);
    this.#included[node] = isIncluded ? 1 : 0;
    if (this.#present[node] === 1) this.#changeMembers(node, isIncluded ? 1 : -1);
    if (isIncluded && count !== 0) this.change(node, count);
  }

  /** Notes that a node, which has no pods, is there now, or no longer. */
  setPresent(node: number, isPresent: boolean): void {
    this.#present[node] = isPresent ? 1 : 0;
    if (this.#included[node] === 1) this.#changeMembers(node, isPresent ? 1 : -1);
  }

  /** Whether a node has a value of the label. */
  hasDomain(node: number): boolean {
    return (this.topology.domains[node] ?? -1) >= 0;
  }

  /** The sum of a node's domain; 0 where it has none. */
  at(node: number): number {
    const domain = this.topology.domains[node] ?? -1;
    return domain < 0 ? 0 : (this.#sums[domain] ?? 0);
  }

  /** The lowest sum of a domain; 0 if there is no domain. */
  least(): number {
    if (this.#atLeast <= 0) this.#findLeast();
    return this.#size === 0 ? 0 : this.#least;
  }

  #changeMembers(node: number, by: 1 | -1): void {
    const domain = this.topology.domains[node] ?? -1;
    const was = this.#members[domain] ?? 0;
    this.#members[domain] = was + by;
    const sum = this.#sums[domain] ?? 0;
    if (by === 1 && was === 0) {
      this.#size++;
      this.#noteSum(sum);
    } else if (by === -1 && was === 1) {
      this.#size--;
      if (sum === this.#least) this.#atLeast--;
    }
  }

  #noteSum(sum: number): void {
    if (this.#atLeast <= 0) return;
    if (sum === this.#least) this.#atLeast++;
    else if (sum < this.#least) [this.#least, this.#atLeast] = [sum, 1];
  }

  #findLeast(): void {
    let least = Infinity;
    let atLeast = 0;
    for (let domain = 0; domain < this.#sums.length; domain++) {
      if (this.#members[domain] === 0) continue;
      const sum = this.#sums[domain] ?? 0;
      if (sum < least) [least, atLeast] = [sum, 1];
      else if (sum === least) atLeast++;
    }
    [this.#least, this.#atLeast] = [least, atLeast];
  }
}
