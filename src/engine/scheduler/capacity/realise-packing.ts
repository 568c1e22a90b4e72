import type { World } from '../../../model/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { NodeInfo } from '../node-info.ts';
import { filterNode, prepareFilters, reserve, type Evaluation } from '../evaluate.ts';
import type { Packing } from '../packing/index.ts';
import type { PodClass, PodInfo } from '../pod-class.ts';
import { SUCCESS } from '../verdict.ts';
import type { DemandClass } from './demand.ts';
import { nameNewNode, toFleetWorld } from './fleet.ts';
import type { CapacityTools } from './tools.ts';
import { toCluster, type FleetInstance } from './fleet-instance.ts';
import type { CandidateShape } from './shape-spec.ts';

/** A fleet on which every pod has a place that the scheduler's filters accept. */
export interface AcceptedFleet {
  /** How many nodes of each shape, by the shape's index. */
  readonly nodes: readonly number[];
  /** How many nodes more than the packing had. */
  readonly added: number;
}

/** How many pods are placed one by one; beyond, the filters were only asked of each class. */
export const MOST_REALISED = 60_000;
const MOST_TRIES = 14;

/**
 * Puts the pods of a packing on nodes one after the other, each where the scheduler's filters accept it: where the packing has it
 * if they do, else on the fullest node that they allow. What needs other pods to be there first waits its turn. Where pods are
 * left over, the fleet gets more nodes and all begins again; undefined where that does not help.
 */
export function realisePacking(
  world: World,
  fleet: FleetInstance,
  shapes: readonly CandidateShape[],
  packing: Packing,
  tools: CapacityTools,
): AcceptedFleet | undefined {
  const planned = shapes.map((_, shape) => packing.reduce((sum, run) => sum + (run.shape === shape ? run.nodes : 0), 0));
  const nodes = [...planned];
  let added = 0;
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const left = tryFleet(world, fleet, shapes, { packing, nodes }, tools);
    if (left.length === 0) return { nodes, added };
    const more = Math.max(1, attempt < 6 ? 1 : Math.ceil(added / 2));
    const shape = chooseShape(fleet, left[0]);
    if (shape === undefined) return undefined;
    nodes[shape] = (nodes[shape] ?? 0) + more;
    added += more;
  }
  return undefined;
}

/** The shape with the most nodes that takes a class: one more of it is the least surprise. */
function chooseShape({ instance, members }: FleetInstance, left: DemandClass | undefined): number | undefined {
  const group = members.findIndex((list) => left !== undefined && list.includes(left));
  const able = instance.shapes.flatMap(({ accepts, cost }, shape) => (accepts[group] === true ? [{ shape, cost }] : []));
  return able.toSorted((a, b) => a.cost - b.cost)[0]?.shape;
}

interface PlannedFleet {
  readonly packing: Packing;
  readonly nodes: readonly number[];
}

/** The classes of the pods that find no place on a fleet; none where all do. */
function tryFleet(
  world: World,
  fleet: FleetInstance,
  shapes: readonly CandidateShape[],
  { packing, nodes }: PlannedFleet,
  tools: CapacityTools,
): readonly DemandClass[] {
  const parts = shapes.map((shape, index) => ({ shape, nodes: nodes[index] ?? 0 }));
  const cluster = toCluster(toFleetWorld(world, parts, tools.expand), tools);
  const placer = new Placer(cluster);
  let waiting = listPlaces(fleet, packing, cluster);
  for (;;) {
    const left = waiting.filter(({ item, target }) => !placer.place(item, target));
    if (left.length === 0) return [];
    if (left.length === waiting.length) {
      const lost = left.filter(({ item }) => !placer.placeAnywhere(item));
      if (lost.length === left.length) return lost.map(({ item }) => item);
      waiting = lost;
    } else waiting = left;
  }
}

interface Place {
  readonly item: DemandClass;
  readonly target: NodeInfo | undefined;
}

/** Each pod with the node that the packing has it on. What has rules beside room goes first, as it needs the choice. */
function listPlaces({ members }: FleetInstance, packing: Packing, cluster: ClusterState): readonly Place[] {
  const byName = new Map(cluster.nodes.map((node) => [node.name, node]));
  const supplies = members.map((list) => list.flatMap((item) => Array.from({ length: item.count }, () => item)));
  const next = new Map<number, number>();
  const places: Place[] = [];
  for (const { shape, counts, nodes } of packing) {
    for (let i = 0; i < nodes; i++) {
      const ordinal = next.get(shape) ?? 0;
      next.set(shape, ordinal + 1);
      const target = byName.get(nameNewNode(shape, ordinal));
      for (const [group, count] of counts.entries()) {
        for (let taken = 0; taken < count; taken++) {
          const item = supplies[group]?.pop();
          if (item !== undefined) places.push({ item, target });
        }
      }
    }
  }
  return places.toSorted((a, b) => rankOf(a.item.pod.class) - rankOf(b.item.pod.class));
}

function rankOf(own: PodClass): number {
  return isPlain(own) ? 1 : 0;
}

/** Whether only the node and its room decide on a pod: then its filters stay true while other pods are placed. */
export function isPlain({ affinity, constraints, hostPorts, spec }: PodClass): boolean {
  const terms = [...affinity.requiredAffinity, ...affinity.requiredAntiAffinity];
  return terms.length === 0 && hostPorts.length === 0 && !constraints.some(({ isHard }) => isHard) && spec['volumes'] === undefined;
}

/** Places pods on a cluster, asking the filters of each. */
class Placer {
  readonly #cluster: ClusterState;
  readonly #plain = new Map<number, Evaluation>();
  readonly #hasTerms: () => boolean;

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
    this.#hasTerms = () => cluster.carriers.hasAny('requiredAntiAffinity');
  }

  place(item: DemandClass, target: NodeInfo | undefined): boolean {
    if (target === undefined) return false;
    const pod = copyOf(item.pod);
    if (filterNode(this.#evaluate(pod), this.#cluster, target.index) !== SUCCESS) return false;
    this.#put(pod, target);
    return true;
  }

  /** On the fullest node that takes it. */
  placeAnywhere(item: DemandClass): boolean {
    const pod = copyOf(item.pod);
    const evaluation = this.#evaluate(pod);
    let best: NodeInfo | undefined;
    for (const node of this.#cluster.nodes) {
      if (best !== undefined && node.pods.length <= best.pods.length) continue;
      if (filterNode(evaluation, this.#cluster, node.index) === SUCCESS) best = node;
    }
    if (best === undefined) return false;
    this.#put(pod, best);
    return true;
  }

  #put(pod: PodInfo, node: NodeInfo): void {
    if (!isPlain(pod.class)) reserve(pod, this.#cluster, node);
    this.#cluster.add(pod, node);
  }

  #evaluate(pod: PodInfo): Evaluation {
    if (!isPlain(pod.class) || this.#hasTerms()) return prepareFilters(pod, this.#cluster);
    let evaluation = this.#plain.get(pod.class.id);
    if (evaluation === undefined) this.#plain.set(pod.class.id, (evaluation = prepareFilters(pod, this.#cluster)));
    return evaluation;
  }
}

function copyOf(pod: PodInfo): PodInfo {
  return { ...pod };
}
