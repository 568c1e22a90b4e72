/** Lets many read a folder at once, and one at a time change it while nobody reads. Who changes goes before those who ask to read later. */
export class TreeLock {
  #readers = 0;
  #changing: Promise<void> | undefined;
  #onIdle: () => void = () => undefined;

  /** Reads while nothing changes. */
  async read<T>(work: () => Promise<T>): Promise<T> {
    while (this.#changing !== undefined) await this.#changing;
    this.#readers++;
    try {
      return await work();
    } finally {
      this.#readers--;
      if (this.#readers === 0) this.#onIdle();
    }
  }

  /** Changes while nobody reads. */
  async change<T>(work: () => Promise<T>): Promise<T> {
    while (this.#changing !== undefined) await this.#changing;
    let done: () => void = () => undefined;
    this.#changing = new Promise((resolve) => (done = resolve));
    try {
      if (this.#readers > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
      return await work();
    } finally {
      this.#changing = undefined;
      done();
    }
  }
}
