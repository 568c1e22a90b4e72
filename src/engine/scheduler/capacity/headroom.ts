import type { KubernetesObject } from '../../../model/index.ts';
import { compareStrings } from '../../../std/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import { listExistingShapes } from './shape-spec.ts';

/** What is free of one resource on a group of nodes; CPU in thousandths, everything else in units. */
export interface ResourceRoom {
  readonly resource: string;
  readonly allocatable: number;
  readonly requested: number;
  readonly free: number;
  /** The most that is free on one node: a larger pod fits nowhere. */
  readonly largest: number;
}

/** What is free on the nodes of one kind. */
export interface GroupHeadroom {
  readonly group: string;
  readonly nodes: number;
  /** True for nodes that are closed to new pods: what is free there is of no use. */
  readonly isClosed: boolean;
  readonly resources: readonly ResourceRoom[];
}

/** What is free on each kind of node. */
export function listHeadroom(cluster: ClusterState): readonly GroupHeadroom[] {
  const indexes = new Map(cluster.nodes.map(({ object, index }) => [object, index]));
  return listExistingShapes(cluster.nodes.map(({ object }) => object)).map(({ name, members }) => ({
    group: name,
    nodes: members.length,
    isClosed: members.every((node) => cluster.nodes[indexes.get(node) ?? -1]?.isUnschedulable === true),
    resources: listResources(cluster, members, indexes),
  }));
}

function listResources(
  cluster: ClusterState,
  members: readonly KubernetesObject[],
  indexes: ReadonlyMap<KubernetesObject, number>,
): readonly ResourceRoom[] {
  const nodes = members.map((node) => indexes.get(node) ?? -1);
  const names = new Set(nodes.flatMap((index) => [...(cluster.nodes[index]?.allocatable.keys() ?? [])]));
  return [...names].toSorted(compareStrings).map((resource) => {
    const { allocatable, requested } = cluster.column(resource);
    const rows = nodes.map((index) => {
      const taken = resource === 'pods' ? (cluster.podCounts[index] ?? 0) : (requested[index] ?? 0);
      return { whole: allocatable[index] ?? 0, taken };
    });
    const sum = (pick: (row: { readonly whole: number; readonly taken: number }) => number): number =>
      rows.reduce((total, row) => total + pick(row), 0);
    return {
      resource,
      allocatable: sum(({ whole }) => whole),
      requested: sum(({ taken }) => taken),
      free: sum(({ whole, taken }) => Math.max(0, whole - taken)),
      largest: Math.max(0, ...rows.map(({ whole, taken }) => whole - taken)),
    };
  });
}
