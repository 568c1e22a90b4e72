import { formatRef } from '../../model/index.ts';
import { listCapacityTables, type Table } from '../capacity-tables.ts';
import type { CapacityReport } from '../capacity.ts';
import type { Layout } from '../report.ts';
import { count } from '../summary.ts';
import { line, type Line } from './lines.ts';
import { span, type Span } from './paint.ts';

const MOST_ROWS = 30;

/** `Capacity: 120 pods on 10 nodes, 2 without a node`. */
export function capacityHead({ nodes, pods, unplaced, wanted }: CapacityReport): Span[] {
  if (wanted !== undefined) {
    const more = wanted.isAtLeast ? `at least ${wanted.pods} more` : wanted.pods === 0 ? 'none more' : `${wanted.pods} more`;
    return [
      span('Capacity', 'bold'),
      span(': '),
      span(`${more} of ${formatRef(wanted.workload)}`, wanted.pods === 0 ? 'warn' : 'good'),
      span(`, which has ${wanted.has}`),
    ];
  }
  const where = nodes === 0 ? 'no nodes known' : `on ${count(nodes, 'node')}`;
  return [
    span('Capacity', 'bold'),
    span(`: ${count(pods, 'pod') || 'no pods'}, ${where}`),
    ...(unplaced === 0 ? [] : [span(`, ${unplaced} without a node`, 'bad')]),
  ];
}

/** The tables of a capacity report, and the scheduler's words for the next pod. */
export function capacityLines(report: CapacityReport, layout: Layout): readonly (readonly [title: string, lines: readonly Line[]])[] {
  const tables = listCapacityTables(report, layout.all).map((table): readonly [string, readonly Line[]] => [
    table.title,
    tableLines(table, layout),
  ]);
  const { obstacle } = report.wanted ?? {};
  if (obstacle === undefined) return tables;
  const evicts =
    obstacle.evicts === 0 ? [] : [line([span(` ! it would evict ${count(obstacle.evicts, 'pod')} to have a place`, 'warn')], undefined, 3)];
  return [['The next one', [line([span(' ✗ ', 'bad'), span(obstacle.message)], undefined, 3), ...evicts]], ...tables];
}

function tableLines({ head, rows }: Table, { all }: Layout): readonly Line[] {
  const shown = all ? rows : rows.slice(0, MOST_ROWS);
  const widths = head.map((title, column) => Math.max(title.length, ...shown.map((row) => row[column]?.length ?? 0)));
  const layOut = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const lines = [line([span(` ${layOut(head)}`, 'dim')]), ...shown.map((row) => line([span(` ${layOut(row)}`)], undefined, 5))];
  const hidden = rows.length - shown.length;
  return hidden > 0 ? [...lines, line([span(` … ${hidden} more (--all shows them)`, 'dim')])] : lines;
}
