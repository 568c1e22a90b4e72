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
    if (most <= 0) return 0;
    for (const other of conflicts[group] ?? []) if ((this.counts[other] ?? 0) > 0) return 0;
    return most;
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
