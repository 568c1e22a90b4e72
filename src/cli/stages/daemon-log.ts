import type { DaemonLogEntry } from '../../daemon/index.ts';
import { toKubernetesTime } from '../../std/index.ts';

/** One line of a daemon's log; a unit of another cluster than the daemon's own is named with its context. */
export function formatEntry({ at, level, unit, message }: DaemonLogEntry, context?: string): string {
  const where = context === undefined ? unit : `${unit} (${context})`.trimStart();
  return `${toKubernetesTime(at)} ${level === 'info' ? '' : `${level} `}${where === '' ? '' : `${where}: `}${message}`;
}
