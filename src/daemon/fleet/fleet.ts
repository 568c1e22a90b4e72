import { KplanError, type RefKey } from '../../model/index.ts';
import { membershipLabel } from '../../reconcile/index.ts';
import { pause, toKubernetesTime } from '../../std/index.ts';
import type { LeaseNews } from '../share/share.ts';
import type { DaemonStatus } from '../status/status-file.ts';
import { checkUnits } from '../unit/check-units.ts';
import { judgeGate, type Readiness } from '../unit/gate.ts';
import { isWell, type Trigger } from '../unit/loop.ts';
import type { DaemonParts } from '../unit/synchronise.ts';
import type { Unit } from '../unit/unit.ts';
import { UnitRunner, type DaemonLogEntry } from '../unit/unit-runner.ts';
import { isAffected } from './affected.ts';
import type { ClusterNews, FleetOptions, FleetRevision, UnitWork } from './fleet-options.ts';
import { toGroups } from './groups.ts';
import { Neighbours } from './neighbours.ts';
import { Removals } from './removal.ts';
import { toLimits } from './to-limits.ts';
import { Turns } from './turns.ts';

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
  isHeld: boolean;
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
  readonly #neighbours: Neighbours;
  /** The group of each listed unit, those of other clusters too: the same instance is to work on all of a group. */
  #groups: ReadonlyMap<string, string> = new Map();
  readonly #removals: Removals | undefined;
  #removing: Promise<void> | undefined;
  #look = 0;
  #revision: string | undefined;
  /** Why the source cannot be read, and since when. */
  #failure: { readonly message: string; readonly since: number } | undefined;

  constructor(options: FleetOptions<S>) {
    this.#options = options;
    this.#turns = new Turns(options.concurrency);
    this.#neighbours = options.neighbours ?? new Neighbours();
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
    const leave = this.#neighbours.join({
      readinessOf: (unit, revision) => this.#readinessAs(unit, revision),
      wake: (isIt) => this.#wakeWaiting(isIt),
      isSettled: () => this.#isSettled(),
      onSettled: () => this.#options.onSettled?.(),
    });
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
      leave();
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
    this.#groups = toGroups(units);
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
    // What was to be in this revision here, too, may already be.
    this.#neighbours.wake((unit) => this.#members.has(unit));
    if (isFirst) this.#log('info', `revision ${id}: ${listed.size} ${listed.size === 1 ? 'unit' : 'units'}`);
  }

  #wantAll(): void {
    const doomed = this.#removals?.doomed ?? [];
    const listed = [...this.#members.keys()].map((unit) => [unit, this.#groups.get(unit) ?? unit] as const);
    this.#options.share.want(new Map([...listed, ...doomed.map((unit) => [unit, unit] as const)]));
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
    this.#lookAgain(member);
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
    const signs = { isSyncing: false, isHeld: false, isBroken: false };
    this.#members.set(unit.name, { unit, work, runner, ended, fault, wanted: this.#look, followed: 0, ...signs });
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

  /** A unit as of the revision that a neighbour is at: it may have heard of it before this fleet. */
  #readinessAs(name: string, revision: string | undefined): Readiness | undefined {
    const member = this.#members.get(name);
    if (member === undefined) return undefined;
    return revision === this.#revision ? this.#readiness(name, member) : { kind: 'not-ready', why: 'is not synced yet' };
  }

  #readinessOf(name: string): Readiness {
    return this.#neighbours.readinessOf(name, this.#revision);
  }

  #readiness(name: string, member: Member<S>): Readiness {
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
    if (!hasEnded) return;
    if (member.fault === undefined) this.#neighbours.wake((unit) => unit === name);
    this.#noteHeld(member);
    this.#neighbours.settle();
  }

  /** Each of those that are held may lack what another of them brings: whenever there is one more, they are planned together once. */
  #noteHeld(member: Member<S>): void {
    const wasHeld = member.isHeld;
    member.isHeld = member.runner.state.outcome?.kind === 'held';
    if (!member.isHeld || wasHeld) return;
    const held = [...this.#members.values()].filter(({ isHeld, unit }) => isHeld && this.#leases.get(unit.name)?.holds === true);
    if (held.length === 1) return;
    this.#look++;
    for (const other of held) this.#lookAgain(other);
  }

  #lookAgain(member: Member<S>): void {
    member.wanted = this.#look;
    member.runner.tell({ type: 'trigger', at: this.#now(), cause: 'change' });
  }

  #wakeWaiting(isIt: (unit: string) => boolean): void {
    for (const { unit, runner } of this.#members.values())
      if (unit.dependsOn.some(isIt) && runner.state.outcome?.kind === 'waiting')
        runner.tell({ type: 'trigger', at: this.#now(), cause: 'change' });
  }

  #isSettled(): boolean {
    if (this.#revision === undefined) return false;
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
