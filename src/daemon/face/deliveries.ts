const REMEMBERED = 1_000;

/** The deliveries that were taken lately, so that one that is sent again is known; the oldest are forgotten. */
export class Deliveries {
  readonly #seen = new Set<string>();

  /** Takes note of a delivery. Answers whether it is new; those without a number are. */
  isNew(forge: string, id: string | undefined): boolean {
    if (id === undefined) return true;
    const key = `${forge} ${id.slice(0, 100)}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    for (const oldest of this.#seen) if (this.#seen.size > REMEMBERED) this.#seen.delete(oldest);
    return true;
  }
}

/** Lets so many through at once, and so many a second in the long run. */
export class RateLimit {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #at: number;

  constructor(options: { readonly burst: number; readonly perSecond: number; readonly now: number }) {
    this.#burst = options.burst;
    this.#perSecond = options.perSecond;
    this.#left = options.burst;
    this.#at = options.now;
  }

  /** Whether one more may go. */
  take(now: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + (Math.max(0, now - this.#at) / 1000) * this.#perSecond);
    this.#at = Math.max(this.#at, now);
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
