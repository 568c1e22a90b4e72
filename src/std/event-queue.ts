/** Events of many tasks, taken one by one, by one taker at a time, in the order in which they came. */
export class EventQueue<T> {
  readonly #events: T[] = [];
  #wake: (() => void) | undefined;

  put(event: T): void {
    this.#events.push(event);
    this.#wake?.();
  }

  /** The next event, as soon as there is one. */
  async take(): Promise<T> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
