import type { Cluster } from '../../cluster/index.ts';
import type { InventoryOptions } from '../../reconcile/index.ts';
import { assertNever, EventQueue, type Clock } from '../../std/index.ts';
import { KplanError } from '../../model/index.ts';
import type { DaemonStatus, GoodRevision } from '../status/status-file.ts';
import { toStatus } from '../status/to-status.ts';
import { stepLoop, toLoopState, type LoopEffect, type LoopEvent, type LoopOptions, type LoopState, type SyncOutcome } from './loop.ts';
import type { Policy } from './policy.ts';
import { synchronise, type DaemonParts, type Gate, type SourceState } from './synchronise.ts';

/** One line of the daemon's log, as data. */
export interface DaemonLogEntry {
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly unit: string;
  readonly message: string;
  readonly revision?: string;
}

/** What one unit's loop runs with. */
export interface UnitRunnerOptions<S> {
  readonly unit: string;
  readonly cluster: Cluster;
  readonly parts: DaemonParts<S>;
  readonly inventory: InventoryOptions;
  readonly policy: Policy;
  readonly limits: LoopOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly identity: string;
  /** What the unit is kept equal to, for people. */
  readonly source: string;
  /** Whether the unit may be looked at now; always, without. */
  readonly gate?: Gate;
  readonly turn?: <T>(work: () => Promise<T>) => Promise<T>;
  readonly log?: (entry: DaemonLogEntry) => void;
  readonly onStatus?: (status: DaemonStatus, state: LoopState) => void;
  /** Called before the first write of a synchronisation, and after one that found the cluster as it should be. */
  readonly onWriting?: () => void;
  readonly onSynced?: () => void;
}

/**
 * The loop of one unit: events in, synchronisations out, one at a time, until it is told to stop. What is told meanwhile
 * waits. It holds no lease and watches nothing: whoever runs it does, and tells it.
 */
export class UnitRunner<S> {
  readonly #options: UnitRunnerOptions<S>;
  readonly #queue = new EventQueue<LoopEvent | { readonly type: 'broken'; readonly error: unknown }>();
  readonly #startedAt: number;
  #state: LoopState;
  #stage: 'reading' | 'planning' | 'applying' = 'reading';
  #revision: string | undefined;
  #sync = new AbortController();
  #alarm = new AbortController();
  #told = '';
  /** What was applied last, and the last of that which was well: kept only where it may be gone back to. */
  #applied: SourceState<S> | undefined;
  #good: SourceState<S> | undefined;
  /** The last good revision by name, this process's or that of whoever held the unit before. */
  #goodName: GoodRevision | undefined;

