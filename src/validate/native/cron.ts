import { nameOf, type KubernetesObject } from '../../model/index.ts';
import { getString, parseGoDuration } from '../../std/index.ts';
import type { Report } from '../problem.ts';
import { failAs, invalid, required } from './field-error.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
  readonly names: ReadonlyMap<string, number>;
}

const FIELDS: readonly Bounds[] = [
  { minimum: 0, maximum: 59, names: new Map() },
  { minimum: 0, maximum: 23, names: new Map() },
  { minimum: 1, maximum: 31, names: new Map() },
  { minimum: 1, maximum: 12, names: new Map(MONTHS.map((name, index) => [name, index + 1])) },
  { minimum: 0, maximum: 6, names: new Map(DAYS.map((name, index) => [name, index])) },
];
const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
const ZONE = /TZ/;

/** What `ValidateCronJobSpec` says of schedules, as robfig/cron's `ParseStandard` reads them. */
export function checkCronJob(object: KubernetesObject, report: Report): void {
  const fail = failAs('KV0107', report);
  const schedule = getString(object, 'spec', 'schedule');
  const path = ['spec', 'schedule'];
  if (schedule === '') fail(path, required());
  else if (schedule !== undefined && ZONE.test(schedule)) {
    fail(path, invalid(schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  } else if (schedule !== undefined) {
    const reason = judgeSchedule(schedule);
    if (reason !== undefined) fail(path, invalid(schedule, reason));
  }
  const zone = getString(object, 'spec', 'timeZone');
  if (zone !== undefined && !isTimeZone(zone)) fail(['spec', 'timeZone'], invalid(zone, `unknown time zone ${zone}`));
  const name = nameOf(object);
  if (name.length > 52) failAs('KV0121', report)(['metadata', 'name'], invalid(name, 'must be no more than 52 characters'));
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Why a schedule is none, in the parser's words; undefined for a good one. */
export function judgeSchedule(schedule: string): string | undefined {
  if (schedule.startsWith('@')) return judgeDescriptor(schedule);
  const fields = schedule.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== FIELDS.length) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [index, field] of fields.entries()) {
    const bounds = FIELDS[index];
    if (bounds === undefined) continue;
    for (const range of field.split(',')) {
      const reason = range === '' ? undefined : judgeRange(range, bounds);
      if (reason !== undefined) return reason;
    }
  }
  return undefined;
}

function judgeDescriptor(schedule: string): string | undefined {
  if (DESCRIPTORS.has(schedule)) return undefined;
  if (!schedule.startsWith('@every ')) return `unrecognized descriptor: ${schedule}`;
  const duration = parseGoDuration(schedule.slice('@every '.length));
  return typeof duration === 'number' ? undefined : `failed to parse duration ${schedule}: ${duration.error}`;
}

function judgeRange(range: string, bounds: Bounds): string | undefined {
  const [span = '', step, ...moreSteps] = range.split('/');
  const [first = '', last, ...more] = span.split('-');
  const isAll = first === '*' || first === '?';
  let start: number = bounds.minimum;
  let end: number = bounds.maximum;
  if (!isAll) {
    const from = parseField(first, bounds);
    if (typeof from === 'string') return from;
    const to = last === undefined ? from : parseField(last, bounds);
    if (typeof to === 'string') return to;
    if (more.length > 0) return `too many hyphens: ${range}`;
    start = from;
    end = last === undefined && step !== undefined ? bounds.maximum : to;
  }
  if (moreSteps.length > 0) return `too many slashes: ${range}`;
  return judgeBounds(range, bounds, { start, end, step: step === undefined ? 1 : parseNumber(step) });
}

function judgeBounds(
  range: string,
  bounds: Bounds,
  { start, end, step }: { start: number; end: number; step: number | string },
): string | undefined {
  if (typeof step === 'string') return step;
  if (start < bounds.minimum) return `beginning of range (${start}) below minimum (${bounds.minimum}): ${range}`;
  if (end > bounds.maximum) return `end of range (${end}) above maximum (${bounds.maximum}): ${range}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${range}`;
  return step === 0 ? `step of range should be a positive number: ${range}` : undefined;
}

function parseField(text: string, bounds: Bounds): number | string {
  return bounds.names.get(text.toLowerCase()) ?? parseNumber(text);
}

function parseNumber(text: string): number | string {
  if (/^[+-]?\d+$/.test(text)) return Number(text) < 0 ? `negative number (${Number(text)}) not allowed: ${text}` : Number(text);
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}
