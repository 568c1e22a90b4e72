import type { DualVector } from './dual-vector.ts';
import { countFitting, type PackingInstance } from './instance.ts';

/** The node of one shape that holds the most worth. */
export interface BestPattern {
  /** Pods by group. */
  readonly counts: readonly number[];
  readonly worth: number;
  /** No node of the shape holds more worth than this; equal to `worth` where the search came to its end. */
  readonly limit: number;
}

/** How far one search goes before it settles for a limit that is too high. */
export interface SearchEffort {
  readonly steps: number;
}

/**
 * Fills one node of a shape with the most worth: a bounded knapsack of several dimensions, by branch and bound. The
 * bound at each step is the Lagrangian relaxation of the resources. `limit` is proven however early the search ends:
 * worths are whole numbers, and what rounding could lose is added back.
 */
export function findBestPattern(instance: PackingInstance, shape: number, worths: DualVector, effort: SearchEffort): BestPattern {
  return new Search(instance, shape, worths, effort).run();
}

interface Item {
  readonly group: number;
  readonly worth: number;
  readonly amounts: readonly number[];
  readonly most: number;
  readonly density: number;
}

/** What floating point may lose of a limit, with room to spare; added back. */
const MARGIN = 2 ** -44;
/** Branches that promise less than this beyond the best are left, and counted into the limit: equal worths are many. */
const NEGLIGIBLE = 2 ** -26;

class Search {
  readonly #instance: PackingInstance;
  readonly #free: Float64Array;
  readonly #prices: Float64Array;
  readonly #items: readonly Item[];
  /** What the items from each on are worth beyond the price of what they ask. */
  readonly #surplus: Float64Array;
  readonly #counts: Int32Array;
  #best: Int32Array;
  #bestWorth = 0;
  #open = 0;
  #steps: number;

  constructor(instance: PackingInstance, shape: number, worths: DualVector, { steps }: SearchEffort) {
    this.#instance = instance;
    this.#steps = steps;
    this.#free = Float64Array.from(instance.shapes[shape]?.capacity ?? []);
    const items = instance.groups.flatMap(({ amounts, count }, group): Omit<Item, 'density'>[] => {
      const worth = worths[group] ?? 0;
      const most = worth <= 0 ? 0 : Math.min(count, countFitting(instance, group, shape));
      return most > 0 ? [{ group, worth, amounts, most }] : [];
    });
    this.#prices = findPrices(items, this.#free);
    this.#items = items
      .map((item) => ({ ...item, density: item.worth / priceOf(item.amounts, this.#prices) }))
      .toSorted((a, b) => b.density - a.density || a.group - b.group);
    this.#surplus = new Float64Array(this.#items.length + 1);
    for (const [i, item] of [...this.#items.entries()].toReversed()) {
      const gain = Math.max(0, item.worth * (1 + MARGIN) - priceOf(item.amounts, this.#prices));
      this.#surplus[i] = (this.#surplus[i + 1] ?? 0) + gain * item.most;
    }
    this.#counts = new Int32Array(instance.groups.length);
    this.#best = this.#counts.slice();
  }

  run(): BestPattern {
    this.#explore(0, 0);
    const limit = Math.max(this.#bestWorth, this.#open);
    return { counts: [...this.#best], worth: this.#bestWorth, limit: Number.isSafeInteger(limit) ? limit : limit * (1 + MARGIN) };
  }

  /** The most that any completion from an item on could be worth. */
  #limitFrom(at: number, worth: number): number {
    const left = priceOf(this.#free, this.#prices);
    const density = this.#items[at]?.density ?? 0;
    const byPrices = left + (this.#surplus[at] ?? 0);
    const most = density === Infinity ? byPrices : Math.min(byPrices, left * density);
    return worth + Math.floor(most * (1 + MARGIN));
  }

  #explore(at: number, worth: number): void {
    if (worth > this.#bestWorth) {
      this.#bestWorth = worth;
      this.#best = this.#counts.slice();
    }
    for (let i = at; i < this.#items.length; i++) {
      this.#steps--;
      const limit = this.#limitFrom(i, worth);
      if (limit <= this.#bestWorth) return;
      if (this.#steps <= 0 || limit <= this.#bestWorth * (1 + NEGLIGIBLE)) {
        this.#open = Math.max(this.#open, limit);
        return;
      }
      const item = this.#items[i];
      const room = item === undefined ? 0 : this.#room(item);
      if (item === undefined || room === 0) continue;
      this.#take(item, room);
      for (let count = room; count > 0; count--) {
        this.#explore(i + 1, worth + count * item.worth);
        this.#take(item, -1);
      }
    }
  }

  #room({ group, amounts, most }: Item): number {
    let room = most;
    for (let r = 0; r < this.#free.length && room > 0; r++) {
      const amount = amounts[r] ?? 0;
      if (amount > 0) room = Math.min(room, Math.floor((this.#free[r] ?? 0) / amount));
    }
    if (room === 0) return 0;
    for (const other of this.#instance.conflicts[group] ?? []) if ((this.#counts[other] ?? 0) > 0) return 0;
    return room;
  }

  #take({ group, amounts }: Item, count: number): void {
    this.#counts[group] = (this.#counts[group] ?? 0) + count;
    for (let r = 0; r < this.#free.length; r++) this.#free[r] = (this.#free[r] ?? 0) - count * (amounts[r] ?? 0);
  }
}

function priceOf(amounts: ArrayLike<number>, prices: Float64Array): number {
  let price = 0;
  for (let r = 0; r < prices.length; r++) price += (amounts[r] ?? 0) * (prices[r] ?? 0);
  return price;
}

const ROUNDS = 12;

/**
 * Prices of the resources that make the relaxation `prices·capacity + Σ most·max(0, worth - prices·amounts)` low. Any
 * prices give a true limit; these are found by coordinate descent, since the function is convex and in each price
 * piecewise linear.
 */
function findPrices(items: readonly Omit<Item, 'density'>[], capacity: Float64Array): Float64Array {
  const prices = new Float64Array(capacity.length);
  let before = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    for (let r = 0; r < prices.length; r++) prices[r] = lowestAt(items, prices, r, capacity[r] ?? 0);
    const now = relaxationAt(items, prices, capacity);
    if (!(now < before * (1 - 1e-4))) break;
    before = now;
  }
  return prices;
}

/** The price of one resource that makes the relaxation lowest, the others being as they are. */
function lowestAt(items: readonly Omit<Item, 'density'>[], prices: Float64Array, r: number, capacity: number): number {
  const breaks: { readonly price: number; readonly amount: number }[] = [];
  for (const { worth, amounts, most } of items) {
    const amount = amounts[r] ?? 0;
    if (amount === 0) continue;
    const price = (worth - priceOf(amounts, prices)) / amount + (prices[r] ?? 0);
    if (price > 0) breaks.push({ price, amount: amount * most });
  }
  let asked = 0;
  for (const { price, amount } of breaks.toSorted((a, b) => b.price - a.price)) {
    asked += amount;
    if (asked > capacity) return price;
  }
  return 0;
}

function relaxationAt(items: readonly Omit<Item, 'density'>[], prices: Float64Array, capacity: Float64Array): number {
  let value = priceOf(capacity, prices);
  for (const { worth, amounts, most } of items) value += most * Math.max(0, worth - priceOf(amounts, prices));
  return value;
}
