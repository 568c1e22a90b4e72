import { formatStatusError, type Cluster, type StatusError, type WriteResult } from '../../cluster/index.ts';
import { KplanError, type KubernetesObject } from '../../model/index.ts';
import { parentRef } from '../../reconcile/index.ts';
import { getString, isSameList, pause, type Clock } from '../../std/index.ts';
import { fence } from './fenced-cluster.ts';
import { holderOf, LEASE_KIND, toHeldLease, type LeaseRef } from './lease-object.ts';
import { Membership, type MembershipOptions } from './membership.ts';
import { chooseMember } from './rendezvous.ts';

/** On the Lease of a unit: the fleet that works on it. */
const CLAIM_LABEL = 'kapply.kplan.dev/claim';
const CLAIMS_AT_ONCE = 8;
const HELD = '\0held';
/** Another instance was quicker: nothing is wrong. */
const RACES: ReadonlySet<StatusError['reason']> = new Set(['AlreadyExists', 'Conflict', 'NotFound']);

/** Whether this instance works on a unit, and who does otherwise. */
export interface LeaseNews {
  readonly holds: boolean;
  readonly holder?: string;
}

/** How the units are shared by now. */
export interface ShareNews {
  /** How many units this instance works on, and how many there are. */
  readonly held: number;
  readonly units: number;
  /** The live instances, this one included. */
  readonly members: readonly string[];
}

/** What a share needs of its process besides what makes it a member. */
export interface ShareOptions extends MembershipOptions {
  readonly onNews: (news: ShareNews) => void;
  /** Told once for each problem in a row: while there is one for long, nothing is held. */
  readonly onProblem: (message: string) => void;
}

/** What a fleet asks of its share. */
export type UnitShare = Pick<Share, 'keep' | 'want'>;

/**
 * Shares units among instances: each unit belongs to the live member with the highest hash, and is worked on by whoever its
 * Lease names. That Lease is written on change of hands alone, always with the resourceVersion that was read, and holds for as
 * long as its holder's own Lease is renewed. A unit is let go once no write of it is under way; one of an instance that was
 * lost is taken once its Lease has run out. No write leaves this instance for a unit that it does not hold (`fence`).
 */
export class Share {
  readonly #cluster: Cluster;
  readonly #options: ShareOptions;
  readonly #membership: Membership;
  readonly #clock: Clock;
  #wanted: ReadonlyMap<string, string> = new Map();
  #isWanting = false;
  #chosen: Chosen | undefined;
  readonly #held = new Map<string, KubernetesObject>();
  readonly #leaving = new Map<string, KubernetesObject>();
  readonly #writing = new Map<string, number>();
  readonly #told = new Map<string, string>();
  #report: (unit: string, news: LeaseNews) => void = () => undefined;
  #wake: () => void = () => undefined;
  #problem: string | undefined;
  #news = '';
  /** The own Lease had run out: what was held may be another's by now. */
  #isUnsure = true;

  constructor(cluster: Cluster, options: ShareOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#clock = options.clock;
    this.#membership = new Membership(cluster, options);
  }

  get identity(): string {
    return this.#options.identity;
  }

  /** Whether this instance may write for a unit now. */
  holds(unit: string): boolean {
    return this.#held.has(unit) && this.#membership.isValid();
  }

