import type { PackingInstance } from './instance.ts';
import { NodeLoad } from './node-load.ts';

/** How much a group is wanted on a node, from what it asks and what is free there; the most wanted goes next. */
export type Wish = (amounts: readonly number[], free: Float64Array, capacity: readonly number[]) => number;

/** The product of what is asked and what is free (Panigrahy and others): resources in plenty are used up first. */
export function byProduct(amounts: readonly number[], free: Float64Array, capacity: readonly number[]): number {
  let product = 0;
  for (let r = 0; r < free.length; r++) {
    const whole = capacity[r] ?? 0;
    if (whole > 0) product += ((amounts[r] ?? 0) / whole) * ((free[r] ?? 0) / whole);
  }
  return product;
}

/** How little would be left, as the length of the vector of what is free. */
export function byResidual(amounts: readonly number[], free: Float64Array, capacity: readonly number[]): number {
  let squares = 0;
  for (let r = 0; r < free.length; r++) {
    const whole = capacity[r] ?? 0;
    if (whole > 0) squares += (((free[r] ?? 0) - (amounts[r] ?? 0)) / whole) ** 2;
  }
  return -squares;
}

/** The worth of what is asked: for worths that a linear program gave. */
export function byWorth(worths: Float64Array): (group: number, amounts: readonly number[], capacity: readonly number[]) => number {
  return (group, amounts, capacity) => {
    const share = amounts.reduce((most, amount, r) => Math.max(most, amount / Math.max(capacity[r] ?? 0, 1)), 0);
    return share === 0 ? Infinity : (worths[group] ?? 0) / share;
  };
}

/** How nodes are filled. */
export interface Filling {
  readonly wish: (group: number, load: NodeLoad) => number;
  /** The shapes from which each node is chosen, and how good a filled node is for what it costs. */
  readonly shapes: readonly number[];
  readonly merit: (load: NodeLoad) => number;
}

/**
 * Fills one node after the other with what is most wanted there, and repeats the node as often as there are pods for it.
 * Undefined where a pod has no place.
 */
export function fillNodes(instance: PackingInstance, counts: readonly number[], filling: Filling): NodeLoad[] | undefined {
  const left = [...counts];
  const loads: NodeLoad[] = [];
  let groups = left.flatMap((count, group) => (count > 0 ? [group] : []));
  while (groups.length > 0) {
    const best = chooseNode(instance, groups, left, filling);
    if (best === undefined) return undefined;
    const held = groups.filter((group) => (best.counts[group] ?? 0) > 0);
    best.nodes = Math.min(...held.map((group) => Math.floor((left[group] ?? 0) / (best.counts[group] ?? 1))));
    for (const group of held) left[group] = (left[group] ?? 0) - best.nodes * (best.counts[group] ?? 0);
    loads.push(best);
    groups = groups.filter((group) => (left[group] ?? 0) > 0);
  }
  return loads;
}

function chooseNode(
  instance: PackingInstance,
  groups: readonly number[],
  left: readonly number[],
  { wish, shapes, merit }: Filling,
): NodeLoad | undefined {
  let best: { readonly load: NodeLoad; readonly merit: number } | undefined;
  for (const shape of shapes) {
    const load = fillOne(instance, shape, groups, left, wish);
    if (load === undefined) continue;
    const own = merit(load);
    if (best === undefined || own > best.merit) best = { load, merit: own };
  }
  return best?.load;
}

function fillOne(
  instance: PackingInstance,
  shape: number,
  groups: readonly number[],
  left: readonly number[],
  wish: Filling['wish'],
): NodeLoad | undefined {
  const load = new NodeLoad(instance, shape, 1);
  const open = Int32Array.from(groups);
  let isEmpty = true;
  for (let count = open.length; ;) {
    let next = -1;
    let most = 0;
    let still = 0;
    for (let i = 0; i < count; i++) {
      const group = open[i] ?? 0;
      if ((left[group] ?? 0) <= (load.counts[group] ?? 0) || !load.fits(group)) continue;
      open[still++] = group;
      const own = wish(group, load);
      if (next >= 0 && own <= most) continue;
      next = group;
      most = own;
    }
    if (next < 0) return isEmpty ? undefined : load;
    const room = Math.min(load.room(next), (left[next] ?? 0) - (load.counts[next] ?? 0));
    load.add(next, Math.max(1, Math.floor(room / STRIDE)));
    isEmpty = false;
    count = still;
  }
}

/** Small pods are put down several at a time: an eighth of what fits changes what is wanted little. */
const STRIDE = 8;
