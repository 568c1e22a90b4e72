import type { ClusterState } from '../cluster-state.ts';
import type { NodeInfo } from '../node-info.ts';
import { explainNode, filterNode, findFeasible, prepareFilters, scoreNodes } from '../evaluate.ts';
import { countReasons, formatReasons, formatRejection } from '../fit-error.ts';
import { describeClaims } from '../plugins/dynamic-resources.ts';
import { describePostFilter, NO_CLAIMS } from '../post-filter.ts';
import type { PodInfo } from '../pod-class.ts';
import { preempt, type Preemption } from '../preemption.ts';
import { SUCCESS } from '../verdict.ts';
import { isPlain } from './realise-packing.ts';

/** How many more pods like one fit on a cluster as it is, without evicting any. */
export interface Room {
  readonly pods: number;
  /** True if it was not tried further: there may be more room. */
  readonly isAtLeast: boolean;
}

/** What stops the next pod. */
export interface Obstacle {
  /** What the scheduler would write of it. */
  readonly message: string;
  /** How many pods would be evicted to make room for it; 0 where that is no way. */
  readonly evicts: number;
  readonly nodes: readonly NodeObstacle[];
}

/** What stops the next pod on one node. */
export interface NodeObstacle {
  readonly node: string;
  /** How many of the pods counted went there. */
  readonly pods: number;
  readonly plugin: string;
  readonly reasons: readonly string[];
  /** The resource of which the most is missing, as a share of what is asked; undefined where room is not what is missing. */
  readonly scarce?: { readonly resource: string; readonly asked: number; readonly free: number };
}

/** How many pods are placed one by one where each may change where the next can go. */
const MOST_STEPS = 2000;
/** How many pods are put on the nodes to hear what the next one is told. */
const MOST_FILLED = 200_000;

/**
 * How many more pods like one fit. Where only room decides, that is a sum over the nodes; else they are placed one after the other
 * as the scheduler would, until none fits. The cluster is as before afterwards.
 */
export function findRoom(pod: PodInfo, cluster: ClusterState, kubernetesVersion: string, steps: number = MOST_STEPS): Room {
  const filling = fill(pod, cluster, kubernetesVersion, steps);
  for (const { node, pods } of filling.placed) for (const copy of pods) cluster.remove(copy, node);
  return filling.room;
}

/** Like `findRoom`, with what stops the next pod. */
export function explainRoom(
  pod: PodInfo,
  cluster: ClusterState,
  kubernetesVersion: string,
): { readonly room: Room; readonly obstacle?: Obstacle } {
  const filling = fill(pod, cluster, kubernetesVersion, MOST_STEPS, true);
  try {
    return filling.room.isAtLeast ? { room: filling.room } : { room: filling.room, obstacle: findObstacle(pod, cluster, filling) };
  } finally {
    for (const { node, pods } of filling.placed) for (const copy of pods) cluster.remove(copy, node);
  }
}

interface Filling {
  readonly room: Room;
  readonly placed: readonly { readonly node: NodeInfo; readonly pods: readonly PodInfo[] }[];
}

function fill(pod: PodInfo, cluster: ClusterState, version: string, steps: number, isPlaced = false): Filling {
  if (isDecidedByRoom(pod, cluster) && !cluster.carriers.hasAny('requiredAntiAffinity')) {
    const rooms = listRooms(pod, cluster);
    const pods = rooms.reduce((sum, { count }) => sum + count, 0);
    if (!isPlaced || pods > MOST_FILLED) return { room: { pods, isAtLeast: isPlaced && pods > MOST_FILLED }, placed: [] };
    const placed = rooms.map(({ node, count }) => ({ node, pods: Array.from({ length: count }, () => placeCopy(pod, cluster, node)) }));
    return { room: { pods, isAtLeast: false }, placed };
  }
  const placed: { readonly node: NodeInfo; readonly pods: readonly PodInfo[] }[] = [];
  for (let step = 0; step < steps; step++) {
    const node = choose(pod, cluster, version);
    if (node === undefined) return { room: { pods: step, isAtLeast: false }, placed };
    placed.push({ node, pods: [placeCopy(pod, cluster, node)] });
  }
  return { room: { pods: steps, isAtLeast: choose(pod, cluster, version) !== undefined }, placed };
}

/** Whether the pod's own requests are all that keeps another one like it from a node. */
function isDecidedByRoom(pod: PodInfo, cluster: ClusterState): boolean {
  const { filters, settings } = cluster.profileOf(pod);
  const isWhole = settings.ignoredResources.size + settings.ignoredResourceGroups.size === 0;
  return isPlain(pod.class) && isWhole && filters.includes('NodeResourcesFit');
}

