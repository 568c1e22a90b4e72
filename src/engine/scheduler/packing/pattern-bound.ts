import { findBestPattern } from './best-pattern.ts';
import type { CoveringColumn, CoveringProgram, CoveringSolution, OpenCoveringProgram } from './covering-program.ts';
import { divideUp, scaleOf, worthOf, type DualVector } from './dual-vector.ts';
import { countFitting, type NodeRun, type PackingInstance } from './instance.ts';

/** A way to fill one node. */
export type Pattern = Pick<NodeRun, 'shape' | 'counts'>;

/** What column generation came to: a proven bound, and how often the linear program would use each pattern. */
export interface PatternBound {
  readonly cost: number;
  readonly patterns: readonly (Pattern & { readonly amount: number })[];
  /** The worth of each group in the last program, in parts of the unit of cost. */
  readonly worths: DualVector;
}

/** How much work is done before what is known then is the answer. */
export interface PatternEffort {
  readonly rounds: number;
  /** Steps of one search for a pattern. */
  readonly steps: number;
}

/** What to start from, and what need not be bettered. */
export interface PatternStart {
  readonly patterns: readonly Pattern[];
  /** A bound that is known; the search for a better one ends where it reaches `upper`. */
  readonly lower: number;
  readonly upper: number;
  /** The valuation that proves it, where one does. */
  readonly center?: DualVector;
}

/**
 * The bound of Gilmore and Gomory: patterns are generated until none would lower the linear program. The worths that the
 * program gives are floating point; they are cut to whole numbers, the worthiest node of each shape is sought exactly, and
 * all worths are divided by how much it holds more than it costs (Farley), in whole numbers: the bound is proven in every round.
 */
export function boundByPatterns(
  instance: PackingInstance,
  open: OpenCoveringProgram,
  start: PatternStart,
  effort: PatternEffort,
): PatternBound {
  const generation = new Generation(instance, open, effort);
  try {
    return generation.run(start);
  } finally {
    generation.close();
  }
}

class Generation {
  readonly #instance: PackingInstance;
  readonly #effort: PatternEffort;
  readonly #program: CoveringProgram;
  readonly #scale: number;
  readonly #patterns: Pattern[] = [];
  readonly #known = new Set<string>();

  constructor(instance: PackingInstance, open: OpenCoveringProgram, effort: PatternEffort) {
    this.#instance = instance;
    this.#effort = effort;
    this.#scale = scaleOf(instance);
    this.#program = open(instance.groups.map(({ count }) => count));
  }

  close(): void {
    this.#program.close();
  }

  run({ patterns, lower, upper, center: first }: PatternStart): PatternBound {
    this.#add([...patterns, ...this.#listSingle()]);
    let best = lower;
    let center = first;
    let worths: DualVector = new Float64Array(this.#instance.groups.length);
    let solution: CoveringSolution | undefined;
    for (let round = 0; round < this.#effort.rounds && best < upper; round++) {
      solution = this.#program.solve() ?? solution;
      if (solution === undefined) break;
      worths = solution.rows.map((worth) => Math.max(0, Math.floor(worth * this.#scale)));
      // No bound from patterns is above the program itself.
      if (best >= Math.ceil(solution.cost - 1e-6)) break;
      const smooth = center === undefined ? undefined : this.#price(blend(center, worths), worths);
      const found = smooth === undefined || smooth.fresh.length === 0 ? this.#price(worths, worths) : smooth;
      const bound = Math.max(found.bound, smooth?.bound ?? 0);
      if (bound >= best) [best, center] = [bound, found.center];
      if (found.fresh.length === 0) break;
      this.#add(found.fresh);
    }
    const amounts = solution?.columns ?? new Float64Array(0);
    const used = this.#patterns.flatMap((pattern, i) => ((amounts[i] ?? 0) > 1e-9 ? [{ ...pattern, amount: amounts[i] ?? 0 }] : []));
    return { cost: best, patterns: used, worths };
  }

  /** The worthiest node of each shape, what they prove together, and the patterns that would lower the program. */
  #price(
    worths: DualVector,
    exact: DualVector,
  ): { readonly bound: number; readonly center: DualVector; readonly fresh: readonly Pattern[] } {
    let [limit, cost] = [0n, 1n];
    const better: { readonly pattern: Pattern; readonly gain: number }[] = [];
    for (const [shape, node] of this.#instance.shapes.entries()) {
      const found = findBestPattern(this.#instance, shape, worths, { steps: this.#effort.steps });
      const [own, whole] = [BigInt(found.limit), BigInt(node.cost) * BigInt(this.#scale)];
      if (own * cost > limit * whole) [limit, cost] = [own, whole];
      const worth = found.counts.reduce((sum, count, group) => sum + count * (exact[group] ?? 0), 0);
      const gain = worth / (node.cost * this.#scale);
      if (gain > 1 + 1e-7) better.push({ pattern: { shape, counts: found.counts }, gain });
    }
    const bound = limit === 0n ? 0 : Number(divideUp(worthOf(this.#instance, worths) * cost, limit * BigInt(this.#scale)));
    const best = better.toSorted((a, b) => b.gain - a.gain);
    const beside = best.slice(0, SHAPES_BESIDE).flatMap(({ pattern }) => this.#listBeside(pattern, exact));
    return {
      bound,
      center: worths,
      fresh: [...best.map(({ pattern }) => pattern), ...beside].filter((pattern) => !this.#known.has(keyOf(pattern))),
    };
  }

  /** More patterns of worth, without the groups of the ones before: several at a time save rounds. */
  #listBeside({ shape, counts: first }: Pattern, worths: DualVector): readonly Pattern[] {
    const left = worths.slice();
    const patterns: Pattern[] = [];
    let counts = first;
    const whole = (this.#instance.shapes[shape]?.cost ?? 0) * this.#scale;
    for (let i = 0; i < BESIDE; i++) {
      for (const [group, count] of counts.entries()) if (count > 0) left[group] = 0;
      const found = findBestPattern(this.#instance, shape, left, { steps: Math.ceil(this.#effort.steps / 8) });
      if (found.worth <= whole) break;
      patterns.push({ shape, counts: found.counts });
      counts = found.counts;
    }
    return patterns;
  }

  /** A node full of one group, for each group and shape: with these every demand can be covered. */
  #listSingle(): readonly Pattern[] {
    const { groups, shapes } = this.#instance;
    return groups.flatMap(({ count }, group) =>
      shapes.flatMap((_, shape) => {
        const most = Math.min(count, countFitting(this.#instance, group, shape));
        return most === 0 ? [] : [{ shape, counts: groups.map((_group, i) => (i === group ? most : 0)) }];
      }),
    );
  }

  #add(patterns: readonly Pattern[]): void {
    const columns: CoveringColumn[] = [];
    for (const pattern of patterns) {
      const key = keyOf(pattern);
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      this.#patterns.push(pattern);
      columns.push({
        cost: this.#instance.shapes[pattern.shape]?.cost ?? 0,
        entries: [...pattern.counts.entries()].filter(([, count]) => count > 0),
      });
    }
    this.#program.add(columns);
  }
}

/** How near the valuation in use stays to the best one so far: programs with few patterns price at random. */
const INERTIA = 0.6;

function blend(center: DualVector, worths: DualVector): DualVector {
  return worths.map((worth, group) => Math.floor(INERTIA * (center[group] ?? 0) + (1 - INERTIA) * worth));
}

const BESIDE = 24;
const SHAPES_BESIDE = 3;

function keyOf({ shape, counts }: Pattern): string {
  return `${shape}:${[...counts.entries()].filter(([, count]) => count > 0).join(';')}`;
}
