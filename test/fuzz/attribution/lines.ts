import { isArray, isObject, type JsonValue } from '../../../src/std/index.ts';

/** A value as the lines of a block of YAML, a value a line, as people write it. */
export function toLines(value: JsonValue, indent = ''): readonly string[] {
  if (isArray(value)) {
    return value.flatMap((item) => {
      const [first = '', ...rest] = isEmpty(item) || !isTree(item) ? [scalar(item)] : toLines(item, `${indent}  `);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  if (!isObject(value)) return [`${indent}${scalar(value)}`];
  return Object.entries(value).flatMap(([key, item]) => {
    const name = `${indent}${/^[\w./-]+$/.test(key) ? key : JSON.stringify(key)}:`;
    return isTree(item) && !isEmpty(item) ? [name, ...toLines(item, `${indent}  `)] : [`${name} ${scalar(item)}`];
  });
}

function isTree(value: JsonValue): boolean {
  return isArray(value) || isObject(value);
}

function isEmpty(value: JsonValue): boolean {
  return (isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0);
}

function scalar(value: JsonValue): string {
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}

/** A stretch of lines that differ: those before, and those in their place after. Indexes from 0, the ends exclusive. */
export interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly afterFrom: number;
  readonly afterTo: number;
}

/** The stretches in which two texts differ, by their longest common subsequence of lines. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly Hunk[] {
  const lengths = Array.from({ length: before.length + 1 }, () => Array.from({ length: after.length + 1 }, () => 0));
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      const isSame = before[row] === after[column];
      const length = isSame ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
      const cells = lengths[row];
      if (cells !== undefined) cells[column] = length;
    }
  }
  const hunks: Hunk[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [from, afterFrom] = [row, column];
    while ((row < before.length || column < after.length) && !(row < before.length && before[row] === after[column])) {
      if (column >= after.length || (row < before.length && at(row + 1, column) >= at(row, column + 1))) row++;
      else column++;
    }
    if (row > from || column > afterFrom) hunks.push({ from, to: row, afterFrom, afterTo: column });
    else [row, column] = [row + 1, column + 1];
  }
  return hunks;
}

/** The lines after with some of the stretches as they were before. */
export function revertHunks(before: readonly string[], after: readonly string[], hunks: readonly Hunk[]): readonly string[] {
  const lines: string[] = [];
  let at = 0;
  for (const { from, to, afterFrom, afterTo } of hunks) {
    lines.push(...after.slice(at, afterFrom), ...before.slice(from, to));
    at = afterTo;
  }
  return [...lines, ...after.slice(at)];
}
