import { MapValue, Optional, SealedValue, TypeValue, Uint, Timestamp, Duration, isList, isValue, type Value } from '../../src/cel/value.ts';
import { formatPlain } from '../../src/cel/go-number.ts';
import { formatDuration, formatTimestamp } from '../../src/cel/time.ts';
import { compareStrings, quoteGo } from '../../src/std/index.ts';

/** A value as an expression that makes it, in the form of cel-go's `types.Format`; of a sealed one only its type's name. */
export function formatLiteral(value: Value): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return quoteGo(value);
  if (typeof value === 'number') return formatDouble(value);
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Uint8Array) return `b"${Array.from(value, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}"`;
  if (value instanceof Timestamp) return `timestamp("${formatTimestamp(new Timestamp(value.nanos))}")`;
  if (value instanceof Duration) return `duration("${formatDuration(value)}")`;
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Optional) return value.value === undefined ? 'optional.none()' : `optional.of(${formatLiteral(value.value)})`;
  if (isList(value)) return `[${value.map(formatLiteral).join(', ')}]`;
  return value instanceof MapValue ? formatMap(value) : value.typeName;
}

function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'double("NaN")';
  if (!Number.isFinite(value)) return `double("${value < 0 ? '-' : ''}Infinity")`;
  const text = formatPlain(value);
  return text.includes('.') ? text : `${text}.0`;
}

function formatMap(map: MapValue): string {
  const entries = map.keys().map((key) => {
    const value = map.find(key);
    return { key: formatLiteral(key), value: value === undefined || !isValue(value) ? 'error' : formatLiteral(value) };
  });
  const sorted = entries.toSorted((a, b) => compareStrings(a.key, b.key));
  return `{${sorted.map(({ key, value }) => `${key}: ${value}`).join(', ')}}`;
}

/** Whether a value has one in it of which nothing can be shown. */
export function hidesSealed(value: Value): boolean {
  const isHidden = (part: Value): boolean => part instanceof SealedValue || hidesSealed(part);
  if (value instanceof Optional) return value.value !== undefined && isHidden(value.value);
  if (isList(value)) return value.some(isHidden);
  if (!(value instanceof MapValue)) return false;
  return value.keys().some((key) => {
    const found = value.find(key);
    return found !== undefined && isValue(found) && isHidden(found);
  });
}
