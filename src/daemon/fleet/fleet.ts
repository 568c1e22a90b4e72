import type { Cluster } from '../../cluster/index.ts';
import { KplanError, type RefKey } from '../../model/index.ts';
import { membershipLabel, type InventoryOptions } from '../../reconcile/index.ts';
import { pause, toKubernetesTime, type Clock } from '../../std/index.ts';
import type { LeaseNews, UnitShare } from '../share/share.ts';
import type { DaemonStatus, GoodRevision } from '../status/status-file.ts';
import { checkUnits } from '../unit/check-units.ts';
import { judgeGate, type Readiness } from '../unit/gate.ts';
import { DEFAULT_LIMITS, isWell, type LoopOptions, type LoopState, type Trigger } from '../unit/loop.ts';
import type { DaemonParts } from '../unit/synchronise.ts';
import type { Unit } from '../unit/unit.ts';
import { UnitRunner, type DaemonLogEntry } from '../unit/unit-runner.ts';
import { isAffected } from './affected.ts';
import { toGroups } from './groups.ts';
import { Removals, type UnitRemoval } from './removal.ts';
import { Turns } from './turns.ts';

/** A repository as it stands. */
export interface FleetRevision {
  readonly id: string;
  readonly units: readonly Unit[];
  /** The paths that differ from what was read before; absent where any may. */
  readonly changed?: readonly string[];
}

/** Where the units come from. */
export interface FleetSource {
  readonly description: string;
  /** The newest revision. Throws `KplanError` where it cannot be had. */
  readonly read: () => Promise<FleetRevision>;
  /** Calls `onChange` where there may be another revision, until the signal aborts. */
  readonly watch: (onChange: () => void, signal: AbortSignal) => Promise<void>;
}

/** What a unit is worked on with. */
export interface UnitWork<S> {
  readonly cluster: Cluster;
  readonly parts: DaemonParts<S>;
  /** The files that the unit was last read from; undefined where that is not known. */
  readonly readFrom: () => ReadonlySet<string> | undefined;
  /** All that the unit asks for, by every name that it may get. Throws `KplanError` where not all of it can be read. */
  readonly listAsked: () => Promise<ReadonlySet<RefKey>>;
}

/** What is heard of a cluster between two looks. */
export interface ClusterNews {
  readonly drift: (applySet: string) => void;
  readonly approval: (unit: string) => void;
}

/** What a fleet runs with. */
export interface FleetOptions<S> extends InventoryOptions {
  readonly source: FleetSource;
  /** Whether a listed unit is this fleet's; each is, without. */
  readonly keeps?: (unit: Unit) => boolean;
  readonly open: (unit: Unit) => UnitWork<S>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly identity: string;
  /** Between two looks at a unit that says nothing else, in milliseconds. */
  readonly interval: number;
  /** Units read and planned at once. */
  readonly concurrency: number;
  /** Codes and engines whose errors hold no plan of any unit. */
  readonly allow: readonly string[];
  /** Which of the units this instance works on. */
  readonly share: UnitShare;
  /** Tells, until the signal aborts, of the ApplySets whose objects somebody else has changed, and of units that a person has let go. */
  readonly watchCluster?: (on: ClusterNews, signal: AbortSignal) => Promise<void>;
  readonly log: (entry: DaemonLogEntry) => void;
  readonly onStatus?: (status: DaemonStatus, state: LoopState, unit: Unit) => void;
  /** Removes units that are listed no more; they are kept, without. */
  readonly removal?: UnitRemoval;
  /** Called with a unit that the repository lists no more, once its loop has stopped. */
  readonly onRemoved?: (unit: Unit) => void;
  /** Awaited once all loops have stopped, while the units are held still. */
  readonly onStopped?: () => Promise<void>;
  /** Called whenever every unit has been looked at and none has anything to do until something happens. */
  readonly onSettled?: () => void;
  /** The revision that the unit's status names as the last good one. */
  readonly goodOf?: (unit: string) => GoodRevision | undefined;
  /** The plan of a unit that a person has approved. */
  readonly approvedOf?: (unit: string) => string | undefined;
}

interface Member<S> {
  readonly unit: Unit;
  readonly work: UnitWork<S>;
  readonly runner: UnitRunner<S>;
  readonly ended: Promise<void>;
  /** Why it is never touched. */
  readonly fault: string | undefined;
  /** The look at the source that it must follow, and the one that it followed last. */
  wanted: number;
  followed: number;
  isSyncing: boolean;
  isBroken: boolean;
}

