/**
 * A set of small integers below a fixed size, as bits. Operations that return a `Bitset` make a new one; `add` and
 * `addAll` change the set and are for its builder alone. Sets that are combined have the same size.
 */
export class Bitset {
  readonly size: number;
  readonly #words: Uint32Array;

  constructor(size: number, words: Uint32Array = new Uint32Array((size + 31) >>> 5)) {
    this.size = size;
    this.#words = words;
  }

  /** The set of all integers below `size`. */
  static full(size: number): Bitset {
    const words = new Uint32Array((size + 31) >>> 5).fill(0xffffffff);
    const rest = size & 31;
    if (rest !== 0) words[words.length - 1] = (1 << rest) - 1;
    return new Bitset(size, words);
  }

  /** The set of these integers. */
  static of(size: number, members: Iterable<number>): Bitset {
    const set = new Bitset(size);
    for (const member of members) set.add(member);
    return set;
  }

  add(member: number): void {
    const at = member >>> 5;
    this.#words[at] = (this.#words[at] ?? 0) | (1 << (member & 31));
  }

  addAll(other: Bitset): void {
    const theirs = other.#words;
    for (let i = 0; i < theirs.length; i++) this.#words[i] = (this.#words[i] ?? 0) | (theirs[i] ?? 0);
  }

  has(member: number): boolean {
    return ((this.#words[member >>> 5] ?? 0) & (1 << (member & 31))) !== 0;
  }

  /** Members of both. */
  and(other: Bitset): Bitset {
    const words = new Uint32Array(this.#words.length);
    for (let i = 0; i < words.length; i++) words[i] = (this.#words[i] ?? 0) & (other.#words[i] ?? 0);
    return new Bitset(this.size, words);
  }

  /** Members of either. */
  or(other: Bitset): Bitset {
    const words = this.#words.slice();
    for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) | (other.#words[i] ?? 0);
    return new Bitset(this.size, words);
  }

  /** Members of this set that the other lacks. */
  andNot(other: Bitset): Bitset {
    const words = this.#words.slice();
    for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) & ~(other.#words[i] ?? 0);
    return new Bitset(this.size, words);
  }

  isEmpty(): boolean {
    for (let i = 0; i < this.#words.length; i++) if (this.#words[i] !== 0) return false;
    return true;
  }

  /** Whether the sets share a member. */
  meets(other: Bitset): boolean {
    for (let i = 0; i < this.#words.length; i++) if (((this.#words[i] ?? 0) & (other.#words[i] ?? 0)) !== 0) return true;
    return false;
  }

  isSubsetOf(other: Bitset): boolean {
    for (let i = 0; i < this.#words.length; i++) if (((this.#words[i] ?? 0) & ~(other.#words[i] ?? 0)) !== 0) return false;
    return true;
  }

  equals(other: Bitset): boolean {
    return this.size === other.size && this.#words.every((word, i) => word === other.#words[i]);
  }

  /** The number of members. */
  count(): number {
    let total = 0;
    for (let i = 0; i < this.#words.length; i++) total += countBits(this.#words[i] ?? 0);
    return total;
  }

  /** The members, ascending. */
  members(): number[] {
    const members: number[] = [];
    for (let i = 0; i < this.#words.length; i++) {
      let word = this.#words[i] ?? 0;
      while (word !== 0) {
        const lowest = word & -word;
        members.push((i << 5) + (31 - Math.clz32(lowest)));
        word ^= lowest;
      }
    }
    return members;
  }

  /** Writes a value at the place of each member that the list has. */
  mark(list: Uint32Array, value: number): void {
    const words = this.#words;
    const last = Math.min(words.length, (list.length + 31) >>> 5);
    for (let i = 0; i < last; i++) {
      let word = words[i] ?? 0;
      while (word !== 0) {
        const lowest = word & -word;
        // What lies behind the end of a typed array is not written.
        list[(i << 5) + (31 - Math.clz32(lowest))] = value;
        word ^= lowest;
      }
    }
  }

  /** A text equal for equal sets of the same size: a key for maps. */
  toKey(): string {
    let key = '';
    for (const word of this.#words) key += String.fromCharCode(word & 0xffff, word >>> 16);
    return key;
  }
}

function countBits(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
