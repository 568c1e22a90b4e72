import { sha256 } from '../../std/index.ts';
import type { DaemonStatus } from '../status/status-file.ts';
import { outcomeOf, type UnitOutcome } from '../status/unit-outcome.ts';

/** What is told of a unit: that a revision is being applied, and how it came off. */
export type NotificationPhase = 'applying' | Exclude<UnitOutcome, 'pending' | 'waiting'>;

/** One thing that is told of a unit. It holds names and reasons: no value of an object, and no secret. */
export interface Notification {
  /** Equal for the same message, however often it is sent. */
  readonly id: string;
  readonly unit: string;
  /** The context that names its cluster, where the unit says one. */
  readonly cluster?: string;
  readonly phase: NotificationPhase;
  /** The commit, or a hash of the files where there are none. */
  readonly revision: string;
  /** What the revision asks of this unit, once it is applied: equal over commits that leave the unit as it was. */
  readonly content?: string;
  readonly source: string;
  readonly reasons: readonly string[];
  /** The plan that `kapply approve` lets go. */
  readonly plan?: string;
  /** RFC 3339. */
  readonly at: string;
  readonly instance: string;
}

/** What there is to tell of a unit that is so; undefined for what passes, and for one that another instance works on. */
export function toNotification(status: DaemonStatus): Notification | undefined {
  const phase = phaseOf(status);
  if (phase === undefined) return undefined;
  const { unit, cluster, revision = '', lastSynced, source, reasons, plan, updatedAt: at, identity: instance } = status;
  const isApplied = phase === 'synced' || phase === 'unhealthy';
  return {
    id: sha256([unit, cluster ?? '', phase, revision, at].join('\n')).slice(0, 32),
    unit,
    ...(cluster === undefined ? {} : { cluster }),
    phase,
    revision,
    ...(isApplied && lastSynced !== undefined ? { content: lastSynced.revision } : {}),
    source,
    reasons: phase === 'applying' ? [] : reasons,
    ...(plan === undefined || phase !== 'held' ? {} : { plan }),
    at,
    instance,
  };
}

/** Whether the last thing that was told of the unit says the same: a revision that leaves a unit as it was is no news. */
export function isTold(last: Notification | undefined, next: Notification): boolean {
  if (last === undefined) return false;
  if (next.phase === 'applying') return last.revision === next.revision;
  if (last.phase !== next.phase) return false;
  return last.revision === next.revision || (next.content !== undefined && next.content === last.content);
}

function phaseOf(status: DaemonStatus): NotificationPhase | undefined {
  if (status.phase === 'applying') return 'applying';
  if (status.phase !== 'idle') return undefined;
  const outcome = outcomeOf(status);
  return outcome === 'pending' || outcome === 'waiting' ? undefined : outcome;
}
