import type { CoveringColumn, OpenCoveringProgram } from './covering-program.ts';
import { evaluateBound, scaleOf, toParts } from './dual-vector.ts';
import { countFitting, type PackingInstance } from './instance.ts';
import type { LowerBound } from './simple-bounds.ts';

/** A bound, with the shapes that such a fleet is made of. */
export interface FluidBound extends LowerBound {
  readonly shapes: readonly number[];
}

interface FluidSolution {
  /** The price of each resource, by shape. */
  readonly prices: readonly (readonly number[])[];
  readonly shapes: readonly number[];
}

/**
 * The bound of a fleet that pods fill like water, each group on the shapes that take it: what the sums of resources say where
 * there are several shapes. The linear program prices each resource of each shape; the prices are cut until no node's
 * resources are worth more than it costs, and a pod is worth the least that its resources are on any shape.
 */
export function boundByFluid(instance: PackingInstance, open: OpenCoveringProgram): FluidBound | undefined {
  const solved = solveFluid(instance, open);
  if (solved === undefined) return undefined;
  const { prices } = solved;
  const { groups, shapes } = instance;
  const safe = shapes.map(({ cost, capacity }, shape) => {
    const own = prices[shape] ?? [];
    const worth = capacity.reduce((sum, amount, r) => sum + amount * (own[r] ?? 0), 0);
    const factor = (worth > cost ? cost / worth : 1) * (1 - 2 ** -40);
    return own.map((price) => price * factor);
  });
  const parts = scaleOf(instance);
  const vector = Float64Array.from(groups, ({ amounts }, group) => {
    const worths = shapes.flatMap((_, shape) =>
      countFitting(instance, group, shape) === 0 ? [] : [amounts.reduce((sum, amount, r) => sum + amount * (safe[shape]?.[r] ?? 0), 0)],
    );
    return worths.length === 0 ? 0 : toParts(Math.min(...worths), parts);
  });
  return { cost: evaluateBound(instance, vector), proof: 'resources', vector, shapes: solved.shapes };
}

/** Rows: the pods of each group, then what each shape has of each resource, in shares of a node. */
function solveFluid({ groups, shapes, resources }: PackingInstance, open: OpenCoveringProgram): FluidSolution | undefined {
  const rowOf = (shape: number, r: number): number => groups.length + shape * resources.length + r;
  const program = open([...groups.map(({ count }) => count), ...shapes.flatMap(() => resources.map(() => 0))]);
  try {
    const columns: CoveringColumn[] = shapes.map(({ cost, capacity }, shape) => ({
      cost,
      entries: capacity.flatMap((amount, r) => (amount > 0 ? [[rowOf(shape, r), 1] as const] : [])),
    }));
    for (const [shape, { capacity, accepts }] of shapes.entries()) {
      for (const [group, { amounts }] of groups.entries()) {
        const isTaken = accepts[group] === true && amounts.every((amount, r) => amount <= (capacity[r] ?? 0));
        if (!isTaken) continue;
        const shares = amounts.flatMap((amount, r) => (amount > 0 ? [[rowOf(shape, r), -amount / (capacity[r] ?? 1)] as const] : []));
        columns.push({ cost: 0, entries: [[group, 1], ...shares] });
      }
    }
    program.add(columns);
    const solved = program.solve();
    if (solved === undefined) return undefined;
    const prices = shapes.map(({ capacity }, shape) =>
      resources.map((_, r) => ((capacity[r] ?? 0) > 0 ? Math.max(0, solved.rows[rowOf(shape, r)] ?? 0) / (capacity[r] ?? 1) : 0)),
    );
    return { prices, shapes: shapes.flatMap((_, shape) => ((solved.columns[shape] ?? 0) > 1e-6 ? [shape] : [])) };
  } finally {
    program.close();
  }
}
