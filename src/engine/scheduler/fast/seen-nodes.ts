/** Which nodes were met since a beginning. */
export class SeenNodes {
  readonly #rounds: Int32Array;
  #round = 0;

  constructor(nodes: number) {
    this.#rounds = new Int32Array(nodes);
  }

  begin(): void {
    this.#round++;
  }

  /** Whether a node is met for the first time. */
  isNew(node: number): boolean {
    if (this.#rounds[node] === this.#round) return false;
    this.#rounds[node] = this.#round;
    return true;
  }
}
