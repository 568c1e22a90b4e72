import { formatRef, podTemplateOf, refOf, toRefKey, type KubernetesObject, type RefKey, type World } from '../../model/index.ts';
import { compareStrings } from '../../std/index.ts';
import { listCausePaths } from './cause-paths.ts';
import type { ClusterState } from './cluster-state.ts';
import { findHint } from './hint.ts';
import type { PodInfo } from './pod-class.ts';
import { readRoom, type Room } from './room-left.ts';
import { schedulingKnown, simulate, type HeldPod, type ScheduleOptions, type Simulation } from './schedule.ts';
import { controllerKeyOf, findWorkload } from './workload-of-pod.ts';

/** How one workload fares in one world. */
export interface WorkloadFact {
  readonly object: KubernetesObject;
  /** Pods that want a node now, or have one. */
  readonly replicas: number;
  readonly unplaced: number;
  /** Of the first pod without a place. */
  readonly message: string;
  /** What would help. Worked out when asked: few facts are told. */
  readonly hint: () => string | undefined;
  /** Where in the object the reason may stand, as JSON pointers. */
  readonly paths: () => readonly string[];
  /** The nodes that its pods are on. */
  readonly nodes: ReadonlySet<string>;
  /** How many of them each of these has. */
  readonly counts: ReadonlyMap<string, number>;
  /** Why pods of it are not looked at, one entry a pod. */
  readonly held: readonly HeldPod['why'][];
  /** The pods that were evicted to make room for others, and for which. */
  readonly evicted: readonly { readonly pod: string; readonly by: string }[];
}

/** What is so in one world. */
export interface WorldFacts {
  /** Every workload, by its identity. */
  readonly facts: ReadonlyMap<RefKey, WorkloadFact>;
  /** How much room all nodes together have left. */
  readonly room: readonly Room[];
}

/** Tells the facts of worlds as a scheduler of these profiles makes them; undefined where no nodes are known. Computed once for a world. */
export function createFactReader(profiles: ScheduleOptions['profiles']): (world: World) => WorldFacts | undefined {
  const options = { settlesClaims: true, ...(profiles === undefined ? {} : { profiles }) };
  const compute = (world: World): WorldFacts | undefined => (schedulingKnown(world) ? computeFacts(world, options) : undefined);
  return (world) => world.derive(compute);
}

interface Group {
  readonly object: KubernetesObject;
  readonly unplaced: PodInfo[];
  readonly placed: Map<number, number>;
  readonly held: HeldPod['why'][];
  replicas: number;
}

function computeFacts(world: World, options: ScheduleOptions): WorldFacts {
  const simulation = simulate(world, options);
  const { cluster } = simulation;
  const unfit = new Set(simulation.unplaced.map(({ key }) => key));
  const messages = new Map(simulation.result.placements.flatMap(({ pod, message }) => (unfit.has(pod) ? [[pod, message]] : [])));
  const evicted = groupEvicted(world, simulation);
  const facts = new Map<RefKey, WorkloadFact>();
  for (const [key, group] of [...groupPods(world, simulation)].toSorted(([a], [b]) => compareStrings(a, b))) {
    const { object, unplaced, placed, replicas, held } = group;
    const [pod] = unplaced;
    const counts = new Map([...placed].map(([index, count]) => [cluster.nodes[index]?.name ?? '', count]));
    facts.set(key, {
      object,
      replicas,
      unplaced: unplaced.length,
      message: pod === undefined ? '' : (messages.get(pod.key) ?? ''),
      ...(pod === undefined ? NOTHING_TO_SAY : toAdvice(cluster, group, pod)),
      nodes: new Set(counts.keys()),
      counts,
      held,
      evicted: evicted.get(key) ?? [],
    });
  }
  return { facts, room: readRoom(cluster) };
}

type Advice = Pick<WorkloadFact, 'hint' | 'paths'>;

const NOTHING_TO_SAY: Advice = { hint: () => undefined, paths: () => [] };

// Apart, so that the cluster is not kept where nobody will ask it.
function toAdvice(cluster: ClusterState, { object, unplaced, placed, replicas }: Group, pod: PodInfo): Advice {
  return {
    hint: () => findHint(cluster, { pod, unplaced, replicas, placed }),
    paths: () => listCausePaths(object, cluster, pod),
  };
}

function groupPods(world: World, { cluster, unplaced, result, held }: Simulation): Map<RefKey, Group> {
  const groups = new Map<RefKey, Group>();
  const known = new Map<string, Group>();
  const groupOf = (pod: KubernetesObject): Group => {
    const controller = controllerKeyOf(pod);
    const same = controller === undefined ? undefined : known.get(controller);
    if (same !== undefined) return same;
    const object = findWorkload(world, pod);
    const key = toRefKey(refOf(object));
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { object, unplaced: [], placed: new Map(), held: [], replicas: 0 }));
    if (controller !== undefined) known.set(controller, group);
    return group;
  };
  for (const node of cluster.nodes) {
    for (const pod of node.pods) {
      const group = groupOf(pod.object);
      group.replicas++;
      group.placed.set(node.index, (group.placed.get(node.index) ?? 0) + 1);
    }
  }
  for (const pod of unplaced) {
    const group = groupOf(pod.object);
    group.replicas++;
    group.unplaced.push(pod);
  }
  for (const { pod, why } of held) {
    const group = groupOf(pod.object);
    if (why.kind === 'node' && podTemplateOf(group.object)?.spec['nodeName'] !== why.name) continue;
    group.replicas++;
    group.held.push(why);
  }
  for (const { pod } of result.preempted) {
    const object = findPod(world, pod);
    if (object !== undefined) groupOf(object);
  }
  return groups;
}

function findPod(world: World, key: string): KubernetesObject | undefined {
  const [namespace = '', name = ''] = key.split('/');
  return world.get({ group: '', kind: 'Pod', namespace, name });
}

function groupEvicted(world: World, { result }: Simulation): ReadonlyMap<RefKey, WorkloadFact['evicted']> {
  const groups = new Map<RefKey, { pod: string; by: string }[]>();
  const workloadOf = (key: string): KubernetesObject | undefined => {
    const pod = findPod(world, key);
    return pod === undefined ? undefined : findWorkload(world, pod);
  };
  for (const { pod, by } of result.preempted) {
    const [victim, winner] = [workloadOf(pod), workloadOf(by)];
    if (victim === undefined || winner === undefined) continue;
    const key = toRefKey(refOf(victim));
    groups.set(key, [...(groups.get(key) ?? []), { pod, by: formatRef(refOf(winner)) }]);
  }
  return groups;
}
