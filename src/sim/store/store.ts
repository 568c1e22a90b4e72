import type { World } from '../../model/index.ts';
import { getNumber, type Clock } from '../../std/index.ts';
import { Draft } from './draft.ts';
import { Journal } from './journal.ts';
import type { State } from './state.ts';

const POLL_MILLISECONDS = 20;
const LEAPS = 'leaps';

/** How a store is opened. */
export interface StoreOptions {
  readonly directory: string;
  readonly clock: Clock;
  /** Whether an acknowledged write is on the disk (it survives a power cut), or handed to the system (it survives a killed process). */
  readonly sync: boolean;
}

/** The state of a directory, its transactions and the news of it, for one of the processes that share it. */
export class Store {
  readonly #options: StoreOptions;
  readonly #journal: Journal;
  readonly #listeners = new Set<() => void>();
  #syncing: Promise<void> | undefined;
  #nextSync: Promise<void> | undefined;
  #polling: AbortController | undefined;

  private constructor(options: StoreOptions) {
    this.#options = options;
    this.#journal = Journal.open(options.directory, options.clock.now());
  }

  static open(options: StoreOptions): Store {
    return new Store(options);
  }

  /** The state as it is now, with what other processes have written. Not to be kept over an await. */
  read(): State {
    this.#catchUp();
    return this.#journal.state;
  }

  /** The state as it was read last, as a world. */
  world(): World {
    return this.#journal.state.world();
  }

  /** Names this process among those that share the directory. */
  get id(): string {
    return this.#journal.writer;
  }

  get realNow(): number {
    return this.#options.clock.now();
  }

  /** The cluster's time: the real one and all the leaps that were made, never behind what was ever written. */
  get now(): number {
    const { state } = this.#journal;
    return Math.max(this.realNow + (getNumber(state.setting(LEAPS)) ?? 0), state.time);
  }

  /**
   * Runs a function on a draft of the state and commits what it wrote, all or nothing. Where another process commits
   * first, the function runs again on the new state. Resolves once the commit is acknowledged: it will not be lost.
   * A `time` that is still to come is leapt to.
   */
  async transact<T>(run: (draft: Draft) => T, time = 0): Promise<T> {
    for (;;) {
      this.#catchUp();
      const now = Math.max(this.now, time);
      const draft = new Draft(this.#journal.state, now);
      const result = run(draft);
      if (time > this.now) draft.set(LEAPS, time - this.realNow);
      if (draft.changes.length === 0) return result;
      const accepted = this.#journal.append(draft.changes, now);
      this.#notify();
      if (!accepted) continue;
      if (this.#journal.isLong) this.#journal.compact();
      if (this.#options.sync) await this.#flush();
      return result;
    }
  }

  /** Runs a function on a draft that is then thrown away. */
  preview<T>(run: (draft: Draft) => T): T {
    this.#catchUp();
    return run(new Draft(this.#journal.state, this.now));
  }

  /** Calls the listener after each change, also of other processes, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#polling === undefined) this.#startPolling();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stopPolling();
    };
  }

  /** Starts a new log with the state alone. Done by itself when the log has grown. */
  compact(): void {
    this.#journal.compact();
    this.#notify();
  }

  close(): void {
    this.#stopPolling();
    this.#listeners.clear();
    this.#journal.close();
  }

  #catchUp(): void {
    const before = this.#journal.state.sequence;
    this.#journal.catchUp();
    if (this.#journal.state.sequence !== before) this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  /** One sync serves all commits that were appended before it began. */
  #flush(): Promise<void> {
    if (this.#syncing === undefined) return this.#startFlush();
    this.#nextSync ??= this.#syncing.catch(() => undefined).then(() => this.#startFlush());
    return this.#nextSync;
  }

  #startFlush(): Promise<void> {
    this.#nextSync = undefined;
    const flush = this.#journal.sync().finally(() => {
      if (this.#syncing === flush) this.#syncing = undefined;
    });
    this.#syncing = flush;
    return flush;
  }

  #startPolling(): void {
    const polling = new AbortController();
    this.#polling = polling;
    void this.#poll(polling.signal);
  }

  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.sleep(POLL_MILLISECONDS, signal).catch(() => undefined);
      if (!signal.aborted && !this.#tryCatchUp()) return;
    }
  }

  /** Damage is reported by the next read of whoever listens, not by a timer. */
  #tryCatchUp(): boolean {
    try {
      this.#catchUp();
      return true;
    } catch {
      this.#notify();
      return false;
    }
  }

  #stopPolling(): void {
    this.#polling?.abort();
    this.#polling = undefined;
  }
}
