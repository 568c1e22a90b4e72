import { formatQuantity } from '../../model/index.ts';
import { getStringMap } from '../../std/index.ts';
import type { ClusterState } from './cluster-state.ts';
import type { NodeInfo } from './node-info.ts';
import { explainNode, prepareFilters, type Evaluation } from './evaluate.ts';
import type { PodInfo } from './pod-class.ts';
import { SUCCESS } from './verdict.ts';

const FIT = 'NodeResourcesFit';

/** What a workload's pods need, for a hint. */
export interface Need {
  /** One of the pods without a place; the others are its like, but for the node that pods of a DaemonSet are held to. */
  readonly pod: PodInfo;
  readonly unplaced: readonly PodInfo[];
  readonly replicas: number;
  /** How many of its pods each node holds already, by the node's index. */
  readonly placed: ReadonlyMap<number, number>;
}

/** What would give the pods a place, in a few words for after "would do"; undefined where nothing simple would. */
export function findHint(cluster: ClusterState, need: Need): string | undefined {
  const evaluation = prepareFilters(need.pod, cluster);
  if (evaluation.kind === 'rejected') return undefined;
  if (evaluation.candidates !== undefined) return findHintOfPinned(cluster, need.unplaced);
  const refusals = cluster.presentNodes().map((node) => explainNode(evaluation, cluster, node.index).plugin);
  if (refusals.includes(FIT)) return findResourceHint(cluster, need, evaluation);
  if (refusals.every((plugin) => plugin === 'TaintToleration')) return hintOfTaints(cluster);
  if (refusals.includes('NodeAffinity')) return hintOfLabels(need.pod);
  if (refusals.includes('NodePorts')) return `${count(need.unplaced.length, 'more node')} with the host port free`;
  return undefined;
}

function findResourceHint(cluster: ClusterState, need: Need, evaluation: Evaluation): string | undefined {
  const open = cluster.presentNodes().filter((node) => isOpenButForRoom(evaluation, node) || need.placed.has(node.index));
  const lacking = [...need.pod.class.requests.amounts].filter(([resource, amount]) =>
    open.some((node) => freeOf(cluster, resource, node) < amount),
  );
  const [first, ...others] = lacking;
  if (first === undefined) return open.length === 0 ? undefined : 'nodes that take more pods';
  const [resource, amount] = first;
  const smaller = others.length > 0 ? undefined : findSmallerRequest(cluster, need, open, resource, amount);
  const parts = [hintOfNodes(need, open), smaller === undefined ? undefined : `a request of ${smaller} ${resource}`];
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? `a node with at least ${formatAmount(resource, amount)} ${resource} free` : said.join(', or ');
}

/** What would let pods onto the node that each is held to: no other node would. */
function findHintOfPinned(cluster: ClusterState, pods: readonly PodInfo[]): string | undefined {
  const held = pods.map((pod) => ({ pod, nodes: listHeldFor(cluster, pod) }));
  const nodes = [...new Set(held.flatMap((item) => item.nodes))];
  if (nodes.length === 0 || held.some((item) => item.nodes.length === 0)) return undefined;
  const lacking = new Map<string, number>();
  for (const { pod, nodes: own } of held) {
    for (const [resource, amount] of pod.class.requests.amounts) {
      const free = Math.max(...own.map((node) => freeOf(cluster, resource, node)));
      if (free < amount) lacking.set(resource, Math.min(free, lacking.get(resource) ?? free));
    }
  }
  const [first, ...others] = lacking;
  if (first !== undefined && others.length === 0) {
    const [resource, free] = first;
    const neat = roundDown(resource, free);
    if (neat > 0) return `a request of ${formatAmount(resource, neat)} ${resource}`;
  }
  const names = nodes.map(({ name }) => name);
  return `more room on ${names.slice(0, MOST_NODES).join(', ')}${names.length > MOST_NODES ? ` and ${names.length - MOST_NODES} more` : ''}`;
}

const MOST_NODES = 3;

