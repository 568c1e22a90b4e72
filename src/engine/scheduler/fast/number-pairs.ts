const LARGE = 2 ** 26;

/** Numbers pairs of whole numbers (below 2^26) in the order in which they are met. */
export class NumberPairs {
  readonly #numbers = new Map<number, number>();

  get size(): number {
    return this.#numbers.size;
  }

  numberOf(a: number, b: number): number {
    const key = a * LARGE + b;
    let number = this.#numbers.get(key);
    if (number === undefined) this.#numbers.set(key, (number = this.#numbers.size));
    return number;
  }
}