  /** A cluster that is written for a unit only while this instance holds it, `onRefused` is called otherwise; reads are anybody's. */
  fence(unit: string, cluster: Cluster, onRefused: () => void = () => undefined): Cluster {
    return fence(cluster, (write) => this.#write(unit, write, onRefused));
  }

  /** The units that there are, and the group of each: units of one group go to the same instance. */
  want(units: ReadonlyMap<string, string>): void {
    this.#wanted = units;
    this.#isWanting = true;
    for (const unit of this.#told.keys()) if (!units.has(unit)) this.#told.delete(unit);
    this.#wake();
  }

  /**
   * Tells `report` of each unit whether it is held, whenever that changes or the unit is claimed anew, until the signal aborts; then
   * lets all go.
   */
  async keep(report: (unit: string, news: LeaseNews) => void, signal: AbortSignal): Promise<void> {
    this.#report = report;
    const { beat } = this.#options.timing;
    const watching = this.#watchOwn(signal);
    while (!signal.aborted) {
      const nudge = new AbortController();
      this.#wake = () => nudge.abort();
      await this.#beat();
      await pause(this.#clock, beat, signal, nudge.signal);
    }
    await watching;
    this.#held.clear();
    await this.#membership.leave();
  }

  /** Notices that the own Lease has run out, also while the cluster does not answer; once is a moment's stall. */
  async #watchOwn(signal: AbortSignal): Promise<void> {
    let invalid = 0;
    while (await pause(this.#clock, this.#options.timing.beat / 2, signal)) {
      invalid = this.#membership.isValid() ? 0 : invalid + 1;
      if (invalid > 0) this.#doubt();
      if (invalid > 1) this.#tellLost();
    }
  }

  async #beat(): Promise<void> {
    // Who does not know the units yet would be given some, and work on none.
    if (!this.#isWanting) return;
    try {
      if (!(await this.#membership.mayJoin())) return;
      const { unbroken, problem } = await this.#membership.renew();
      if (!unbroken) this.#doubt();
      this.#noteProblem(problem);
      if (!this.#membership.isValid()) return;
      // Claims before members: whoever holds a claim had been a member before, so one that is no member by then is gone.
      const claims = this.#isUnsure || !this.#isComplete() ? await this.#listClaims() : undefined;
      await this.#membership.look();
      const members = this.#membership.listFleet();
      const mine = this.#listMine(members);
      const isInTime = this.#untilNextBeat();
      if (claims !== undefined) await this.#take(mine, claims, isInTime);
      await this.#letGo(mine, isInTime);
      if (!isInTime()) return this.#wake();
      this.#isUnsure = false;
      this.#tellLost();
      if (this.#wanted.size > 0 && [...mine].every((unit) => this.#held.has(unit))) this.#tellNews(members);
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
      this.#noteProblem(error.message);
    }
  }

  /** However much is to be taken, the own Lease is renewed meanwhile. */
  #untilNextBeat(): () => boolean {
    const { ticks, timing } = this.#options;
    const end = ticks() + timing.beat;
    return () => ticks() < end;
  }

  #isComplete(): boolean {
    return [...this.#listMine(this.#membership.listFleet())].every((unit) => this.#held.has(unit));
  }

  #listMine(members: readonly string[]): ReadonlySet<string> {
    const { identity } = this.#options;
    const owners = this.#chooseOwners(members);
    const mine = new Set<string>();
    for (const [unit, group] of this.#wanted) {
      const owner = owners.get(group);
      if (owner === identity) mine.add(unit);
      else this.#tell(unit, { holds: false, ...(owner === undefined ? {} : { holder: owner }) });
    }
    return mine;
  }

  /** The member that each group goes to; the hashes of a thousand groups at each beat would be most of what an idle instance does. */
  #chooseOwners(members: readonly string[]): ReadonlyMap<string, string | undefined> {
    const known = this.#chosen;
    if (known?.wanted === this.#wanted && isSameList(known.members, members)) return known.owners;
    const owners = new Map([...new Set(this.#wanted.values())].map((group) => [group, chooseMember(members, group)]));
    this.#chosen = { members, wanted: this.#wanted, owners };
    return owners;
  }

  async #listClaims(): Promise<ReadonlyMap<string, KubernetesObject>> {
    const { namespace } = this.#options;
    const { items } = await this.#cluster.list(LEASE_KIND, { namespace, labelSelector: CLAIM_LABEL });
    return new Map(items.map((lease) => [getString(lease.metadata, 'name') ?? '', lease]));
  }

  async #take(mine: ReadonlySet<string>, claims: ReadonlyMap<string, KubernetesObject>, isInTime: () => boolean): Promise<void> {
    const missing = [...mine].filter((unit) => !this.#held.has(unit) && !this.#leaving.has(unit));
    const { namespace } = this.#options;
    await forEach(missing, isInTime, (unit) => this.#takeOne(unit, claims.get(claimRef(unit, namespace).name)));
    for (const unit of this.#wanted.keys()) {
      const claim = claims.get(claimRef(unit, namespace).name);
      const isStray = claim !== undefined && holderOf(claim) === this.#options.identity && !mine.has(unit) && !this.#held.has(unit);
      if (isStray && !this.#leaving.has(unit)) this.#leaving.set(unit, claim);
    }
  }

  async #takeOne(unit: string, claim: KubernetesObject | undefined): Promise<void> {
    const holder = holderOf(claim);
    if (holder !== '' && this.#membership.isLive(holder) && holder !== this.#options.identity)
      return this.#tell(unit, { holds: false, holder });
    const result = await this.#claim(unit, claim);
    if (result.kind === 'ok' && this.#membership.isValid()) {
      this.#held.set(unit, result.object);
      // Said again of one that was claimed anew: what was to be said of it meanwhile was refused.
      this.#told.set(unit, HELD);
      this.#report(unit, { holds: true });
    } else if (result.kind === 'error' && !RACES.has(result.reason)) this.#noteProblem(formatStatusError(result));
  }

  async #letGo(mine: ReadonlySet<string>, isInTime: () => boolean): Promise<void> {
    for (const [unit, lease] of this.#held) {
      if (mine.has(unit)) continue;
      this.#held.delete(unit);
      this.#leaving.set(unit, lease);
    }
    const idle = [...this.#leaving].filter(([unit]) => !this.#writing.has(unit));
    await forEach(idle, isInTime, async ([unit, lease]) => {
      const result = this.#wanted.has(unit)
        ? await this.#cluster.update(this.#toClaim(unit, lease, ''), { fieldManager: 'kapply' })
        : await this.#cluster.delete(claimRef(unit, this.#options.namespace), toPreconditions(lease));
      if (result.kind === 'ok' || RACES.has(result.reason)) this.#leaving.delete(unit);
      else this.#noteProblem(formatStatusError(result));
    });
  }

  #claim(unit: string, claim: KubernetesObject | undefined): Promise<WriteResult> {
    const object = this.#toClaim(unit, claim, this.#options.identity);
    const write = { fieldManager: 'kapply' };
    return claim === undefined ? this.#cluster.create(object, write) : this.#cluster.update(object, write);
  }

  #toClaim(unit: string, claim: KubernetesObject | undefined, holder: string): KubernetesObject {
    const { namespace, fleet, timing } = this.#options;
    const held = { holder, duration: timing.duration, now: this.#clock.now(), labels: { [CLAIM_LABEL]: fleet } };
    return toHeldLease(claimRef(unit, namespace), claim, held);
  }

  async #write<T>(unit: string, write: () => Promise<T>, onRefused: () => void): Promise<T> {
    if (!this.holds(unit)) {
      onRefused();
      throw new KplanError('REFUSED', `unit ${unit} is not this instance's any more: nothing was written`, {
        hint: 'another instance goes on with it',
      });
    }
    this.#writing.set(unit, (this.#writing.get(unit) ?? 0) + 1);
    try {
      return await write();
    } finally {
      const left = (this.#writing.get(unit) ?? 1) - 1;
      if (left > 0) this.#writing.set(unit, left);
      else this.#writing.delete(unit);
      if (left === 0 && this.#leaving.has(unit)) this.#wake();
    }
  }

  /** From now on nothing is written until each claim was written anew. */
  #doubt(): void {
    this.#held.clear();
    this.#leaving.clear();
    this.#isUnsure = true;
  }

  #tellLost(): void {
    for (const [unit, told] of this.#told) if (told === HELD && !this.#held.has(unit)) this.#tell(unit, { holds: false });
  }

  #tell(unit: string, news: LeaseNews & { readonly holds: false }): void {
    const text = news.holder ?? '';
    if (this.#told.get(unit) === text) return;
    this.#told.set(unit, text);
    this.#report(unit, news);
  }

  #tellNews(members: readonly string[]): void {
    const news = { held: this.#held.size, units: this.#wanted.size, members };
    const text = `${news.held} ${news.units} ${members.join(' ')}`;
    if (text === this.#news) return;
    this.#news = text;
    this.#options.onNews(news);
  }

  #noteProblem(problem: string | undefined): void {
    if (problem !== undefined && problem !== this.#problem) this.#options.onProblem(problem);
    this.#problem = problem;
  }
}

/** Who each group goes to, of which members and units. */
interface Chosen {
  readonly members: readonly string[];
  readonly wanted: ReadonlyMap<string, string>;
  readonly owners: ReadonlyMap<string, string | undefined>;
}

/** The Lease of a unit is named as the unit's ApplySet parent is. */
function claimRef(unit: string, namespace: string): LeaseRef {
  return { ...LEASE_KIND, namespace, name: parentRef(unit).name };
}

function toPreconditions(lease: KubernetesObject): { readonly uid?: string; readonly resourceVersion?: string } {
  const [uid, resourceVersion] = [getString(lease.metadata, 'uid'), getString(lease.metadata, 'resourceVersion')];
  return { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
}

/** Some at a time, and none that has not begun once time is up. */
async function forEach<T>(items: readonly T[], isInTime: () => boolean, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    while (isInTime()) {
      const next = rest.next();
      if (next.done === true) return;
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: CLAIMS_AT_ONCE }, lane));
}
