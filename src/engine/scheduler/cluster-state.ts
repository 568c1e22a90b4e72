import { nameOf, type World } from '../../model/index.ts';
import { compareBy } from '../../std/index.ts';
import { ChangeLog, type Mark } from './change-log.ts';
import { Devices } from './devices/devices.ts';
import { withoutPorts, type HostPort } from './host-ports.ts';
import { toNodeInfo, type NodeInfo } from './node-info.ts';
import { Nominations } from './nominations.ts';
import { PodCensus, type FaceEntry } from './pod-census.ts';
import type { Face, PodClass, PodInfo } from './pod-class.ts';
import { DEFAULT_SCHEDULER, STANDARD_PROFILE, type Profile } from './profile.ts';
import type { NodeCounts, PodTally, TallyOptions } from './pod-tally.ts';
import { StaticFilters } from './static-filters.ts';
import { TermCarriers, type TermCarrier } from './term-carriers.ts';
import { toTopology, type Topology } from './topology.ts';
import { Storage } from './volumes/storage.ts';

/** One resource of all nodes: a column of numbers, by the node's index. */
export interface ResourceColumn {
  readonly allocatable: Float64Array;
  readonly requested: Float64Array;
}

/** What a cluster is told beside its world. */
export interface ClusterOptions {
  /** See `ScheduleOptions`. */
  readonly settlesClaims?: boolean;
  /** Profiles by the name of their scheduler; the default one if absent. */
  readonly profiles?: ReadonlyMap<string, Profile>;
}

/** All that a pod of one class changes on its node. */
interface ClassWeight {
  readonly columns: readonly { readonly column: Float64Array; readonly amount: number }[];
  readonly hostPorts: readonly HostPort[];
  readonly cpu: number;
  readonly memory: number;
  readonly carried: readonly TermCarrier[];
  readonly entry: FaceEntry;
}

/**
 * The nodes of a world and what their pods use: the scheduler's snapshot. It changes only by `add`, `remove`, `lose` and
 * `cordon`, and what changed since a `checkpoint` can be taken back.
 */
export class ClusterState {
  readonly world: World;
  /** All nodes in order, also those that were lost. */
  readonly nodes: readonly NodeInfo[];
  readonly storage: Storage;
  /** The minor version of the scheduler: 36. */
  readonly minor: number;
  readonly devices: Devices;
  readonly log: ChangeLog = new ChangeLog();
  readonly nominations: Nominations = new Nominations(this.log);
  readonly podLimits: Int32Array;
  readonly podCounts: Int32Array;
  readonly nonZeroCpu: Float64Array;
  readonly nonZeroMemory: Float64Array;
  /** Whether any node says which images it has. */
  readonly hasImages: boolean;
  /** Whether any node has a taint of effect PreferNoSchedule. */
  readonly hasAvoidedNodes: boolean;
  /** The affinity terms of placed pods. */
  readonly carriers: TermCarriers;
  readonly #profiles: ReadonlyMap<string, Profile>;
  /** What plugins say that look at nodes alone. */
  readonly statics: StaticFilters;
  readonly #census: PodCensus;
  readonly #byClass = new Map<unknown, Map<PodClass, unknown>>();
  readonly #columns = new Map<string, ResourceColumn>();
  readonly #topologies = new Map<string, Topology>();
  #byName: ReadonlyMap<string, NodeInfo> | undefined;
  #images: ReadonlyMap<string, readonly NodeInfo[]> | undefined;
  readonly #weights = new Map<PodClass, ClassWeight>();
  /** Those asked for last: pods of one class mostly come one after the other. */
  #lastClass: PodClass | undefined;
  #lastWeight: ClassWeight | undefined;
  #lost = 0;
  #removals = 0;

