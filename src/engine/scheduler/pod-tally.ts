import type { Face, PodInfo } from './pod-class.ts';

/** How many pods of a sort each node has, kept up to date as pods come and go. */
export class PodTally {
  readonly counts: Int32Array;
  readonly #isCounted: (face: Face) => boolean;
  readonly #skipsTerminating: boolean;
  readonly #known = new Map<number, boolean>();

  constructor(nodes: number, isCounted: (face: Face) => boolean, options: { readonly skipsTerminating: boolean }) {
    this.counts = new Int32Array(nodes);
    this.#isCounted = isCounted;
    this.#skipsTerminating = options.skipsTerminating;
  }

  change(pod: PodInfo, node: number, by: 1 | -1): void {
    if (this.#skipsTerminating && pod.isTerminating) return;
    if (this.matches(pod.class.face)) this.counts[node] = (this.counts[node] ?? 0) + by;
  }

  matches(face: Face): boolean {
    let answer = this.#known.get(face.id);
    if (answer === undefined) this.#known.set(face.id, (answer = this.#isCounted(face)));
    return answer;
  }
}
