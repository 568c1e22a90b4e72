import type { World } from '../../../model/index.ts';
import { compareStrings } from '../../../std/index.ts';
import { isTermMatchingPod, type AffinityTerm } from '../affinity-term.ts';
import { ClusterState } from '../cluster-state.ts';
import { explainNode, prepareFilters } from '../evaluate.ts';
import { isPortConflict } from '../host-ports.ts';
import type { PackingGroup, PackingInstance, PackingShape } from '../packing/index.ts';
import { PodClassTable, type PodClass } from '../pod-class.ts';
import { readPod } from '../pod-reading.ts';
import { toProfiles } from '../profile.ts';
import { countFewestNodes, type Demand, type DemandClass } from './demand.ts';
import { nameNewNode, toFleetWorld } from './fleet.ts';
import type { CandidateShape } from './shape-spec.ts';
import type { CapacityTools } from './tools.ts';

/** A packing problem, with what its groups and shapes stand for. */
export interface FleetInstance {
  readonly instance: PackingInstance;
  /** The classes of each group. */
  readonly members: readonly (readonly DemandClass[])[];
  /** Classes that no shape takes, with the scheduler's reasons. */
  readonly unplaceable: readonly (DemandClass & { readonly reasons: readonly string[] })[];
}

/** What a shape's nodes are worth in the objective: 1 for counting them, else what they cost. */
export type Objective = (shape: CandidateShape) => number;

/**
 * The packing problem of new nodes for a demand. Which shape takes which pods is asked of the scheduler's filters on an
 * empty node of each shape and zone that has the DaemonSets' pods on it; what those take is gone from its capacity.
 */
export function toFleetInstance(
  world: World,
  demand: Demand,
  shapes: readonly CandidateShape[],
  objective: Objective,
  tools: CapacityTools,
): FleetInstance {
  const looks = lookAtShapes(world, demand, shapes, tools);
  const able = demand.classes.map((item, index) => ({ ...item, accepts: looks.accepts[index] ?? [] }));
  const placeable = able.filter(({ accepts }) => accepts.includes(true));
  const resources = listResources(placeable);
  const groups = mergeClasses(placeable, shapes, resources);
  const instance: PackingInstance = {
    resources,
    groups: groups.map(({ group }) => group),
    shapes: shapes.map((shape, index): PackingShape => ({
      name: shape.name,
      capacity: resources.map((resource) => looks.capacities[index]?.get(resource) ?? 0),
      cost: objective(shape),
      accepts: groups.map(({ accepts }) => accepts[index] === true),
    })),
    conflicts: groups.map(({ conflicts }) => conflicts),
  };
  const unplaceable = able.flatMap((item, index) =>
    item.accepts.includes(true) ? [] : [{ ...item, reasons: looks.reasons[index] ?? [] }],
  );
  return { instance, members: groups.map(({ members }) => members), unplaceable };
}

interface Looks {
  /** By class, by shape. */
  readonly accepts: readonly (readonly boolean[])[];
  /** Why no shape takes a class; empty where one does. */
  readonly reasons: readonly (readonly string[])[];
  /** What is left beside DaemonSets, by shape: the least of its zones. */
  readonly capacities: readonly ReadonlyMap<string, number>[];
}

