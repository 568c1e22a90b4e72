import type { KubernetesObject, World } from '../../model/index.ts';
import { compareBy } from '../../std/index.ts';
import type { Mark } from './change-log.ts';
import type { ClusterState } from './cluster-state.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-class.ts';
import { simulate, type ScheduleOptions, type ScheduleResult, type Simulation } from './schedule.ts';
import { Scheduling, toSuccessor } from './scheduling.ts';

/**
 * A cluster on which things are tried: nodes go, pods are evicted and placed anew. Everything since a checkpoint can be taken
 * back, at the cost of what was done and not of the cluster's size. Pods go by their objects, as `podsOn`, `lose` and `evict`
 * answer them; nodes by their names.
 */
export class Trial {
  /** What placing the pods that had no node led to, before anything is tried. */
  readonly result: ScheduleResult;
  readonly #cluster: ClusterState;
  readonly #options: ScheduleOptions;
  readonly #pods = new WeakMap<KubernetesObject, PodInfo>();

  constructor({ cluster, result, unplaced }: Simulation, options: ScheduleOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.result = result;
    for (const pod of unplaced) this.#pods.set(pod.object, pod);
  }

  /** The nodes that are there, in code-unit order. */
  nodes(): readonly string[] {
    return this.#cluster.presentNodes().map(({ name }) => name);
  }

  /** The pods of a node, by namespace and name. */
  podsOn(node: string): readonly KubernetesObject[] {
    return this.#toObjects(this.#nodeOf(node)?.pods ?? []);
  }

  /** Takes a node away, and answers the pods that were on it. */
  lose(node: string): readonly KubernetesObject[] {
    const info = this.#nodeOf(node);
    return info === undefined ? [] : this.#toObjects(this.#cluster.lose(info));
  }

  /** Closes a node to pods that do not tolerate that, as `kubectl cordon` does. */
  cordon(node: string): void {
    const info = this.#nodeOf(node);
    if (info !== undefined) this.#cluster.cordon(info);
  }

  /** Takes a pod off its node. */
  evict(node: string, pod: KubernetesObject): void {
    const info = this.#nodeOf(node);
    const known = this.#pods.get(pod);
    if (info !== undefined && known !== undefined && info.pods.has(known)) this.#cluster.remove(known, info);
  }

  /** Places what the controllers make in the place of these pods, in queue order, as the scheduler would; others may be evicted for them. */
  place(pods: readonly KubernetesObject[]): Pick<ScheduleResult, 'placements' | 'preempted'> {
    const successors = pods.flatMap((pod) => this.#pods.get(pod) ?? []).map(toSuccessor);
    const { placements, preempted } = new Scheduling(this.#cluster, {
      ...this.#options,
      kubernetesVersion: this.#options.kubernetesVersion ?? '1.36',
    }).run(successors);
    return { placements, preempted };
  }

  /** The state as it is now, to come back to. */
  checkpoint(): Mark {
    return this.#cluster.checkpoint();
  }

  /** Takes back everything since a checkpoint, and the checkpoints made since. */
  rollback(mark: Mark): void {
    this.#cluster.rollback(mark);
  }

  #nodeOf(name: string): NodeInfo | undefined {
    return this.#cluster.node(name);
  }

  #toObjects(pods: Iterable<PodInfo>): readonly KubernetesObject[] {
    const sorted = [...pods].toSorted(compareBy((pod) => pod.key));
    for (const pod of sorted) this.#pods.set(pod.object, pod);
    return sorted.map(({ object }) => object);
  }
}

/** Schedules an expanded world and opens the cluster that comes of it for trials. */
export function openTrial(world: World, options: ScheduleOptions = {}): Trial {
  return new Trial(simulate(world, options), options);
}
