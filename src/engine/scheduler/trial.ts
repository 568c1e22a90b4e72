import type { KubernetesObject, World } from '../../model/index.ts';
import { compareBy } from '../../std/index.ts';
import type { Mark } from './change-log.ts';
import type { ClusterState } from './cluster-state.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-class.ts';
import { NOT_CREATED } from './pod-reading.ts';
import { openCluster, toSchedulingOptions, type ScheduleOptions, type ScheduleResult } from './schedule.ts';
import { Scheduling, toSuccessor, type SchedulingOptions } from './scheduling.ts';

/**
 * A cluster on which things are tried: nodes go, pods are evicted and placed anew. Everything since a checkpoint can be taken
 * back, at the cost of what was done and not of the cluster's size. Pods go by their objects, as `podsOn`, `lose` and `evict`
 * answer them; nodes by their names.
 */
export class Trial {
  readonly #cluster: ClusterState;
  readonly #options: SchedulingOptions;
  readonly #pods = new WeakMap<KubernetesObject, PodInfo>();
  readonly #waiting: readonly KubernetesObject[];

  /** Of an expanded world: pods with a node are on it, the others wait. */
  constructor(world: World, options: ScheduleOptions) {
    const { cluster, queue } = openCluster(world, options);
    this.#cluster = cluster;
    this.#options = toSchedulingOptions(cluster, options);
    this.#waiting = this.#toObjects(queue);
  }

  /** The pods that had no node from the start, by namespace and name. */
  waiting(): readonly KubernetesObject[] {
    return this.#waiting;
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
    if (info !== undefined && known !== undefined && info.pods.includes(known)) this.#cluster.remove(known, info);
  }

  /**
   * Places pods that wait, and what controllers make in the place of pods that had a node (which come after those created), in queue
   * order, as the scheduler would; others may be evicted for them.
   */
  place(pods: readonly KubernetesObject[]): Pick<ScheduleResult, 'placements' | 'preempted'> {
    const known = pods.flatMap((pod) => this.#pods.get(pod) ?? []);
    const queue = known.map((pod) => (pod.node === '' ? pod : toReplacement(pod)));
    const { placements, preempted } = new Scheduling(this.#cluster, this.#options).run(queue);
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

/** A new pod like one that had a node. */
function toReplacement(pod: PodInfo): PodInfo {
  return { ...toSuccessor(pod), created: NOT_CREATED, node: '', isTerminating: false };
}

/** Opens the cluster of an expanded world for trials. */
export function openTrial(world: World, options: ScheduleOptions = {}): Trial {
  return new Trial(world, options);
}
