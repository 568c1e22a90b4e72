import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextRun, parseCronSchedule } from '../../../src/engine/controllers/cron-schedule.ts';

const RUNS: readonly { schedule: string; after: string; zone?: string; want: string | undefined }[] = [
  { schedule: '*/15 * * * *', after: '2026-01-01T00:00:00Z', want: '2026-01-01T00:15:00.000Z' },
  { schedule: '0 * * * *', after: '2026-01-01T00:30:30Z', want: '2026-01-01T01:00:00.000Z' },
  { schedule: '@hourly', after: '2026-01-01T23:00:00Z', want: '2026-01-02T00:00:00.000Z' },
  { schedule: '@daily', after: '2026-02-28T12:00:00Z', want: '2026-03-01T00:00:00.000Z' },
  { schedule: '@weekly', after: '2026-01-01T00:00:00Z', want: '2026-01-04T00:00:00.000Z' },
  { schedule: '@monthly', after: '2026-01-01T00:00:00Z', want: '2026-02-01T00:00:00.000Z' },
  { schedule: '@yearly', after: '2026-01-01T00:00:00Z', want: '2027-01-01T00:00:00.000Z' },
  { schedule: '@every 1h30m', after: '2026-01-01T00:00:00Z', want: '2026-01-01T01:30:00.000Z' },
  { schedule: '30 2 29 2 *', after: '2026-01-01T00:00:00Z', want: '2028-02-29T02:30:00.000Z' },
  { schedule: '0 0 30 2 *', after: '2026-01-01T00:00:00Z', want: undefined },
  { schedule: '0 9-17/4 * * mon-fri', after: '2026-01-02T17:30:00Z', want: '2026-01-05T09:00:00.000Z' },
  { schedule: '5/20 * * * *', after: '2026-01-01T00:06:00Z', want: '2026-01-01T00:25:00.000Z' },
  { schedule: '0 0 13 * fri', after: '2026-01-01T00:00:00Z', want: '2026-01-02T00:00:00.000Z' },
  { schedule: '0 0 1 jan,jul *', after: '2026-01-01T00:00:00Z', want: '2026-07-01T00:00:00.000Z' },
  { schedule: '0 9 * * *', after: '2026-01-01T00:00:00Z', zone: 'America/New_York', want: '2026-01-01T14:00:00.000Z' },
  { schedule: '30 5 * * *', after: '2026-01-01T00:30:00Z', zone: 'Asia/Kolkata', want: '2026-01-02T00:00:00.000Z' },
  { schedule: '30 2 * * *', after: '2026-03-28T12:00:00Z', zone: 'Europe/Berlin', want: '2026-03-30T00:30:00.000Z' },
];

for (const { schedule, after, zone, want } of RUNS) {
  test(`${schedule} after ${after}${zone === undefined ? '' : ` in ${zone}`}`, () => {
    const parsed = parseCronSchedule(schedule);
    assert.ok(parsed);
    const next = nextRun(parsed, Date.parse(after), zone);
    assert.equal(next === undefined ? undefined : new Date(next).toISOString(), want);
  });
}

for (const text of [
  '',
  'constructor',
  '* * * *',
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * * 13 *',
  '* * * * 7',
  '5-1 * * * *',
  '*/0 * * * *',
  'a * * * *',
  '@reboot',
  '@every soon',
]) {
  test(`"${text}" is no schedule`, () => {
    assert.equal(parseCronSchedule(text), undefined);
  });
}

test('a duration of megabytes is none', () => {
  assert.equal(parseCronSchedule(`@every ${'1h'.repeat(5_000_000)}`), undefined);
});