  constructor(options: UnitRunnerOptions<S>) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#state = toLoopState(options.limits);
  }

  get state(): LoopState {
    return this.#state;
  }

  /** Tells the loop what has happened. */
  tell(event: LoopEvent): void {
    this.#queue.put(event);
  }

  /** Tells the loop that it holds the unit, and which revision whoever held it before has left as the last good one. */
  hold(good: GoodRevision | undefined): void {
    this.#goodName ??= good;
    const name = this.#goodName;
    this.tell({ type: 'lease', at: this.#options.clock.now(), holds: true, ...(name === undefined ? {} : { good: name.revision }) });
  }

  /** Ends the loop with an error that nobody foresaw. */
  break(error: unknown): void {
    this.#queue.put({ type: 'broken', error });
  }

  /** Runs until the loop has stopped. Throws what `break` was told. */
  async run(): Promise<void> {
    try {
      this.publish();
      while (this.#state.stage !== 'stopped') {
        const event = await this.#queue.take();
        if (event.type === 'broken') throw event.error;
        this.#step(event);
      }
    } finally {
      this.#sync.abort();
      this.#alarm.abort();
    }
  }

  /** Writes a line of the log, unless it is the last one again. */
  log(level: DaemonLogEntry['level'], message: string): void {
    const { clock, unit } = this.#options;
    const revision = this.#revision === undefined ? {} : { revision: this.#revision };
    if (message === this.#told) return;
    this.#told = message;
    this.#options.log?.({ at: clock.now(), level, unit, message, ...revision });
  }

  #step(event: LoopEvent): void {
    const before = this.#state;
    const [state, effects] = stepLoop(before, event);
    this.#state = state;
    this.#logOutcome(before, state);
    for (const effect of effects) this.#perform(effect);
    if (state !== before) this.publish();
  }

  #perform(effect: LoopEffect): void {
    switch (effect.type) {
      case 'sync':
        this.#synchronise(effect).catch((error: unknown) => this.break(error));
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

  async #synchronise({ cause, except, instead, known }: Extract<LoopEffect, { type: 'sync' }>): Promise<void> {
    const { cluster, unit, parts, random, policy, inventory, gate, turn, clock, onSynced } = this.#options;
    this.#sync = new AbortController();
    this.#stage = 'reading';
    const good = instead === undefined ? undefined : await this.#readGood(instead);
    const outcome = await synchronise({
      cluster,
      unit,
      parts,
      inventory,
      policy,
      signal: this.#sync.signal,
      ...(gate === undefined ? {} : { gate }),
      ...(turn === undefined ? {} : { turn }),
      ...(except === undefined ? {} : { except }),
      ...(known === undefined ? {} : { known }),
      ...(good === undefined ? {} : { instead: good }),
      onStage: (stage, revision) => this.#enter(stage, revision, cause),
      onSource: (source) => (this.#applied = source),
    });
    this.#remember(outcome);
    if (outcome.kind === 'synced') onSynced?.();
    this.#queue.put({ type: 'synced', at: clock.now(), outcome, jitter: random() });
  }

  #remember(outcome: SyncOutcome): void {
    const isGood = outcome.kind === 'synced' && outcome.unhealthy === undefined && outcome.back === undefined;
    if (isGood && this.#options.limits.onFailure === 'rollback') this.#good = this.#applied ?? this.#good;
    if (isGood && this.#applied !== undefined) this.#goodName = nameOf(this.#applied);
    this.#applied = undefined;
  }

  /** The last good source: this process's own, or read again at the commit that it was read from. */
  async #readGood(revision: string): Promise<SourceState<S> | undefined> {
    const { parts } = this.#options;
    if (this.#good?.revision === revision) return this.#good;
    const commit = this.#goodName?.revision === revision ? this.#goodName.commit : undefined;
    if (commit === undefined || parts.readCommit === undefined) return undefined;
    try {
      this.#good = { ...(await parts.readCommit(commit)), revision };
      return this.#good;
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
      this.log('warning', `the last good revision cannot be gone back to: ${error.message}`);
      return undefined;
    }
  }

  #enter(stage: 'reading' | 'planning' | 'applying', revision: string | undefined, cause: string): void {
    this.#stage = stage;
    if (stage === 'planning' && revision !== this.#revision) this.log('info', `revision ${revision ?? ''} (${cause})`);
    if (stage === 'applying') {
      this.#options.onWriting?.();
      this.log('info', `applying (${cause})`);
    }
    this.#revision = revision ?? this.#revision;
    this.publish();
  }

  #wake(at: number): void {
    const { clock } = this.#options;
    this.#alarm.abort();
    this.#alarm = new AbortController();
    clock.sleep(Math.max(0, at - clock.now()), this.#alarm.signal).then(
      () => this.#queue.put({ type: 'tick', at: clock.now() }),
      () => undefined,
    );
  }

  #logOutcome(before: LoopState, after: LoopState): void {
    const { outcome } = after;
    if (outcome === undefined || outcome === before.outcome) return;
    switch (outcome.kind) {
      case 'synced':
        if (outcome.back !== undefined && after.fault !== undefined)
          this.log('warning', `went back to the last good revision, since the newest failed: ${after.fault}`);
        if (outcome.unhealthy !== undefined)
          return this.log('warning', `${tellSynced(outcome.changes)}, not healthy: ${outcome.unhealthy}`);
        if (!isQuiet(outcome, before)) this.log('info', tellSynced(outcome.changes));
        if (after.heals >= FIGHT && outcome.writers !== undefined) this.log('warning', tellFight(after.heals, outcome.writers));
        return;
      case 'waiting':
        return this.log('info', `waits: ${outcome.reason}`);
      case 'held':
        return this.log('warning', `held: ${outcome.reasons.join('; ')}`);
      case 'failed':
        return this.log('error', `${after.givenUp === undefined ? 'failed' : 'given up'}: ${outcome.message}`);
      case 'unreadable':
        return this.log('error', outcome.message);
      default:
        return assertNever(outcome);
    }
  }

  /** Tells how the unit is, whether or not that is news. */
  publish(): void {
    const { unit, identity, source, onStatus, clock } = this.#options;
    if (onStatus === undefined) return;
    const status = toStatus(this.#state, {
      unit,
      identity,
      source,
      startedAt: this.#startedAt,
      now: clock.now(),
      stage: this.#stage,
      revision: this.#revision,
    });
    onStatus(this.#goodName === undefined ? status : { ...status, good: this.#goodName }, this.#state);
  }
}

function nameOf({ revision, commit }: SourceState<unknown>): GoodRevision {
  return { revision, ...(commit === undefined ? {} : { commit }) };
}

/** From so many heals in a row on, somebody else keeps writing the same. */
const FIGHT = 3;

function tellFight(heals: number, writers: readonly string[]): string {
  return `healed ${heals} times in a row: ${writers.join(', ')} writes the same fields; it is healed ever more seldom`;
}

/** Nothing was made, and nothing was amiss before. */
function isQuiet({ changes }: { readonly changes: number }, { outcome }: LoopState): boolean {
  return changes === 0 && outcome?.kind === 'synced' && outcome.unhealthy === undefined;
}

function tellSynced(changes: number): string {
  return changes === 0 ? 'synced: nothing to change' : `synced: ${changes} ${changes === 1 ? 'change' : 'changes'}`;
}
