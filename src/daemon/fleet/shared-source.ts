import { aborted, type Clock } from '../../std/index.ts';
import type { FleetRevision, FleetSource } from './fleet-options.ts';

/** One source that several fleets follow, such as those of several clusters: it is read and watched once for all of them. */
export class SharedSource {
  readonly #source: FleetSource;
  readonly #clock: Clock;
  readonly #age: number;
  readonly #branches = new Set<Branch>();
  #reading: Promise<FleetRevision> | undefined;
  #isStale = false;
  #last: { readonly revision: FleetRevision; readonly at: number } | undefined;

  /** What was read stands for so many milliseconds, unless somebody says that it may have changed. */
  constructor(source: FleetSource, { clock, age }: { readonly clock: Clock; readonly age: number }) {
    this.#source = source;
    this.#clock = clock;
    this.#age = age;
  }

  /** The newest revision. Throws `KplanError` where it cannot be had. */
  async read(): Promise<FleetRevision> {
    if (this.#last !== undefined && this.#clock.now() - this.#last.at < this.#age) return this.#last.revision;
    const underWay = this.#reading;
    // A reading that began before the change may have missed it.
    if (underWay !== undefined && this.#isStale) await underWay.catch(() => undefined);
    this.#reading ??= this.#readAnew().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** What was read last; undefined where nothing was. */
  get last(): FleetRevision | undefined {
    return this.#last?.revision;
  }

  /** Follows the source for all, until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    await this.#source.watch(() => this.#onChange(), signal);
  }

  /** The source as one fleet follows it: each is told what differs from what it read itself before. */
  branch(): FleetSource {
    const branch: Branch = { changed: undefined, onChange: () => undefined };
    this.#branches.add(branch);
    return {
      description: this.#source.description,
      read: async () => {
        const { id, units } = await this.read();
        const { changed } = branch;
        branch.changed = new Set();
        return { id, units, ...(changed === undefined ? {} : { changed: [...changed] }) };
      },
      watch: async (onChange, signal) => {
        branch.onChange = onChange;
        await aborted(signal);
        this.#branches.delete(branch);
      },
    };
  }

  async #readAnew(): Promise<FleetRevision> {
    this.#isStale = false;
    const revision = await this.#source.read();
    this.#note(revision);
    return revision;
  }

  #note(revision: FleetRevision): void {
    const isSame = this.#last?.revision.id === revision.id;
    this.#last = { revision, at: this.#isStale ? -Infinity : this.#clock.now() };
    if (isSame) return;
    for (const branch of this.#branches) {
      if (revision.changed === undefined) branch.changed = undefined;
      else for (const path of revision.changed) branch.changed?.add(path);
    }
  }

  #onChange(): void {
    this.#isStale = true;
    this.#last = this.#last === undefined ? undefined : { ...this.#last, at: -Infinity };
    for (const { onChange } of this.#branches) onChange();
  }
}

interface Branch {
  /** What differs from what the fleet has read; undefined where anything may. */
  changed: Set<string> | undefined;
  onChange: () => void;
}
