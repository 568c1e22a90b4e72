import { checkInt, checkTimestamp } from './arithmetic.ts';
import { formatPlain } from './go-number.ts';
import { Duration, Failure, Timestamp } from './value.ts';

const SECOND = 1_000_000_000n;
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1000n],
  ['µs', 1000n],
  ['μs', 1000n],
  ['ms', 1_000_000n],
  ['s', SECOND],
  ['m', 60n * SECOND],
  ['h', 3600n * SECOND],
]);

/** Go's `time.ParseDuration`; undefined for what it refuses. */
export function parseDuration(text: string): Duration | undefined {
  const unsigned = text.replace(/^[-+]/, '');
  if (unsigned === '0') return new Duration(0n);
  if (unsigned === '') return undefined;
  let sum = 0n;
  for (let rest = unsigned; rest !== '';) {
    const match = /^(\d*)(?:\.(\d*))?([^\d.]+)/.exec(rest);
    const [part = '', whole = '', fraction = '', name = ''] = match ?? [];
    const unit = UNITS.get(name);
    if (unit === undefined || whole + fraction === '') return undefined;
    sum += BigInt(whole === '' ? '0' : whole) * unit;
    if (fraction !== '') sum += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
    rest = rest.slice(part.length);
  }
  const nanos = text.startsWith('-') ? -sum : sum;
  return checkInt(nanos) instanceof Failure ? undefined : new Duration(nanos);
}

/** A duration as CEL's `string()` prints it: seconds. */
export function formatDuration(duration: Duration): string {
  const [whole, rest] = [duration.nanos / SECOND, duration.nanos % SECOND];
  return `${formatPlain(Number(whole) + Number(rest) / 1e9)}s`;
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Go's `time.Parse(time.RFC3339, text)`; undefined for what it refuses, a failure for what is out of CEL's range. */
export function parseTimestamp(text: string): Timestamp | Failure | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  const [, , , , , , , fraction = '', sign, hours = '0', minutes = '0'] = match;
  if (Number(hours) > 24 || Number(minutes) > 60) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const seconds = BigInt(secondsOf(year, month, day) + hour * 3600 + (minute - offset) * 60 + second);
  return checkTimestamp(seconds * SECOND + BigInt(fraction.padEnd(9, '0').slice(0, 9)), offset);
}

function daysIn(year: number, month: number): number {
  const moment = new Date(0);
  moment.setUTCFullYear(year, month, 0);
  return moment.getUTCDate();
}

function secondsOf(year: number, month: number, day: number): number {
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  return moment.getTime() / 1000;
}

/** A moment in RFC 3339 with as many digits as it needs, in the time zone it was written in. */
export function formatTimestamp(timestamp: Timestamp): string {
  const { offset } = timestamp;
  const { year, month, day, hours, minutes, seconds, nanos } = toFields(timestamp, offset * 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
  const size = Math.abs(offset);
  const zone = offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hours)}:${two(minutes)}:${two(seconds)}${fraction}${zone}`;
}

export interface TimeFields {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  /** From 0 for the first of January. */
  readonly dayOfYear: number;
  /** From 0 for Sunday. */
  readonly weekday: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly nanos: number;
}

/** What a clock shows at a moment, so many seconds east of UTC. */
export function toFields(timestamp: Timestamp, offset: number): TimeFields {
  const shifted = timestamp.nanos + BigInt(offset) * SECOND;
  const nanos = Number(((shifted % SECOND) + SECOND) % SECOND);
  const moment = new Date(Number((shifted - BigInt(nanos)) / 1_000_000n));
  const year = moment.getUTCFullYear();
  return {
    year,
    month: moment.getUTCMonth() + 1,
    day: moment.getUTCDate(),
    dayOfYear: Math.round((moment.getTime() / 1000 - secondsOf(year, 1, 1)) / 86_400 - 0.5),
    weekday: moment.getUTCDay(),
    hours: moment.getUTCHours(),
    minutes: moment.getUTCMinutes(),
    seconds: moment.getUTCSeconds(),
    nanos,
  };
}

/** How many seconds east of UTC a time zone is at a moment: an offset (`-08:00`), a name of the IANA database, or UTC. */
export function offsetOf(zone: string, timestamp: Timestamp): number | Failure {
  const colon = zone.indexOf(':');
  if (colon !== -1) return parseOffset(zone.slice(0, colon), zone.slice(colon + 1));
  if (zone === '' || zone === 'UTC') return 0;
  const named = toNamedOffset(zone, timestamp);
  return named ?? new Failure(`unknown time zone ${zone}`);
}

function parseOffset(hours: string, minutes: string): number | Failure {
  for (const text of [hours, minutes])
    if (!/^[+-]?\d+$/.test(text)) return new Failure(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  const sign = hours.startsWith('-') ? -1 : 1;
  return (Number(hours) * 60 + sign * Number(minutes)) * 60;
}

function toNamedOffset(zone: string, timestamp: Timestamp): number | undefined {
  try {
    const seconds = Number(timestamp.nanos / SECOND);
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
    const parts = Object.fromEntries(format.formatToParts(new Date(seconds * 1000)).map(({ type, value }) => [type, value]));
    const part = (name: string): number => Number(parts[name]);
    const year = parts['era'] === 'BC' ? 1 - part('year') : part('year');
    const shown = secondsOf(year, part('month'), part('day')) + part('hour') * 3600 + part('minute') * 60 + part('second');
    return shown - seconds;
  } catch {
    return undefined;
  }
}
