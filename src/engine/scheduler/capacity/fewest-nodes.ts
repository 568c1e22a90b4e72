import type { KubernetesObject, World } from '../../../model/index.ts';
import { solvePacking, type OpenCoveringProgram, type PackingAnswer } from '../packing/index.ts';
import type { Demand } from './demand.ts';
import type { CapacityTools } from './tools.ts';
import { toFleetInstance, type FleetInstance } from './fleet-instance.ts';
import { MOST_REALISED, realisePacking } from './realise-packing.ts';
import type { CandidateShape } from './shape-spec.ts';

/** How few nodes hold all pods, or at how low a price. */
export interface FewestNodes {
  /** The names of the shapes to choose from. */
  readonly shapes: readonly string[];
  readonly objective: 'nodes' | 'price';
  /** Pods that no shape takes, by workload, with the scheduler's reasons: the answer is of the others. */
  readonly unplaceable: readonly { readonly workload: KubernetesObject; readonly pods: number; readonly reasons: readonly string[] }[];
  /** Absent where nothing can be placed, or no fleet was found that the filters accept. */
  readonly answer?: FleetAnswer;
}

/** A fleet that holds all pods, and what is proven of the least. */
export interface FleetAnswer {
  readonly pods: number;
  /** How many nodes of each shape; shapes without any are left out. */
  readonly nodes: readonly { readonly shape: string; readonly nodes: number }[];
  readonly count: number;
  /** Nodes, or millionths of the currency, after the objective. */
  readonly lower: number;
  readonly upper: number;
  readonly gap: number;
  readonly proven: boolean;
  readonly proof: string;
  readonly method: string;
  /** Whether each pod was put on its node by the scheduler's filters, one after the other; else they were asked of each class. */
  readonly accepted: boolean;
}

/** What fleets are planned with. */
export interface FleetPlanning {
  readonly world: World;
  readonly demand: Demand;
  readonly tools: CapacityTools;
  readonly open?: OpenCoveringProgram;
}

/** The fewest nodes, or the cheapest where every shape has a price, for a demand on shapes to choose from. */
export function findFewestNodes(planning: FleetPlanning, shapes: readonly CandidateShape[]): FewestNodes {
  const isPriced = shapes.every(({ price }) => price !== undefined);
  const unit = isPriced ? shapes.reduce((divisor, { price }) => greatestDivisor(divisor, Number(price ?? 1n)), 0) : 1;
  const fleet = toFleetInstance(
    planning.world,
    planning.demand,
    shapes,
    ({ price }) => (isPriced ? Number(price ?? 1n) / unit : 1),
    planning.tools,
  );
  const head = {
    shapes: shapes.map(({ name }) => name),
    objective: isPriced ? ('price' as const) : ('nodes' as const),
    unplaceable: fleet.unplaceable.map(({ workload, count, reasons }) => ({ workload, pods: count, reasons })),
  };
  const solved = solvePacking(fleet.instance, planning.open === undefined ? {} : { open: planning.open });
  if (solved === undefined) return head;
  const answer = toAnswer(planning, fleet, shapes, solved);
  return answer === undefined ? head : { ...head, answer: { ...answer, lower: answer.lower * unit, upper: answer.upper * unit } };
}

function toAnswer(
  { world, tools }: FleetPlanning,
  fleet: FleetInstance,
  shapes: readonly CandidateShape[],
  solved: PackingAnswer,
): FleetAnswer | undefined {
  const pods = fleet.instance.groups.reduce((sum, { count }) => sum + count, 0);
  const isSmall = pods <= MOST_REALISED;
  const accepted = isSmall ? realisePacking(world, fleet, shapes, solved.packing, tools) : undefined;
  if (isSmall && accepted === undefined) return undefined;
  const nodes = shapes.map(
    (_, shape) => accepted?.nodes[shape] ?? solved.packing.reduce((sum, run) => sum + (run.shape === shape ? run.nodes : 0), 0),
  );
  const upper = nodes.reduce((sum, count, shape) => sum + count * (fleet.instance.shapes[shape]?.cost ?? 0), 0);
  const { lower, proof, method } = solved;
  return {
    pods,
    nodes: shapes.flatMap(({ name }, shape) => ((nodes[shape] ?? 0) > 0 ? [{ shape: name, nodes: nodes[shape] ?? 0 }] : [])),
    count: nodes.reduce((sum, count) => sum + count, 0),
    lower,
    upper,
    gap: lower === 0 ? 0 : (upper - lower) / lower,
    proven: lower === upper,
    proof,
    method: (accepted?.added ?? 0) > 0 ? `${method}, and more for the filters` : method,
    accepted: accepted !== undefined,
  };
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
