import { KplanError, type KubernetesObject, type RefKey } from '../model/index.ts';
import type { Context } from './api/context.ts';
import type { Controller, Outcome } from './controllers/controller.ts';
import { Dependents } from './controllers/dependents.ts';
import { claimLease, eventsAfter, releaseLease, type Draft, type Store, type StoredEvent } from './store/index.ts';

const BATCH = 256;
const LEASE = 'controllers';
const PAUSE = 20;
const FAULT_PAUSE = 1000;
const FIRST_RETRY = 1000;
const LAST_RETRY = 300_000;

/** Kinds that admission asks about. */
const MAY_LIFT: ReadonlySet<string> = new Set([
  'LimitRange',
  'Namespace',
  'PriorityClass',
  'ResourceQuota',
  'RuntimeClass',
  'ServiceAccount',
]);

/** How far controllers are stepped. */
export interface SettleOptions {
  /** At most so many milliseconds of the cluster's time pass; a quarter of an hour by default. */
  readonly within?: number;
  /** Stops as soon as this holds; it is asked after each step. */
  readonly until?: () => boolean | Promise<boolean>;
  readonly signal?: AbortSignal;
}

/** Why stepping has ended: nothing is left to do, what was awaited holds, the time is over, or another process does the work. */
export type Settled = 'idle' | 'reached' | 'timeout' | 'busy' | 'aborted';

interface Task {
  readonly controller: Controller;
  readonly key: RefKey;
}

interface Delayed extends Task {
  readonly due: number;
  /** False for the times of the background and for retries: without other news they may as well never come. */
  readonly isAwaited: boolean;
}

/**
 * Runs the controllers of a cluster: a queue of keys to look at, fed by what changes, and of times to look again. One
 * process at a time does it; each batch is one commit on the state that it was worked out on, so that a second one, or
 * one that is killed, does no harm. Nothing but the objects is remembered: a new process looks at all of them once.
 */
export class Stepper {
  readonly #store: Store;
  readonly #controllers: readonly Controller[];
  readonly #toContext: (draft: Draft) => Context;
  readonly #tasks = new Map<string, Task>();
  readonly #later = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  #dependents = new Dependents();
  #seen = -1;

  constructor(store: Store, controllers: readonly Controller[], toContext: (draft: Draft) => Context) {
    this.#store = store;
    this.#controllers = controllers;
    this.#toContext = toContext;
  }

