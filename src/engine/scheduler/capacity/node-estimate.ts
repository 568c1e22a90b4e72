import { nameOf, withMetadata, type KubernetesObject, type World } from '../../../model/index.ts';
import { getArray, getObject } from '../../../std/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { NodeInfo } from '../node-info.ts';
import { filterNode, prepareFilters } from '../evaluate.ts';
import type { PodInfo } from '../pod-class.ts';
import { readPod } from '../pod-reading.ts';
import { toPodRequests } from '../pod-requests.ts';
import { SUCCESS } from '../verdict.ts';
import { listOwnPods } from './fleet.ts';
import type { CapacityTools, Expand } from './tools.ts';
import { toCluster } from './fleet-instance.ts';
import { isPlain } from './realise-packing.ts';
import type { CandidateShape } from './shape-spec.ts';
import { toNewNode } from './template-nodes.ts';

/** Pods of one controller and one class that wait for a node: the autoscaler takes them together. */
export interface WaitingPods {
  readonly pod: PodInfo;
  readonly count: number;
  readonly workload: KubernetesObject;
}

/** How many new nodes of a shape some waiting pods would need, as the autoscaler counts. */
export interface NodeEstimate {
  readonly nodes: number;
  /** How many of each of the waiting groups get a place, in their order. */
  readonly helped: readonly number[];
}

/**
 * What the Cluster Autoscaler's estimator finds (`BinpackingNodeEstimator`): groups by falling score, the pods of each put on the
 * new nodes that are there in turn, then on the newest one, then on one more for as long as there may be more. The new
 * nodes have the pods of DaemonSets on them, and stand beside the nodes that there are.
 */
export function estimateNodes(
  world: World,
  waiting: readonly WaitingPods[],
  { shape, most, stem }: { readonly shape: CandidateShape; readonly most: number; readonly stem: string },
  tools: CapacityTools,
): NodeEstimate {
  const scores = waiting.map(({ pod }) => scoreOf(pod, shape));
  const order = [...waiting.keys()].toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const estimation = new Estimation(world, shape, stem, tools, waiting.every(({ pod }) => isPlain(pod.class)) ? most : undefined);
  const helped = waiting.map(() => 0);
  for (const group of order) {
    const { pod, count } = waiting[group] ?? { pod: undefined, count: 0 };
    if (pod === undefined) continue;
    let placed = 0;
    while (placed < count && estimation.placeInTurn(pod)) placed++;
    while (placed < count && (estimation.placeOnLast(pod) || (estimation.open(most) && estimation.placeOnLast(pod)))) placed++;
    helped[group] = placed;
  }
  return { nodes: estimation.used, helped };
}

/** What a pod's containers ask, as shares of a node: what the estimator sorts by (`DecreasingPodOrderer`). */
function scoreOf(pod: PodInfo, { templates }: CandidateShape): number {
  const allocatable = getObject(templates[0], 'status', 'allocatable') ?? {};
  const whole = toPodRequests({ containers: [{ resources: { requests: allocatable } }] }).amounts;
  const { amounts } = toPodRequests({ containers: getArray(pod.class.spec, 'containers') });
  return ['cpu', 'memory'].reduce((sum, resource) => {
    const capacity = whole.get(resource) ?? 0;
    return capacity > 0 ? sum + (amounts.get(resource) ?? 0) / capacity : sum;
  }, 0);
}

interface Placed {
  readonly pod: PodInfo;
  readonly node: string;
}

/** New nodes beside those of a world, with what has been put on them. */
class Estimation {
  readonly #world: World;
  readonly #shape: CandidateShape;
  readonly #stem: string;
  readonly #tools: CapacityTools;
  readonly #placed: Placed[] = [];
  readonly #filled = new Set<string>();
  #cluster: ClusterState | undefined;
  #byName: ReadonlyMap<string, NodeInfo> = new Map();
  #opened = 0;
  #made = 0;
  #next = 0;
  readonly #atOnce: number | undefined;

  /** `atOnce`: how many nodes are made before they are opened, where an empty node says nothing to any filter. */
  constructor(world: World, shape: CandidateShape, stem: string, tools: CapacityTools, atOnce: number | undefined) {
    this.#world = world;
    this.#shape = shape;
    this.#stem = stem;
    this.#tools = tools;
    this.#atOnce = atOnce;
  }

  /** How many new nodes have pods that waited. */
  get used(): number {
    return this.#filled.size;
  }

  /** Tries every new node, beginning after the one that took the last pod (`FitsAnyNodeMatching`). */
  placeInTurn(pod: PodInfo): boolean {
    for (let i = 0; i < this.#opened; i++) {
      const ordinal = (this.#next + i) % this.#opened;
      if (!this.#place(pod, ordinal)) continue;
      this.#next = (ordinal + 1) % this.#opened;
      return true;
    }
    return false;
  }

  placeOnLast(pod: PodInfo): boolean {
    return this.#opened > 0 && this.#place(pod, this.#opened - 1);
  }

  /** One more node; false where there may be no more, or the newest is still empty: another one would be no better. */
  open(most: number): boolean {
    if (this.#opened > 0 && !this.#filled.has(nameNew(this.#stem, this.#opened - 1))) return false;
    if (this.#opened >= most) return false;
    this.#opened++;
    if (this.#opened > this.#made) this.#make(Math.max(this.#opened, this.#atOnce ?? 0));
    return true;
  }

  #make(nodes: number): void {
    this.#made = nodes;
    this.#cluster = toCluster(withNewNodes(this.#world, this.#shape, this.#stem, nodes, this.#tools.expand), this.#tools);
    this.#byName = new Map(this.#cluster.nodes.map((node) => [node.name, node]));
    for (const { pod, node } of this.#placed) {
      const info = this.#byName.get(node);
      if (info !== undefined) this.#cluster.add(pod, info);
    }
  }

  #place(pod: PodInfo, ordinal: number): boolean {
    const name = nameNew(this.#stem, ordinal);
    const node = this.#byName.get(name);
    if (node === undefined || this.#cluster === undefined) return false;
    if (filterNode(prepareFilters(pod, this.#cluster), this.#cluster, node.index) !== SUCCESS) return false;
    const copy = { ...pod };
    this.#cluster.add(copy, node);
    this.#placed.push({ pod: copy, node: name });
    this.#filled.add(name);
    return true;
  }
}

function nameNew(stem: string, ordinal: number): string {
  return `${stem}-${String(ordinal).padStart(5, '0')}`;
}

/** A settled world with new nodes beside its own, and the pods of DaemonSets on them. */
export function withNewNodes(world: World, shape: CandidateShape, stem: string, nodes: number, expand: Expand): World {
  const fresh = Array.from({ length: nodes }, (_, ordinal) => toNewNode(shape, nameNew(stem, ordinal), ordinal));
  const pods = listOwnPods(world, fresh, expand).map((pod) => withMetadata(pod, { name: `${nameOf(pod)}-${readPod(pod).node}` }));
  return world.with([...fresh, ...pods]);
}
