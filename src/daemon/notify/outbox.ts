import { pause, type Clock } from '../../std/index.ts';
import type { Post, Receiver } from './receivers.ts';

/** What a receiver answered, and after how many milliseconds it wants to be asked again, if it says so. */
export interface Posted {
  readonly status: number;
  readonly retryAfter?: number;
}

/** Sends one request. Answers in a sentence why it could not be sent; ends soon after the signal aborts. */
export type Poster = (post: Post, signal: AbortSignal) => Promise<Posted | string>;

/** What became of one: `failed` was refused, or tried too often; `dropped` was never sent. */
export type DeliveryResult = 'dropped' | 'failed' | 'sent';

/** What an outbox runs with. */
export interface OutboxOptions<T> {
  readonly receiver: Receiver<T>;
  readonly post: Poster;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onResult: (result: DeliveryResult, count: number) => void;
  /** Told of each problem in a row once, without any secret. */
  readonly onProblem: (message: string) => void;
}

/** Beyond this the oldest go: the newest says how a unit is. */
export const MOST_WAITING = 1_000;
const MOST_TRIES = 10;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 300_000;
const LONGEST_WISH = 3_600_000;
const LAST_WORDS = 5_000;

/** What waits to be sent to one receiver, in order, one request at a time: nobody waits for it. */
export class Outbox<T> {
  readonly #options: OutboxOptions<T>;
  readonly #waiting: T[] = [];
  readonly #end = new AbortController();
  #sending: Promise<void> | undefined;
  /** In a row. */
  #failures = 0;
  #problem: string | undefined;

  constructor(options: OutboxOptions<T>) {
    this.#options = options;
  }

  /** Takes one more, if the receiver wants it. */
  put(item: T): void {
    if (!this.#options.receiver.wants(item)) return;
    this.#waiting.push(item);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      this.#options.onResult('dropped', 1);
    }
    this.#sending ??= this.#send();
  }

  /** Sends what waits, for a few seconds at most, and drops the rest. */
  async close(): Promise<void> {
    const isSent = new AbortController();
    const sent = this.#sending?.finally(() => isSent.abort());
    if (sent !== undefined) await pause(this.#options.clock, LAST_WORDS, isSent.signal);
    this.#end.abort();
    await sent;
  }

  async #send(): Promise<void> {
    // Who puts the first must not wait for it, nor see it fail.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.receiver.most);
      this.#options.onResult(await this.#deliver(batch), batch.length);
    }
    this.#sending = undefined;
  }

  async #deliver(batch: readonly T[]): Promise<DeliveryResult> {
    const { receiver, post, clock } = this.#options;
    for (let tries = 1; ; tries++) {
      if (this.#end.signal.aborted) return 'dropped';
      const answer = await post(receiver.toPost(batch), this.#end.signal);
      const problem = describeProblem(answer);
      if (problem === undefined) {
        this.#failures = 0;
        this.#problem = undefined;
        return 'sent';
      }
      if (this.#end.signal.aborted) return 'dropped';
      this.#failures++;
      this.#tell(problem);
      if (tries === MOST_TRIES || !isPassing(answer)) return 'failed';
      await pause(clock, this.#toPause(answer), this.#end.signal);
    }
  }

  /** Ever longer while the receiver fails, spread so that instances do not ask it together; never shorter than it wishes. */
  #toPause(answer: Posted | string): number {
    const usual = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#failures - 1)) * (1 + this.#options.random() / 5);
    const wish = typeof answer === 'string' ? 0 : Math.min(LONGEST_WISH, answer.retryAfter ?? 0);
    return Math.max(usual, wish);
  }

  #tell(problem: string): void {
    if (problem !== this.#problem) this.#options.onProblem(`${this.#options.receiver.name}: ${problem}`);
    this.#problem = problem;
  }
}

function describeProblem(answer: Posted | string): string | undefined {
  if (typeof answer === 'string') return answer;
  return answer.status >= 200 && answer.status < 300 ? undefined : `it answers ${answer.status}`;
}

/** Whether the same may be taken later: no answer, a fault of the server, too many requests, or the wish to be asked later. */
function isPassing(answer: Posted | string): boolean {
  if (typeof answer === 'string') return true;
  return answer.status >= 500 || answer.status === 408 || answer.status === 429 || answer.retryAfter !== undefined;
}
