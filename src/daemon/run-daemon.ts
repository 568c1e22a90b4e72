import type { Cluster } from '../cluster/index.ts';
import { KplanError } from '../model/index.ts';
import { parentRef, type InventoryOptions } from '../reconcile/index.ts';
import { assertNever, EventQueue, type Clock } from '../std/index.ts';
import { watchDrift } from './drift-watch.ts';
import { LeaseKeeper, type LeaseNews } from './lease.ts';
import { stepLoop, toLoopState, type LoopEffect, type LoopEvent, type LoopState, type Trigger } from './loop.ts';
import { pollRevision, watchDirectory } from './source-watch.ts';
import { writeStatus, type DaemonStatus } from './status-file.ts';
import { synchronise, type DaemonParts } from './synchronise.ts';
import { toStatus } from './to-status.ts';

/** Where the desired state comes from: a directory whose files are watched, or something whose revision is asked for. */
export type DaemonSource =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'git'; readonly description: string; readonly readRevision: () => Promise<string> };

/** One line of the daemon's log, as data. */
export interface DaemonLogEntry {
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly unit: string;
  readonly message: string;
  readonly revision?: string;
}

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
}

const LIMITS = { driftPause: 1_000, backoff: 5_000, maxBackoff: 180_000, maxRetries: 5 };

/**
 * Keeps a unit of a cluster equal to a source until the signal aborts: synchronises when the source changes, when the cluster
 * drifts, and every interval. A plan with errors that are not allowed is held, with the reasons, until the source or what
 * is wrong changes; a revision that fails is tried again a few times, ever later, and then given up until there is another;
 * a source that cannot be read, or is suddenly empty, changes nothing. One instance a unit works at a time (a Lease).
 */
export async function runDaemon<S>(options: DaemonOptions<S>): Promise<void> {
  await new Daemon(options).run();
}

class Daemon<S> {
  readonly #options: DaemonOptions<S>;
  readonly #queue = new EventQueue<LoopEvent | { readonly type: 'broken'; readonly error: unknown }>();
  readonly #startedAt: number;
  readonly #end = new AbortController();
  #state: LoopState;
  #stage: 'reading' | 'planning' | 'applying' = 'reading';
  #revision: string | undefined;
  #sync = new AbortController();
  #drift: AbortController | undefined;
  #alarm = new AbortController();
  #told = '';

  constructor(options: DaemonOptions<S>) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#state = toLoopState({ ...LIMITS, interval: options.interval ?? 60_000 });
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    const stop = (): void => this.#queue.put({ type: 'stop', at: this.#now() });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const background = [this.#keepLease(), this.#watchSource()];
    try {
      await this.#loop();
    } finally {
      signal.removeEventListener('abort', stop);
      for (const controller of [this.#sync, this.#drift, this.#alarm, this.#end]) controller?.abort();
      await Promise.allSettled(background);
    }
  }

  async #loop(): Promise<void> {
    this.#publish();
    while (this.#state.stage !== 'stopped') {
      const event = await this.#queue.take();
      if (event.type === 'broken') throw event.error;
      const before = this.#state;
      const [state, effects] = stepLoop(before, event);
      this.#state = state;
      this.#logOutcome(before, state);
      for (const effect of effects) this.#perform(effect);
      if (state !== before) this.#publish();
    }
  }

