import { improvePacking, reshape } from './empty-nodes.ts';
import { byProduct, byResidual, byWorth, fillNodes, type Wish } from './fill-nodes.ts';
import { placeGroups, type Choice } from './fit-decreasing.ts';
import { countFitting, type Packing, type PackingInstance } from './instance.ts';
import type { NodeLoad } from './node-load.ts';
import type { Pattern, PatternBound } from './pattern-bound.ts';
import { roundPatterns, type Rounded } from './round-patterns.ts';
import { listSortKeys, orderBy, type SortKey } from './sort-keys.ts';

interface Found {
  readonly cost: number;
  readonly method: string;
  readonly loads: readonly NodeLoad[];
}

/** How many of the best packings are bettered, and how many give patterns to a linear program. */
const BETTERED = 3;
const SEEDS = 2;

/** Packings found so far; nothing more is tried once one costs no more than the goal. */
export class CandidatePackings {
  /** What no packing costs less than. */
  goal: number;
  readonly #instance: PackingInstance;
  readonly #counts: readonly number[];
  readonly #keys: readonly SortKey[];
  /** The shapes to fill node by node. */
  readonly #apt: readonly number[];
  #found: readonly Found[] = [];

  constructor(instance: PackingInstance, goal: number, preferred: readonly number[] = []) {
    this.#instance = instance;
    this.goal = goal;
    this.#counts = instance.groups.map(({ count }) => count);
    this.#keys = listSortKeys(instance, largestOf(instance));
    this.#apt = listApt(instance, preferred);
  }

  /** Of the cheapest; infinite before any is found. */
  get cost(): number {
    return this.#found[0]?.cost ?? Infinity;
  }

  /** What found the cheapest. */
  get method(): string {
    return this.#found[0]?.method ?? '';
  }

