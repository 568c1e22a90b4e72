import { WatchedWorld, type Cluster, type WorldReading } from '../../cluster/index.ts';
import {
  annotationsOf,
  KplanError,
  labelsOf,
  refKeyOf,
  stepsOf,
  toRefKey,
  World,
  type KubernetesObject,
  type ObjectRef,
  type Plan,
  type RefKey,
  type Step,
} from '../../model/index.ts';
import { PART_OF_LABEL, UNIT_ANNOTATION, type Followed } from '../../reconcile/index.ts';
import { getOrAdd, getString, pause, type Clock } from '../../std/index.ts';
import type { DaemonStatus } from '../status/status-file.ts';
import { approvalOf, readStatusObject, statusRef } from '../status/status-object.ts';
import { isDrift } from '../unit/drift.ts';

/** How often watches that have ended are opened anew. */
const RENEW = 10_000;
/** How long the watches are given to tell of what was written. */
const CATCH_UP = 3_000;
const BEAT = 20;

/** One cluster as all units see it: listed once, then followed, so that a look costs what has changed since the last. */
export class LiveWorld {
  readonly #watched: WatchedWorld;
  readonly #clock: Clock;
  #onDrift: (applySet: string) => void = () => undefined;
  #onApproval: (unit: string) => void = () => undefined;
  readonly #onReading: (problem: string | undefined) => void;
  readonly #followers = new Map<RefKey, Set<(object: KubernetesObject | undefined) => void>>();
  #last = World.EMPTY;

  /** `onReading` is told after each look whether the cluster answered, and why not. */
  constructor(cluster: Cluster, clock: Clock, onReading: (problem: string | undefined) => void = () => undefined) {
    this.#clock = clock;
    this.#onReading = onReading;
    const notice = (before: KubernetesObject | undefined, after: KubernetesObject | undefined): void => {
      const object = after ?? before;
      if (object !== undefined && this.#followers.size > 0) for (const report of this.#followers.get(refKeyOf(object)) ?? []) report(after);
      if (before === undefined) return;
      const owner = labelsOf(before).get(PART_OF_LABEL);
      if (owner !== undefined && isDrift(before, after)) this.#onDrift(owner);
      const unit = annotationsOf(before).get(UNIT_ANNOTATION);
      if (unit !== undefined && after !== undefined && approvalOf(after) !== approvalOf(before)) this.#onApproval(unit);
    };
    this.#watched = new WatchedWorld(cluster, notice, { clock, age: RENEW });
  }

  /** The cluster by now. Throws `KplanError` where it cannot be reached. */
  async read(): Promise<WorldReading> {
    try {
      const reading = await this.#watched.read();
      this.#last = reading.world;
      this.#onReading(undefined);
      return reading;
    } catch (error) {
      if (error instanceof KplanError) this.#onReading(error.message);
      throw error;
    }
  }

  /** The plan of a unit that a person has let go, as of the last look. */
  approvedOf(unit: string): string | undefined {
    return approvalOf(this.#last.get(statusRef(unit)));
  }

  /** What daemons have said of a unit, as of the last look. */
  statusOf(unit: string): DaemonStatus | undefined {
    const object = this.#last.get(statusRef(unit));
    return object === undefined ? undefined : readStatusObject(object);
  }

  /** What daemons have said of all units. Throws `KplanError` where the cluster cannot be reached. */
  async listStatuses(): Promise<readonly DaemonStatus[]> {
    const { world } = await this.read();
    return world
      .kind('', 'ConfigMap')
      .inNamespace(statusRef('').namespace)
      .flatMap((object) => readStatusObject(object) ?? []);
  }

  /** Tells, until the signal aborts, of the ApplySets that an object was changed of by somebody else, and of units that were let go. */
  async watch(
    on: { readonly drift: (applySet: string) => void; readonly approval: (unit: string) => void },
    signal: AbortSignal,
  ): Promise<void> {
    this.#onDrift = on.drift;
    this.#onApproval = on.approval;
    while (await pause(this.#clock, RENEW, signal)) {
      try {
        await this.read();
      } catch (error) {
        if (!(error instanceof KplanError)) throw error;
      }
    }
  }

  /** Reports whenever an object changes; undefined where its kind is not followed. */
  follow(ref: ObjectRef, report: (object: KubernetesObject | undefined) => void): Followed | undefined {
    if (!this.#watched.follows(ref)) return undefined;
    const key = toRefKey(ref);
    const reports = getOrAdd(this.#followers, key, () => new Set<(object: KubernetesObject | undefined) => void>());
    reports.add(report);
    const stop = (): void => {
      reports.delete(report);
      if (reports.size === 0 && this.#followers.get(key) === reports) this.#followers.delete(key);
    };
    return { current: () => this.#watched.get(ref), stop };
  }

  /** Waits until what a plan has written is seen, so that the next plan does not take it for missing; not for ever. */
  async catchUp(plan: Plan, signal: AbortSignal): Promise<void> {
    const end = this.#clock.now() + CATCH_UP;
    const steps = stepsOf(plan);
    for (;;) {
      const { world } = await this.#watched.read();
      if (steps.every((step) => isSeen(step, world)) || this.#clock.now() >= end) return;
      if (!(await pause(this.#clock, BEAT, signal))) return;
    }
  }

  close(): Promise<void> {
    return this.#watched.close();
  }
}

function isSeen({ action, ref, precondition }: Step, world: World): boolean {
  if (action === 'none') return true;
  const live = world.get(ref);
  const before = precondition.kind === 'present' ? precondition.resourceVersion : undefined;
  return action === 'delete' ? live === undefined : live !== undefined && getString(live.metadata, 'resourceVersion') !== before;
}
