import { getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Random } from './random.ts';

const NOW = Date.parse('2026-03-29T03:17:42Z');
const MINUTE = 60_000;
const SCHEDULES = [
  '*/5 * * * *',
  '*/5 * * * *',
  '0 * * * *',
  '17 * * * *',
  '30 2 * * *',
  '0 0 * * 0',
  '15 10 1 * *',
  '30 6-16/4 * * 1-5',
  '@hourly',
  '@every 90s',
  '@every 7h',
  '0 0 29 2 *',
  '0 0 31 2 *',
];
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC', 'Mars/Base'];
/** Minutes before now. */
const AGES = [0, 1, 3, 5, 12, 18, 61, 200, 1500, 12_000, 600_000];

/** A CronJob in the midst of anything, with Jobs of its own and of others. */
export function makeCronJobCase(random: Random): JsonValue {
  const schedule = random.pick(SCHEDULES);
  const jobs = random.list(random.once(4) ? 0 : random.below(6), (i) => makeJob(random, i));
  const listed = jobs.filter(() => random.once(2));
  const active = listed.map(({ metadata }) => toReference(getString(metadata, 'name') ?? '', getString(metadata, 'uid') ?? ''));
  const hasZone = random.once(3);
  return {
    now: time(0),
    cronJob: {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: {
        name: 'c',
        namespace: 'n',
        uid: 'cron',
        creationTimestamp: time(random.pick(AGES)),
        ...(random.once(20) ? { deletionTimestamp: time(1) } : {}),
      },
      spec: {
        schedule,
        ...(hasZone ? { timeZone: random.pick(ZONES) } : {}),
        concurrencyPolicy: random.pick(['Allow', 'Forbid', 'Replace']),
        ...(random.once(3) ? { startingDeadlineSeconds: random.pick([0, 10, 90, 400, 4000, 100_000]) } : {}),
        ...(random.once(10) ? { suspend: true } : { suspend: false }),
        ...(random.once(4) ? {} : { successfulJobsHistoryLimit: random.below(4) }),
        ...(random.once(4) ? {} : { failedJobsHistoryLimit: random.below(3) }),
        jobTemplate: {
          metadata: { annotations: { a: 'b' } },
          spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
        },
      },
      status: {
        active: [...active, ...(random.once(6) ? [toReference('lost', 'lost')] : [])],
        ...(random.once(3) ? {} : { lastScheduleTime: time(random.pick(AGES), 42) }),
        ...(random.once(2) ? {} : { lastSuccessfulTime: time(random.pick(AGES)) }),
      },
    },
    jobs,
  };
}

function toReference(name: string, uid: string): JsonObject {
  return { apiVersion: 'batch/v1', kind: 'Job', name, namespace: 'n', uid };
}

function makeJob(random: Random, number: number): { readonly metadata: JsonObject } & JsonObject {
  const isForeign = random.once(6);
  const owner = isForeign ? { name: 'other', uid: 'other' } : { name: 'c', uid: random.once(12) ? 'cron-before' : 'cron' };
  const end = random.pick([undefined, undefined, 'Complete', 'Complete', 'Failed']);
  // A minute in which a run of one of the schedules may have been due.
  const minute = Math.floor(NOW / MINUTE) - random.pick([0, 2, 2, 17, 47, 77, 197]);
  const isStarted = !random.once(4);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: random.once(3) ? `c-${minute}-${number}`.replace(/-0$/, '') : `j${number}`,
      namespace: 'n',
      uid: `u${number}`,
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', ...owner, controller: true }],
    },
    spec: {},
    status: {
      ...(isStarted ? { startTime: time(random.pick(AGES)) } : {}),
      ...(end === undefined ? {} : { conditions: [{ type: end, status: 'True' }] }),
      ...(end === 'Complete' ? { completionTime: time(random.pick(AGES)) } : {}),
    },
  };
}

/** So many minutes before now, and fewer seconds: a run is at none. */
function time(minutes: number, secondsLess = 0): string {
  const at = NOW - minutes * MINUTE - secondsLess * 1000;
  return new Date(at).toISOString().replace('.000Z', 'Z');
}
