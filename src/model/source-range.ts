import { compareBy } from '../std/index.ts';

/** A stretch of a file of the user's repository: 1-based lines and columns (UTF-16 units); the end is exclusive. `file` is relative to the repository's root, with `/`. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Orders by file, then place. */
export const compareSourceRanges: (a: SourceRange, b: SourceRange) => number = compareBy(
  (range) => range.file,
  (range) => range.line,
  (range) => range.column,
  (range) => range.endLine,
  (range) => range.endColumn,
);

/** The place as editors open it: `a.yaml:7:3`. */
export function formatPlace(range: SourceRange): string {
  return `${range.file}:${range.line}:${range.column}`;
}