function lookAtShapes(world: World, demand: Demand, shapes: readonly CandidateShape[], tools: CapacityTools): Looks {
  const parts = shapes.map((shape) => ({ shape, nodes: shape.templates.length }));
  const fleet = toFleetWorld(world, parts, tools.expand);
  const cluster = toCluster(fleet, tools);
  const indexes = new Map(cluster.nodes.map(({ name, index }) => [name, index]));
  const nodesOf = shapes.map(({ templates }, shape) => templates.map((_, zone) => indexes.get(nameNewNode(shape, zone)) ?? -1));
  const judged = demand.classes.map((item) => {
    const evaluation = prepareFilters(item.pod, cluster);
    const verdicts = nodesOf.map((nodes) => nodes.map((node) => explainNode(evaluation, cluster, node)));
    const accepts = verdicts.map((list) =>
      list.some(({ plugin, verdict }) => verdict.verdict === 'Success' || isOfOthers(plugin, verdict.verdict)),
    );
    const reasons = accepts.includes(true)
      ? []
      : [...new Set(verdicts.flat().flatMap(({ verdict }) => verdict.reasons))].toSorted(compareStrings);
    return { accepts, reasons };
  });
  return {
    accepts: judged.map(({ accepts }) => accepts),
    reasons: judged.map(({ reasons }) => reasons),
    capacities: nodesOf.map((nodes) => leastFree(cluster, nodes)),
  };
}

/** The pods of a world that have a node, on a cluster of its nodes. */
export function toCluster(world: World, { profiles, kubernetesVersion }: CapacityTools): ClusterState {
  const cluster = new ClusterState(world, { profiles: toProfiles(profiles, kubernetesVersion) });
  const table = new PodClassTable(world, cluster.minor);
  const nodes = new Map(cluster.nodes.map((node) => [node.name, node]));
  for (const object of world.byKind('', 'Pod')) {
    const reading = readPod(object);
    const node = nodes.get(reading.node);
    if (node !== undefined && !reading.isFinished) cluster.add(table.toPodInfo(object, reading), node);
  }
  return cluster;
}

// Where other pods are decides what these say; an empty node says nothing yet.
function isOfOthers(plugin: string, verdict: string): boolean {
  return plugin === 'InterPodAffinity' || (plugin === 'PodTopologySpread' && verdict === 'Unschedulable');
}

function leastFree(cluster: ClusterState, nodes: readonly number[]): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  for (const index of nodes) {
    const node = cluster.nodes[index];
    if (node === undefined) continue;
    for (const resource of node.allocatable.keys()) {
      const { allocatable, requested } = cluster.column(resource);
      const taken = resource === 'pods' ? (cluster.podCounts[index] ?? 0) : (requested[index] ?? 0);
      const free = (allocatable[index] ?? 0) - taken;
      least.set(resource, Math.min(free, least.get(resource) ?? Infinity));
    }
  }
  return least;
}

const PODS = 'pods';

function listResources(classes: readonly DemandClass[]): readonly string[] {
  const asked = new Set(['cpu', 'memory']);
  for (const { pod } of classes) for (const [resource, amount] of pod.class.requests.amounts) if (amount > 0) asked.add(resource);
  return [...[...asked].toSorted(compareStrings), PODS];
}

interface MergedGroup {
  readonly group: PackingGroup;
  readonly members: readonly DemandClass[];
  readonly accepts: readonly boolean[];
  readonly conflicts: ReadonlySet<number>;
}

type AbleClass = DemandClass & { readonly accepts: readonly boolean[] };

/** Classes with the same needs, exclusions and nodes are one group: fewer groups make a smaller problem of the same answer. */
function mergeClasses(
  classes: readonly AbleClass[],
  shapes: readonly CandidateShape[],
  resources: readonly string[],
): readonly MergedGroup[] {
  const excluded = listExclusions(classes, shapes);
  const merged = new Map<string, number[]>();
  for (const [index, { pod, accepts }] of classes.entries()) {
    const own = excluded[index] ?? new Set<number>();
    const neighbours = [...own].toSorted((a, b) => a - b).join();
    const amounts = resources.map((resource) => amountOf(pod.class, resource));
    const key = [amounts.join(), accepts.join(), own.has(index), neighbours, countFewestNodes(pod.class, 1e9)].join('|');
    const known = merged.get(key);
    if (known === undefined) merged.set(key, [index]);
    else known.push(index);
  }
  const lists = [...merged.values()].toSorted(compareBySize(classes, resources));
  const groupOf = new Map(lists.flatMap((indexes, group) => indexes.map((index) => [index, group] as const)));
  return lists.map((indexes, group) => {
    const members = indexes.flatMap((index) => classes[index] ?? []);
    const own = excluded[indexes[0] ?? 0] ?? new Set<number>();
    return {
      members,
      accepts: members[0]?.accepts ?? [],
      conflicts: new Set([...own].flatMap((index) => (groupOf.get(index) === group ? [] : [groupOf.get(index) ?? 0]))),
      group: toGroup(members, resources, own.has(indexes[0] ?? 0)),
    };
  });
}

