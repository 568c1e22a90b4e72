import type { PackingInstance, PackingShape } from './instance.ts';
import { NodeLoad, orderByFill } from './node-load.ts';

/** How many nodes are tried in a row without success. */
const PATIENCE = 12;
const MOST_ROUNDS = 400;

/**
 * Betters a packing: takes the least filled node, gives its pods to the others, and drops it if all have found room; then
 * gives each node the cheapest shape that holds what is on it. Never dearer than what it was given, which it leaves as it is.
 */
export function improvePacking(instance: PackingInstance, loads: readonly NodeLoad[]): readonly NodeLoad[] {
  let better = loads;
  let failures = 0;
  for (let round = 0; round < MOST_ROUNDS && failures < PATIENCE; round++) {
    const next = emptyOne(better, failures);
    if (next === undefined) failures++;
    else [better, failures] = [next, 0];
  }
  return better.map((load) => reshape(instance, load));
}

/** A load on the cheapest shape that holds it. */
export function reshape(instance: PackingInstance, load: NodeLoad): NodeLoad {
  const { shapes, groups } = instance;
  const capacity = shapes[load.shape]?.capacity ?? [];
  const isHolding = (other: PackingShape): boolean =>
    other.capacity.every((amount, r) => amount >= (capacity[r] ?? 0) - (load.free[r] ?? 0)) &&
    groups.every((_, group) => load.counts[group] === 0 || other.accepts[group] === true);
  let [shape, cost] = [load.shape, shapes[load.shape]?.cost ?? 0];
  for (const [index, other] of shapes.entries()) if (other.cost < cost && isHolding(other)) [shape, cost] = [index, other.cost];
  return shape === load.shape ? load : NodeLoad.ofRun(instance, { ...load.toRun(), shape });
}

/** The nodes without one, the least filled but for some; undefined where its pods find no room. */
function emptyOne(loads: readonly NodeLoad[], skipped: number): NodeLoad[] | undefined {
  const chosen = orderByFill(loads, 'emptiest first')[skipped];
  if (chosen === undefined || loads.length < 2) return undefined;
  const others = new Others(loads.filter((load) => load !== chosen));
  if (chosen.nodes > 1) others.loads.push(chosen.copy(chosen.nodes - 1));
  const pods = [...chosen.counts.entries()].filter(([, count]) => count > 0);
  for (const [group, count] of pods.toSorted(([, a], [, b]) => a - b)) {
    if (!others.take(group, count)) return undefined;
  }
  return others.loads;
}

/** The other nodes, of which those are copied that come to hold more. */
class Others {
  readonly loads: NodeLoad[];
  readonly #given: ReadonlySet<NodeLoad>;

  constructor(loads: readonly NodeLoad[]) {
    this.loads = [...loads];
    this.#given = new Set(loads);
  }

  /** Gives them pods of a group, the fullest first; whether all have found room. */
  take(group: number, count: number): boolean {
    let left = count;
    const candidates = this.loads.filter((load) => load.fits(group));
    for (const candidate of orderByFill(candidates, 'fullest first')) {
      const load = this.#own(candidate);
      while (left > 0 && load.fits(group)) {
        const taken = Math.min(left, load.room(group));
        if (load.nodes === 1) load.add(group, taken);
        else {
          const one = load.split(1);
          one.add(group, taken);
          this.loads.push(one);
        }
        left -= taken;
      }
      if (left === 0) return true;
    }
    return left === 0;
  }

  #own(load: NodeLoad): NodeLoad {
    if (!this.#given.has(load)) return load;
    const copy = load.copy(load.nodes);
    this.loads[this.loads.indexOf(load)] = copy;
    return copy;
  }
}
