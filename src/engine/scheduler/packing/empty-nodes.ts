import { costOf, type Packing, type PackingInstance } from './instance.ts';
import { NodeLoad } from './node-load.ts';

/** How many nodes are tried in a row without success. */
const PATIENCE = 12;
const MOST_ROUNDS = 400;

/**
 * Betters a packing: takes the least filled node, gives its pods to the others, and drops it if all have found room; then
 * gives each node the cheapest shape that holds what is on it. Never dearer than what it was given.
 */
export function improvePacking(instance: PackingInstance, packing: Packing): Packing {
  let loads = packing.map((run) => NodeLoad.ofRun(instance, run));
  let failures = 0;
  for (let round = 0; round < MOST_ROUNDS && failures < PATIENCE; round++) {
    const next = emptyOne(loads, failures);
    if (next === undefined) failures++;
    else [loads, failures] = [next, 0];
  }
  const better = loads.map((load) => load.toRun()).map((run) => ({ ...run, shape: cheapestShape(instance, run.shape, run.counts) }));
  return costOf(instance, better) < costOf(instance, packing) ? better : packing;
}

/** The nodes without one, the least filled but for some; undefined where its pods find no room. */
function emptyOne(loads: readonly NodeLoad[], skipped: number): NodeLoad[] | undefined {
  const byFill = [...loads].toSorted((a, b) => a.fill() - b.fill());
  const chosen = byFill[skipped];
  if (chosen === undefined || loads.length < 2) return undefined;
  const others = loads.filter((load) => load !== chosen).map((load) => load.copy(load.nodes));
  if (chosen.nodes > 1) others.push(chosen.copy(chosen.nodes - 1));
  const pods = [...chosen.counts.entries()].filter(([, count]) => count > 0);
  for (const [group, count] of pods.toSorted(([, a], [, b]) => a - b)) {
    if (!spreadOver(others, group, count)) return undefined;
  }
  return others;
}

function spreadOver(loads: NodeLoad[], group: number, count: number): boolean {
  let left = count;
  const candidates = loads.filter((load) => load.room(group) > 0).toSorted((a, b) => b.fill() - a.fill());
  for (const load of candidates) {
    while (left > 0 && load.room(group) > 0) {
      const taken = Math.min(left, load.room(group));
      if (load.nodes === 1) load.add(group, taken);
      else {
        const one = load.split(1);
        one.add(group, taken);
        loads.push(one);
      }
      left -= taken;
    }
    if (left === 0) return true;
  }
  return left === 0;
}

function cheapestShape(instance: PackingInstance, shape: number, counts: readonly number[]): number {
  let [best, cost] = [shape, instance.shapes[shape]?.cost ?? 0];
  for (const [other, { cost: own }] of instance.shapes.entries()) {
    if (own >= cost || !isHolding(instance, other, counts)) continue;
    [best, cost] = [other, own];
  }
  return best;
}

function isHolding(instance: PackingInstance, shape: number, counts: readonly number[]): boolean {
  const load = new NodeLoad(instance, shape, 1);
  return counts.every((count, group) => {
    if (count === 0) return true;
    if (load.room(group) < count) return false;
    load.add(group, count);
    return true;
  });
}
