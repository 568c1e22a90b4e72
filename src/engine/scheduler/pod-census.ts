import type { Face, PodInfo } from './pod-class.ts';
import { PodTally, type TallyOptions } from './pod-tally.ts';

/** Pods that look alike to selectors: on which nodes they are, and the tallies that count them. */
export interface FaceEntry {
  readonly face: Face;
  /** How many of them each node has, by the node's index. */
  readonly live: Map<number, number>;
  readonly terminating: Map<number, number>;
  readonly tallies: PodTally[];
}

/** Counts placed pods by their faces, so that a pod that comes or goes costs only the tallies that count it. */
export class PodCensus {
  readonly #nodes: number;
  readonly #faces = new Map<Face, FaceEntry>();
  readonly #tallies = new Map<string, PodTally>();

  constructor(nodes: number) {
    this.#nodes = nodes;
  }

  /** The tally of a predicate; `key` is equal for equal predicates. */
  tally(key: string, isCounted: (face: Face) => boolean, options: TallyOptions): PodTally {
    const name = `${options.onlyTried === true ? 'tried' : options.skipsTerminating ? 'live' : 'all'} ${key}`;
    let tally = this.#tallies.get(name);
    if (tally === undefined) this.#tallies.set(name, (tally = this.#count(new PodTally(this.#nodes, isCounted, options))));
    return tally;
  }

  /** All tallies that were asked for. */
  tallies(): Iterable<PodTally> {
    return this.#tallies.values();
  }

  /** Counts a pod that comes or goes. One that is tried as a victim is on or off every tally, also those that skip pods that are going. */
  change(entry: FaceEntry, pod: PodInfo, node: number, { by, isVictim }: { readonly by: 1 | -1; readonly isVictim: boolean }): void {
    const counts = pod.isTerminating ? entry.terminating : entry.live;
    const count = (counts.get(node) ?? 0) + by;
    if (count === 0) counts.delete(node);
    else counts.set(node, count);
    for (const tally of entry.tallies) {
      const isPassedOver = tally.onlyTried || (pod.isTerminating && tally.skipsTerminating);
      if (isVictim || !isPassedOver) tally.change(node, by);
    }
  }

  /** The entry of a face, under which its pods are counted. */
  entryOf(face: Face): FaceEntry {
    let entry = this.#faces.get(face);
    if (entry === undefined) {
      const tallies = [...this.#tallies.values()].filter((tally) => tally.isCounted(face));
      this.#faces.set(face, (entry = { face, live: new Map(), terminating: new Map(), tallies }));
    }
    return entry;
  }

  #count(tally: PodTally): PodTally {
    for (const { face, live, terminating, tallies } of this.#faces.values()) {
      if (!tally.isCounted(face)) continue;
      tallies.push(tally);
      if (tally.onlyTried) continue;
      for (const [node, count] of live) tally.change(node, count);
      if (!tally.skipsTerminating) for (const [node, count] of terminating) tally.change(node, count);
    }
    return tally;
  }
}
