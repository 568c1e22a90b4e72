import type { Clock } from '../../src/std/index.ts';

/** A clock that jumps to the next timer whenever nothing else is left to do. */
export class FakeClock implements Clock {
  #now = 1_700_000_000_000;
  #timers: { at: number; wake: () => void }[] = [];
  #scheduled = false;

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(toError(signal.reason));
      const abort = (): void => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        reject(toError(signal?.reason));
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const timer = { at: this.#now + Math.max(0, milliseconds), wake };
      this.#timers.push(timer);
      signal?.addEventListener('abort', abort, { once: true });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    void this.#advanceWhenIdle();
  }

  async #advanceWhenIdle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    this.#scheduled = false;
    const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined) return;
    this.#now = Math.max(this.#now, next.at);
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const timer of due) timer.wake();
    if (this.#timers.length > 0) this.#schedule();
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
