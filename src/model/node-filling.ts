/** How much of what nodes have their pods ask for: 1 is all of it. */
export interface Filled {
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
}

/** How full a node is, or nodes that are alike, before a change and after it. */
export interface NodeFilling {
  /** The node's name; of several what they are called together. */
  readonly name: string;
  /** How many there are, after the change or, where they are gone, before it. */
  readonly nodes: number;
  /** Absent where there was none. */
  readonly before?: Filled;
  /** Absent where there is none any more. */
  readonly after?: Filled;
}
