/**
 * Something that a plugin looks at of each node. Nodes that are equal in all aspects of a plugin get the same answer from it.
 * An aspect is made once: the same one is the same object.
 */
export interface Aspect {
  /** Whether it stays as it is whatever pods do; else it changes only as pods come to the node itself or go from it. */
  readonly isFixed: boolean;
  /** A whole number from 0 on. */
  readonly of: (node: number) => number;
}
