/** What a place without a value holds. */
export const NOTHING = -1;

/** Numbers from 0 on at numbered places, some without: knows the highest, and the first place that has it. */
export class MaxTree {
  /** A heap in an array: the children of `i` are `2i` and `2i + 1`, the places are its last half. */
  readonly #heap: Int16Array | Int32Array;
  readonly #leaves: number;
  #count = 0;
  /** Whether the upper half is up to date: it is made when it is first needed. */
  #isSettled = false;
  #first = NOTHING;

  /** So many places, for values up to `most`. */
  constructor(places: number, most: number) {
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, places)));
    const Heap = most < 2 ** 15 ? Int16Array : Int32Array;
    this.#heap = new Heap(2 * this.#leaves).fill(NOTHING);
  }

  /** How many places have a value. */
  get count(): number {
    return this.#count;
  }

  /** The highest value. */
  get highest(): number {
    this.#settle();
    return this.#heap[1] ?? NOTHING;
  }

  /** The bytes that it takes. */
  get bytes(): number {
    return this.#heap.byteLength;
  }

  set(place: number, value: number): void {
    const heap = this.#heap;
    let at = this.#leaves + place;
    const was = heap[at] ?? NOTHING;
    if (was === value) return;
    this.#count += (value === NOTHING ? 0 : 1) - (was === NOTHING ? 0 : 1);
    this.#first = NOTHING;
    heap[at] = value;
    if (!this.#isSettled) return;
    while (at > 1) {
      const other = heap[at ^ 1] ?? NOTHING;
      const own = heap[at] ?? NOTHING;
      const most = own > other ? own : other;
      at >>= 1;
      if (heap[at] === most) return;
      heap[at] = most;
    }
  }

  /** The first place with the highest value. */
  first(): number {
    if (this.#first === NOTHING) {
      this.#settle();
      const heap = this.#heap;
      const most = heap[1];
      let at = 1;
      while (at < this.#leaves) {
        at *= 2;
        if (heap[at] !== most) at++;
      }
      this.#first = at - this.#leaves;
    }
    return this.#first;
  }

  /** All places with the highest value, in order. */
  listHighest(): readonly number[] {
    const found: number[] = [];
    const most = this.highest;
    const visit = (at: number): void => {
      if (this.#heap[at] !== most) return;
      if (at >= this.#leaves) found.push(at - this.#leaves);
      else {
        visit(2 * at);
        visit(2 * at + 1);
      }
    };
    visit(1);
    return found;
  }

  #settle(): void {
    if (this.#isSettled) return;
    const heap = this.#heap;
    for (let at = this.#leaves - 1; at > 0; at--) heap[at] = Math.max(heap[2 * at] ?? NOTHING, heap[2 * at + 1] ?? NOTHING);
    this.#isSettled = true;
  }
}
