import type { Aspect } from '../aspect.ts';
import { NumberPairs } from './number-pairs.ts';

/** Nodes sorted by what never changes of them: those of one base are equal in all fixed aspects of a class. */
export interface Grouping {
  readonly aspects: readonly Aspect[];
  /** Each node's base. */
  readonly baseOf: Int32Array;
  /** Each node's place among the nodes of its base, which are in order. */
  readonly placeOf: Int32Array;
  /** The nodes of each base. */
  readonly members: readonly Int32Array[];
}

/** Sorts nodes by fixed aspects; undefined if that makes more than so many bases. */
export function groupNodes(nodes: number, aspects: readonly Aspect[], most: number): Grouping | undefined {
  const baseOf = new Int32Array(nodes);
  for (const { of } of aspects) {
    const pairs = new NumberPairs();
    for (let node = 0; node < nodes; node++) {
      baseOf[node] = pairs.numberOf(baseOf[node] ?? 0, of(node));
      if (pairs.size > most) return undefined;
    }
  }
  const lists: number[][] = [];
  const placeOf = new Int32Array(nodes);
  for (let node = 0; node < nodes; node++) placeOf[node] = (lists[baseOf[node] ?? 0] ??= []).push(node) - 1;
  return { aspects, baseOf, placeOf, members: lists.map((list) => Int32Array.from(list)) };
}
