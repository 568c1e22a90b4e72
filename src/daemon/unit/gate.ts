import { toKubernetesTime } from '../../std/index.ts';
import type { SyncWindow, Unit } from './unit.ts';

const MINUTE = 60_000;

/** How a unit that another depends on is. `ready`: as the newest revision asks for, and healthy. */
export type Readiness = { readonly kind: 'ready' } | { readonly kind: 'not-ready'; readonly why: string };

/** Why a unit may not be touched now, and when to ask again, where time alone opens it; undefined where it may. */
export function judgeGate(
  unit: Pick<Unit, 'dependsOn' | 'suspend' | 'windows'>,
  now: number,
  readinessOf: (unit: string) => Readiness,
): { readonly reason: string; readonly until?: number } | undefined {
  if (unit.suspend) return { reason: 'it is suspended' };
  const closed = judgeWindows(unit.windows, now);
  if (closed !== undefined) return closed;
  for (const name of unit.dependsOn) {
    const readiness = readinessOf(name);
    if (readiness.kind === 'not-ready') return { reason: `${name}, which it depends on, ${readiness.why}` };
  }
  return undefined;
}

/** As Argo CD's sync windows: an open window that denies decides; where any allows, one of these must be open. */
function judgeWindows(windows: readonly SyncWindow[], now: number): { readonly reason: string; readonly until: number } | undefined {
  const denying = windows.find((window) => window.kind === 'deny' && isOpen(window, now));
  if (denying !== undefined) {
    const until = endOf(denying, now);
    return { reason: `the window ${denying.text} denies it until ${toKubernetesTime(until)}`, until };
  }
  const allowing = windows.filter(({ kind }) => kind === 'allow');
  if (allowing.length === 0 || allowing.some((window) => isOpen(window, now))) return undefined;
  const starts = allowing.flatMap(({ nextStart }) => nextStart(now) ?? []);
  const until = starts.length === 0 ? now + 24 * 60 * MINUTE : Math.min(...starts);
  return { reason: `no window that allows it is open until ${toKubernetesTime(until)}`, until };
}

function isOpen({ nextStart, duration }: SyncWindow, now: number): boolean {
  const start = nextStart(now - duration);
  return start !== undefined && start <= now;
}

/** When the last of the overlapping openings of a window ends. */
function endOf({ nextStart, duration }: SyncWindow, now: number): number {
  let end = now;
  for (let start = nextStart(now - duration); start !== undefined && start <= now; start = nextStart(start)) end = start + duration;
  return end;
}
