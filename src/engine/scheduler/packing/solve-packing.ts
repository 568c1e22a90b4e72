import type { OpenCoveringProgram } from './covering-program.ts';
import { byProduct, byResidual, byWorth, fillNodes, type Wish } from './fill-nodes.ts';
import { placeGroups, type Choice } from './fit-decreasing.ts';
import { improvePacking } from './empty-nodes.ts';
import { costOf, countFitting, listUnpackable, type Packing, type PackingInstance } from './instance.ts';
import type { NodeLoad } from './node-load.ts';
import { boundByPatterns, type PatternBound, type PatternEffort } from './pattern-bound.ts';
import { roundToPayable } from './payable-cost.ts';
import { roundPatterns } from './round-patterns.ts';
import { findSimpleBound } from './simple-bounds.ts';
import { listSortKeys, orderBy, type SortKey } from './sort-keys.ts';

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
export interface PackingEffort extends PatternEffort {
  /** A linear programming solver; without one there is no bound from patterns. */
  readonly open?: OpenCoveringProgram;
}

/** Enough for a proof in most cases of some hundred groups, in a second or two. */
export const USUAL_EFFORT: PatternEffort = { rounds: 60, steps: 20_000 };

/**
 * Packs all pods at the least cost it can find, with a proven lower bound. Undefined where the pods of a group fit on no
 * node of any shape (`listUnpackable` names them). The same instance gives the same answer.
 */
export function solvePacking(instance: PackingInstance, effort: PackingEffort = USUAL_EFFORT): PackingAnswer | undefined {
  if (listUnpackable(instance).length > 0) return undefined;
  const candidates = new Candidates(instance);
  candidates.addHeuristics();
  const simple = findSimpleBound(instance);
  const costs = instance.shapes.map(({ cost }) => cost);
  let lower = roundToPayable(simple.cost, costs);
  let { proof } = simple;
  if (effort.open !== undefined && lower < candidates.cost) {
    const start = { patterns: candidates.listPatterns(), lower, upper: candidates.cost };
    const found = boundByPatterns(instance, effort.open, start, effort);
    const better = roundToPayable(found.cost, costs);
    if (better > lower) [lower, proof] = [better, 'patterns'];
    if (lower < candidates.cost) candidates.addRounded(found);
  }
  if (lower < candidates.cost) candidates.improve();
  const { cost: upper, packing, method } = candidates;
  return { lower, upper, gap: lower === 0 ? 0 : (upper - lower) / lower, proven: lower === upper, proof, method, packing };
}

class Candidates {
  cost = Infinity;
  packing: Packing = [];
  method = '';
  readonly #instance: PackingInstance;
  readonly #found: { readonly cost: number; readonly method: string; readonly packing: Packing }[] = [];
  readonly #keys: readonly SortKey[];
  readonly #counts: readonly number[];

  constructor(instance: PackingInstance) {
    this.#instance = instance;
    this.#counts = instance.groups.map(({ count }) => count);
    this.#keys = listSortKeys(instance, largestOf(instance));
  }

  /** Every order with first fit and best fit, then filling node by node. */
  addHeuristics(): void {
    for (const key of this.#keys) {
      for (const choice of ['first', 'fullest'] as const) this.#add(`${choice} fit by ${key.name}`, this.#place(key, choice));
    }
    for (const [name, wish] of [
      ['product', byProduct],
      ['residual', byResidual],
    ] as const) {
      this.#add(`filling by ${name}`, this.#fill(wish));
    }
  }

  /** Rounds what the linear program uses, gives what is left to the open nodes, and fills by the program's worths. */
  addRounded({ patterns, worths }: PatternBound): void {
    const most = patterns.length;
    for (const extra of [0, Math.ceil(most / 4), Math.ceil(most / 2), most]) {
      for (const key of this.#keys.slice(-4)) {
        const { loads, left } = roundPatterns(this.#instance, patterns, extra);
        const order = orderBy(this.#instance, key.sizes);
        this.#add('rounded patterns', placeGroups(this.#instance, left, { order, choice: 'fullest', open: this.#opener(key) }, loads));
      }
    }
    const worth = byWorth(worths);
    const { groups, shapes } = this.#instance;
    const filling = {
      wish: (group: number, load: NodeLoad) => worth(group, groups[group]?.amounts ?? [], shapes[load.shape]?.capacity ?? []),
      shapes: [...shapes.keys()],
      merit: (load: NodeLoad) =>
        load.counts.reduce((sum, count, group) => sum + count * (worths[group] ?? 0), 0) / costOfShape(this.#instance, load),
    };
    this.#add('filling by worth', fillNodes(this.#instance, this.#counts, filling));
  }

  /** Local search on the best few. */
  improve(): void {
    for (const { packing, method } of this.#found.toSorted((a, b) => a.cost - b.cost).slice(0, BETTERED))
      this.#keep(`${method}, emptied`, improvePacking(this.#instance, packing));
  }

  /** The ways in which the best packings fill nodes. */
  listPatterns(): readonly { readonly shape: number; readonly counts: readonly number[] }[] {
    return this.#found
      .toSorted((a, b) => a.cost - b.cost)
      .slice(0, SEEDS)
      .flatMap(({ packing }) => packing);
  }

  #place(key: SortKey, choice: Choice): NodeLoad[] | undefined {
    return placeGroups(this.#instance, this.#counts, { order: orderBy(this.#instance, key.sizes), choice, open: this.#opener(key) });
  }

  /** The shape on which one pod of a group costs least, if the node were filled with it. */
  #opener(_key: SortKey): (group: number) => number | undefined {
    return (group) => {
      let best: { readonly shape: number; readonly cost: number } | undefined;
      for (const [shape, { cost }] of this.#instance.shapes.entries()) {
        const room = countFitting(this.#instance, group, shape);
        if (room === 0) continue;
        const share = cost / Math.min(room, this.#counts[group] ?? 1);
        if (best === undefined || share < best.cost) best = { shape, cost: share };
      }
      return best?.shape;
    };
  }

  #fill(wish: Wish): NodeLoad[] | undefined {
    const { groups, shapes } = this.#instance;
    return fillNodes(this.#instance, this.#counts, {
      wish: (group, { free, shape }) => wish(groups[group]?.amounts ?? [], free, shapes[shape]?.capacity ?? []),
      shapes: [...shapes.keys()],
      merit: (load) => usedShare(this.#instance, load) / costOfShape(this.#instance, load),
    });
  }

  #add(method: string, loads: readonly NodeLoad[] | undefined): void {
    if (loads !== undefined)
      this.#keep(
        method,
        loads.map((load) => load.toRun()),
      );
  }

  #keep(method: string, packing: Packing): void {
    const cost = costOf(this.#instance, packing);
    this.#found.push({ cost, method, packing });
    if (cost < this.cost) [this.cost, this.packing, this.method] = [cost, packing, method];
  }
}

const BETTERED = 3;
const SEEDS = 4;

function costOfShape({ shapes }: PackingInstance, { shape }: NodeLoad): number {
  return Math.max(shapes[shape]?.cost ?? 0, Number.MIN_VALUE);
}

function usedShare(instance: PackingInstance, load: NodeLoad): number {
  const largest = largestOf(instance);
  const capacity = instance.shapes[load.shape]?.capacity ?? [];
  return load.free.reduce((sum, free, r) => sum + ((capacity[r] ?? 0) - free) / Math.max(largest[r] ?? 0, 1), 0);
}

function largestOf({ resources, shapes }: PackingInstance): readonly number[] {
  return resources.map((_, r) => Math.max(0, ...shapes.map(({ capacity }) => capacity[r] ?? 0)));
}
