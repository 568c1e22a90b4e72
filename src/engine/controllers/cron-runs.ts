import { compareBy, getBoolean, getString } from '../../std/index.ts';
import { formatRef, refOf, toRefKey, type Engine, type Fact, type FactChange, type KubernetesObject } from '../../model/index.ts';
import { countRuns, parseCronSchedule } from './cron-schedule.ts';

/** So many times more runs are no change of the hour, but perhaps a slip. */
const MUCH_OFTENER = 10;

/** CronJobs that a change lets run at other times, or no more: how often they do and did, with schedule and time zone. */
export const CRON_ENGINE: Engine = {
  name: 'scheduler',
  compare: (before, after) =>
    after
      .byKind('batch', 'CronJob')
      .flatMap((is): readonly FactChange[] => {
        const was = before.get(refOf(is));
        if (was === undefined || was === is) return [];
        const [then, now] = [describeRuns(was), describeRuns(is)];
        if (then === undefined || now === undefined || then.text === now.text) return [];
        return [{ change: 'gained', fact: toFact(is, then, now) }];
      })
      .toSorted(compareBy(({ fact }) => fact.key)),
};

interface Runs {
  readonly text: string;
  readonly inAYear: number;
  readonly isSuspended: boolean;
}

function toFact(cronJob: KubernetesObject, then: Runs, now: Runs): Fact {
  const ref = refOf(cronJob);
  const isOdd = !now.isSuspended && !then.isSuspended && (now.inAYear === 0 || now.inAYear >= then.inAYear * MUCH_OFTENER);
  const path = then.isSuspended === now.isSuspended ? '/spec/schedule' : '/spec/suspend';
  return {
    engine: 'scheduler',
    code: 'KS0008',
    severity: isOdd ? 'warning' : 'info',
    key: `KS0008 ${toRefKey(ref)}`,
    subject: ref,
    data: { workload: formatRef(ref), now: now.text, was: then.text },
    objects: [{ ref, path, decides: true }],
  };
}

/** Undefined where the schedule is none: the API server refuses it. */
function describeRuns(cronJob: KubernetesObject): Runs | undefined {
  const text = getString(cronJob, 'spec', 'schedule') ?? '';
  const schedule = parseCronSchedule(text);
  if (schedule === undefined) return undefined;
  const zone = getString(cronJob, 'spec', 'timeZone');
  const when = `${text}${zone === undefined ? '' : `, ${zone}`}`;
  if (getBoolean(cronJob, 'spec', 'suspend') === true) return { text: 'never (suspended)', inAYear: 0, isSuspended: true };
  const { inADay, days } = countRuns(schedule);
  const inAYear = inADay * days;
  return { text: `${inAYear === 0 ? 'never' : describeOften(inADay, days)} (${when})`, inAYear, isSuspended: false };
}

/** Of a leap year: 366 days, 52 or 53 of each weekday. */
function describeOften(inADay: number, days: number): string {
  const times = inADay === 1 ? 'once' : `${inADay.toLocaleString('en-US')} times`;
  if (days === 366) return `${times} a day`;
  if (days === 1) return `${times} a year`;
  const period = days === 12 ? 'a month' : days === 52 || days === 53 ? 'a week' : undefined;
  if (period === undefined) return `${times} on ${days} days a year`;
  return inADay === 1 ? `once ${period}` : `${times} on one day ${period}`;
}
