/** Chance from a seed, mulberry32: the same choices for the same seed, on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to just below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, limit);
  }

  pick<T>(items: readonly [T, ...T[]]): T;
  pick<T>(items: readonly T[]): T | undefined;
  pick<T>(items: readonly T[]): T | undefined {
    return items[this.below(items.length)];
  }

  /** True once in so many times. */
  once(inSoMany: number): boolean {
    return this.below(inSoMany) === 0;
  }
}

/** The generator of one document of a run, so that each can be had alone. */
export function randomOf(seed: number, index: number): Random {
  return new Random(Math.imul(seed, 1_000_003) + Math.imul(index, 0x9e3779b1));
}

/** What a run is made of: KPLAN_FUZZ_COUNT documents and a tenth as many plan files; KPLAN_SEED repeats a run. */
export const SEED: number = Number(process.env['KPLAN_SEED'] ?? Date.now() % 1_000_000);
