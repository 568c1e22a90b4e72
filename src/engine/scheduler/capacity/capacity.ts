import { formatRef, refOf, type KubernetesObject, type ObjectRef, type World } from '../../../model/index.ts';
import { getObject } from '../../../std/index.ts';
import type { Overlarge } from '../overlarge.ts';
import type { OpenCoveringProgram } from '../packing/index.ts';
import { schedulingKnown } from '../schedule.ts';
import { simulateAutoscaler, type AutoscalerAnswer, type Expander } from './cluster-autoscaler.ts';
import { listDemand, type Demand, type DemandClass } from './demand.ts';
import { findFewestNodes, type FewestNodes } from './fewest-nodes.ts';
import { toCluster } from './fleet-instance.ts';
import { listHeadroom, type GroupHeadroom } from './headroom.ts';
import { rightSize, type Sizing } from './right-sizing.ts';
import { explainRoom, findRoom, type Obstacle, type Room } from './room.ts';
import { findSchedulerNeed, type SchedulerNeed } from './scheduler-need.ts';
import { settle } from './settle.ts';
import { listExistingShapes, parseNodeGroup, type CandidateShape } from './shape-spec.ts';
import type { CapacityTools } from './tools.ts';
import type { UsageSample } from './usage.ts';

/** What is asked of the capacity of a world. */
export interface CapacityQuestion extends CapacityTools {
  /** The workloads of a world of which it makes fewer pods than they ask for: the others are alike, and are counted instead. */
  readonly listOverlarge: (world: World) => readonly Overlarge[];
  /** The shapes to plan fleets of; those of the world's nodes where there are none. */
  readonly shapes: readonly CandidateShape[];
  /** The workload of which as many as fit are wanted: then fleets are planned only if shapes are given. */
  readonly wanted?: ObjectRef;
  /** The node groups of a Cluster Autoscaler, in their shorthand, and how it chooses: what it would add is told if there are any. */
  readonly groups?: readonly string[];
  readonly expander?: Expander;
  /** What containers used: what they should ask for is told if anything is known. */
  readonly usage?: readonly UsageSample[];
  /** Without it, bounds from patterns are not sought. */
  readonly open?: OpenCoveringProgram;
}

/** How many more pods of one workload fit. */
export interface WorkloadRoom extends Room {
  readonly workload: ObjectRef;
  /** How many it has. */
  readonly has: number;
}

/** The answer for the workload that was asked for. */
export interface WantedRoom extends WorkloadRoom {
  /** What stops the next one; absent where nothing was found to. */
  readonly obstacle?: Obstacle;
}

/** Fewest nodes, with what the scheduler itself would need. */
export interface PlannedFleet extends FewestNodes {
  readonly scheduler?: SchedulerNeed;
}

/** What containers should ask for by what they use, and what that spares. */
export interface RightSizing extends Pick<Sizing, 'containers' | 'unknown'> {
  /** Fleets for the pods as they would be, in the order of those for the pods as they are. */
  readonly fleets: readonly FewestNodes[];
}

/** What a world has room for, and how many nodes it needs. */
export interface CapacityAnswer {
  readonly nodes: number;
  readonly pods: number;
  /** Pods that find no node now. */
  readonly unplaced: number;
  readonly headroom: readonly GroupHeadroom[];
  readonly rooms: readonly WorkloadRoom[];
  readonly wanted?: WantedRoom;
  readonly fleets: readonly PlannedFleet[];
  readonly autoscaler?: AutoscalerAnswer;
  readonly sizing?: RightSizing;
  /** Pods that are left out of fleets, by why. */
  readonly left: Demand['left'];
  /** Workloads whose replicas were not all looked at one by one. */
  readonly limited: readonly ObjectRef[];
}

/** Beyond so many pairs of a pod and a node, the scheduler is not run on new fleets. */
const MOST_SIMULATED = 5_000_000;
const STEPS_EACH = 200;

/** Answers what a world (before its controllers have acted) has room for. The same question gives the same answer. */
export function findCapacity(world: World, question: CapacityQuestion): CapacityAnswer {
  const { kubernetesVersion, expand } = question;
  const overlarge = question.listOverlarge(world);
  const expanded = expand(world);
  const settled = settle(expanded, question);
  const demand = listDemand(expanded, toMore(overlarge), question.profiles);
  const cluster = toCluster(settled.world, question);
  const hasNodes = schedulingKnown(world);
  const classes = hasNodes ? chooseClasses(demand.classes) : [];
  const wanted = hasNodes && question.wanted !== undefined ? findWanted(world, classes, question.wanted, question) : undefined;
  const isPlanned = question.wanted === undefined || question.shapes.length > 0;
  return {
    nodes: cluster.nodes.length,
    pods: demand.classes.reduce((sum, { count }) => sum + count, 0),
    unplaced: hasNodes ? settled.simulation.unplaced.length + overlarge.reduce((sum, { asked, kept }) => sum + asked - kept, 0) : 0,
    headroom: hasNodes ? listHeadroom(cluster) : [],
    rooms: (question.wanted === undefined ? classes : []).map(({ pod, workload, count }) => ({
      workload: refOf(workload),
      has: count,
      ...findRoom(pod, cluster, kubernetesVersion, STEPS_EACH),
    })),
    ...(wanted === undefined ? {} : { wanted: toWantedRoom(wanted, explainRoom(wanted.pod, cluster, kubernetesVersion)) }),
    fleets: isPlanned ? planFleets(expanded, demand, question, overlarge.length === 0) : [],
    ...(question.groups === undefined || question.groups.length === 0
      ? {}
      : { autoscaler: askAutoscaler(expanded, question.groups, question) }),
    ...(question.usage === undefined ? {} : { sizing: sizeByUsage(expanded, toMore(overlarge), question.usage, question) }),
    left: demand.left,
    limited: overlarge.map(({ workload }) => workload),
  };
}

