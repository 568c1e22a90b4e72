import type { BesideChange, Remark } from '../report/index.ts';

/**
 * Remarks about what is gone with a place that GitHub takes: the line of the file at which it is missed or, where the file is gone too,
 * where it stood; GitHub lists those with the check. What never had a place has none.
 */
export function placeGone(remarks: readonly Remark[], missed: BesideChange['missed'] = new Map()): readonly Remark[] {
  return remarks.map((remark) => {
    const { source, stood } = remark;
    if (source !== undefined || stood === undefined) return remark;
    const line = missed.get(`${stood.file}:${stood.line}`);
    return { ...remark, source: line === undefined ? stood : { file: stood.file, line, column: 1, endLine: line, endColumn: 2 } };
  });
}
