import type { NodeFilling } from './node-filling.ts';

/** Lines that were there before, and stood ahead of a line of the file as it is. */
export interface GoneLines {
  /** The line of the excerpt's file, or the one after its last. */
  readonly ahead: number;
  /** The number that the first of the lines had. */
  readonly from: number;
  readonly lines: readonly string[];
}

/** Lines of a source file around a place. */
export interface Excerpt {
  readonly file: string;
  /** The line of the place that it is shown with. */
  readonly line: number;
  /** The number of the first of its lines. */
  readonly from: number;
  readonly lines: readonly string[];
  /** The last line of the place. */
  readonly marked: number;
  /** Lines of the files before that are gone, or others now, in order. */
  readonly gone?: readonly GoneLines[];
  /** True of lines of the files before, where what they say is gone. */
  readonly isOfBefore?: true;
}

/** What pages show of a plan besides what it holds: made with it, since neither its files nor its worlds are at hand later. */
export interface Illustration {
  /** The lines that effects and findings stand on. */
  readonly excerpts: readonly Excerpt[];
  /** How full nodes are before and after; absent where nothing changes. */
  readonly filling?: readonly NodeFilling[];
}
