import type { Cluster } from '../cluster/index.ts';
import { KplanError, refKeyOf, toRefKey, type KubernetesObject, type ObjectRef, type RefKey } from '../model/index.ts';
import { getString, pause, type Clock } from '../std/index.ts';
import { listAll } from './list-all.ts';

type Report = (object: KubernetesObject | undefined) => void;

/** An object as a watch that others have opened sees it. */
export interface Followed {
  /** How it is by now. */
  readonly current: () => KubernetesObject | undefined;
  /** Nothing is reported of it any more. */
  readonly stop: () => void;
}

/** Reports whenever an object changes, as a watch that is open anyway tells; undefined where there is none of its kind. */
export type FollowObject = (ref: ObjectRef, report: Report) => Followed | undefined;

/** Milliseconds between two looks: after a watch that broke or ended, and between two reports of an object that does not change. */
export interface ObserverIntervals {
  readonly poll: number;
  readonly remind: number;
}

/**
 * Tells how objects are, from now on: one list and one watch for each kind and namespace, however many of its objects are
 * observed; where the watch breaks, a list every `poll`. What somebody else follows already costs neither. An unchanged object is
 * reported again every `remind`, since what is thought of it may depend on its age.
 */
export class Observer {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #intervals: ObserverIntervals;
  readonly #streams = new Map<string, Stream>();
  readonly #follow: FollowObject;
  readonly #followed = new Map<Report, Followed>();
  readonly #closing = new AbortController();
  #isReminding = false;
  readonly #ended: Promise<void>[] = [];
  #fault: unknown;

  constructor(cluster: Cluster, clock: Clock, intervals: ObserverIntervals, follow: FollowObject = () => undefined) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#intervals = intervals;
    this.#follow = follow;
  }

  /**
   * Reports the object (undefined where it is not there) now and whenever it changes, until the answer is called. Where the
   * object was just written, `written` is what the write made of it: no older state is asked for.
   */
  observe(ref: ObjectRef, written: KubernetesObject | undefined, report: Report): () => void {
    const followed = this.#follow(ref, report);
    if (followed !== undefined) return this.#observeFollowed(followed, ref, written, report);
    const key = `${ref.group}/${ref.version}/${ref.kind}/${ref.namespace ?? ''}`;
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      stream = new Stream(this.#cluster, this.#clock, this.#intervals, ref, this.#fail);
      this.#streams.set(key, stream);
      this.#ended.push(stream.run());
    }
    return stream.add(ref, written, report);
  }

  /** Ends all watches and waits for their end. Throws what went wrong in them, if it was not the cluster. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const { stop } of this.#followed.values()) stop();
    for (const stream of this.#streams.values()) stream.close();
    await Promise.all(this.#ended);
    if (this.#fault !== undefined) throw this.#fault;
  }

  #fail = (error: unknown): void => {
    this.#fault = error;
  };

  #observeFollowed(followed: Followed, ref: ObjectRef, written: KubernetesObject | undefined, report: Report): () => void {
    if (!this.#isReminding) this.#ended.push(this.#remind());
    this.#isReminding = true;
    this.#followed.set(report, followed);
    begin(followed.current(), written, report, () => void look(this.#cluster, ref, report, this.#fail));
    return () => {
      followed.stop();
      this.#followed.delete(report);
    };
  }

  async #remind(): Promise<void> {
    while (await pause(this.#clock, this.#intervals.remind, this.#closing.signal))
      for (const [report, { current }] of this.#followed) report(current());
  }
}

class Stream {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #intervals: ObserverIntervals;
  readonly #kind: ObjectRef;
  readonly #reports = new Map<RefKey, Set<Report>>();
  #known: Map<RefKey, KubernetesObject> | undefined;
  readonly #abort = new AbortController();
  readonly #fail: (error: unknown) => void;

  constructor(cluster: Cluster, clock: Clock, intervals: ObserverIntervals, kind: ObjectRef, fail: (error: unknown) => void) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#intervals = intervals;
    this.#kind = kind;
    this.#fail = fail;
  }

  add(ref: ObjectRef, written: KubernetesObject | undefined, report: Report): () => void {
    const key = toRefKey(ref);
    const reports = this.#reports.get(key) ?? new Set();
    this.#reports.set(key, reports.add(report));
    if (this.#known !== undefined) begin(this.#known.get(key), written, report, () => void look(this.#cluster, ref, report, this.#fail));
    return () => {
      reports.delete(report);
      if (reports.size === 0) this.#reports.delete(key);
    };
  }

  close(): void {
    this.#abort.abort(new Error('closed'));
  }

  async run(): Promise<void> {
    await Promise.all([this.#follow(), this.#remind()]);
  }

  async #follow(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      try {
        await this.#watch();
      } catch (error) {
        if (!(error instanceof KplanError) && !this.#abort.signal.aborted) return this.#fail(error);
      }
      await pause(this.#clock, this.#intervals.poll, this.#abort.signal);
    }
  }

  async #watch(): Promise<void> {
    const { namespace } = this.#kind;
    const scope = namespace === undefined ? {} : { namespace };
    const { items, resourceVersion } = await listAll(this.#cluster, this.#kind, scope);
    this.#known = new Map(items.map((item) => [refKeyOf(item), item]));
    this.#reportAll();
    const events = this.#cluster.watch(this.#kind, { ...scope, resourceVersion, signal: this.#abort.signal });
    for await (const event of events) {
      if (event.type === 'expired') return;
      if (event.type === 'bookmark') continue;
      const key = refKeyOf(event.object);
      if (event.type === 'deleted') this.#known.delete(key);
      else this.#known.set(key, event.object);
      this.#report(key);
    }
  }

  async #remind(): Promise<void> {
    while (await pause(this.#clock, this.#intervals.remind, this.#abort.signal)) if (this.#known !== undefined) this.#reportAll();
  }

  #reportAll(): void {
    for (const key of this.#reports.keys()) this.#report(key);
  }

  #report(key: RefKey): void {
    for (const report of this.#reports.get(key) ?? []) report(this.#known?.get(key));
  }
}

/** What is known may be older than the write, of which the watch will tell; where versions do not say so, the object is read anew. */
function begin(known: KubernetesObject | undefined, written: KubernetesObject | undefined, report: Report, readAnew: () => void): void {
  const [at, from] = [known, written].map((object) => toNumber(getString(object?.metadata, 'resourceVersion')));
  if (from === undefined || (known !== undefined && at === undefined)) readAnew();
  else if (at !== undefined && at >= from) report(known);
}

async function look(cluster: Cluster, ref: ObjectRef, report: Report, fail: (error: unknown) => void): Promise<void> {
  try {
    report(await cluster.get(ref));
  } catch (error) {
    if (!(error instanceof KplanError)) fail(error);
  }
}

/** Versions that are decimal numbers are in the order of their writes (KEP-5504). */
function toNumber(version: string | undefined): bigint | undefined {
  return version !== undefined && /^[1-9]\d{0,38}$/.test(version) ? BigInt(version) : undefined;
}
