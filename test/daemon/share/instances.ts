import { Share, SHARE_TIMING } from '../../../src/daemon/index.ts';
import type { Cluster } from '../../../src/cluster/index.ts';
import { KplanError, type KubernetesObject, type ObjectRef } from '../../../src/model/index.ts';
import { parentRef } from '../../../src/reconcile/index.ts';
import { getString, type Clock } from '../../../src/std/index.ts';
import type { FakeClock } from '../../reconcile/fake-clock.ts';
import type { FakeCluster } from '../../reconcile/fake-cluster.ts';

/** A write that took effect: by whom, and who the unit's Lease named then. */
export interface SeenWrite {
  readonly unit: string;
  readonly by: string;
  readonly holder: string;
  readonly at: number;
}

/** The object that stands for what a unit applies. */
export function objectRef(unit: string): ObjectRef & { readonly namespace: string } {
  return { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: `of-${unit}` };
}

/** Who the Lease of a unit names. */
export function holderIn(cluster: FakeCluster, unit: string): string {
  const { name } = parentRef(unit);
  const lease = cluster.objects().find(({ kind, metadata }) => kind === 'Lease' && metadata['name'] === name);
  return getString(lease ?? null, 'spec', 'holderIdentity') ?? '';
}

/**
 * One process of a fleet, that writes for each unit it holds twice a second. Its clocks are another time and run at another
 * pace than the others'; while it is paused none of its timers fires and none of its requests arrives.
 */
export class Instance {
  readonly share: Share;
  readonly writes: SeenWrite[] = [];
  readonly problems: string[] = [];
  readonly held: Set<string> = new Set();
  /** What it was told of its units, in order. */
  readonly told: { readonly unit: string; readonly holds: boolean }[] = [];
  /** How many writes its own fence refused, and how many the cluster did. */
  fenced = 0;
  refused = 0;
  readonly #world: FakeCluster;
  readonly #clock: FakeClock;
  readonly #name: string;
  readonly #stop = new AbortController();
  readonly #ended: Promise<unknown>;
  #paused: Promise<void> | undefined;
  #go: () => void = () => undefined;

  constructor(
    world: FakeCluster,
    clock: FakeClock,
    name: string,
    units: ReadonlyMap<string, string> | undefined,
    { skew = 0, pace = 1 }: { readonly skew?: number; readonly pace?: number } = {},
  ) {
    this.#world = world;
    this.#clock = clock;
    this.#name = name;
    const own: Clock = {
      now: () => Math.round(clock.now() * pace + skew),
      sleep: async (milliseconds, signal) => {
        await clock.sleep(milliseconds / pace, signal);
        await this.#running();
      },
    };
    this.share = new Share(this.#reach(), {
      fleet: 'fleet',
      identity: name,
      namespace: 'default',
      clock: own,
      ticks: () => clock.now() * pace,
      timing: SHARE_TIMING,
      onNews: () => undefined,
      onProblem: (problem) => this.problems.push(problem),
    });
    if (units !== undefined) this.share.want(units);
    const report = (unit: string, { holds }: { readonly holds: boolean }): void => {
      this.told.push({ unit, holds });
      if (holds) this.held.add(unit);
      else this.held.delete(unit);
    };
    this.#ended = Promise.all([this.share.keep(report, this.#stop.signal), this.#work(own)]);
  }

  pause(): void {
    this.#paused ??= new Promise((resolve) => (this.#go = resolve));
  }

  resume(): void {
    this.#paused = undefined;
    this.#go();
  }

  /** As SIGKILL would: nothing of it is heard of again. */
  kill(): void {
    this.pause();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.resume();
    await this.#ended;
  }

  async #running(): Promise<void> {
    while (this.#paused !== undefined) await this.#paused;
  }

  async #work(own: Clock): Promise<void> {
    while (!this.#stop.signal.aborted) {
      for (const unit of this.held) await this.#writeFor(unit).catch((error: unknown) => this.#note(error));
      await own.sleep(500, this.#stop.signal).catch(() => undefined);
    }
  }

  #note(error: unknown): void {
    if (!(error instanceof KplanError)) throw error;
    this.fenced++;
  }

  async #writeFor(unit: string): Promise<void> {
    const ref = objectRef(unit);
    const live = await this.#reach().get(ref);
    const metadata = { name: ref.name, namespace: ref.namespace };
    const fenced = this.share.fence(unit, this.#reach(unit));
    const count = Number(getString(live ?? null, 'data', 'count') ?? '0') + 1;
    const object: KubernetesObject = {
      ...live,
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...live?.metadata, ...metadata },
      data: { count: String(count) },
    };
    const write = { fieldManager: this.#name };
    const result = await (live === undefined ? fenced.create(object, write) : fenced.update(object, write));
    if (result.kind === 'error') this.refused++;
  }

  /** The cluster as this process reaches it: through a network in which a request may wait while the process is paused. */
  #reach(unit?: string): Cluster {
    const world = this.#world;
    const arrive = async <T>(request: () => Promise<T>): Promise<T> => {
      await this.#running();
      const answer = await request();
      await this.#running();
      return answer;
    };
    const seen = async (write: () => ReturnType<Cluster['update']>): ReturnType<Cluster['update']> => {
      const result = await write();
      if (result.kind === 'ok' && unit !== undefined)
        this.writes.push({ unit, by: this.#name, holder: holderIn(world, unit), at: this.#clock.now() });
      return result;
    };
    return {
      identity: () => world.identity(),
      resources: () => world.resources(),
      get: (ref) => arrive(() => world.get(ref)),
      list: (kind, query) => arrive(() => world.list(kind, query)),
      watch: (kind, from) => world.watch(kind, from),
      apply: (object, options) => arrive(() => world.apply(object, options)),
      create: (object, options) => arrive(() => seen(() => world.create(object, options))),
      update: (object, options) => arrive(() => seen(() => world.update(object, options))),
      updateStatus: (object, options) => arrive(() => world.updateStatus(object, options)),
      delete: (ref, options) => arrive(() => world.delete(ref, options)),
      close: () => world.close(),
    };
  }
}
