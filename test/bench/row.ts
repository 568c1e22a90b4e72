/** One line of the benchmark table. Times are of the whole process unless the work says otherwise. */
export interface BenchRow {
  readonly work: string;
  readonly wallMs: number;
  readonly cpuMs?: number;
  readonly memoryMB?: number;
  /** Against the named peer or naive twin on the same input in the same run. */
  readonly ratio?: string;
  /** A hash of the answer, so that a faster answer is seen to be the same answer. */
  readonly hash?: string;
  /** The hash of the peer's answer, which must be the same. */
  readonly expected?: string;
}

/** `0.53x`. */
export function toRatio(own: number, other: number): string {
  const ratio = own / other;
  return `${ratio.toFixed(ratio < 0.1 ? 3 : 2)}x`;
}

/** The rows whose answer is not that of the peer. */
export function listWrong(rows: readonly BenchRow[]): readonly BenchRow[] {
  return rows.filter(({ hash, expected }) => expected !== undefined && expected !== hash);
}

/** The rows as an aligned table. */
export function formatRows(rows: readonly BenchRow[]): string {
  const head = ['work', 'wall ms', 'CPU ms', 'MB', 'ratio', 'answer'];
  const cells = rows.map((row) => [
    row.work,
    row.wallMs.toFixed(0),
    row.cpuMs?.toFixed(0) ?? '',
    row.memoryMB?.toFixed(0) ?? '',
    row.ratio ?? '',
    row.hash?.slice(0, 12) ?? '',
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((cell) => cell[i]?.length ?? 0)));
  const format = (line: readonly string[]): string =>
    line
      .map((cell, i) => (i === 0 || i >= 4 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [format(head), format(widths.map((width) => '-'.repeat(width))), ...cells.map(format)].join('\n');
}
