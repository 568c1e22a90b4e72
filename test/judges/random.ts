import { createRandom } from '../bench/corpus.ts';

/** Choices made from a seed. */
export class Random {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = createRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined && items.length === 0) throw new Error('nothing to pick from');
    return item as T;
  }

  /** Each with the chance of two in three, sometimes in reverse. */
  some<T>(items: readonly T[]): readonly T[] {
    const kept = items.filter(() => this.below(3) > 0);
    return this.once(3) ? kept.toReversed() : kept;
  }

  /** The fields, each with the chance of two in three. */
  maybe<T>(fields: Readonly<Record<string, () => T>>): Record<string, T> {
    return Object.fromEntries(this.some(Object.entries(fields)).map(([name, make]) => [name, make()]));
  }

  list<T>(length: number, make: (index: number) => T): readonly T[] {
    return Array.from({ length }, (_, index) => make(index));
  }
}

/** The seed of one case of a run, so that a case can be repeated without those before it. */
export function caseSeed(seed: number, subject: string, index: number): number {
  let hash = Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b);
  for (const character of subject) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
