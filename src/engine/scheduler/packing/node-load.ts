import type { NodeRun, PackingInstance } from './instance.ts';

/** A node that is being filled, or several that are filled alike. */
export class NodeLoad {
  readonly shape: number;
  readonly counts: Int32Array;
  readonly free: Float64Array;
  nodes: number;
  readonly #instance: PackingInstance;

  constructor(instance: PackingInstance, shape: number, nodes: number) {
    this.#instance = instance;
    this.shape = shape;
    this.nodes = nodes;
    this.counts = new Int32Array(instance.groups.length);
    this.free = Float64Array.from(instance.shapes[shape]?.capacity ?? []);
  }

  /** The loads of a packing, to be filled up or changed. */
  static ofRun(instance: PackingInstance, run: NodeRun): NodeLoad {
    const load = new NodeLoad(instance, run.shape, run.nodes);
    for (const [group, count] of run.counts.entries()) if (count > 0) load.add(group, count);
    return load;
  }

  /** Whether a pod more of a group fits on each of these nodes: whether `room` is not 0. */
  fits(group: number): boolean {
    const { groups, shapes, conflicts } = this.#instance;
    const wanted = groups[group];
    if (wanted === undefined || shapes[this.shape]?.accepts[group] !== true) return false;
    if (wanted.mostPerNode <= (this.counts[group] ?? 0)) return false;
    const { amounts } = wanted;
    for (let r = 0; r < this.free.length; r++) if ((this.free[r] ?? 0) < (amounts[r] ?? 0)) return false;
    return !this.#isExcluded(conflicts[group]);
  }

  /** How many more pods of a group fit on each of these nodes. */
  room(group: number): number {
    const { groups, shapes, conflicts } = this.#instance;
    const wanted = groups[group];
    if (wanted === undefined || shapes[this.shape]?.accepts[group] !== true) return 0;
    let most = wanted.mostPerNode - (this.counts[group] ?? 0);
    for (let r = 0; r < this.free.length && most > 0; r++) {
      const free = this.free[r] ?? 0;
      const amount = wanted.amounts[r] ?? 0;
      if (free < 0) return 0;
      if (amount > 0) most = Math.min(most, Math.floor(free / amount));
    }
    return most <= 0 || this.#isExcluded(conflicts[group]) ? 0 : most;
  }

  #isExcluded(conflicts: ReadonlySet<number> | undefined): boolean {
    if (conflicts === undefined || conflicts.size === 0) return false;
    for (const other of conflicts) if ((this.counts[other] ?? 0) > 0) return true;
    return false;
  }

  /** Puts pods of a group on each of these nodes; a negative number takes them off. */
  add(group: number, count: number): void {
    this.counts[group] = (this.counts[group] ?? 0) + count;
    const amounts = this.#instance.groups[group]?.amounts ?? [];
    for (let r = 0; r < this.free.length; r++) this.free[r] = (this.free[r] ?? 0) - count * (amounts[r] ?? 0);
  }

  /** So many nodes that are filled alike. */
  copy(nodes: number): NodeLoad {
    const copy = new NodeLoad(this.#instance, this.shape, nodes);
    copy.counts.set(this.counts);
    copy.free.set(this.free);
    return copy;
  }

  /** Takes some of these nodes out, to be filled on their own. */
  split(nodes: number): NodeLoad {
    this.nodes -= nodes;
    return this.copy(nodes);
  }

  /** How full the fullest resource is, 0 to 1. */
  fill(): number {
    const capacity = this.#instance.shapes[this.shape]?.capacity ?? [];
    let fullest = 0;
    for (let r = 0; r < this.free.length; r++) {
      const whole = capacity[r] ?? 0;
      if (whole > 0) fullest = Math.max(fullest, 1 - (this.free[r] ?? 0) / whole);
    }
    return fullest;
  }

  toRun(): NodeRun {
    return { shape: this.shape, counts: [...this.counts], nodes: this.nodes };
  }
}

/** Loads by how full they are; of equally full ones in their order. */
export function orderByFill(loads: readonly NodeLoad[], order: 'emptiest first' | 'fullest first'): readonly NodeLoad[] {
  const sign = order === 'fullest first' ? -1 : 1;
  const filled = loads.map((load) => ({ load, fill: load.fill() }));
  return filled.toSorted((a, b) => sign * (a.fill - b.fill)).map(({ load }) => load);
}
