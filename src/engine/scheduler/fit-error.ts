import { compareStrings } from '../../std/index.ts';

/** How many nodes gave each reason. */
export type ReasonCounts = ReadonlyMap<string, number>;

/** Counts the reasons of many verdicts. */
export function countReasons(lists: Iterable<readonly string[]>): ReasonCounts {
  const counts = new Map<string, number>();
  for (const reasons of lists) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` (`FitError`): lines in byte order. */
export function formatReasons(nodes: number, counts: ReasonCounts): string {
  const lines = [...counts].map(([reason, count]) => `${count} ${reason}`).toSorted(compareStrings);
  return `0/${nodes} nodes are available:${lines.length === 0 ? '' : ` ${lines.join(', ')}.`}`;
}

/** The message for a pod that a plugin refused before any node was looked at. */
export function formatRejection(nodes: number, reasons: readonly string[]): string {
  return `0/${nodes} nodes are available: ${reasons.join(', ')}.`;
}
