import {
  formatRef,
  namespaceOf,
  podTemplateOf,
  refOf,
  toRefKey,
  type KubernetesObject,
  type RefKey,
  type World,
} from '../../model/index.ts';
import { compareStrings, getOrAdd, type JsonValue } from '../../std/index.ts';
import { listCausePaths } from './cause-paths.ts';
import { findHint } from './hint.ts';
import type { PodInfo } from './pod-class.ts';
import { readRoom, type Room } from './room-left.ts';
import { schedulingKnown, type HeldPod, type SchedulerChoice, type Simulation } from './schedule.ts';
import { createSimulator, type KeptSimulation } from './simulator.ts';
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
  /** The nodes that its pods are on, and how many of them each of these has. Listed when asked. */
  readonly counts: () => ReadonlyMap<string, number>;
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

/**
 * Tells the facts of worlds as this scheduler makes them; undefined where no nodes are known. Computed once for a world,
 * and quickly for one that is much like the last.
 */
export function createFactReader(scheduler: SchedulerChoice): (world: World) => WorldFacts | undefined {
  const open = (): ReturnType<typeof createSimulator> => createSimulator({ settlesClaims: true, ...scheduler });
  const simulate = open();
  const compute = (world: World): WorldFacts | undefined => {
    if (!schedulingKnown(world)) return undefined;
    let apart: WorldFacts['facts'] | undefined;
    return computeFacts(world, simulate(world), () => (apart ??= computeFacts(world, open()(world), () => NO_FACTS).facts));
  };
  return (world) => world.derive(compute);
}

const NO_FACTS: WorldFacts['facts'] = new Map();

interface Group {
  readonly object: KubernetesObject;
  readonly unplaced: PodInfo[];
  readonly placed: Map<number, number>;
  readonly held: HeldPod['why'][];
  replicas: number;
}

/** The facts of a simulated world; `again` tells the same of a cluster of its own, once this one has gone on to another world. */
function computeFacts(world: World, simulation: KeptSimulation, again: () => WorldFacts['facts']): WorldFacts {
  const { cluster, unplaced, result } = simulation;
  const unfit = new Set(unplaced.map(({ key }) => key));
  const refused = unfit.size === 0 ? [] : result.placements.filter(({ pod }) => unfit.has(pod));
  const messages = new Map(refused.map(({ pod, message }) => [pod, message]));
  const evicted = groupEvicted(world, simulation);
  const names = cluster.nodes.map(({ name }) => name);
  const facts = new Map<RefKey, WorkloadFact>();
  for (const [key, group] of [...groupPods(world, simulation)].toSorted(([a], [b]) => compareStrings(a, b))) {
    const { object, placed, replicas, held } = group;
    const [pod] = group.unplaced;
    facts.set(key, {
      object,
      replicas,
      unplaced: group.unplaced.length,
      message: pod === undefined ? '' : (messages.get(pod.key) ?? ''),
      ...(pod === undefined ? NOTHING_TO_SAY : toAdvice(simulation, group, pod, () => again().get(key))),
      counts: () => new Map([...placed].map(([index, count]) => [names[index] ?? '', count])),
      held,
      evicted: evicted.get(key) ?? [],
    });
  }
  return { facts, room: readRoom(cluster) };
}

type Advice = Pick<WorkloadFact, 'hint' | 'paths'>;

const NOTHING_TO_SAY: Advice = { hint: () => undefined, paths: () => [] };

// Apart, so that the cluster is not kept where nobody will ask it.
function toAdvice(
  { cluster, isCurrent }: KeptSimulation,
  { object, unplaced, placed, replicas }: Group,
  pod: PodInfo,
  again: () => WorkloadFact | undefined,
): Advice {
  return {
    hint: () => (isCurrent() ? findHint(cluster, { pod, unplaced, replicas, placed }) : again()?.hint()),
    paths: () => (isCurrent() ? listCausePaths(object, cluster, pod) : (again()?.paths() ?? [])),
  };
}

/** The workloads of a world with their pods. */
function groupPods(world: World, { cluster, unplaced, result, held }: Simulation): Map<RefKey, Group> {
  const groups = new Groups(world);
  for (const node of cluster.nodes) {
    for (const pod of node.pods) {
      const group = groups.of(pod.object);
      group.replicas++;
      group.placed.set(node.index, (group.placed.get(node.index) ?? 0) + 1);
    }
  }
  for (const pod of unplaced) {
    const group = groups.of(pod.object);
    group.replicas++;
    group.unplaced.push(pod);
  }
  for (const { pod, why } of held) {
    const group = groups.of(pod.object);
    if (why.kind === 'node' && podTemplateOf(group.object)?.spec['nodeName'] !== why.name) continue;
    group.replicas++;
    group.held.push(why);
  }
  for (const { pod } of result.preempted) {
    const object = findPod(world, pod);
    if (object !== undefined) groups.of(object);
  }
  return groups.byWorkload;
}

/** Finds the workloads of pods; once for those that name the same controller. */
class Groups {
  readonly byWorkload = new Map<RefKey, Group>();
  readonly #world: World;
  readonly #byController = new Map<string, Group>();
  /** By the list of owners, which pods of one template share. */
  readonly #byOwners = new Map<JsonValue, { readonly namespace: string | undefined; readonly group: Group }>();

  constructor(world: World) {
    this.#world = world;
  }

  of(pod: KubernetesObject): Group {
    const owners = pod.metadata['ownerReferences'];
    if (owners === undefined) return this.#find(pod);
    const namespace = namespaceOf(pod);
    const known = this.#byOwners.get(owners);
    if (known !== undefined && known.namespace === namespace) return known.group;
    const group = this.#find(pod);
    if (controllerKeyOf(pod) !== undefined) this.#byOwners.set(owners, { namespace, group });
    return group;
  }

  #find(pod: KubernetesObject): Group {
    const controller = controllerKeyOf(pod);
    const same = controller === undefined ? undefined : this.#byController.get(controller);
    if (same !== undefined) return same;
    const object = findWorkload(this.#world, pod);
    const group = getOrAdd(this.byWorkload, toRefKey(refOf(object)), () => ({
      object,
      unplaced: [],
      placed: new Map<number, number>(),
      held: [],
      replicas: 0,
    }));
    if (controller !== undefined) this.#byController.set(controller, group);
    return group;
  }
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
