import { formatStatusError, type Cluster } from '../../cluster/index.ts';
import { KplanError, labelsOf, type KubernetesObject } from '../../model/index.ts';
import { compareStrings, getString, sha256, type Clock } from '../../std/index.ts';
import { holderOf, LEASE_KIND, toHeldLease, type LeaseRef } from './lease-object.ts';

/** On the Lease of an instance: the fleet that it is of. */
const MEMBER_LABEL = 'kapply.kplan.dev/member';
/** After so many durations the Lease of one who died is removed. */
const FORGOTTEN = 30;

/** In milliseconds. */
export interface ShareTiming {
  /** Another is taken for dead once its Lease was seen unchanged for so long. */
  readonly duration: number;
  /** So much earlier than others would take its place an instance writes no more. */
  readonly margin: number;
  /** Between two renewals, and two looks at the others. */
  readonly beat: number;
}

/** A replica that is lost is missed after at most `beat + duration + beat`: its units have moved within 20 s. */
export const SHARE_TIMING: ShareTiming = { duration: 10_000, margin: 3_000, beat: 2_000 };

/** Who an instance is and where its Leases stand. */
export interface MembershipOptions {
  /** Equal for the instances that share units. */
  readonly fleet: string;
  /** Another for every process, also for one that is started again. */
  readonly identity: string;
  readonly namespace: string;
  readonly clock: Clock;
  /** Milliseconds that never go back and that no one sets. */
  readonly ticks: () => number;
  readonly timing: ShareTiming;
}

interface Other {
  readonly identity: string;
  readonly fleet: string;
  readonly lease: KubernetesObject;
  /** When this version of the Lease was seen first, by the own ticks. */
  readonly seenAt: number;
  /** Whether its Lease was seen to change: it was alive then, not only there. */
  readonly isRenewed: boolean;
}

/**
 * One Lease for each instance, which it alone renews, and what is seen of the others'. Nobody's clock is compared with
 * another's: whoever looks counts by the own ticks since the Lease has changed last, and whoever holds stops `margin` before
 * that, counted from before its last renewal was sent, by its ticks and by the time of day, whichever has gone further: the
 * ticks stand still while a machine sleeps.
 */
export class Membership {
  readonly #cluster: Cluster;
  readonly #options: MembershipOptions;
  readonly #ref: LeaseRef;
  #lease: KubernetesObject | undefined;
  #renewed: { readonly ticks: number; readonly at: number } | undefined;
  #others: readonly Other[] = [];

  constructor(cluster: Cluster, options: MembershipOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#ref = { ...LEASE_KIND, namespace: options.namespace, name: `kapply-member-${sha256(options.identity).slice(0, 16)}` };
  }

  /** Whether the others still take this instance for alive, and will for `margin`. */
  isValid(): boolean {
    const { clock, ticks, timing } = this.#options;
    if (this.#renewed === undefined) return false;
    const age = Math.max(ticks() - this.#renewed.ticks, clock.now() - this.#renewed.at);
    return age < timing.duration - timing.margin;
  }

  /** Renews the own Lease. Answers whether it was valid all the time since it was renewed last, and what is wrong, if anything. */
  async renew(): Promise<{ readonly unbroken: boolean; readonly problem?: string }> {
    const { clock, ticks } = this.#options;
    const wasValid = this.isValid();
    const sent = { ticks: ticks(), at: clock.now() };
    try {
      const problem = await this.#write();
      const unbroken = wasValid && this.isValid();
      if (problem === undefined) this.#renewed = sent;
      return { unbroken, ...(problem === undefined ? {} : { problem }) };
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
      return { unbroken: wasValid && this.isValid(), problem: error.message };
    }
  }

  /**
   * Whether this instance has joined the others, or may: it knows of each of their Leases whether somebody renews it. One that took the dead
   * for alive would leave alone what those who know better give to it. Throws `KplanError` where the Leases cannot be listed.
   */
  async mayJoin(): Promise<boolean> {
    if (this.#lease !== undefined) return true;
    await this.look();
    return this.#others.every((other) => other.isRenewed || this.#isDead(other));
  }

  /** Looks at the Leases of all instances. Throws `KplanError` where they cannot be listed. */
  async look(): Promise<void> {
    const { items } = await this.#cluster.list(LEASE_KIND, { namespace: this.#options.namespace, labelSelector: MEMBER_LABEL });
    const now = this.#options.ticks();
    const known = new Map(this.#others.map((other) => [other.identity, other]));
    this.#others = items.flatMap((lease): readonly Other[] => {
      const identity = holderOf(lease);
      if (identity === '' || identity === this.#options.identity) return [];
      const before = known.get(identity);
      const isSame = before !== undefined && versionOf(before.lease) === versionOf(lease);
      if (isSame) return [before];
      return [{ identity, lease, fleet: labelsOf(lease).get(MEMBER_LABEL) ?? '', seenAt: now, isRenewed: before !== undefined }];
    });
    await this.#forgetDead(now);
  }

  /** Whether an instance, of whatever fleet, may still be writing, as of the last look. */
  isLive(identity: string): boolean {
    const other = this.#others.find((one) => one.identity === identity);
    return identity === this.#options.identity || (other !== undefined && !this.#isDead(other));
  }

  /** The live instances of the fleet, this one included; sorted. */
  listFleet(): readonly string[] {
    const others = this.#others.filter((other) => other.fleet === this.#options.fleet && !this.#isDead(other));
    return [...others.map(({ identity }) => identity), this.#options.identity].toSorted(compareStrings);
  }

  /** Takes the own Lease away: what was held is free at once. */
  async leave(): Promise<void> {
    this.#renewed = undefined;
    try {
      await this.#cluster.delete(this.#ref);
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
    }
  }

  /** A Lease that somebody else has touched is read for the next try. */
  async #write(): Promise<string | undefined> {
    const { identity, timing, clock, fleet } = this.#options;
    const wanted = { holder: identity, duration: timing.duration, now: clock.now(), labels: { [MEMBER_LABEL]: fleet } };
    const object = toHeldLease(this.#ref, this.#lease, wanted);
    const write = { fieldManager: 'kapply' };
    const result = await (this.#lease === undefined ? this.#cluster.create(object, write) : this.#cluster.update(object, write));
    if (result.kind === 'ok') {
      this.#lease = result.object;
      return undefined;
    }
    this.#lease = await this.#cluster.get(this.#ref);
    return formatStatusError(result);
  }

  #isDead({ seenAt }: Other): boolean {
    return this.#options.ticks() - seenAt > this.#options.timing.duration;
  }

  async #forgetDead(now: number): Promise<void> {
    const forgotten = this.#others.filter(({ seenAt }) => now - seenAt > this.#options.timing.duration * FORGOTTEN);
    for (const { lease } of forgotten) {
      const name = getString(lease.metadata, 'name') ?? '';
      const [uid, resourceVersion] = [getString(lease.metadata, 'uid'), versionOf(lease)];
      await this.#cluster.delete({ ...this.#ref, name }, { ...(uid === undefined ? {} : { uid }), resourceVersion });
    }
  }
}

function versionOf(lease: KubernetesObject): string {
  return getString(lease.metadata, 'resourceVersion') ?? '';
}
