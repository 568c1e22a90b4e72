import { pause, type Clock } from '../../std/index.ts';

/** What says with which others something may be planned. */
export interface BatchItem {
  /** What it may change: no two of a batch change the same. */
  readonly writes: ReadonlySet<string>;
  /** What must be there before it can be carried out, but for what it brings itself: no other of a batch brings it. */
  readonly needs: ReadonlySet<string>;
  readonly brings: ReadonlySet<string>;
  /** Aborts when nobody waits for the plan any more. */
  readonly signal: AbortSignal;
}

/** How batches are planned. */
export interface BatchWork<T, P> {
  /** Plans items as if all of them were carried out side by side; in their order. */
  readonly plan: (items: readonly T[]) => Promise<readonly P[]>;
  /** Whether a plan is carried out, as far as that is known. */
  readonly goes: (item: T, plan: P) => boolean;
  /** Whether two may be in one batch at all. */
  readonly isAlike: (item: T, other: T) => boolean;
}

/** Milliseconds; whatever the clock is set to. */
const LONGEST_REST = 500;
const NEVER = new AbortController().signal;

interface Waiting<T, P> {
  readonly item: T;
  readonly resolve: (plan: P) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Plans together what is to be planned at the same time: the next batch is whatever was asked for while the last one was planned, and as
 * long after it, so that who is about to ask is heard, and the dearer a batch is, the more of them share it. Nobody is
 * judged by what does not happen: where one of a batch does not go, the others are planned again without it, and it is planned by
 * itself, so that all that holds it is its own, unless nobody waits for it any more. Where a batch cannot be planned, its halves are.
 */
export class Batches<T extends BatchItem, P> {
  readonly #work: BatchWork<T, P>;
  #pending: Waiting<T, P>[] = [];
  readonly #clock: Clock;
  #isWorking = false;
  #restsUntil = 0;

  constructor(work: BatchWork<T, P>, clock: Clock) {
    this.#work = work;
    this.#clock = clock;
  }

  /** The plan of an item, in its turn. Throws what planning it throws. */
  plan(item: T): Promise<P> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ item, resolve, reject });
      if (!this.#isWorking) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isWorking = true;
    while (this.#pending.length > 0) {
      await this.#rest();
      const due = this.#pending;
      this.#pending = [];
      const started = this.#clock.now();
      for (const batch of this.#cut(due)) await this.#planAll(batch);
      const ended = this.#clock.now();
      this.#restsUntil = ended + Math.min(LONGEST_REST, ended - started);
    }
    this.#isWorking = false;
  }

  async #rest(): Promise<void> {
    const left = this.#restsUntil - this.#clock.now();
    if (left > 0) await pause(this.#clock, Math.min(LONGEST_REST, left), NEVER);
  }

  #cut(due: readonly Waiting<T, P>[]): readonly (readonly Waiting<T, P>[])[] {
    const batches: Batch<T, P>[] = [];
    for (const waiting of due) {
      const { item } = waiting;
      const fitting = batches.find((batch) => this.#work.isAlike(batch.first, item) && isApart(batch, item));
      const batch = fitting ?? { first: item, members: [], writes: new Set(), needs: new Set(), brings: new Set() };
      if (fitting === undefined) batches.push(batch);
      batch.members.push(waiting);
      for (const part of ['writes', 'needs', 'brings'] as const) for (const name of item[part]) batch[part].add(name);
    }
    return batches.map(({ members }) => members);
  }

  async #planAll(batch: readonly Waiting<T, P>[]): Promise<void> {
    if (batch.length === 0) return;
    let plans: readonly P[];
    try {
      plans = await this.#work.plan(batch.map(({ item }) => item));
    } catch (error) {
      if (batch.length === 1) for (const { reject } of batch) reject(error);
      else for (const half of [batch.slice(0, batch.length >> 1), batch.slice(batch.length >> 1)]) await this.#planAll(half);
      return;
    }
    const planned = batch.flatMap((waiting, index) => {
      const plan = plans[index];
      return plan === undefined ? [] : [{ waiting, plan }];
    });
    const going = planned.filter(({ waiting: { item }, plan }) => !item.signal.aborted && this.#work.goes(item, plan));
    if (batch.length === 1 || going.length === batch.length) {
      for (const { waiting, plan } of planned) waiting.resolve(plan);
      return;
    }
    const goes = new Set(going.map(({ waiting }) => waiting));
    await this.#planAll([...goes]);
    for (const { waiting, plan } of planned) {
      if (waiting.item.signal.aborted) waiting.resolve(plan);
      else if (!goes.has(waiting)) await this.#planAll([waiting]);
    }
  }
}

interface Batch<T, P> {
  readonly first: T;
  readonly members: Waiting<T, P>[];
  readonly writes: Set<string>;
  readonly needs: Set<string>;
  readonly brings: Set<string>;
}

function isApart(batch: Omit<BatchItem, 'signal'>, item: BatchItem): boolean {
  return !meets(item.writes, batch.writes) && !meets(item.needs, batch.brings) && !meets(item.brings, batch.needs);
}

function meets(names: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const name of names) if (others.has(name)) return true;
  return false;
}