/** Larger groups first: an order that does not depend on names, so that neither does the answer. */
function compareBySize(
  classes: readonly AbleClass[],
  resources: readonly string[],
): (a: readonly number[], b: readonly number[]) => number {
  const sizeOf = (indexes: readonly number[]): readonly number[] => {
    const members = indexes.flatMap((index) => classes[index] ?? []);
    const own = members[0]?.pod.class;
    return [
      ...resources.map((resource) => (own === undefined ? 0 : amountOf(own, resource))),
      members.reduce((sum, { count }) => sum + count, 0),
    ];
  };
  return (a, b) => {
    const [x, y] = [sizeOf(a), sizeOf(b)];
    const at = x.findIndex((amount, i) => amount !== y[i]);
    return at < 0 ? 0 : (y[at] ?? 0) - (x[at] ?? 0);
  };
}

function toGroup(members: readonly DemandClass[], resources: readonly string[], isAlone: boolean): PackingGroup {
  const pod = members[0]?.pod;
  return {
    name: pod?.key ?? '',
    count: members.reduce((sum, item) => sum + item.count, 0),
    amounts: resources.map((resource) => (pod === undefined ? 0 : amountOf(pod.class, resource))),
    mostPerNode: isAlone ? 1 : Number.MAX_SAFE_INTEGER,
    fewestNodes: Math.max(1, ...members.map((item) => countFewestNodes(item.pod.class, item.count))),
  };
}

function amountOf({ requests }: PodClass, resource: string): number {
  return resource === PODS ? 1 : (requests.amounts.get(resource) ?? 0);
}

/** The classes that each class may not share a node with, itself among them: host ports, and required anti-affinity to what every node has. */
function listExclusions(classes: readonly AbleClass[], shapes: readonly CandidateShape[]): readonly ReadonlySet<number>[] {
  const excluded = classes.map(() => new Set<number>());
  const isOnEveryNode = (key: string): boolean =>
    key === 'kubernetes.io/hostname' || shapes.every(({ templates }) => templates.every((node) => labelValueOf(node, key) !== undefined));
  const choosy = classes.flatMap(({ pod }, index) =>
    pod.class.hostPorts.length > 0 || pod.class.affinity.requiredAntiAffinity.length > 0 ? [index] : [],
  );
  for (const a of choosy) {
    const own = classes[a]?.pod.class;
    const terms = own?.affinity.requiredAntiAffinity.filter(({ topologyKey }) => isOnEveryNode(topologyKey)) ?? [];
    for (const [b, { pod }] of classes.entries()) {
      if (own === undefined || !(isExcluding(terms, pod.class) || hasPortConflict(own, pod.class))) continue;
      excluded[a]?.add(b);
      excluded[b]?.add(a);
    }
  }
  return excluded;
}

function isExcluding(terms: readonly AffinityTerm[], { face }: PodClass): boolean {
  return terms.some((term) => isTermMatchingPod(term, face, face.namespaceLabels));
}

function hasPortConflict(a: PodClass, b: PodClass): boolean {
  return a.hostPorts.some((own) => b.hostPorts.some((other) => isPortConflict(own, other)));
}

function labelValueOf(node: { readonly metadata: { readonly [key: string]: unknown } }, key: string): unknown {
  const labels = node.metadata['labels'];
  return typeof labels === 'object' && labels !== null ? Reflect.get(labels, key) : undefined;
}
