import { nameOf, type Filled, type KubernetesObject, type NodeFilling, type World } from '../../model/index.ts';
import { compareBy } from '../../std/index.ts';
import { listExistingShapes } from './capacity/shape-spec.ts';
import type { ClusterState } from './cluster-state.ts';
import type { Controllers } from './engine.ts';
import { schedulingKnown, simulate, type SchedulerChoice } from './schedule.ts';
import { CONTROLLER_LENS, showPlacement } from './view.ts';

/** So many nodes are told one by one, more by their kinds. */
const FEW_NODES = 24;

/**
 * How full the nodes are once the pods of each world are placed: each of few nodes, the kinds of many, in the order of their names; none
 * where no nodes are known after. Without `scheduler` it is the newest with its default profile.
 */
export function compareFilling(
  { before, after }: { readonly before: World; readonly after: World },
  expand: Controllers['expand'],
  scheduler: SchedulerChoice = {},
): readonly NodeFilling[] {
  if (!schedulingKnown(after)) return [];
  const options = { settlesClaims: true, ...scheduler };
  const place = (world: World): ClusterState => simulate(showPlacement(expand(CONTROLLER_LENS.show(world))), options).cluster;
  const [was, is] = [place(before), place(after)];
  const groups = listGroups([...is.nodes, ...was.nodes].map(({ object }) => object));
  return groups.map(({ name, members }) => {
    const [then, now] = [was, is].map((cluster) => fill(cluster, members));
    return {
      name,
      nodes: (now ?? then)?.nodes ?? 0,
      ...(then === undefined ? {} : { before: then.filled }),
      ...(now === undefined ? {} : { after: now.filled }),
    };
  });
}

interface Group {
  readonly name: string;
  /** The names of its nodes. */
  readonly members: ReadonlySet<string>;
}

function listGroups(nodes: readonly KubernetesObject[]): readonly Group[] {
  const byName = new Map(nodes.map((node) => [nameOf(node), node]));
  const groups =
    byName.size <= FEW_NODES
      ? [...byName.keys()].map((name) => ({ name, members: new Set([name]) }))
      : listExistingShapes([...byName.values()]).map(({ name, members }) => ({ name, members: new Set(members.map(nameOf)) }));
  return groups.toSorted(compareBy(({ name }) => name));
}

function fill(cluster: ClusterState, members: ReadonlySet<string>): { readonly nodes: number; readonly filled: Filled } | undefined {
  const nodes = cluster.nodes.filter(({ name }) => members.has(name));
  if (nodes.length === 0) return undefined;
  const share = (resource: string, taken: (index: number) => number): number => {
    const { allocatable } = cluster.column(resource);
    const whole = nodes.reduce((sum, { index }) => sum + (allocatable[index] ?? 0), 0);
    return whole === 0 ? 0 : nodes.reduce((sum, { index }) => sum + taken(index), 0) / whole;
  };
  const requested = (resource: string): number => {
    const column = cluster.column(resource).requested;
    return share(resource, (index) => column[index] ?? 0);
  };
  const filled = { cpu: requested('cpu'), memory: requested('memory'), pods: share('pods', (index) => cluster.podCounts[index] ?? 0) };
  return { nodes: nodes.length, filled };
}
