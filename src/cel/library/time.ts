import { member, type FunctionDeclaration, type Overload } from '../declaration.ts';
import { DURATION, INT, STRING, TIMESTAMP } from '../type.ts';
import { offsetOf, toFields, type TimeFields } from '../time.ts';
import { Duration, Failure, NO_SUCH_OVERLOAD, Timestamp, type Result, type Value } from '../value.ts';

function inZone(timestamp: Value | undefined, zone: Value, read: (fields: TimeFields) => number): Result {
  if (!(timestamp instanceof Timestamp) || typeof zone !== 'string') return NO_SUCH_OVERLOAD;
  const offset = offsetOf(zone, timestamp);
  return offset instanceof Failure ? offset : BigInt(read(toFields(timestamp, offset)));
}

function getter(name: string, id: string, read: (fields: TimeFields) => number, unit?: bigint): FunctionDeclaration {
  const overloads: Overload[] = [
    member(id, [TIMESTAMP], INT, (timestamp) => inZone(timestamp, 'UTC', read)),
    member(`${id}_with_tz`, [TIMESTAMP, STRING], INT, (timestamp, zone = null) => inZone(timestamp, zone, read)),
  ];
  if (unit !== undefined) {
    const run = (duration: Value = null): Result => (duration instanceof Duration ? duration.nanos / unit : NO_SUCH_OVERLOAD);
    overloads.push(member(id.replace('timestamp', 'duration'), [DURATION], INT, run));
  }
  return { name, overloads };
}

/** What a clock and a calendar show, in UTC or another time zone, and the parts of durations. */
export const TIME_FUNCTIONS: readonly FunctionDeclaration[] = [
  getter('getDate', 'timestamp_to_day_of_month_1_based', ({ day }) => day),
  getter('getDayOfMonth', 'timestamp_to_day_of_month', ({ day }) => day - 1),
  getter('getDayOfWeek', 'timestamp_to_day_of_week', ({ weekday }) => weekday),
  getter('getDayOfYear', 'timestamp_to_day_of_year', ({ dayOfYear }) => dayOfYear),
  getter('getFullYear', 'timestamp_to_year', ({ year }) => year),
  getter('getHours', 'timestamp_to_hours', ({ hours }) => hours, 3_600_000_000_000n),
  getter('getMilliseconds', 'timestamp_to_milliseconds', ({ nanos }) => Math.trunc(nanos / 1e6), 1_000_000n),
  getter('getMinutes', 'timestamp_to_minutes', ({ minutes }) => minutes, 60_000_000_000n),
  getter('getMonth', 'timestamp_to_month', ({ month }) => month - 1),
  getter('getSeconds', 'timestamp_to_seconds', ({ seconds }) => seconds, 1_000_000_000n),
];