/** How many pods more a workload (by `formatRef`) has than the world shows. */
function toMore(overlarge: readonly Overlarge[]): ReadonlyMap<string, number> {
  return new Map(overlarge.map(({ workload, asked, kept }) => [formatRef(workload), asked - kept]));
}

function toWantedRoom(
  { workload, count }: DemandClass,
  { room, obstacle }: { readonly room: Room; readonly obstacle?: Obstacle },
): WantedRoom {
  return { workload: refOf(workload), has: count, ...room, ...(obstacle === undefined ? {} : { obstacle }) };
}

/** One class of each workload: the one with the most pods. */
function chooseClasses(classes: readonly DemandClass[]): readonly DemandClass[] {
  const chosen = new Map<string, DemandClass & { readonly own: number }>();
  for (const item of classes) {
    const key = formatRef(refOf(item.workload));
    const known = chosen.get(key);
    const count = (known?.count ?? 0) + item.count;
    if (known === undefined || item.count > known.own) chosen.set(key, { ...item, own: item.count, count });
    else chosen.set(key, { ...known, count });
  }
  return [...chosen.values()];
}

/** The pods of a workload; of one without any, those that it would have. */
function findWanted(
  world: World,
  classes: readonly DemandClass[],
  ref: ObjectRef,
  { expand, profiles }: CapacityTools,
): DemandClass | undefined {
  const isWanted = ({ workload }: DemandClass): boolean => formatRef(refOf(workload)) === formatRef(ref);
  const found = classes.find(isWanted);
  const object = world.get(ref);
  if (found !== undefined || object === undefined) return found;
  const one = withOneReplica(object);
  const first = listDemand(expand(world.with([one])), new Map(), profiles).classes.find(isWanted);
  return first === undefined ? undefined : { ...first, count: 0 };
}

function withOneReplica(object: KubernetesObject): KubernetesObject {
  const field = object.kind === 'Job' ? { parallelism: 1, suspend: false } : { replicas: 1 };
  return { ...object, spec: { ...getObject(object, 'spec'), ...field } };
}

function askAutoscaler(world: World, groups: readonly string[], question: CapacityQuestion): AutoscalerAnswer {
  const { expander = 'least-waste' } = question;
  const existing = listExistingShapes(world.byKind('', 'Node'));
  const known = [...question.shapes, ...existing];
  return simulateAutoscaler({ world, groups: groups.map((text) => parseNodeGroup(text, known)), expander, tools: question });
}

function sizeByUsage(
  world: World,
  more: ReadonlyMap<string, number>,
  usage: readonly UsageSample[],
  question: CapacityQuestion,
): RightSizing {
  const { containers, unknown, world: resized } = rightSize(world, usage);
  const fleets = containers.length === 0 ? [] : planFleets(resized, listDemand(resized, more, question.profiles), question, false);
  return { containers, unknown, fleets };
}

/** Each shape alone, then all of them to choose from. What the scheduler would need is known only where every pod is in the world. */
function planFleets(world: World, demand: Demand, question: CapacityQuestion, isWhole: boolean): readonly PlannedFleet[] {
  const { open } = question;
  const shapes = question.shapes.length > 0 ? question.shapes : listExistingShapes(world.byKind('', 'Node'));
  if (demand.classes.length === 0) return [];
  const planning = { world, demand, tools: question, ...(open === undefined ? {} : { open }) };
  const choices = [...shapes.map((shape) => [shape]), ...(shapes.length > 1 ? [shapes] : [])];
  const pods = world.byKind('', 'Pod').length;
  return choices.map((choice) => {
    const found = findFewestNodes(planning, choice);
    const { accepted = false, count = 0 } = found.answer ?? {};
    const isSmall = isWhole && accepted && found.unplaceable.length === 0 && pods * count <= MOST_SIMULATED;
    const scheduler = isSmall ? findSchedulerNeed(world, choice, found.answer?.nodes ?? [], question) : undefined;
    return scheduler === undefined ? found : { ...found, scheduler };
  });
}