  #perform(effect: LoopEffect): void {
    switch (effect.type) {
      case 'sync':
        this.#synchronise(effect).catch((error: unknown) => this.#break(error));
        return;
      case 'abort-sync':
        return this.#sync.abort();
      case 'wake':
        return this.#wake(effect.at);
      case 'finish':
        return;
      default:
        return assertNever(effect);
    }
  }

  async #synchronise({ cause, except }: Extract<LoopEffect, { type: 'sync' }>): Promise<void> {
    const { cluster, unit, parts, random } = this.#options;
    this.#sync = new AbortController();
    this.#stage = 'reading';
    const outcome = await synchronise({
      cluster,
      unit,
      parts,
      inventory: this.#options,
      policy: { allow: new Set(this.#options.allow) },
      signal: this.#sync.signal,
      ...(except === undefined ? {} : { except }),
      onStage: (stage, revision) => this.#enter(stage, revision, cause),
    });
    if (outcome.kind === 'synced') this.#watchDrift();
    this.#queue.put({ type: 'synced', at: this.#now(), outcome, jitter: random() });
  }

  #enter(stage: 'reading' | 'planning' | 'applying', revision: string | undefined, cause: string): void {
    this.#stage = stage;
    if (stage === 'planning' && revision !== this.#revision) this.#log('info', `revision ${revision ?? ''} (${cause})`);
    if (stage === 'applying') {
      this.#drift?.abort();
      this.#drift = undefined;
      this.#log('info', `applying (${cause})`);
    }
    this.#revision = revision ?? this.#revision;
    this.#publish();
  }

  /** One watch at a time: it goes on over looks that change nothing, and ends before the daemon's own writes. */
  #watchDrift(): void {
    const { cluster, unit, clock, namespace } = this.#options;
    if (this.#drift !== undefined) return;
    const drift = new AbortController();
    this.#drift = drift;
    const tell = (cause: Trigger) => (): void => this.#queue.put({ type: 'trigger', at: this.#now(), cause });
    watchDrift(cluster, unit, {
      ...(namespace === undefined ? {} : { namespace }),
      clock,
      signal: drift.signal,
      onDrift: tell('drift'),
      onWatching: tell('check'),
    })
      .catch((error: unknown) => this.#break(error))
      .finally(() => (this.#drift = this.#drift === drift ? undefined : this.#drift));
  }

  async #keepLease(): Promise<void> {
    const { cluster, unit, identity, clock } = this.#options;
    const { name, namespace } = parentRef(unit, this.#options);
    const ref = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', namespace, name };
    const keeper = new LeaseKeeper(cluster, ref, identity, clock);
    let told: string | undefined;
    const report = ({ problem, ...news }: LeaseNews): void => {
      if (problem !== undefined && problem !== told)
        this.#log('warning', `the lease that lets only one instance work cannot be had: ${problem}`);
      told = problem;
      this.#queue.put({ type: 'lease', at: this.#now(), ...news });
    };
    await keeper.keep(report, this.#end.signal).catch((error: unknown) => this.#break(error));
  }

  async #watchSource(): Promise<void> {
    const { source, clock, random, debounce = 200, interval = 60_000 } = this.#options;
    const { signal } = this.#end;
    const onChange = (): void => this.#queue.put({ type: 'trigger', at: this.#now(), cause: 'change' });
    const watching =
      source.kind === 'directory'
        ? watchDirectory(source.path, { debounce, clock, signal, onChange })
        : pollRevision(source.readRevision, { interval, random, clock, signal, onChange });
    await watching.catch((error: unknown) => this.#break(error));
  }

  #wake(at: number): void {
    this.#alarm.abort();
    this.#alarm = new AbortController();
    this.#options.clock.sleep(Math.max(0, at - this.#now()), this.#alarm.signal).then(
      () => this.#queue.put({ type: 'tick', at: this.#now() }),
      () => undefined,
    );
  }

  #logOutcome(before: LoopState, after: LoopState): void {
    if (after.holder !== undefined && after.holder !== before.holder) this.#log('info', `standing by: ${after.holder} holds the lease`);
    const { outcome } = after;
    if (outcome === undefined || outcome === before.outcome) return;
    switch (outcome.kind) {
      case 'synced':
        if (outcome.unhealthy !== undefined)
          return this.#log('warning', `${tellSynced(outcome.changes)}, not healthy: ${outcome.unhealthy}`);
        return isQuiet(outcome, before) ? undefined : this.#log('info', tellSynced(outcome.changes));
      case 'held':
        return this.#log('warning', `held: ${outcome.reasons.join('; ')}`);
      case 'failed':
        return this.#log('error', `${after.givenUp === undefined ? 'failed' : 'given up'}: ${outcome.message}`);
      case 'unreadable':
        return this.#log('error', outcome.message);
      default:
        return assertNever(outcome);
    }
  }

  #log(level: DaemonLogEntry['level'], message: string): void {
    const revision = this.#revision === undefined ? {} : { revision: this.#revision };
    if (message === this.#told) return;
    this.#told = message;
    this.#options.log?.({ at: this.#now(), level, unit: this.#options.unit, message, ...revision });
  }

  #publish(): void {
    const { unit, identity, source, stateDirectory, onStatus } = this.#options;
    const status = toStatus(this.#state, {
      unit,
      identity,
      source: source.kind === 'directory' ? source.path : source.description,
      startedAt: this.#startedAt,
      now: this.#now(),
      stage: this.#stage,
      revision: this.#revision,
    });
    if (stateDirectory !== undefined) this.#writeStatus(stateDirectory, status);
    onStatus?.(status);
  }

  /** A disk that is full stops no daemon: it is said, and the work goes on. */
  #writeStatus(directory: string, status: DaemonStatus): void {
    try {
      writeStatus(directory, status);
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
      this.#log('error', error.message);
    }
  }

  #break(error: unknown): void {
    this.#queue.put({ type: 'broken', error });
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

/** Nothing was made, and nothing was amiss before. */
function isQuiet({ changes }: { readonly changes: number }, { outcome }: LoopState): boolean {
  return changes === 0 && outcome?.kind === 'synced' && outcome.unhealthy === undefined;
}

function tellSynced(changes: number): string {
  return changes === 0 ? 'synced: nothing to change' : `synced: ${changes} ${changes === 1 ? 'change' : 'changes'}`;
}
