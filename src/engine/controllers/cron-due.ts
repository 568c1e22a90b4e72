import type { KubernetesObject } from '../../model/index.ts';
import { getNumber, getString } from '../../std/index.ts';
import { nextRun, type CronSchedule } from './cron-schedule.ts';

/** What a CronJob's schedule asks for at a time: the run that is due, if one is, and when to look again. Milliseconds. */
export interface CronDue {
  readonly due: number | undefined;
  /** When the next run is, if nothing is made now. */
  readonly again: number;
}

/**
 * The latest run that was missed since the last one, or since the CronJob was made, no further back than its deadline; of a
 * schedule with fewer than two runs in five years nothing (`pkg/controller/cronjob`, `mostRecentScheduleTime`).
 */
export function findDue(cronJob: KubernetesObject, schedule: CronSchedule, zone: string | undefined, now: number): CronDue | undefined {
  const deadline = getNumber(cronJob, 'spec', 'startingDeadlineSeconds');
  const since = Date.parse(getString(cronJob, 'status', 'lastScheduleTime') ?? getString(cronJob.metadata, 'creationTimestamp') ?? '');
  const start = Number.isNaN(since) ? now : since;
  const within = findLatest(Math.max(start, deadline === undefined ? start : now - deadline * 1000), schedule, zone, now);
  return within === undefined ? undefined : { due: within.latest, again: findNext(start, schedule, zone, now) };
}

/** The run after those that have been due by now, whatever the deadline (`nextScheduleTimeDuration`). */
export function findNext(start: number, schedule: CronSchedule, zone: string | undefined, now: number): number {
  const all = findLatest(start, schedule, zone, now);
  const from = all === undefined ? now : (all.latest ?? (all.isMissed ? now : start));
  return nextRun(schedule, from, zone) ?? now;
}

interface Latest {
  readonly latest: number | undefined;
  readonly isMissed: boolean;
}

function findLatest(earliest: number, schedule: CronSchedule, zone: string | undefined, now: number): Latest | undefined {
  const first = nextRun(schedule, earliest, zone);
  if (first === undefined) return undefined;
  if (now < first) return { latest: undefined, isMissed: false };
  const second = nextRun(schedule, first, zone);
  if (second === undefined) return undefined;
  if (now < second) return { latest: first, isMissed: false };
  const between = second - first;
  const missed = Math.floor((now - first) / between) + 1;
  let latest: number | undefined;
  const run = (after: number): number => nextRun(schedule, after, zone) ?? Infinity;
  for (let at = run(first + (missed - 2) * between); at <= now; at = run(at)) latest = at;
  return { latest, isMissed: true };
}
