import { formatStatusError, type Cluster, type StatusError, type WriteResult } from '../../cluster/index.ts';
import { KplanError, type KubernetesObject, type ObjectRef } from '../../model/index.ts';
import { getNumber, getObject, getString, pause, type Clock, type JsonObject } from '../../std/index.ts';

/** client-go's defaults (tools/leaderelection): how long a lease holds unrenewed, when its holder gives up, how often it is tried. */
const DURATION = 15_000;
const RENEW_DEADLINE = 10_000;
const RETRY_PERIOD = 2_000;

/** Another instance was quicker: nothing is wrong. */
const RACES: ReadonlySet<StatusError['reason']> = new Set(['AlreadyExists', 'Conflict']);

/** What one try at the lease found. */
export interface LeaseNews {
  readonly holds: boolean;
  /** Who holds it otherwise. */
  readonly holder?: string;
  /** Why the lease can be neither read nor written, where that is so. */
  readonly problem?: string;
}

/**
 * One instance a unit: a Lease (coordination.k8s.io/v1) held as client-go's leader election holds it. Another's lease is
 * taken over once it was seen unchanged for its duration by the own clock, so that clocks need not agree; every write is
 * fenced by the resourceVersion that was read.
 */
export class LeaseKeeper {
  readonly #cluster: Cluster;
  readonly #ref: ObjectRef & { readonly namespace: string };
  readonly #identity: string;
  readonly #clock: Clock;
  #seen: { readonly version: string; readonly at: number } | undefined;
  #renewedAt: number | undefined;

  constructor(cluster: Cluster, ref: ObjectRef & { readonly namespace: string }, identity: string, clock: Clock) {
    this.#cluster = cluster;
    this.#ref = ref;
    this.#identity = identity;
    this.#clock = clock;
  }

  /** Tells `report` what each try finds, until the signal aborts; then lets the lease go. */
  async keep(report: (news: LeaseNews) => void, signal: AbortSignal): Promise<void> {
    do report(await this.#tryOnce());
    while (await pause(this.#clock, RETRY_PERIOD, signal));
    await this.#release();
  }

  async #tryOnce(): Promise<LeaseNews> {
    try {
      return await this.#acquire();
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
      const holds = this.#renewedAt !== undefined && this.#clock.now() - this.#renewedAt < RENEW_DEADLINE;
      return { holds, problem: error.message };
    }
  }

  async #acquire(): Promise<LeaseNews> {
    const now = this.#clock.now();
    const lease = await this.#cluster.get(this.#ref);
    const holder = lease === undefined ? '' : (getString(lease, 'spec', 'holderIdentity') ?? '');
    if (lease !== undefined && holder !== '' && holder !== this.#identity && !this.#isExpired(lease, now)) {
      this.#renewedAt = undefined;
      return { holds: false, holder };
    }
    const written = await this.#write(lease, holder, now);
    if (written.kind === 'error') {
      const holds = this.#renewedAt !== undefined && now - this.#renewedAt < RENEW_DEADLINE;
      return { holds, ...(RACES.has(written.reason) ? {} : { problem: formatStatusError(written) }) };
    }
    this.#renewedAt = now;
    return { holds: true };
  }

  #isExpired(lease: KubernetesObject, now: number): boolean {
    const version = getString(lease.metadata, 'resourceVersion') ?? '';
    if (this.#seen?.version !== version) this.#seen = { version, at: now };
    const duration = (getNumber(lease, 'spec', 'leaseDurationSeconds') ?? DURATION / 1000) * 1000;
    return now - this.#seen.at > duration;
  }

  async #write(lease: KubernetesObject | undefined, holder: string, now: number): Promise<WriteResult> {
    const options = { fieldManager: 'kapply' };
    const time = toMicroTime(now);
    const held = { holderIdentity: this.#identity, leaseDurationSeconds: DURATION / 1000, renewTime: time };
    if (lease === undefined) {
      const spec: JsonObject = { ...held, acquireTime: time, leaseTransitions: 0 };
      return this.#cluster.create(this.#toLease({}, spec), options);
    }
    const before = getObject(lease, 'spec') ?? {};
    const taken = { acquireTime: time, leaseTransitions: (getNumber(before, 'leaseTransitions') ?? 0) + 1 };
    const spec: JsonObject = { ...before, ...held, ...(holder === this.#identity ? {} : taken) };
    return this.#cluster.update(this.#toLease(lease.metadata, spec), options);
  }

  #toLease(metadata: JsonObject, spec: JsonObject): KubernetesObject {
    const { name, namespace } = this.#ref;
    return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...metadata, name, namespace }, spec };
  }

  async #release(): Promise<void> {
    try {
      const lease = await this.#cluster.get(this.#ref);
      if (lease === undefined || getString(lease, 'spec', 'holderIdentity') !== this.#identity) return;
      const time = toMicroTime(this.#clock.now());
      const spec = { ...getObject(lease, 'spec'), holderIdentity: '', leaseDurationSeconds: 1, acquireTime: time, renewTime: time };
      await this.#cluster.update(this.#toLease(lease.metadata, spec), { fieldManager: 'kapply' });
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
    }
  }
}

/** RFC 3339 with microseconds, as `metav1.MicroTime` serialises. */
function toMicroTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/Z$/, '000Z');
}
