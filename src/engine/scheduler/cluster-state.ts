import { nameOf, readTaints, toNodeFace, type KubernetesObject, type NodeFace, type Taint, type World } from '../../model/index.ts';
import { compareBy, getArray, getBoolean, getNumber, getString } from '../../std/index.ts';
import type { AffinityTerm, AffinityTerms } from './affinity-term.ts';
import { withoutPorts, type HostPort } from './host-ports.ts';
import type { Face, PodInfo } from './pod-class.ts';
import { toAllocatable } from './pod-requests.ts';
import { PodTally } from './pod-tally.ts';
import { Storage } from './volumes/storage.ts';

/** One node, with what changes as pods come and go. */
export interface NodeInfo extends NodeFace {
  readonly index: number;
  readonly object: KubernetesObject;
  readonly taints: readonly Taint[];
  readonly isUnschedulable: boolean;
  readonly images: ReadonlyMap<string, number>;
  readonly allocatable: ReadonlyMap<string, number>;
  readonly pods: Set<PodInfo>;
  hostPorts: readonly HostPort[];
}

/** One resource of all nodes: a column of numbers, by the node's index. */
export interface ResourceColumn {
  readonly allocatable: Float64Array;
  readonly requested: Float64Array;
}

/** The values of one label over all nodes: each node's value by number, -1 where it has none. */
export interface Topology {
  readonly domains: Int32Array;
  readonly size: number;
}

/** The terms of placed pods that one kind of rule reads, each with how many pods of each node carry it. */
export type TermCarriers = ReadonlyMap<string, { readonly term: AffinityTerm; readonly counts: Int32Array }>;

