import { isActive, type StepState } from './phase.ts';

const CHUNK = 64;

/** The states of all steps: an immutable list of which changing one item copies little, and which knows how many are active. */
export class StepStates implements Iterable<StepState> {
  readonly length: number;
  /** How many have a request under way. */
  readonly active: number;
  readonly #chunks: readonly (readonly StepState[])[];

  private constructor(chunks: readonly (readonly StepState[])[], length: number, active: number) {
    this.#chunks = chunks;
    this.length = length;
    this.active = active;
  }

  static of(items: readonly StepState[]): StepStates {
    const chunks: (readonly StepState[])[] = [];
    for (let from = 0; from < items.length; from += CHUNK) chunks.push(items.slice(from, from + CHUNK));
    return new StepStates(chunks, items.length, items.filter(({ phase }) => isActive(phase)).length);
  }

  at(index: number): StepState | undefined {
    return this.#chunks[Math.floor(index / CHUNK)]?.[index % CHUNK];
  }

  /** These states with another at an index, which must exist. */
  with(index: number, state: StepState): StepStates {
    const place = Math.floor(index / CHUNK);
    const chunk = this.#chunks[place] ?? [];
    const before = chunk[index % CHUNK];
    const active = this.active + Number(isActive(state.phase)) - Number(before !== undefined && isActive(before.phase));
    return new StepStates(this.#chunks.with(place, chunk.with(index % CHUNK, state)), this.length, active);
  }

  map<T>(of: (state: StepState, index: number) => T): T[] {
    return [...this].map(of);
  }

  /** The indexes of the states that are not the same as in an earlier list of the same steps. */
  changedSince(earlier: StepStates | undefined): readonly number[] {
    const changed: number[] = [];
    for (let place = 0; place < this.#chunks.length; place++) {
      const chunk = this.#chunks[place] ?? [];
      const before = earlier === undefined ? undefined : earlier.#chunks[place];
      if (chunk === before) continue;
      for (let offset = 0; offset < chunk.length; offset++) if (chunk[offset] !== before?.[offset]) changed.push(place * CHUNK + offset);
    }
    return changed;
  }

  *[Symbol.iterator](): Generator<StepState> {
    for (const chunk of this.#chunks) yield* chunk;
  }
}