const SOURCE = '';
const RETRY = 5_000;

/**
 * Keeps the units of a repository: one loop each, started, told and stopped as the repository lists and changes them. Units
 * share nothing but turns at planning, so that one that is broken, slow or held leaves the others alone. A repository that
 * cannot be read changes nothing, and neither does one that suddenly lists no units.
 */
export async function runFleet<S>(options: FleetOptions<S>): Promise<void> {
  await new Fleet(options).run();
}

class Fleet<S> {
  readonly #options: FleetOptions<S>;
  readonly #members = new Map<string, Member<S>>();
  readonly #byApplySet = new Map<string, string>();
  readonly #turns: Turns;
  readonly #end = new AbortController();
  readonly #leases = new Map<string, LeaseNews>();
  readonly #removals: Removals | undefined;
  #removing: Promise<void> | undefined;
  #look = 0;
  #revision: string | undefined;
  /** Why the source cannot be read, and since when. */
  #failure: { readonly message: string; readonly since: number } | undefined;

  constructor(options: FleetOptions<S>) {
    this.#options = options;
    this.#turns = new Turns(options.concurrency);
    if (options.removal !== undefined)
      this.#removals = new Removals(options.removal, {
        isListed: (unit) => this.#members.has(unit),
        holds: (unit) => this.#leases.get(unit)?.holds === true,
        listAsked: () => this.#listAsked(),
        say: (unit, message) => options.log({ at: this.#now(), level: 'warning', unit, message }),
      });
  }