/** The nodes of a world and what their pods use: the scheduler's snapshot. It changes only by `add` and `remove`. */
export class ClusterState {
  readonly world: World;
  readonly nodes: readonly NodeInfo[];
  readonly storage: Storage;
  readonly podLimits: Int32Array;
  readonly podCounts: Int32Array;
  readonly nonZeroCpu: Float64Array;
  readonly nonZeroMemory: Float64Array;
  /** Whether any node says which images it has. */
  readonly hasImages: boolean;
  /** Whether any node has a taint of effect PreferNoSchedule. */
  readonly hasAvoidedNodes: boolean;
  readonly #byClass = new Map<unknown, Map<number, unknown>>();
  readonly #columns = new Map<string, ResourceColumn>();
  readonly #topologies = new Map<string, Topology>();
  readonly #tallies = new Map<string, PodTally>();
  readonly #carriers: Readonly<Record<keyof AffinityTerms, Map<string, { term: AffinityTerm; counts: Int32Array }>>> = {
    preferredAffinity: new Map(),
    preferredAntiAffinity: new Map(),
    requiredAffinity: new Map(),
    requiredAntiAffinity: new Map(),
  };

  constructor(world: World, options: { readonly settlesClaims: boolean } = { settlesClaims: false }) {
    this.world = world;
    this.storage = new Storage(world, { settles: options.settlesClaims });
    this.nodes = world
      .byKind('', 'Node')
      .filter((node) => getString(node.metadata, 'deletionTimestamp') === undefined)
      .toSorted(compareBy(nameOf))
      .map(toNodeInfo);
    this.podLimits = Int32Array.from(this.nodes, (node) => node.allocatable.get('pods') ?? 0);
    this.podCounts = new Int32Array(this.nodes.length);
    this.nonZeroCpu = new Float64Array(this.nodes.length);
    this.nonZeroMemory = new Float64Array(this.nodes.length);
    this.hasImages = this.nodes.some((node) => node.images.size > 0);
    this.hasAvoidedNodes = this.nodes.some((node) => node.taints.some(({ effect }) => effect === 'PreferNoSchedule'));
  }

  /** The column of a resource. */
  column(resource: string): ResourceColumn {
    let column = this.#columns.get(resource);
    if (column === undefined) {
      column = {
        allocatable: Float64Array.from(this.nodes, (node) => node.allocatable.get(resource) ?? 0),
        requested: new Float64Array(this.nodes.length),
      };
      this.#columns.set(resource, column);
    }
    return column;
  }

  /** The values of a node label. */
  topology(key: string): Topology {
    let topology = this.#topologies.get(key);
    if (topology === undefined) this.#topologies.set(key, (topology = toTopology(this.nodes, key)));
    return topology;
  }

  /** How many pods each node has whose face satisfies a predicate; `key` is equal for equal predicates. */
  tally(key: string, isCounted: (face: Face) => boolean, options: { readonly skipsTerminating: boolean }): PodTally {
    const name = `${options.skipsTerminating ? 'live' : 'all'} ${key}`;
    let tally = this.#tallies.get(name);
    if (tally === undefined) {
      tally = new PodTally(this.nodes.length, isCounted, options);
      for (const node of this.nodes) for (const pod of node.pods) tally.change(pod, node.index, 1);
      this.#tallies.set(name, tally);
    }
    return tally;
  }

  /** What `compute` makes of a class of pods and the nodes alone, computed once. `compute` must be a function declared once. */
  ofClass<T>(pod: PodInfo, compute: (pod: PodInfo, cluster: ClusterState) => T): T {
    let known = this.#byClass.get(compute);
    if (known === undefined) this.#byClass.set(compute, (known = new Map<number, unknown>()));
    if (!known.has(pod.class.id)) known.set(pod.class.id, compute(pod, this));
    // The entry under a function was made by that function.
    return known.get(pod.class.id) as T;
  }

  /** The affinity terms that placed pods carry, of one kind. */
  carriers(kind: keyof AffinityTerms): TermCarriers {
    return this.#carriers[kind];
  }

  /** Puts a pod on a node. */
  add(pod: PodInfo, node: NodeInfo): void {
    node.pods.add(pod);
    if (pod.class.hostPorts.length > 0) node.hostPorts = [...node.hostPorts, ...pod.class.hostPorts];
    this.#change(pod, node.index, 1);
  }

  /** Takes a pod off its node. */
  remove(pod: PodInfo, node: NodeInfo): void {
    node.pods.delete(pod);
    if (pod.class.hostPorts.length > 0) node.hostPorts = withoutPorts(node.hostPorts, pod.class.hostPorts);
    this.#change(pod, node.index, -1);
  }

  #change(pod: PodInfo, node: number, by: 1 | -1): void {
    const { requests, affinity } = pod.class;
    increase(this.podCounts, node, by);
    increase(this.nonZeroCpu, node, by * requests.placed.cpu);
    increase(this.nonZeroMemory, node, by * requests.placed.memory);
    for (const [resource, amount] of requests.amounts) increase(this.column(resource).requested, node, by * amount);
    for (const tally of this.#tallies.values()) tally.change(pod, node, by);
    this.#carry('preferredAffinity', affinity.preferredAffinity, node, by);
    this.#carry('preferredAntiAffinity', affinity.preferredAntiAffinity, node, by);
    this.#carry('requiredAffinity', affinity.requiredAffinity, node, by);
    this.#carry('requiredAntiAffinity', affinity.requiredAntiAffinity, node, by);
  }

  #carry(kind: keyof AffinityTerms, terms: readonly AffinityTerm[], node: number, by: 1 | -1): void {
    for (const term of terms) {
      let carrier = this.#carriers[kind].get(term.key);
      if (carrier === undefined) {
        carrier = { term, counts: new Int32Array(this.nodes.length) };
        this.#carriers[kind].set(term.key, carrier);
      }
      increase(carrier.counts, node, by);
    }
  }
}

function increase(column: Int32Array | Float64Array, node: number, by: number): void {
  column[node] = (column[node] ?? 0) + by;
}

function toNodeInfo(object: KubernetesObject, index: number): NodeInfo {
  const images = new Map<string, number>();
  for (const image of getArray(object, 'status', 'images')) {
    for (const name of getArray(image, 'names')) {
      if (typeof name === 'string' && !images.has(name)) images.set(name, getNumber(image, 'sizeBytes') ?? 0);
    }
  }
  return {
    ...toNodeFace(object),
    index,
    object,
    taints: readTaints(object),
    isUnschedulable: getBoolean(object, 'spec', 'unschedulable') === true,
    images,
    allocatable: toAllocatable(object),
    pods: new Set(),
    hostPorts: [],
  };
}

function toTopology(nodes: readonly NodeInfo[], key: string): Topology {
  const numbers = new Map<string, number>();
  const domains = Int32Array.from(nodes, (node) => {
    const value = node.labels.get(key);
    if (value === undefined) return -1;
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  });
  return { domains, size: numbers.size };
}
