/** Pods that nothing tells apart: so many of them, each asking for the same. */
export interface PackingGroup {
  readonly name: string;
  readonly count: number;
  /** What one pod asks, by the instance's resources; whole numbers. */
  readonly amounts: readonly number[];
  /** How many of them one node may hold whatever room it has: 1 where they exclude each other. */
  readonly mostPerNode: number;
  /** The fewest nodes over which they have to be spread. */
  readonly fewestNodes: number;
}

/** A kind of node, of which as many as needed can be had. */
export interface PackingShape {
  readonly name: string;
  /** What is left for pods, by the instance's resources; whole numbers. */
  readonly capacity: readonly number[];
  /** What one node costs: a whole number of the instance's unit; 1 where nodes are counted. */
  readonly cost: number;
  /** Whether it takes pods of a group at all, by the group's index. */
  readonly accepts: readonly boolean[];
}

/** Which pods are to be packed into nodes of which shapes, at the least cost. */
export interface PackingInstance {
  readonly resources: readonly string[];
  readonly groups: readonly PackingGroup[];
  readonly shapes: readonly PackingShape[];
  /** The groups that may not be on one node with a group, by their indexes; symmetric, without the group itself. */
  readonly conflicts: readonly ReadonlySet<number>[];
}

/** What nodes hold: pods of each group, by the group's index, and how many such nodes there are. */
export interface NodeRun {
  readonly shape: number;
  readonly counts: readonly number[];
  readonly nodes: number;
}

/** Where all pods go: nodes that hold the same stand together. */
export type Packing = readonly NodeRun[];

/** What a packing costs. */
export function costOf({ shapes }: PackingInstance, packing: Packing): number {
  return packing.reduce((sum, { shape, nodes }) => sum + nodes * (shapes[shape]?.cost ?? 0), 0);
}

/** How many pods of a group fit on an empty node of a shape. */
export function countFitting(instance: PackingInstance, group: number, shape: number): number {
  const { amounts, mostPerNode } = instance.groups[group] ?? { amounts: [], mostPerNode: 0 };
  const { capacity, accepts } = instance.shapes[shape] ?? { capacity: [], accepts: [] };
  if (accepts[group] !== true || capacity.some((amount) => amount < 0)) return 0;
  return amounts.reduce((most, amount, r) => (amount === 0 ? most : Math.min(most, Math.floor((capacity[r] ?? 0) / amount))), mostPerNode);
}

/** The groups that fit on no node of any shape: no packing holds them. */
export function listUnpackable(instance: PackingInstance): readonly number[] {
  return instance.groups.flatMap(({ count }, group) =>
    count > 0 && instance.shapes.every((_, shape) => countFitting(instance, group, shape) === 0) ? [group] : [],
  );
}

/** What is wrong with a packing, in words; undefined if it holds every pod within what nodes have and groups allow. */
export function findFault(instance: PackingInstance, packing: Packing): string | undefined {
  const placed = instance.groups.map(() => 0);
  for (const run of packing) {
    for (const [group, count] of run.counts.entries()) placed[group] = (placed[group] ?? 0) + count * run.nodes;
    const fault = findFaultOfRun(instance, run);
    if (fault !== undefined) return fault;
  }
  const wrong = instance.groups.find(({ count }, group) => placed[group] !== count);
  return wrong === undefined ? undefined : `${wrong.name}: not each of its ${wrong.count} pods has one place`;
}

function findFaultOfRun({ groups, shapes, resources, conflicts }: PackingInstance, { shape, counts, nodes }: NodeRun): string | undefined {
  const node = shapes[shape];
  if (node === undefined || !Number.isInteger(nodes) || nodes < 1) return 'a run of no nodes';
  const held = [...counts.entries()].filter(([, count]) => count !== 0);
  for (const [group, count] of held) {
    if (!Number.isInteger(count) || count < 0) return `${groups[group]?.name}: ${count} pods`;
    if (node.accepts[group] !== true) return `${node.name} does not take ${groups[group]?.name}`;
    if (count > (groups[group]?.mostPerNode ?? 0)) return `${count} of ${groups[group]?.name} on one node`;
    if (held.some(([other]) => conflicts[group]?.has(other) === true)) return `${groups[group]?.name} beside what it excludes`;
  }
  const full = resources.find(
    (_, r) => held.reduce((sum, [g, count]) => sum + count * (groups[g]?.amounts[r] ?? 0), 0) > (node.capacity[r] ?? 0),
  );
  return full === undefined ? undefined : `more ${full} than ${node.name} has`;
}
