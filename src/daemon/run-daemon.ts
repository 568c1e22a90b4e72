import type { Cluster } from '../cluster/index.ts';
import { KplanError } from '../model/index.ts';
import type { InventoryOptions } from '../reconcile/index.ts';
import type { Clock } from '../std/index.ts';
import type { LeaseNews, UnitShare } from './share/share.ts';
import { pollRevision, watchDirectory } from './source/watch.ts';
import { writeStatus, type DaemonStatus } from './status/status-file.ts';
import { watchDrift } from './unit/drift-watch.ts';
import { DEFAULT_LIMITS, type Trigger } from './unit/loop.ts';
import type { DaemonParts } from './unit/synchronise.ts';
import { UnitRunner, type DaemonLogEntry } from './unit/unit-runner.ts';

/** Where the desired state comes from: a directory whose files are watched, or something whose revision is asked for. */
export type DaemonSource =
  /** `except` is a folder in it that is not looked at. */
  | { readonly kind: 'directory'; readonly path: string; readonly except?: string | undefined }
  | { readonly kind: 'git'; readonly description: string; readonly readRevision: () => Promise<string> };

/** What a daemon runs with. All times in milliseconds. */
export interface DaemonOptions<S> extends InventoryOptions {
  readonly unit: string;
  readonly source: DaemonSource;
  readonly cluster: Cluster;
  readonly parts: DaemonParts<S>;
  readonly clock: Clock;
  /** From 0 to 1: spreads the looks of many daemons. */
  readonly random: () => number;
  /** Aborting it stops the daemon: writes under way are awaited, the lease is let go. */
  readonly signal: AbortSignal;
  /** Names this instance in the lease; another for every process. */
  readonly identity: string;
  /** Lets one of those who keep the unit work; whoever composes the parts has the writes go through its fence. */
  readonly share: UnitShare;
  /** Codes and engines whose errors do not hold a plan. */
  readonly allow?: readonly string[];
  /** Between two looks at the whole, and of Git at the revision; default 60 s. */
  readonly interval?: number;
  /** How long a directory must be quiet; default 200. */
  readonly debounce?: number;
  /** Where `status.json` is kept; none without. */
  readonly stateDirectory?: string;
  readonly log?: (entry: DaemonLogEntry) => void;
  readonly onStatus?: (status: DaemonStatus) => void;
  /** Calls `onChange` where somebody says that there may be another revision, until the signal aborts. */
  readonly follow?: (onChange: () => void, signal: AbortSignal) => Promise<void>;
}

/**
 * Keeps a unit of a cluster equal to a source until the signal aborts: synchronises when the source changes, when the cluster
 * drifts, and every interval. A plan with errors that are not allowed is held, with the reasons, until the source or what
 * is wrong changes; a revision that fails is tried again a few times, ever later, and then given up until there is another;
 * a source that cannot be read, or is suddenly empty, changes nothing. One instance a unit works at a time (a Lease).
 */
export async function runDaemon<S>(options: DaemonOptions<S>): Promise<void> {
  await new Daemon(options).run();
}

/** One unit with a lease, a watch of its source and a watch of its objects of its own. */
class Daemon<S> {
  readonly #options: DaemonOptions<S>;
  readonly #runner: UnitRunner<S>;
  readonly #end = new AbortController();
  #drift: AbortController | undefined;

  constructor(options: DaemonOptions<S>) {
    const { source, log } = options;
    this.#options = options;
    this.#runner = new UnitRunner({
      unit: options.unit,
      cluster: options.cluster,
      parts: options.parts,
      inventory: options,
      policy: { allow: new Set(options.allow) },
      limits: { ...DEFAULT_LIMITS, ...(options.interval === undefined ? {} : { interval: options.interval }) },
      clock: options.clock,
      random: options.random,
      identity: options.identity,
      source: source.kind === 'directory' ? source.path : source.description,
      ...(log === undefined ? {} : { log }),
      onStatus: (status) => this.#publish(status),
      onWriting: () => {
        this.#drift?.abort();
        this.#drift = undefined;
      },
      onSynced: () => this.#watchDrift(),
    });
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    const stop = (): void => this.#runner.tell({ type: 'stop', at: this.#now() });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const background = [this.#keepLease(), this.#watchSource()];
    try {
      await this.#runner.run();
    } finally {
      signal.removeEventListener('abort', stop);
      this.#drift?.abort();
      this.#end.abort();
      await Promise.allSettled(background);
    }
  }

  /** One watch at a time: it goes on over looks that change nothing, and ends before the daemon's own writes. */
  #watchDrift(): void {
    const { cluster, unit, clock, namespace } = this.#options;
    if (this.#drift !== undefined) return;
    const drift = new AbortController();
    this.#drift = drift;
    const tell = (cause: Trigger) => (): void => this.#runner.tell({ type: 'trigger', at: this.#now(), cause });
    watchDrift(cluster, unit, {
      ...(namespace === undefined ? {} : { namespace }),
      clock,
      signal: drift.signal,
      onDrift: tell('drift'),
      onWatching: tell('check'),
    })
      .catch((error: unknown) => this.#runner.break(error))
      .finally(() => (this.#drift = this.#drift === drift ? undefined : this.#drift));
  }

  async #keepLease(): Promise<void> {
    const { share, unit } = this.#options;
    share.want(new Map([[unit, unit]]));
    const tell = (_: string, news: LeaseNews): void => this.#runner.tell({ type: 'lease', at: this.#now(), ...news });
    await share.keep(tell, this.#end.signal).catch((error: unknown) => this.#runner.break(error));
  }

  async #watchSource(): Promise<void> {
    const { source, clock, random, debounce = 200, interval = DEFAULT_LIMITS.interval } = this.#options;
    const { signal } = this.#end;
    const onChange = (): void => this.#runner.tell({ type: 'trigger', at: this.#now(), cause: 'change' });
    const watching =
      source.kind === 'directory'
        ? watchDirectory(source.path, { debounce, clock, signal, onChange, except: source.except })
        : pollRevision(source.readRevision, { interval, random, clock, signal, onChange });
    const following = this.#options.follow?.(onChange, signal);
    await Promise.all([watching, following]).catch((error: unknown) => this.#runner.break(error));
  }

  #publish(status: DaemonStatus): void {
    const { stateDirectory, onStatus } = this.#options;
    if (stateDirectory !== undefined) this.#writeStatus(stateDirectory, status);
    onStatus?.(status);
  }

  /** A disk that is full stops no daemon: it is said, and the work goes on. */
  #writeStatus(directory: string, status: DaemonStatus): void {
    try {
      writeStatus(directory, status);
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
      this.#runner.log('error', error.message);
    }
  }

  #now(): number {
    return this.#options.clock.now();
  }
}
