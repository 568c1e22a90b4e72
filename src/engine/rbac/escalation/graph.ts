import type { Need } from './powers.ts';
import { toPlaceKey, type Place } from './place.ts';
import type { StepKind } from './step.ts';
import type { ObjectRef } from '../../../model/index.ts';

/** A field of an object that a step rests on besides grants: a mount, a label. */
export interface Footing {
  readonly ref: ObjectRef;
  readonly path?: string;
}

/** One step from a place to another, possible while each of its needs is met. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly step: StepKind;
  readonly needs: readonly Need[];
  readonly footing: readonly Footing[];
}

/** Places by number, and the steps between them. */
export interface EscalationGraph {
  readonly places: readonly Place[];
  readonly keys: readonly string[];
  readonly edges: readonly Edge[];
  /** The edges from each place, and those to each place, by number, in the order in which they were added. */
  readonly outgoing: readonly (readonly number[])[];
  readonly incoming: readonly (readonly number[])[];
  find(key: string): number | undefined;
}

const NONE: readonly never[] = [];

/** Builds a graph; places are numbered in the order in which they are named. */
export class GraphBuilder {
  readonly #numbers = new Map<string, number>();
  readonly #places: Place[] = [];
  readonly #keys: string[] = [];
  readonly #edges: Edge[] = [];
  readonly #outgoing: number[][] = [];
  readonly #incoming: number[][] = [];

  /** The number of a place. */
  place(place: Place): number {
    const key = toPlaceKey(place);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#places.length;
      this.#numbers.set(key, number);
      this.#places.push(place);
      this.#keys.push(key);
      this.#outgoing.push([]);
      this.#incoming.push([]);
    }
    return number;
  }

  has(place: Place): boolean {
    return this.#numbers.has(toPlaceKey(place));
  }

  connect(from: number, to: number, step: StepKind, needs: readonly Need[] = NONE, footing: readonly Footing[] = NONE): void {
    if (from === to) return;
    this.#outgoing[from]?.push(this.#edges.length);
    this.#incoming[to]?.push(this.#edges.length);
    this.#edges.push({ from, to, step, needs, footing });
  }

  finish(): EscalationGraph {
    return {
      places: this.#places,
      keys: this.#keys,
      edges: this.#edges,
      outgoing: this.#outgoing,
      incoming: this.#incoming,
      find: (key) => this.#numbers.get(key),
    };
  }
}