function placeCopy(pod: PodInfo, cluster: ClusterState, node: NodeInfo): PodInfo {
  const copy = { ...pod };
  cluster.add(copy, node);
  return copy;
}

/** How many pods fit on each node that takes them. */
function listRooms(pod: PodInfo, cluster: ClusterState): readonly { readonly node: NodeInfo; readonly count: number }[] {
  const evaluation = prepareFilters(pod, cluster);
  const columns = [...pod.class.requests.amounts]
    .filter(([, amount]) => amount > 0)
    .map(([resource, amount]) => ({ ...cluster.column(resource), amount }));
  return cluster.nodes.flatMap((node) => {
    if (filterNode(evaluation, cluster, node.index) !== SUCCESS) return [];
    const slots = (cluster.podLimits[node.index] ?? 0) - (cluster.podCounts[node.index] ?? 0);
    const count = columns.reduce((least, { allocatable, requested, amount }) => {
      const free = (allocatable[node.index] ?? 0) - (requested[node.index] ?? 0);
      return Math.min(least, Math.floor(free / amount));
    }, slots);
    return [{ node, count }];
  });
}

/** The node that the scheduler would choose: of the best the first by name. */
function choose(pod: PodInfo, cluster: ClusterState, kubernetesVersion: string): NodeInfo | undefined {
  const evaluation = prepareFilters(pod, cluster);
  const feasible = evaluation.kind === 'rejected' ? new Int32Array(0) : findFeasible(evaluation, cluster);
  if (feasible.length < 2) return cluster.nodes[feasible[0] ?? -1];
  const { total } = scoreNodes(pod, cluster, feasible, { kubernetesVersion });
  let best = 0;
  for (let i = 1; i < total.length; i++) if ((total[i] ?? 0) > (total[best] ?? 0)) best = i;
  return cluster.nodes[feasible[best] ?? -1];
}

function findObstacle(pod: PodInfo, cluster: ClusterState, { placed }: Filling): Obstacle {
  const evaluation = prepareFilters(pod, cluster);
  const counts = new Map<string, number>();
  for (const { node, pods } of placed) counts.set(node.name, (counts.get(node.name) ?? 0) + pods.length);
  const explained = cluster.nodes.map((node) => ({ node, ...explainNode(evaluation, cluster, node.index) }));
  const nodes = explained.map(({ node, plugin, verdict }): NodeObstacle => {
    const scarce = plugin === 'NodeResourcesFit' ? findScarce(pod, cluster, node) : undefined;
    const head = { node: node.name, pods: counts.get(node.name) ?? 0, plugin, reasons: verdict.reasons };
    return scarce === undefined ? head : { ...head, scarce };
  });
  if (cluster.nodes.length === 0) return { message: 'no nodes available to schedule pods', evicts: 0, nodes };
  const verdicts = explained.map(({ verdict }) => verdict);
  const end = (rejectedBy: string | undefined, preemption: () => Preemption): string =>
    describePostFilter(cluster.profileOf(pod), { rejectedBy, claims: describeClaims(pod, cluster, verdicts) ?? NO_CLAIMS, preemption });
  if (evaluation.kind === 'rejected') {
    const rejection = formatRejection(cluster.nodes.length, evaluation.verdict.reasons);
    return { message: `${rejection}${end(evaluation.plugin, () => preempt(pod, cluster, verdicts))}`, evicts: 0, nodes };
  }
  const refusal = formatReasons(verdicts.length, countReasons(verdicts.map(({ reasons }) => reasons)));
  const preemption = preempt(pod, cluster, verdicts);
  if (preemption.kind === 'victims') return { message: refusal, evicts: preemption.victims.length, nodes };
  return { message: `${refusal}${end(undefined, () => preemption)}`, evicts: 0, nodes };
}

function findScarce(pod: PodInfo, cluster: ClusterState, { index }: NodeInfo): NodeObstacle['scarce'] {
  const slots = (cluster.podLimits[index] ?? 0) - (cluster.podCounts[index] ?? 0);
  if (slots < 1) return { resource: 'pods', asked: 1, free: slots };
  let worst: { readonly resource: string; readonly asked: number; readonly free: number } | undefined;
  for (const [resource, asked] of pod.class.requests.amounts) {
    const { allocatable, requested } = cluster.column(resource);
    const free = (allocatable[index] ?? 0) - (requested[index] ?? 0);
    if (asked > free && (worst === undefined || free / asked < worst.free / worst.asked)) worst = { resource, asked, free };
  }
  return worst;
}
