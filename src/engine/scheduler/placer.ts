import { nameOf, namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';
import { compareBy, getString } from '../../std/index.ts';
import type { ClusterState } from './cluster-state.ts';
import { openCluster, placeWaiting, seatPods, type OpenCluster, type ScheduleOptions, type ScheduleResult } from './schedule.ts';

/**
 * Places the pending pods of worlds that come one after the other, each as `schedule` would: the cluster of the last world is kept,
 * and of the next only the pods are looked at that differ. What may differ otherwise are workloads; where nodes, volumes or anything
 * else does, or most of the pods, the cluster is opened anew.
 */
export function createPlacer(options: ScheduleOptions = {}): (world: World) => ScheduleResult {
  let kept: KeptCluster | undefined;
  return (world) => {
    if (kept?.follow(world) !== true) kept = new KeptCluster(world, options);
    return kept.place();
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

/** The cluster of a world, without what placing pods has changed, to be brought on to another world. */
class KeptCluster {
  readonly #options: ScheduleOptions;
  #open: OpenCluster;
  #world: World;

  constructor(world: World, options: ScheduleOptions) {
    this.#options = options;
    this.#open = openCluster(world, options);
    this.#world = world;
  }

  /** Where the pods go that wait; the cluster is without them afterwards. */
  place(): ScheduleResult {
    const { cluster } = this.#open;
    const before = cluster.checkpoint();
    const { result } = placeWaiting(this.#open, this.#options);
    const touched = new Set(cluster.log.nodes.subarray(before, cluster.checkpoint()));
    cluster.rollback(before);
    tidy(cluster, touched);
    return result;
  }

  /** Goes on with another world; false where it differs in more than can be followed. */
  follow(world: World): boolean {
    const { cluster, table, queue, held } = this.#open;
    const difference = this.#compare(world);
    const waiting = [...queue, ...held.map(({ pod }) => pod)].map(({ object }) => object);
    if (difference === undefined || cluster.checkpoint() > MOST_CHANGES || waiting.some(isNominated)) return false;
    const { gone, come } = difference;
    const before = cluster.checkpoint();
    for (const object of gone) unseat(cluster, object);
    table.follow(world);
    const objects = [...waiting.filter((object) => !gone.has(object)), ...come].toSorted(inWorld);
    this.#open = { cluster, table, ...seatPods(objects, this.#open) };
    tidy(cluster, new Set(cluster.log.nodes.subarray(before, cluster.checkpoint())));
    this.#world = world;
    return true;
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

function isNominated(pod: KubernetesObject): boolean {
  return getString(pod, 'status', 'nominatedNodeName') !== undefined;
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
function tidy(cluster: ClusterState, touched: ReadonlySet<number>): void {
  for (const index of touched) {
    const node = cluster.nodes[index];
    if (node === undefined) continue;
    node.pods.sort((a, b) => inWorld(a.object, b.object));
    node.hostPorts = node.pods.flatMap((pod) => pod.class.hostPorts);
  }
}
