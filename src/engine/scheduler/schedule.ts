import type { KubernetesObject, Placement, PreemptedPod, World } from '../../model/index.ts';
import { getObject } from '../../std/index.ts';
import { ClusterState } from './cluster-state.ts';
import { FastPath } from './fast/fast-path.ts';
import { PodClassTable, type PodInfo } from './pod-class.ts';
import { readPod } from './pod-reading.ts';
import { toProfiles, type SchedulerProfile } from './profile.ts';
import { Scheduling, type Scheduled, type SchedulingOptions } from './scheduling.ts';

/** How to schedule. */
export interface ScheduleOptions {
  /** The minor version whose scheduler is simulated; `1.36` if absent. */
  readonly kubernetesVersion?: string;
  /** The profiles of a scheduler's configuration (`readSchedulerConfiguration`); the default profile if absent. */
  readonly profiles?: readonly SchedulerProfile[];
  /**
   * Whether claims count as the volume controller, the ephemeral volume controller and the provisioners will have left them, instead
   * of as they are: for worlds in which nobody runs these.
   */
  readonly settlesClaims?: boolean;
  /** The pod (`namespace/name`) whose every node is to be explained; `*` for all. */
  readonly explain?: string;
  /** True if placements are to name all nodes with the highest score, and not only the one that is taken; of explained pods they always do. */
  readonly namesTies?: boolean;
  /** `plain` asks every plugin about every node for every pod: the twin that the fast way is compared with. */
  readonly way?: 'fast' | 'plain';
}

/** Which scheduler it is: of a minor version, with its profiles. */
export type SchedulerChoice = Pick<ScheduleOptions, 'kubernetesVersion' | 'profiles'>;

/** What scheduling a world's pending pods leads to. */
export interface ScheduleResult {
  /** One for each pod that had no node, in the order in which they were decided. */
  readonly placements: readonly Placement[];
  readonly preempted: readonly PreemptedPod[];
  /** Pods (`namespace/name`) that wait for a scheduler that has no profile here. */
  readonly foreign: readonly string[];
}

/** The minor version that is simulated where none is named. */
const NEWEST = '1.36';
const GATED = 'Scheduling is blocked due to non-empty scheduling gates';

/**
 * Places the pods of an expanded world that have no node, one after the other in queue order, as kube-scheduler's
 * default profile would with every node looked at; among equal scores the first name in code-unit order. What is not
 * simulated is listed by `NOT_SIMULATED`.
 */
export function schedule(world: World, options: ScheduleOptions = {}): ScheduleResult {
  return simulate(world, options).result;
}

/**
 * A pod that the scheduler does not look at, and why: it names a node that is not there, is gated, or waits for another scheduler; or
 * one that it does look at, in a way that is not simulated.
 */
export interface HeldPod {
  readonly pod: PodInfo;
  readonly why:
    | { readonly kind: 'node'; readonly name: string }
    | { readonly kind: 'gates'; readonly names: readonly string[] }
    | { readonly kind: 'scheduler'; readonly name: string }
    | { readonly kind: 'unknown'; readonly what: string };
}

/** The result of scheduling with the cluster as it is afterwards: what hints are worked out on. */
export interface Simulation {
  readonly result: ScheduleResult;
  readonly cluster: ClusterState;
  /** The pods that found no node, in the order in which they were decided. */
  readonly unplaced: readonly PodInfo[];
  readonly held: readonly HeldPod[];
}

/** Like `schedule`, keeping the cluster. */
export function simulate(world: World, options: ScheduleOptions = {}): Simulation {
  return placeWaiting(openCluster(world, options), options);
}

/** Pods of which it was decided before where they go, so that the cluster has them already; each with what was said of it. */
export interface Decided {
  readonly pods: readonly PodInfo[];
  readonly placements: readonly Placement[];
}

const NOTHING_DECIDED: Decided = { pods: [], placements: [] };

/** Places the pods that wait in an open cluster, after some that were decided before; with the marks of `Scheduled`. */
export function placeWaiting(
  { cluster, queue, held }: OpenCluster,
  options: ScheduleOptions,
  decided: Decided = NOTHING_DECIDED,
): Simulation & Pick<Scheduled, 'marks'> {
  const schedulingOptions = toSchedulingOptions(cluster, options);
  const scheduling = new Scheduling(cluster, schedulingOptions);
  for (const { pod, why } of held) if (why.kind === 'gates') scheduling.hold(pod, GATED);
  scheduling.recall(decided);
  const { placements, preempted, unplaced, unknown, marks } = scheduling.run(queue);
  schedulingOptions.fastPath?.end();
  const untold = unknown.map(({ pod, why }): HeldPod => ({ pod, why: { kind: 'unknown', what: why } }));
  const foreign = held.flatMap(({ pod, why }) => (why.kind === 'scheduler' ? [pod.key] : []));
  return { result: { placements, preempted, foreign }, cluster, unplaced, held: [...held, ...untold], marks };
}

/** How pods are placed on a cluster: the quick way where it keeps to the default profile, of which alone it knows what to keep. */
export function toSchedulingOptions(cluster: ClusterState, options: ScheduleOptions): SchedulingOptions {
  const context = { kubernetesVersion: options.kubernetesVersion ?? NEWEST };
  const isPlain = options.way === 'plain' || options.profiles !== undefined;
  return { ...options, ...context, ...(isPlain ? {} : { fastPath: new FastPath(cluster, context) }) };
}

/** A world as the scheduler finds it: pods with a node are on it, the others wait in the queue or are held. */
export interface OpenCluster {
  readonly cluster: ClusterState;
  readonly table: PodClassTable;
  readonly queue: readonly PodInfo[];
  readonly held: readonly HeldPod[];
}

/** Puts the pods of a world where they are. */
export function openCluster(world: World, options: ScheduleOptions): OpenCluster {
  const { kubernetesVersion = NEWEST, settlesClaims = false, profiles } = options;
  const cluster = new ClusterState(world, { settlesClaims, profiles: toProfiles(profiles, kubernetesVersion) });
  const table = new PodClassTable(world, cluster.minor);
  return { cluster, table, ...seatPods(world.byKind('', 'Pod'), { cluster, table }) };
}

/** Puts pods where they are, in their order; answers those that are on no node. */
export function seatPods(
  objects: readonly KubernetesObject[],
  { cluster, table }: Pick<OpenCluster, 'cluster' | 'table'>,
): Pick<OpenCluster, 'held' | 'queue'> {
  const [queue, held]: [PodInfo[], HeldPod[]] = [[], []];
  for (const object of objects) {
    const reading = readPod(object);
    const { isFinished, node, scheduler, gates } = reading;
    if (isFinished) continue;
    const pod = table.toPodInfo(object, reading);
    if (node !== '') {
      const info = cluster.node(node);
      if (info === undefined) held.push({ pod, why: { kind: 'node', name: node } });
      else cluster.add(pod, info);
    } else if (!cluster.hasProfile(scheduler)) held.push({ pod, why: { kind: 'scheduler', name: scheduler } });
    else if (gates.length > 0) held.push({ pod, why: { kind: 'gates', names: gates } });
    else {
      const nominated = reading.nominated === '' ? undefined : cluster.node(reading.nominated);
      if (nominated !== undefined) cluster.nominations.add(pod, nominated);
      if (!pod.isTerminating) queue.push(pod);
    }
  }
  return { queue, held };
}

/** Whether a world says anything of nodes: without any, where pods go is unknown and nothing is reported. */
export function schedulingKnown(world: World): boolean {
  return world.byKind('', 'Node').some((node) => getObject(node, 'status') !== undefined);
}
