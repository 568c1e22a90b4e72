import type { DaemonStatus } from './status-file.ts';

/** How a unit came off last; what needs a person comes last. */
export const OUTCOMES = ['synced', 'pending', 'waiting', 'unreadable', 'held', 'unhealthy', 'failed'] as const;
export type UnitOutcome = (typeof OUTCOMES)[number];

/** The last outcome of a unit in one word: one that was synced and is not well is `unhealthy`. */
export function outcomeOf({ outcome, reasons }: DaemonStatus): UnitOutcome {
  if (outcome === 'synced') return reasons.length > 0 ? 'unhealthy' : 'synced';
  return OUTCOMES.find((known) => known === outcome) ?? 'pending';
}