  get packing(): Packing {
    return (this.#found[0]?.loads ?? []).map((load) => load.toRun());
  }

  /** A few of the heuristics, that mostly are the best. */
  addQuick(): void {
    this.#try('filling by product', () => this.#fill(byProduct));
    for (const shape of this.#apt) this.#try('', () => this.#place(this.#keys.at(-1), 'fullest', shape));
  }

  /** Filling node by node, then every order with best fit and first fit. */
  addHeuristics(): void {
    this.#try('filling by product', () => this.#fill(byProduct));
    for (const choice of ['fullest', 'first'] as const) {
      for (const key of this.#keys) this.#try(`${choice} fit by ${key.name}`, () => this.#place(key, choice));
    }
    this.#try('filling by residual', () => this.#fill(byResidual));
    const { shapes } = this.#instance;
    if (shapes.length < 2) return;
    for (const shape of this.#apt) {
      const name = shapes[shape]?.name ?? '';
      this.#try(`filling ${name} by product`, () => this.#fill(byProduct, [shape]));
      for (const key of this.#keys.slice(-2)) this.#try(`fullest fit on ${name} by ${key.name}`, () => this.#place(key, 'fullest', shape));
    }
  }

  /** Rounds what a linear program uses, gives what is left to the open nodes, and fills by the program's worths. */
  addRounded({ patterns, worths }: PatternBound): void {
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      const rounded = roundPatterns(this.#instance, patterns, Math.ceil(share * patterns.length));
      this.#try('rounded patterns', () => this.#packRest(rounded));
      for (const key of this.#keys.slice(-4)) this.#try('rounded patterns', () => this.#fillUp(rounded, key));
    }
    const { groups, shapes } = this.#instance;
    const worth = byWorth(worths);
    this.#try('filling by worth', () =>
      fillNodes(this.#instance, this.#counts, {
        wish: (group, load) => worth(group, groups[group]?.amounts ?? [], shapes[load.shape]?.capacity ?? []),
        shapes: this.#apt,
        merit: (load) => load.counts.reduce((sum, count, group) => sum + count * (worths[group] ?? 0), 0) / this.#costOf(load),
      }),
    );
  }

  /** Local search on the best few. */
  improve(): void {
    for (const { loads, method } of this.#found.slice(0, BETTERED)) {
      this.#try(`${method}, emptied`, () => improvePacking(this.#instance, loads));
    }
  }

  /** The ways in which the best packings fill nodes. */
  listPatterns(): readonly Pattern[] {
    return this.#found.slice(0, SEEDS).flatMap(({ loads }) => loads.map((load) => load.toRun()));
  }

  #try(method: string, find: () => readonly NodeLoad[] | undefined): void {
    if (this.cost <= this.goal) return;
    const loads = find()?.map((load) => reshape(this.#instance, load));
    if (loads === undefined) return;
    const cost = loads.reduce((sum, load) => sum + load.nodes * this.#costOf(load), 0);
    const before = this.#found.filter((item) => item.cost <= cost);
    this.#found = [...before, { cost, method, loads }, ...this.#found.slice(before.length)].slice(0, Math.max(SEEDS, BETTERED));
  }

  #place(key: SortKey | undefined, choice: Choice, preferred?: number): NodeLoad[] | undefined {
    const order = orderBy(this.#instance, key?.sizes ?? new Float64Array(0));
    const isFitting = (group: number): boolean => preferred !== undefined && countFitting(this.#instance, group, preferred) > 0;
    return placeGroups(this.#instance, this.#counts, {
      order,
      choice,
      open: (group) => (isFitting(group) ? preferred : this.#shapeFor(group)),
    });
  }

  /** What rounding leaves over is a smaller packing problem of its own. */
  #packRest({ loads, left }: Rounded): readonly NodeLoad[] | undefined {
    const groups = this.#instance.groups.map((group, index) => ({ ...group, count: left[index] ?? 0 }));
    const rest = new CandidatePackings({ ...this.#instance, groups }, 0, this.#apt);
    rest.addQuick();
    return rest.#found[0] === undefined ? undefined : [...loads, ...rest.#found[0].loads];
  }

  /** What rounding leaves over goes to the nodes that are open, as far as they have room. */
  #fillUp({ loads, left }: Rounded, key: SortKey): NodeLoad[] | undefined {
    const order = orderBy(this.#instance, key.sizes);
    const open = loads.map((load) => load.copy(load.nodes));
    return placeGroups(this.#instance, left, { order, choice: 'fullest', open: (group) => this.#shapeFor(group) }, open);
  }

  /** The shape on which one pod of a group costs least, if the node were filled with it. */
  #shapeFor(group: number): number | undefined {
    let best: { readonly shape: number; readonly cost: number } | undefined;
    for (const [shape, { cost }] of this.#instance.shapes.entries()) {
      const room = countFitting(this.#instance, group, shape);
      if (room === 0) continue;
      const share = cost / Math.min(room, this.#counts[group] ?? 1);
      if (best === undefined || share < best.cost) best = { shape, cost: share };
    }
    return best?.shape;
  }

  #fill(wish: Wish, only?: readonly number[]): NodeLoad[] | undefined {
    const { groups, shapes } = this.#instance;
    const largest = largestOf(this.#instance);
    return fillNodes(this.#instance, this.#counts, {
      wish: (group, { free, shape }) => wish(groups[group]?.amounts ?? [], free, shapes[shape]?.capacity ?? []),
      shapes: only ?? this.#apt,
      merit: (load) => {
        const capacity = shapes[load.shape]?.capacity ?? [];
        const used = load.free.reduce((sum, free, r) => sum + ((capacity[r] ?? 0) - free) / Math.max(largest[r] ?? 0, 1), 0);
        return used / this.#costOf(load);
      },
    });
  }

  #costOf({ shape }: NodeLoad): number {
    return this.#instance.shapes[shape]?.cost ?? 0;
  }
}

const MOST_APT = 4;

/** The preferred shapes, or those that give the most for their cost; and those that alone take some group. */
function listApt(instance: PackingInstance, preferred: readonly number[]): readonly number[] {
  const largest = largestOf(instance);
  const merits = instance.shapes.map(
    ({ capacity, cost }) => capacity.reduce((sum, amount, r) => sum + amount / Math.max(largest[r] ?? 0, 1), 0) / cost,
  );
  const ranked = [...instance.shapes.keys()].toSorted((a, b) => (merits[b] ?? 0) - (merits[a] ?? 0) || a - b);
  const chosen = new Set(preferred.length > 0 ? preferred : ranked.slice(0, MOST_APT));
  for (const [group, { count }] of instance.groups.entries()) {
    const takers = ranked.filter((shape) => countFitting(instance, group, shape) > 0);
    if (count > 0 && takers[0] !== undefined && !takers.some((shape) => chosen.has(shape))) chosen.add(takers[0]);
  }
  return [...chosen].toSorted((a, b) => a - b);
}

function largestOf({ resources, shapes }: PackingInstance): readonly number[] {
  return resources.map((_, r) => Math.max(0, ...shapes.map(({ capacity }) => capacity[r] ?? 0)));
}
