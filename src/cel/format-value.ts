import { formatPlain, formatShortest } from './go-number.ts';
import { formatTimestamp } from './time.ts';
import { Duration, isList, MapValue, Optional, Timestamp, TypeValue, Uint, type Value } from './value.ts';

/** A value as Go's `%v` prints it within an error (`no such key: x`). */
export function formatValue(value: Value): string {
  if (value === null) return 'NULL_VALUE';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return formatShortest(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return `[${Array.from(value).join(' ')}]`;
  if (value instanceof Timestamp) return formatTimestamp(value).replace('T', ' ').replace('Z', ' +0000 UTC');
  if (value instanceof Duration) return formatGoDuration(value.nanos);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Optional) return value.value === undefined ? 'optional.none()' : `optional(${formatValue(value.value)})`;
  if (isList(value)) return `[${value.map(formatValue).join(', ')}]`;
  if (value instanceof MapValue) return `{${formatEntries(value).join(', ')}}`;
  return value.typeName;
}

function formatEntries(map: MapValue): readonly string[] {
  return map.keys().map((key) => {
    const value = map.find(key);
    return `${formatValue(key)}: ${value === undefined ? '' : formatValue(value as Value)}`;
  });
}

const HOUR = 3_600_000_000_000n;
const MINUTE = 60_000_000_000n;

/** A duration as Go's `time.Duration.String` prints it: `1h2m3.5s`. */
export function formatGoDuration(nanos: bigint): string {
  if (nanos < 0n) return `-${formatGoDuration(-nanos)}`;
  if (nanos === 0n) return '0s';
  if (nanos < 1_000_000_000n) return formatSmall(nanos);
  const hours = nanos / HOUR;
  const minutes = (nanos % HOUR) / MINUTE;
  const seconds = formatPlain(Number(nanos % MINUTE) / 1e9);
  const head = hours > 0n ? `${hours}h${minutes}m` : minutes > 0n ? `${minutes}m` : '';
  return `${head}${seconds}s`;
}

function formatSmall(nanos: bigint): string {
  if (nanos < 1000n) return `${nanos}ns`;
  return nanos < 1_000_000n ? `${formatPlain(Number(nanos) / 1e3)}µs` : `${formatPlain(Number(nanos) / 1e6)}ms`;
}