/** The nodes that a pod is held to and that lack nothing but room. */
function listHeldFor(cluster: ClusterState, pod: PodInfo): readonly NodeInfo[] {
  const evaluation = prepareFilters(pod, cluster);
  return cluster.presentNodes().filter((node) => isOpenButForRoom(evaluation, node));
}

function isOpenButForRoom(evaluation: Evaluation, node: NodeInfo): boolean {
  if (evaluation.kind === 'rejected' || evaluation.candidates?.has(node.name) === false) return false;
  return evaluation.filters.every(({ plugin, filter }) => plugin === FIT || filter(node.index) === SUCCESS);
}

function freeOf(cluster: ClusterState, resource: string, node: NodeInfo): number {
  const { allocatable, requested } = cluster.column(resource);
  return (allocatable[node.index] ?? 0) - (requested[node.index] ?? 0);
}

/** The largest request with which all replicas would find room on the nodes open to them. */
function findSmallerRequest(
  cluster: ClusterState,
  need: Need,
  open: readonly NodeInfo[],
  resource: string,
  amount: number,
): string | undefined {
  const rooms = open.map((node) => freeOf(cluster, resource, node) + (need.placed.get(node.index) ?? 0) * amount);
  const isEnough = (request: number): boolean =>
    rooms.reduce((sum, room) => sum + Math.floor(Math.max(0, room) / request), 0) >= need.replicas;
  let [enough, tooMuch] = [0, amount];
  while (tooMuch - enough > 1) {
    const middle = Math.floor((enough + tooMuch) / 2);
    if (isEnough(middle)) enough = middle;
    else tooMuch = middle;
  }
  const neat = roundDown(resource, enough);
  return neat <= 0 ? undefined : formatAmount(resource, neat);
}

/** How many nodes like the roomiest one that takes such pods would hold those left over. */
function hintOfNodes(need: Need, open: readonly NodeInfo[]): string | undefined {
  let best: { readonly node: NodeInfo; readonly holds: number } | undefined;
  for (const node of open) {
    const amounts = [...need.pod.class.requests.amounts].filter(([, amount]) => amount > 0);
    const holds = Math.min(...amounts.map(([resource, amount]) => Math.floor((node.allocatable.get(resource) ?? 0) / amount)));
    if (Number.isFinite(holds) && holds > 0 && holds > (best?.holds ?? 0)) best = { node, holds };
  }
  if (best === undefined) return undefined;
  return `${count(Math.ceil(need.unplaced.length / best.holds), 'more node')} like ${best.node.name}`;
}

function hintOfTaints(cluster: ClusterState): string | undefined {
  const taints = cluster.nodes.flatMap((node) => node.taints);
  const [taint] = taints;
  if (taint === undefined || taints.some(({ key, value }) => key !== taint.key || value !== taint.value)) return undefined;
  return `a toleration of the taint ${taint.key}${taint.value === '' ? '' : `=${taint.value}`}:${taint.effect}`;
}

function hintOfLabels(pod: PodInfo): string | undefined {
  const labels = [...getStringMap(pod.class.spec, 'nodeSelector')].map(([key, value]) => `${key}=${value}`);
  return labels.length === 0 ? undefined : `a node labelled ${labels.join(', ')}`;
}

function roundDown(resource: string, amount: number): number {
  if (resource === 'cpu') return Math.floor(amount / 10) * 10;
  const unit = amount >= 2 ** 30 ? 2 ** 30 / 10 : 2 ** 20;
  return amount < 2 ** 20 ? amount : Math.floor(Math.floor(amount / unit) * unit);
}

function formatAmount(resource: string, amount: number): string {
  if (resource === 'cpu') return formatQuantity(BigInt(amount) * 1_000_000n, 'decimal');
  if (amount >= 2 ** 30) return `${Math.floor((amount * 10) / 2 ** 30 + 1e-6) / 10}Gi`;
  return formatQuantity(BigInt(amount) * 1_000_000_000n, 'binary');
}

function count(number: number, noun: string): string {
  return `${number === 1 ? 'one' : String(number)} ${noun}${number === 1 ? '' : 's'}`;
}
