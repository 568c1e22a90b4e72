import { CandidatePackings } from './candidate-packings.ts';
import type { OpenCoveringProgram } from './covering-program.ts';
import { boundByFluid } from './fluid-bound.ts';
import { listUnpackable, type Packing, type PackingInstance } from './instance.ts';
import { boundByPatterns, type PatternEffort } from './pattern-bound.ts';
import { roundToPayable } from './payable-cost.ts';
import { findSimpleBound } from './simple-bounds.ts';

/** The least cost known of nodes for all pods, and how near to the least possible that is. */
export interface PackingAnswer {
  /** No packing costs less: proven. */
  readonly lower: number;
  /** What `packing` costs. */
  readonly upper: number;
  /** `(upper - lower) / lower`; 0 for nothing to pack. */
  readonly gap: number;
  /** Whether the packing is proven to be optimal: `lower` equals `upper`. */
  readonly proven: boolean;
  /** What proves `lower`: `resources`, `rounding`, `exclusion`, `spread` or `patterns`. */
  readonly proof: string;
  /** What found `packing`. */
  readonly method: string;
  readonly packing: Packing;
}

/** How hard to try. */
export interface PackingEffort extends Partial<PatternEffort> {
  /** A linear programming solver; without one there is no bound from patterns. */
  readonly open?: OpenCoveringProgram;
}

/** Enough for a proof in most cases: much for few groups, less for many, where the bounds are near anyhow. */
function toEffort({ groups }: PackingInstance): PatternEffort {
  return { rounds: Math.max(8, Math.min(80, Math.ceil(1_500_000 / (groups.length + 1) ** 2))), steps: 20_000 };
}

/**
 * Packs all pods at the least cost it can find, with a proven lower bound. Undefined where the pods of a group fit on no
 * node of any shape (`listUnpackable` names them). The same instance gives the same answer.
 */
export function solvePacking(instance: PackingInstance, effort: PackingEffort = {}): PackingAnswer | undefined {
  if (listUnpackable(instance).length > 0) return undefined;
  const costs = instance.shapes.map(({ cost }) => cost);
  const fluid = effort.open === undefined || costs.length < 2 ? undefined : boundByFluid(instance, effort.open);
  const simple = [findSimpleBound(instance), ...(fluid === undefined ? [] : [fluid])].reduce((a, b) => (b.cost > a.cost ? b : a));
  let lower = roundToPayable(simple.cost, costs);
  let { proof } = simple;
  const candidates = new CandidatePackings(instance, lower, fluid?.shapes);
  candidates.addHeuristics();
  if (effort.open !== undefined && lower < candidates.cost) {
    const start = {
      patterns: candidates.listPatterns(),
      lower,
      upper: candidates.cost,
      ...(simple.vector === undefined ? {} : { center: simple.vector }),
    };
    const found = boundByPatterns(instance, effort.open, start, { ...toEffort(instance), ...effort });
    const better = roundToPayable(found.cost, costs);
    if (better > lower) [lower, proof] = [better, 'patterns'];
    candidates.goal = lower;
    candidates.addRounded(found);
  }
  candidates.improve();
  const { cost: upper, packing, method } = candidates;
  return { lower, upper, gap: lower === 0 ? 0 : (upper - lower) / lower, proven: lower === upper, proof, method, packing };
}