  /** Lets the controllers work, and time pass in leaps from one thing to do to the next, until nothing is left to do. */
  async settle(options: SettleOptions = {}): Promise<Settled> {
    const end = this.#store.now + (options.within ?? 900_000);
    for (;;) {
      if (options.signal?.aborted === true) return 'aborted';
      if (await options.until?.()) return 'reached';
      this.#collect();
      this.#wakeDue(this.#store.now);
      if (this.#tasks.size > 0) {
        if (!(await this.#runBatch(this.#store.now))) return 'busy';
        continue;
      }
      const due = this.#nextDue();
      if (due === undefined) return 'idle';
      if (due > end) return 'timeout';
      this.#wakeDue(due);
      if (!(await this.#runBatch(due))) return 'busy';
    }
  }

  /** Settles again and again, with pauses of real time, until the signal aborts. */
  async run(options: { readonly signal: AbortSignal; readonly leap: boolean; pause(milliseconds: number): Promise<void> }): Promise<void> {
    const { signal, leap } = options;
    while (!signal.aborted) {
      const worked = await this.#trySettle(leap ? { signal } : { signal, within: 0 });
      await options.pause(worked ? PAUSE : FAULT_PAUSE);
    }
  }

  /** False where the disk is full, or the log damaged: whoever reads or writes next is told, and what is left to do is kept. */
  async #trySettle(options: SettleOptions): Promise<boolean> {
    try {
      await this.settle(options);
      return true;
    } catch (error) {
      if (error instanceof KplanError) return false;
      throw error;
    }
  }

  /** Lets another process do the work at once. */
  async release(): Promise<void> {
    await this.#store.transact((draft) => releaseLease(this.#store, draft, LEASE));
  }

  #collect(): void {
    const state = this.#store.read();
    if (this.#seen < state.oldest) this.#restart(state.objects());
    else this.#noteAll(eventsAfter(state, this.#seen));
    this.#seen = state.revision;
  }

  #restart(objects: Iterable<KubernetesObject>): void {
    this.#dependents = new Dependents();
    const events = [...objects].map((object): StoredEvent => ({ type: 'added', revision: 0, object }));
    for (const event of events) this.#dependents.note(event);
    this.#noteAll(events);
  }

  #noteAll(events: readonly StoredEvent[]): void {
    if (events.length === 0) return;
    const catalog = this.#store.preview((draft) => this.#toContext(draft).catalog);
    const around = { dependents: this.#dependents, world: this.#store.world(), catalog };
    for (const event of events) {
      for (const controller of this.#controllers) for (const key of controller.concerns(event, around)) this.#enqueue({ controller, key });
      this.#dependents.note(event);
    }
    if (events.some(({ object }) => MAY_LIFT.has(object.kind))) this.#wakeRefused();
  }

  /** What was refused for want of something need not wait for its pause once that may be there. */
  #wakeRefused(): void {
    for (const [name, task] of this.#later) {
      if (!this.#failures.has(name)) continue;
      this.#later.delete(name);
      this.#enqueue(task);
    }
  }

  #enqueue(task: Task): void {
    const name = nameOfTask(task);
    if (!this.#tasks.has(name)) this.#tasks.set(name, task);
  }

  #wakeDue(now: number): void {
    for (const [name, task] of this.#later) {
      if (task.due > now) continue;
      this.#later.delete(name);
      this.#enqueue(task);
    }
  }

  /** The next time that somebody waits for; the background's times come when they come. */
  #nextDue(): number | undefined {
    let next: number | undefined;
    for (const { due, isAwaited } of this.#later.values()) {
      if (isAwaited && (next === undefined || due < next)) next = due;
    }
    return next;
  }

  /** Runs what is queued, at a time, as one commit. False if another process has the lease. */
  async #runBatch(time: number): Promise<boolean> {
    const batch = [...this.#tasks.entries()].slice(0, BATCH);
    for (const [name] of batch) this.#tasks.delete(name);
    let outcomes: readonly Outcome[] | undefined;
    try {
      outcomes = await this.#store.transact((draft) => this.#reconcile(draft, batch), time);
    } finally {
      for (const [index, [name, task]] of batch.entries()) {
        if (outcomes === undefined) this.#tasks.set(name, task);
        else this.#schedule(name, task, outcomes[index] ?? {});
      }
    }
    return outcomes !== undefined;
  }

  /** Undefined if another process has the lease. */
  #reconcile(draft: Draft, batch: readonly (readonly [string, Task])[]): readonly Outcome[] | undefined {
    if (!claimLease(this.#store, draft, LEASE)) return undefined;
    const context = this.#toContext(draft);
    const around = { dependents: this.#dependents, world: this.#store.world(), catalog: context.catalog };
    return batch.map(([, { controller, key }]) => controller.reconcile(context, key, around));
  }

  #schedule(name: string, task: Task, { due, refusal }: Outcome): void {
    const failures = refusal === undefined ? 0 : (this.#failures.get(name) ?? 0) + 1;
    if (failures === 0) this.#failures.delete(name);
    else this.#failures.set(name, failures);
    const retry = failures === 0 ? undefined : this.#store.now + Math.min(FIRST_RETRY * 2 ** (failures - 1), LAST_RETRY);
    const next = due ?? retry;
    if (next === undefined) this.#later.delete(name);
    else this.#later.set(name, { ...task, due: next, isAwaited: due !== undefined && task.controller.isBackground !== true });
  }
}

function nameOfTask(task: Task): string {
  return `${task.controller.name} ${task.key}`;
}