  constructor(world: World, options: ClusterOptions = {}) {
    this.world = world;
    this.#profiles = options.profiles ?? new Map();
    this.minor = [...this.#profiles.values()][0]?.minor ?? STANDARD_PROFILE.minor;
    this.devices = new Devices(world, { settles: options.settlesClaims ?? false, log: this.log, minor: this.minor });
    this.storage = new Storage(world, { settles: options.settlesClaims ?? false, log: this.log });
    this.nodes = world.byKind('', 'Node').toSorted(compareBy(nameOf)).map(toNodeInfo);
    const { length } = this.nodes;
    this.podLimits = Int32Array.from(this.nodes, (node) => node.allocatable.get('pods') ?? 0);
    this.podCounts = new Int32Array(length);
    this.nonZeroCpu = new Float64Array(length);
    this.nonZeroMemory = new Float64Array(length);
    this.hasImages = this.nodes.some((node) => node.images.size > 0);
    this.hasAvoidedNodes = this.nodes.some((node) => node.taints.some(({ effect }) => effect === 'PreferNoSchedule'));
    this.#census = new PodCensus(length);
    this.carriers = new TermCarriers(this);
    this.statics = new StaticFilters(this);
  }

  /** Whether pods of a `schedulerName` are scheduled here at all. */
  hasProfile(schedulerName: string): boolean {
    return this.#profiles.has(schedulerName) || (this.#profiles.size === 0 && schedulerName === DEFAULT_SCHEDULER);
  }

  /** The profile by which a pod is scheduled; the default one for pods of other schedulers. */
  profileOf(pod: PodInfo): Profile {
    return this.#profiles.get(pod.scheduler) ?? STANDARD_PROFILE;
  }

  /** How many pods were taken off their nodes so far, if only on trial: one that is put back then comes last among those of its node. */
  get removals(): number {
    return this.#removals;
  }

  /** How many nodes there are, without those lost. */
  get nodeCount(): number {
    return this.nodes.length - this.#lost;
  }

  /** Whether the node of an index is there. */
  isPresent(node: number): boolean {
    return this.#lost === 0 || this.nodes[node]?.isLost === false;
  }

  /** The nodes that are there, in order. */
  presentNodes(): readonly NodeInfo[] {
    return this.#lost === 0 ? this.nodes : this.nodes.filter(({ isLost }) => !isLost);
  }

  /** The node of a name, if it is there. */
  node(name: string): NodeInfo | undefined {
    this.#byName ??= new Map(this.nodes.map((node) => [node.name, node]));
    const node = this.#byName.get(name);
    return node?.isLost === true ? undefined : node;
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

  /** How many nodes have an image of this name, and its size as the first of them tells it. */
  image(name: string): { readonly size: number; readonly count: number } {
    this.#images ??= toImages(this.nodes);
    const holders = this.#images.get(name) ?? [];
    const first = holders.find(({ isLost }) => !isLost);
    const count = this.#lost === 0 ? holders.length : holders.reduce((sum, { isLost }) => sum + (isLost ? 0 : 1), 0);
    return { size: first?.images.get(name) ?? 0, count };
  }

  /** How many pods each node has whose face satisfies a predicate; `key` is equal for equal predicates. */
  tally(key: string, isCounted: (face: Face) => boolean, options: TallyOptions): PodTally {
    return this.#census.tally(key, isCounted, options);
  }

  /** What `compute` makes of a class of pods and the nodes alone, computed once. `compute` must be a function declared once. */
  ofClass<T>(pod: PodInfo, compute: (pod: PodInfo, cluster: ClusterState) => T): T {
    let known = this.#byClass.get(compute);
    if (known === undefined) this.#byClass.set(compute, (known = new Map<PodClass, unknown>()));
    const found = known.get(pod.class);
    // The entry under a function was made by that function.
    if (found !== undefined) return found as T;
    const made = compute(pod, this);
    known.set(pod.class, made);
    return made;
  }

  /** Puts a pod on a node. */
  add(pod: PodInfo, node: NodeInfo): void {
    this.#change(pod, node, 1);
    this.log.noteArrival(pod, node.index);
  }

  /** Takes a pod off its node. */
  remove(pod: PodInfo, node: NodeInfo): void {
    this.#removals++;
    this.#change(pod, node, -1);
    this.log.note({ node, pod, by: -1 });
  }

  /**
   * Takes a pod off its node to try it as a victim of preemption. Topology spread, which does not count pods that are being deleted, takes
   * these off its counts all the same (`podtopologyspread.updateWithPod`).
   */
  removeVictim(pod: PodInfo, node: NodeInfo): void {
    this.#removals++;
    this.#change(pod, node, -1, true);
    this.log.note({ node, pod, by: -1, isVictim: true });
  }

  /** Puts back what `removeVictim` has taken away. */
  reprieve(pod: PodInfo, node: NodeInfo): void {
    this.#change(pod, node, 1, true);
    this.log.note({ node, pod, by: 1, isVictim: true });
  }

  /** Takes a node away, and answers the pods that were on it: they are nowhere then. */
  lose(node: NodeInfo): readonly PodInfo[] {
    const pods = [...node.pods];
    for (const pod of pods) this.remove(pod, node);
    this.#setLost(node, true);
    this.log.note({ node });
    return pods;
  }

  /** Closes a node to pods that do not tolerate that, as `kubectl cordon` does. Its pods stay. */
  cordon(node: NodeInfo): void {
    const { isUnschedulable, taints } = node;
    this.#setTaints(node, { isUnschedulable: true, taints: taints.some(({ key }) => key === CORDON.key) ? taints : [...taints, CORDON] });
    this.log.note({ node, was: { isUnschedulable, taints } });
  }

  /** The state as it is now, to come back to. */
  checkpoint(): Mark {
    return this.log.mark();
  }

  /** Takes back all changes since a checkpoint, and with them the checkpoints since. */
  rollback(mark: Mark): void {
    for (const change of this.log.rewind(mark, this.nodes)) {
      if (change.pod !== undefined) this.#change(change.pod, change.node, change.by === 1 ? -1 : 1, change.isVictim);
      else if (change.nominee !== undefined) this.nominations.revert(change);
      else if (change.was === undefined) this.#setLost(change.node, false);
      else this.#setTaints(change.node, change.was);
    }
  }

  #change(pod: PodInfo, node: NodeInfo, by: 1 | -1, isVictim = false): void {
    const { index } = node;
    const { columns, hostPorts, cpu, memory, carried, entry } = this.#weightOf(pod.class);
    if (by === 1) node.pods.push(pod);
    else takeOut(node.pods, pod);
    if (hostPorts.length > 0) node.hostPorts = by === 1 ? [...node.hostPorts, ...hostPorts] : withoutPorts(node.hostPorts, hostPorts);
    increase(this.podCounts, index, by);
    increase(this.nonZeroCpu, index, by * cpu);
    increase(this.nonZeroMemory, index, by * memory);
    for (const { column, amount } of columns) increase(column, index, by * amount);
    this.#census.change(entry, pod, index, { by, isVictim });
    for (const { counts } of carried) counts.change(index, by);
  }

  #weightOf(podClass: PodClass): ClassWeight {
    if (podClass === this.#lastClass && this.#lastWeight !== undefined) return this.#lastWeight;
    let weight = this.#weights.get(podClass);
    if (weight === undefined) {
      const { amounts, placed } = podClass.requests;
      weight = {
        columns: [...amounts].map(([resource, amount]) => ({ column: this.column(resource).requested, amount })),
        hostPorts: podClass.hostPorts,
        cpu: placed.cpu,
        memory: placed.memory,
        carried: this.carriers.listCarried(podClass),
        entry: this.#census.entryOf(podClass.face),
      };
      this.#weights.set(podClass, weight);
    }
    [this.#lastClass, this.#lastWeight] = [podClass, weight];
    return weight;
  }

  #setLost(node: NodeInfo, isLost: boolean): void {
    node.isLost = isLost;
    this.#lost += isLost ? 1 : -1;
    for (const counts of this.#allCounts()) counts.setPresent(node.index, !isLost);
  }

  #setTaints(node: NodeInfo, { isUnschedulable, taints }: Pick<NodeInfo, 'isUnschedulable' | 'taints'>): void {
    node.isUnschedulable = isUnschedulable;
    node.taints = taints;
    this.#byClass.clear();
    this.statics.reconsider(node.index);
    for (const counts of this.#allCounts()) counts.reconsider(node.index);
  }

  *#allCounts(): Iterable<NodeCounts> {
    yield* this.#census.tallies();
    for (const { counts } of this.carriers.all()) yield counts;
  }
}

const CORDON = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };

// What came last mostly goes first.
function takeOut(pods: PodInfo[], pod: PodInfo): void {
  const place = pods.lastIndexOf(pod);
  if (place >= 0) pods.splice(place, 1);
}

function increase(column: Int32Array | Float64Array, node: number, by: number): void {
  column[node] = (column[node] ?? 0) + by;
}

function toImages(nodes: readonly NodeInfo[]): ReadonlyMap<string, readonly NodeInfo[]> {
  const images = new Map<string, NodeInfo[]>();
  for (const node of nodes) {
    for (const name of node.images.keys()) {
      const holders = images.get(name);
      if (holders === undefined) images.set(name, [node]);
      else holders.push(node);
    }
  }
  return images;
}
