import { getOrAdd, parseGoDuration, toKubernetesTime } from '../../std/index.ts';

/** A parsed schedule: what each field admits, as `robfig/cron`'s standard parser reads it. */
export interface CronSchedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Days and weekdays are alternatives, unless one of them is open (`*` or `?`): then both must hold. */
  readonly areDaysAlternatives: boolean;
  /** Of `@every`: seconds between runs; the fields are not looked at. */
  readonly every?: number;
}

const DESCRIPTORS: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    '@annually': '0 0 1 1 *',
    '@daily': '0 0 * * *',
    '@hourly': '0 * * * *',
    '@midnight': '0 0 * * *',
    '@monthly': '0 0 1 * *',
    '@weekly': '0 0 * * 0',
    '@yearly': '0 0 1 1 *',
  }),
);
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Parses five fields or a descriptor (`@hourly`, `@every 1h30m`); undefined if it is neither. */
export function parseCronSchedule(text: string): CronSchedule | undefined {
  if (text.startsWith('@every ')) return toInterval(parseGoDuration(text.slice('@every '.length)));
  const fields = (DESCRIPTORS.get(text) ?? text.trim()).split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const minutes = parseField(minute, 0, 59);
  const hours = parseField(hour, 0, 23);
  const days = parseField(day, 1, 31);
  const months = parseField(month, 1, 12, new Map(MONTHS.map((name, i) => [name, i + 1])));
  const weekdays = parseField(weekday, 0, 6, new Map(WEEKDAYS.map((name, i) => [name, i])));
  if (fields.length !== 5 || !minutes || !hours || !days || !months || !weekdays) return undefined;
  return {
    minutes: minutes.values,
    hours: hours.values,
    days: days.values,
    months: months.values,
    weekdays: weekdays.values,
    areDaysAlternatives: !days.isOpen && !weekdays.isOpen,
  };
}

function toInterval(milliseconds: number | { readonly error: string }): CronSchedule | undefined {
  if (typeof milliseconds !== 'number') return undefined;
  const none = new Set<number>();
  return {
    minutes: none,
    hours: none,
    days: none,
    months: none,
    weekdays: none,
    areDaysAlternatives: false,
    every: Math.max(1, Math.floor(milliseconds / 1000)),
  };
}

interface Field {
  readonly values: ReadonlySet<number>;
  /** Whether it is `*` or `?`. */
  readonly isOpen: boolean;
}

function parseField(text: string, least: number, most: number, names: ReadonlyMap<string, number> = new Map()): Field | undefined {
  const values = new Set<number>();
  let isOpen = false;
  for (const part of text.split(',')) {
    if (part === '') continue;
    const range = parseRange(part, least, most, names);
    if (range === undefined) return undefined;
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
    isOpen ||= range.isOpen;
  }
  return { values, isOpen };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly isOpen: boolean;
}

function parseRange(part: string, least: number, most: number, names: ReadonlyMap<string, number>): Range | undefined {
  const [span = '', step, ...moreSteps] = part.split('/');
  const [first = '', last, ...more] = span.split('-');
  const isAll = first === '*' || first === '?';
  const from = isAll ? least : readNumber(first, names);
  const to = isAll || (last === undefined && step !== undefined) ? most : last === undefined ? from : readNumber(last, names);
  const size = step === undefined ? 1 : readNumber(step, new Map());
  const isValid = (isAll || more.length === 0) && moreSteps.length === 0 && from >= least && to <= most && from <= to && size > 0;
  return isValid ? { from, to, step: size, isOpen: isAll && size === 1 } : undefined;
}

/** Not a number where it is none, which no comparison holds for. */
function readNumber(text: string, names: ReadonlyMap<string, number>): number {
  return names.get(text.toLowerCase()) ?? (/^[-+]?\d+$/.test(text) ? Number(text) : Number.NaN);
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Schedules that no day of five years meets (30 February) have no next run, as in `robfig/cron`. */
const HORIZON = 5 * 366 * DAY;

/** The first run after a time (ms), in a time zone (UTC if absent); undefined if there is none within five years. */
export function nextRun(schedule: CronSchedule, after: number, timeZone?: string): number | undefined {
  if (schedule.every !== undefined) return Math.floor(after / 1000) * 1000 + schedule.every * 1000;
  const toLocal = toLocalClock(timeZone);
  let at = (Math.floor(after / MINUTE) + 1) * MINUTE;
  const end = after + HORIZON;
  while (at <= end) {
    const local = new Date(toLocal(at));
    if (!isDay(schedule, local)) at += toOtherDay(schedule, local);
    else if (!schedule.hours.has(local.getUTCHours())) at += toNextHour(local);
    else if (!schedule.minutes.has(local.getUTCMinutes())) at += MINUTE;
    else return at;
  }
  return undefined;
}

/** On how many days of a leap year there are runs, and how many on each, changes of the clocks aside. */
export function countRuns(schedule: CronSchedule): { readonly inADay: number; readonly days: number } {
  if (schedule.every !== undefined) return { inADay: Math.max(1, Math.round(DAY / 1000 / schedule.every)), days: 366 };
  const days = Array.from({ length: 366 }, (_, day) => new Date(LEAP_YEAR + day * DAY)).filter((date) => isDay(schedule, date));
  return { inADay: schedule.hours.size * schedule.minutes.size, days: days.length };
}

const LEAP_YEAR = Date.UTC(2028, 0, 1);

/** Within a month or day without runs to shortly before its end, so that no change of the clocks is leapt over. */
function toOtherDay({ months }: CronSchedule, local: Date): number {
  const days = new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 0)).getUTCDate() - local.getUTCDate();
  if (days > 2 && !months.has(local.getUTCMonth() + 1)) return (days - 2) * DAY;
  const hours = 24 - local.getUTCHours();
  return hours > 3 ? (hours - 3) * HOUR : toNextHour(local);
}

/** An hour at most, so that no change of the clocks is leapt over. */
function toNextHour(local: Date): number {
  return (60 - local.getUTCMinutes()) * MINUTE;
}

function isDay({ days, months, weekdays, areDaysAlternatives }: CronSchedule, local: Date): boolean {
  if (!months.has(local.getUTCMonth() + 1)) return false;
  const isDate = days.has(local.getUTCDate());
  const isWeekday = weekdays.has(local.getUTCDay());
  return areDaysAlternatives ? isDate || isWeekday : isDate && isWeekday;
}

/** Whether a time zone is known (`time.LoadLocation`). */
export function isTimeZone(zone: string): boolean {
  try {
    return zone === '' || new Intl.DateTimeFormat('en-US', { timeZone: zone }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

/** A time (ms) as the clocks of a zone show it, with their distance from UTC (RFC 3339). */
export function formatInZone(time: number, zone: string | undefined): string {
  const ahead = Math.floor(toLocalClock(zone)(time) / MINUTE) - Math.floor(time / MINUTE);
  const text = toKubernetesTime(time + ahead * MINUTE);
  if (ahead === 0) return text;
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60].map((part) => String(part).padStart(2, '0'));
  return text.replace(/Z$/, `${ahead < 0 ? '-' : '+'}${hours ?? ''}:${minutes ?? ''}`);
}

const clocks = new Map<string, (time: number) => number>();

function toLocalClock(timeZone: string | undefined): (time: number) => number {
  if (timeZone === undefined || timeZone === '' || timeZone === 'UTC' || timeZone === 'Etc/UTC') return (time) => time;
  return getOrAdd(clocks, timeZone, () => makeClock(timeZone));
}

function makeClock(timeZone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (time) => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
  };
}