  async run(): Promise<void> {
    const { signal, source, share, watchCluster, onStopped } = this.#options;
    const end = this.#end.signal;
    const news: ClusterNews = {
      drift: (applySet) => this.#tell(this.#byApplySet.get(applySet), 'drift'),
      approval: (unit) => this.#tell(unit, 'change'),
    };
    const following = this.#follow();
    const background = [
      share.keep((unit, news) => this.#onLease(unit, news), end),
      source.watch(() => this.#wake(), signal),
      ...(watchCluster === undefined ? [] : [watchCluster(news, end)]),
    ];
    try {
      await Promise.race([following, ...background.map((task) => task.then(() => following))]);
    } finally {
      await Promise.all([...this.#members.values()].map((member) => this.#stop(member)));
      await this.#removing;
      await onStopped?.();
      this.#end.abort();
      await Promise.allSettled(background);
    }
  }

  #wake = (): void => undefined;

  /** Reads the source at first, whenever it may have changed, and every interval; until the signal aborts. */
  async #follow(): Promise<void> {
    const { signal, clock, interval, random } = this.#options;
    while (!signal.aborted) {
      const nudge = new AbortController();
      this.#wake = () => nudge.abort();
      const isRead = await this.#refresh();
      const spread = 0.9 + random() / 5;
      await pause(clock, (isRead ? interval : Math.min(RETRY, interval)) * spread, signal, nudge.signal);
    }
  }

  async #refresh(): Promise<boolean> {
    try {
      const revision = await this.#options.source.read();
      if (this.#failure !== undefined) this.#log('info', `the source can be read again, after ${toKubernetesTime(this.#failure.since)}`);
      this.#noteFailure(undefined);
      if (revision.id === this.#revision) await this.#removeUnlisted();
      else await this.#take(revision);
      return true;
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
      if (this.#failure?.message !== error.message) this.#log('error', `${error.message}; the last good revision is kept`);
      this.#noteFailure(error.message);
      return false;
    }
  }

  /** Each unit's status says why there is no newer revision of it, from when on that is so. */
  #noteFailure(message: string | undefined): void {
    const before = this.#failure;
    this.#failure = message === undefined ? undefined : { message, since: before?.since ?? this.#now() };
    if (before?.message !== message) for (const { runner } of this.#members.values()) runner.publish();
  }

  #withSource(status: DaemonStatus): DaemonStatus {
    if (this.#failure === undefined) return status;
    const { message, since } = this.#failure;
    return { ...status, sourceProblem: `no newer revision since ${toKubernetesTime(since)}: ${message}` };
  }

  async #take({ id, units, changed }: FleetRevision): Promise<void> {
    const isFirst = this.#revision === undefined;
    this.#revision = id;
    this.#look++;
    if (units.length === 0 && this.#members.size > 0)
      return this.#log('warning', `no units are listed any more: ${this.#members.size} are kept as they are`);
    const faults = checkUnits(units);
    const { keeps = () => true } = this.#options;
    const listed = new Map(
      units.flatMap((unit, index) =>
        keeps(unit) && units.findIndex(({ name }) => name === unit.name) === index
          ? [[unit.name, { unit, fault: faults.get(index) }] as const]
          : [],
      ),
    );
    for (const [index, fault] of faults) {
      const unit = units[index];
      if (unit !== undefined && keeps(unit) && listed.get(unit.name)?.unit !== unit) this.#log('error', fault);
    }
    const gone = [...this.#members.values()].filter(({ unit }) => !listed.has(unit.name));
    await Promise.all(gone.map((member) => this.#remove(member)));
    for (const { unit, fault } of listed.values()) await this.#place(unit, fault, changed);
    this.#wantAll();
    if (isFirst) this.#log('info', `revision ${id}: ${listed.size} ${listed.size === 1 ? 'unit' : 'units'}`);
  }

  #wantAll(): void {
    const doomed = this.#removals?.doomed ?? [];
    const groups = toGroups([...this.#members.values()].map(({ unit }) => unit));
    this.#options.share.want(new Map([...groups, ...doomed.map((unit) => [unit, unit] as const)]));
  }

  /**
   * Only once a revision was read the same again an interval later, since a list that is being saved may lack units for a
   * moment; and never while none are listed.
   */
  async #removeUnlisted(): Promise<void> {
    if (this.#removals === undefined || this.#members.size === 0 || this.#removing !== undefined) return;
    const before = this.#removals.doomed.join();
    await this.#removals.look();
    if (this.#removals.doomed.join() !== before) this.#wantAll();
    this.#removing = this.#removals.removeHeld(this.#options.signal).finally(() => (this.#removing = undefined));
  }

  async #listAsked(): Promise<ReadonlySet<RefKey>> {
    const asked = new Set<RefKey>();
    for (const { work } of this.#members.values()) for (const key of await work.listAsked()) asked.add(key);
    return asked;
  }

  /** Starts a unit that is new or kept otherwise than before, and tells one that may have changed. */
  async #place(unit: Unit, fault: string | undefined, changed: readonly string[] | undefined): Promise<void> {
    const member = this.#members.get(unit.name);
    if (member === undefined) return this.#start(unit, fault);
    if (member.isBroken || member.unit.fingerprint !== unit.fingerprint || member.fault !== fault) {
      await this.#stop(member);
      return this.#start(unit, fault);
    }
    if (isWell(member.runner.state) && !isAffected(unit.path, member.work.readFrom(), changed)) return;
    member.wanted = this.#look;
    member.runner.tell({ type: 'trigger', at: this.#now(), cause: 'change' });
  }

  #start(unit: Unit, fault: string | undefined): void {
    const { clock, random, identity, source, log, onStatus, allow, approvedOf } = this.#options;
    const work = this.#options.open(unit);
    const runner = new UnitRunner<S>({
      unit: unit.name,
      cluster: work.cluster,
      parts: { ...work.parts, readSource: () => this.#read(unit.name, work) },
      inventory: this.#options,
      policy: {
        allow: new Set([...allow, ...unit.allow]),
        limits: unit.limits,
        ...(approvedOf === undefined ? {} : { approved: () => approvedOf(unit.name) }),
      },
      limits: toLimits(unit, this.#options.interval),
      clock,
      random,
      identity,
      source: `${source.description}, ${unit.path}`,
      gate: () => (fault === undefined ? judgeGate(unit, clock.now(), (name) => this.#readinessOf(name)) : { reason: fault }),
      turn: (planning) => this.#turns.take(planning),
      log,
      onStatus: (status, state) => {
        onStatus?.(this.#withSource(status), state, unit);
        this.#noteReadiness(unit.name);
      },
    });
    const ended = runner.run().catch((error: unknown) => this.#onBroken(unit, error));
    this.#members.set(unit.name, { unit, work, runner, ended, fault, wanted: this.#look, followed: 0, isSyncing: false, isBroken: false });
    this.#byApplySet.set(membershipLabel(unit.name, this.#options).value, unit.name);
    this.#tellLease(runner, unit.name);
  }

  /** A fault of ours in one unit is told and leaves the others alone; the unit is taken up again with the next revision. */
  #onBroken(unit: Unit, error: unknown): void {
    const member = this.#members.get(unit.name);
    if (member !== undefined) member.isBroken = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#options.log({ at: this.#now(), level: 'error', unit: unit.name, message: `stopped by a fault of kapply's own: ${why}` });
  }

  #read(name: string, { parts }: UnitWork<S>): ReturnType<DaemonParts<S>['readSource']> {
    const member = this.#members.get(name);
    if (member !== undefined) member.followed = this.#look;
    return parts.readSource();
  }

  #readinessOf(name: string): Readiness {
    const member = this.#members.get(name);
    if (member === undefined) return { kind: 'not-ready', why: 'is not listed' };
    const { state } = member.runner;
    if (this.#leases.get(name)?.holds !== true) return { kind: 'not-ready', why: 'is kept by another instance by now' };
    if (member.followed < member.wanted || state.stage === 'syncing') return { kind: 'not-ready', why: 'is not synced yet' };
    if (isWell(state)) return { kind: 'ready' };
    const { outcome } = state;
    if (outcome?.kind === 'synced') return { kind: 'not-ready', why: 'is not healthy' };
    return { kind: 'not-ready', why: outcome === undefined ? 'is not synced yet' : `is ${outcome.kind}` };
  }

  /** Those who wait for a unit look again once it has been looked at. */
  #noteReadiness(name: string): void {
    const member = this.#members.get(name);
    if (member === undefined) return;
    const hasEnded = member.isSyncing && member.runner.state.stage === 'idle';
    member.isSyncing = member.runner.state.stage === 'syncing';
    if (hasEnded && member.fault === undefined) this.#wakeDependents(name);
    if (hasEnded && this.#isSettled()) this.#options.onSettled?.();
  }

  #wakeDependents(name: string): void {
    for (const { unit, runner } of this.#members.values())
      if (unit.dependsOn.includes(name) && runner.state.outcome?.kind === 'waiting')
        runner.tell({ type: 'trigger', at: this.#now(), cause: 'change' });
  }

  #isSettled(): boolean {
    return [...this.#members.values()].every(({ unit, runner, fault, wanted, followed }) => {
      const { stage, outcome } = runner.state;
      if (stage !== 'idle' || outcome === undefined) return false;
      if (outcome.kind !== 'waiting') return followed >= wanted;
      return fault !== undefined || judgeGate(unit, this.#now(), (other) => this.#readinessOf(other)) !== undefined;
    });
  }

  async #stop({ runner, unit, ended }: Member<S>): Promise<void> {
    runner.tell({ type: 'stop', at: this.#now() });
    await ended;
    if (this.#members.get(unit.name)?.runner === runner) this.#members.delete(unit.name);
  }

  async #remove(member: Member<S>): Promise<void> {
    await this.#stop(member);
    this.#leases.delete(member.unit.name);
    this.#options.onRemoved?.(member.unit);
  }

  #tell(unit: string | undefined, cause: Trigger): void {
    const member = unit === undefined ? undefined : this.#members.get(unit);
    member?.runner.tell({ type: 'trigger', at: this.#now(), cause });
  }

  #onLease(unit: string, news: LeaseNews): void {
    this.#leases.set(unit, news);
    const member = this.#members.get(unit);
    if (member !== undefined) this.#tellLease(member.runner, unit);
  }

  #tellLease(runner: UnitRunner<S>, unit: string): void {
    const news = this.#leases.get(unit) ?? { holds: false };
    if (news.holds) runner.hold(this.#options.goodOf?.(unit));
    else runner.tell({ type: 'lease', at: this.#now(), ...news });
  }

  #log(level: DaemonLogEntry['level'], message: string): void {
    const revision = this.#revision === undefined ? {} : { revision: this.#revision };
    this.#options.log({ at: this.#now(), level, unit: SOURCE, message, ...revision });
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

function toLimits({ interval, onFailure, retry }: Unit, usual: number): LoopOptions {
  return {
    ...DEFAULT_LIMITS,
    interval: interval ?? usual,
    backoff: retry.backoff ?? DEFAULT_LIMITS.backoff,
    maxBackoff: retry.maxBackoff ?? DEFAULT_LIMITS.maxBackoff,
    maxRetries: retry.limit ?? DEFAULT_LIMITS.maxRetries,
    onFailure,
  };
}
