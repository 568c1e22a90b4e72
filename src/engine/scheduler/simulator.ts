import { nameOf, namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';
import { compareBy, getString, mergeSorted } from '../../std/index.ts';
import type { Mark } from './change-log.ts';
import type { ClusterState } from './cluster-state.ts';
import type { PodClass, PodInfo } from './pod-class.ts';
import { sortQueue } from './queue.ts';
import {
  openCluster,
  placeWaiting,
  seatPods,
  type Decided,
  type HeldPod,
  type OpenCluster,
  type ScheduleOptions,
  type Simulation,
} from './schedule.ts';

/** A simulation on a cluster that is kept for the worlds after it. */
export interface KeptSimulation extends Simulation {
  /** Whether the cluster is still as it was left: false once another world was simulated on it. */
  readonly isCurrent: () => boolean;
}

/**
 * Simulates worlds that come one after the other, each as `simulate` would: the cluster of the last world is kept, and of the next only
 * the pods are looked at that differ, and those that come after the first of them in the queue. What may differ otherwise are
 * workloads; where nodes, volumes or anything else does, or most of the pods, the cluster is opened anew.
 */
export function createSimulator(options: ScheduleOptions = {}): (world: World) => KeptSimulation {
  let kept: KeptCluster | undefined;
  return (world) => {
    if (kept?.follow(world) !== true) kept = new KeptCluster(world, options);
    return kept.simulate();
  };
}

/** Kinds that differ from step to step and of which the scheduler reads at most what a controller selects (`PodClassTable.follow`). */
const FOLLOWED: ReadonlySet<string> = new Set([
  '/Pod',
  '/ReplicationController',
  'apps/ControllerRevision',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
]);

/** The log of a cluster keeps what came and went: beyond so many changes another is opened. */
const MOST_CHANGES = 1_000_000;
/** What was read of pods that are gone is kept too: beyond so many classes for each at the beginning another cluster is opened. */
const MOST_CLASSES = 4;

/** What was decided last, pod by pod in queue order, with the places of the log before each. */
interface Run extends Decided {
  readonly marks: readonly Mark[];
}

const NO_RUN: Run = { pods: [], placements: [], marks: [] };

/** The cluster of a world, as the last simulation has left it, to be brought on to another world. */
class KeptCluster {
  readonly #options: ScheduleOptions;
  readonly #classes: number;
  readonly #isFollowed: boolean;
  #open: OpenCluster;
  #world: World;
  /** The place of the log before any waiting pod was placed, and how many pods had been taken off their nodes by then. */
  #base: Mark;
  #removals: number;
  #run: Run = NO_RUN;
  #turn = 0;

  constructor(world: World, options: ScheduleOptions) {
    this.#options = options;
    this.#open = openCluster(world, options);
    this.#world = world;
    const { cluster, table } = this.#open;
    [this.#base, this.#removals] = [cluster.checkpoint(), cluster.removals];
    this.#classes = table.count;
    this.#isFollowed = !listWaiting(this.#open).some(({ object }) => isNominated(object));
  }

  /** Where the pods go that wait. Those that stand before the first that differs from the last time go where they went. */
  simulate(): KeptSimulation {
    const { cluster, held } = this.#open;
    const turn = ++this.#turn;
    const queue = sortQueue(this.#open.queue);
    const again = this.#rewind(queue);
    const decided = { pods: queue.slice(0, again), placements: this.#run.placements.slice(0, again) };
    const { marks, ...simulation } = placeWaiting({ ...this.#open, queue: queue.slice(again) }, this.#options, decided);
    const { placements } = simulation.result;
    const holds = held.filter(({ why }) => why.kind === 'gates').length;
    // Only where each pod was looked at once and no room was made do the decisions follow from those before them alone.
    const isStraight = cluster.removals === this.#removals && placements.length === holds + queue.length;
    this.#run = isStraight
      ? { pods: queue, placements: placements.slice(holds), marks: [...this.#run.marks.slice(0, again), ...marks] }
      : NO_RUN;
    return { ...simulation, isCurrent: () => this.#turn === turn };
  }

  /** Goes on with another world; false where it differs in more than can be followed. */
  follow(world: World): boolean {
    const { cluster, table } = this.#open;
    const difference = this.#compare(world);
    if (difference === undefined || this.#isOutgrown() || (this.#options.settlesClaims === true && this.#hasSettled())) return false;
    const { gone, come } = difference;
    const ended = table.follow(world);
    const seated = [...gone].filter((object) => isSeated(object, cluster));
    if (seated.length > 0 || come.some((object) => isSeated(object, cluster))) this.#reset();
    const before = cluster.checkpoint();
    for (const object of seated) unseat(cluster, object);
    const fresh = seatPods(come.toSorted(inWorld), this.#open);
    if (cluster.checkpoint() > before) this.#settleBase(before);
    const isLeft = ({ object }: PodInfo): boolean => !gone.has(object);
    const current = (pod: PodInfo): PodInfo => (ended.has(pod.class) ? table.toPodInfo(pod.object) : pod);
    const queue = this.#open.queue.filter(isLeft).map(current);
    const held = this.#open.held.filter(({ pod }) => isLeft(pod)).map(({ pod, why }): HeldPod => ({ pod: current(pod), why }));
    this.#open = {
      cluster,
      table,
      queue: mergeSorted(queue, fresh.queue, (a, b) => inWorld(a.object, b.object)),
      held: mergeSorted(held, fresh.held, (a, b) => inWorld(a.pod.object, b.pod.object)),
    };
    this.#world = world;
    return true;
  }

  /** Takes back what was decided from the first pod on that another now stands for; answers how many stand before it. */
  #rewind(queue: readonly PodInfo[]): number {
    const { cluster } = this.#open;
    const { pods, marks } = this.#run;
    let same = 0;
    while (same < pods.length && pods[same] === queue[same]) same++;
    if (same === 0) this.#reset();
    else if (same < marks.length) cluster.rollback(marks[same] ?? this.#base);
    return same;
  }

  /** Takes back all that was decided. */
  #reset(): void {
    const { cluster } = this.#open;
    cluster.rollback(this.#base);
    // What was taken off on trial only has left the log.
    if (cluster.removals > this.#removals) tidy(cluster, cluster.nodes.keys());
    this.#removals = cluster.removals;
    this.#run = NO_RUN;
  }

  /** Has the nodes as they are where the world is opened, after pods have come and gone. */
  #settleBase(before: Mark): void {
    const { cluster } = this.#open;
    tidy(cluster, new Set(cluster.log.nodes.subarray(before, cluster.checkpoint())));
    [this.#base, this.#removals] = [cluster.checkpoint(), cluster.removals];
  }

  #isOutgrown(): boolean {
    const { cluster, table } = this.#open;
    return !this.#isFollowed || cluster.checkpoint() > MOST_CHANGES || table.count > MOST_CLASSES * (this.#classes + 64);
  }

  /** Whether claims may have been settled, which is not taken back. */
  #hasSettled(): boolean {
    return listWaiting(this.#open).some((pod) => hasClaims(pod.class));
  }

  /** The pods that differ; undefined where anything else does, or pods that are nominated. */
  #compare(world: World): { readonly gone: ReadonlySet<KubernetesObject>; readonly come: readonly KubernetesObject[] } | undefined {
    for (const { group, kind } of [...world.kinds(), ...this.#world.kinds()]) {
      if (!FOLLOWED.has(`${group}/${kind}`) && world.kind(group, kind) !== this.#world.kind(group, kind)) return undefined;
    }
    const [was, is] = [this.#world.kind('', 'Pod'), world.kind('', 'Pod')];
    const keys = was.listDifferent(is);
    if (keys === undefined) return undefined;
    const [gone, come] = [new Set<KubernetesObject>(), new Array<KubernetesObject>()];
    for (const key of keys) {
      const [old, fresh] = [was.byKey.get(key), is.byKey.get(key)];
      if (old === fresh) continue;
      if (old !== undefined) gone.add(old);
      if (fresh !== undefined) come.push(fresh);
    }
    return [...gone, ...come].some(isNominated) ? undefined : { gone, come };
  }
}

function listWaiting({ queue, held }: OpenCluster): readonly PodInfo[] {
  return [...queue, ...held.map(({ pod }) => pod)];
}

/** Whether pods of a class have claims of volumes or devices. */
function hasClaims({ volumes, hasDeviceClaims }: PodClass): boolean {
  return hasDeviceClaims || volumes.length > 0;
}

function isNominated(pod: KubernetesObject): boolean {
  return getString(pod, 'status', 'nominatedNodeName') !== undefined;
}

function isSeated(pod: KubernetesObject, cluster: ClusterState): boolean {
  return cluster.node(getString(pod, 'spec', 'nodeName') ?? '') !== undefined;
}

function unseat(cluster: ClusterState, object: KubernetesObject): void {
  const node = cluster.node(getString(object, 'spec', 'nodeName') ?? '');
  const pod = node?.pods.find((item) => item.object === object);
  if (node !== undefined && pod !== undefined) cluster.remove(pod, node);
}

/** The order of pods in a world. */
const inWorld: (a: KubernetesObject, b: KubernetesObject) => number = compareBy((object) => namespaceOf(object) ?? '', nameOf);

/**
 * Leaves nodes as they are where a world is opened: pods in order, since of equal victims the first is taken, and ports taken that
 * another pod that had them too has given up.
 */
function tidy(cluster: ClusterState, touched: Iterable<number>): void {
  for (const index of touched) {
    const node = cluster.nodes[index];
    if (node === undefined) continue;
    node.pods.sort((a, b) => inWorld(a.object, b.object));
    node.hostPorts = node.pods.flatMap((pod) => pod.class.hostPorts);
  }
}
