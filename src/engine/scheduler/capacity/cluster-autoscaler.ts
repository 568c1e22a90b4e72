import { formatRef, refOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { compareBy, getArray, getObject } from '../../../std/index.ts';
import { PodClassTable, type PodInfo } from '../pod-class.ts';
import { toPodRequests } from '../pod-requests.ts';
import type { CapacityTools } from './tools.ts';
import { estimateNodes, withNewNodes, type NodeEstimate, type WaitingPods } from './node-estimate.ts';
import { findWorkload } from '../workload-of-pod.ts';
import { settle } from './settle.ts';
import type { CandidateShape, NodeGroup } from './shape-spec.ts';

/** How the autoscaler chooses among the groups that would help. */
export type Expander = 'least-waste' | 'most-pods' | 'price';

/** One way to help waiting pods. */
export interface ExpansionOption {
  readonly group: string;
  readonly nodes: number;
  readonly pods: number;
  /** The shares of CPU and memory that would be of no use, summed; 0 to 2. */
  readonly waste: number;
  /** Millionths of the currency for all its nodes; undefined without a price. */
  readonly price: number | undefined;
}

/** One round of the autoscaler: the group that it chose, and what it chose among. */
export interface ScaleUp {
  readonly chosen: ExpansionOption;
  readonly options: readonly ExpansionOption[];
}

/** What the autoscaler would do for the pods that find no node. */
export interface AutoscalerAnswer {
  readonly expander: Expander;
  readonly waiting: number;
  readonly rounds: readonly ScaleUp[];
  /** Nodes to add by group, as far as there are any. */
  readonly added: readonly { readonly group: string; readonly nodes: number; readonly from: number }[];
  /** Workloads whose pods no group would help. */
  readonly left: readonly { readonly workload: KubernetesObject; readonly pods: number }[];
}

/** What a scale-up starts from. */
export interface AutoscalerQuestion {
  /** An expanded world. */
  readonly world: World;
  readonly groups: readonly NodeGroup[];
  readonly expander: Expander;
  readonly tools: CapacityTools;
}

const MOST_ROUNDS = 20;
/** What one round adds at most (`--max-nodes-per-scaleup`). */
const MOST_PER_ROUND = 1000;

/**
 * What the Cluster Autoscaler would add, round by round: each group is estimated, the expander chooses one, its nodes come, the
 * scheduler places what it can, and what still waits begins the next round. Groups begin with the nodes of their shape
 * that are there. Ties, which the autoscaler breaks at random, go to the first group by name.
 */
export function simulateAutoscaler({ world, groups, expander, tools }: AutoscalerQuestion): AutoscalerAnswer {
  const sizes = new Map(groups.map(({ name, shape }) => [name, shape.members.length]));
  const starts = new Map(sizes);
  const rounds: ScaleUp[] = [];
  let { world: settled, waiting } = toWaiting(world, tools);
  const asked = countPods(waiting);
  while (waiting.length > 0 && rounds.length < MOST_ROUNDS) {
    const options = groups.flatMap(
      (group) => toOption(settled, waiting, { group, size: sizes.get(group.name) ?? 0, round: rounds.length }, tools) ?? [],
    );
    const best = choose(
      options.map(({ option }) => option),
      expander,
    );
    const taken = options.find(({ option }) => option === best);
    if (best === undefined || taken === undefined) break;
    rounds.push({ chosen: best, options: options.map(({ option }) => option) });
    sizes.set(best.group, (sizes.get(best.group) ?? 0) + best.nodes);
    const grown = withNewNodes(settled, taken.group.shape, stemOf(taken.group, rounds.length - 1), best.nodes, tools.expand);
    ({ world: settled, waiting } = toWaiting(grown.with(waiting.flatMap(toObjects)), tools));
  }
  return {
    expander,
    waiting: asked,
    rounds,
    added: groups.flatMap(({ name }) => {
      const [from, to] = [starts.get(name) ?? 0, sizes.get(name) ?? 0];
      return to > from ? [{ group: name, nodes: to - from, from }] : [];
    }),
    left: waiting.map(({ workload, count }) => ({ workload, pods: count })),
  };
}

interface Waiting extends WaitingPods {
  readonly objects: readonly KubernetesObject[];
}

/** The world with every pod where the scheduler has put it, and those that it could not, by controller and class. */
function toWaiting(world: World, tools: CapacityTools): { readonly world: World; readonly waiting: readonly Waiting[] } {
  const { world: settled, simulation } = settle(world, tools);
  const table = new PodClassTable(settled);
  const groups = new Map<string, { readonly pod: PodInfo; readonly workload: KubernetesObject; readonly objects: KubernetesObject[] }>();
  for (const { object } of simulation.unplaced) {
    const pod = table.toPodInfo(object);
    const workload = findWorkload(settled, object);
    const key = `${pod.class.id} ${formatRef(refOf(workload))}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { pod, workload, objects: [object] });
    else group.objects.push(object);
  }
  return { world: settled, waiting: [...groups.values()].map((group) => ({ ...group, count: group.objects.length })) };
}

function toObjects({ objects }: Waiting): readonly KubernetesObject[] {
  return objects;
}

function countPods(waiting: readonly WaitingPods[]): number {
  return waiting.reduce((sum, { count }) => sum + count, 0);
}

function stemOf({ name }: NodeGroup, round: number): string {
  return `${name.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '-')}-added-${round}`;
}

function toOption(
  world: World,
  waiting: readonly WaitingPods[],
  { group, size, round }: { readonly group: NodeGroup; readonly size: number; readonly round: number },
  tools: CapacityTools,
): { readonly group: NodeGroup; readonly option: ExpansionOption } | undefined {
  const most = Math.min(group.max - size, MOST_PER_ROUND, countPods(waiting));
  if (most <= 0) return undefined;
  const estimate = estimateNodes(world, waiting, { shape: group.shape, most, stem: stemOf(group, round) }, tools);
  const pods = estimate.helped.reduce((sum, count) => sum + count, 0);
  if (estimate.nodes === 0 || pods === 0) return undefined;
  const price = group.shape.price === undefined ? undefined : Number(group.shape.price) * estimate.nodes;
  return { group, option: { group: group.name, nodes: estimate.nodes, pods, waste: wasteOf(waiting, estimate, group.shape), price } };
}

/** What of the nodes' capacity the helped pods' containers do not ask for (`leastwaste`). */
function wasteOf(waiting: readonly WaitingPods[], { nodes, helped }: NodeEstimate, { templates }: CandidateShape): number {
  const whole = toPodRequests({ containers: [{ resources: { requests: getObject(templates[0], 'status', 'capacity') ?? {} } }] }).amounts;
  return ['cpu', 'memory'].reduce((sum, resource) => {
    const capacity = (whole.get(resource) ?? 0) * nodes;
    const asked = waiting.reduce((total, { pod }, group) => {
      const own = toPodRequests({ containers: getArray(pod.class.spec, 'containers') }).amounts;
      return total + (helped[group] ?? 0) * (own.get(resource) ?? 0);
    }, 0);
    return capacity === 0 ? sum : sum + (capacity - asked) / capacity;
  }, 0);
}

function choose(options: readonly ExpansionOption[], expander: Expander): ExpansionOption | undefined {
  const measure = (option: ExpansionOption): number => {
    switch (expander) {
      case 'least-waste':
        return option.waste;
      case 'most-pods':
        return -option.pods;
      case 'price':
        return (option.price ?? Infinity) / option.pods;
    }
  };
  return options.toSorted(compareBy(measure, ({ group }) => group))[0];
}
