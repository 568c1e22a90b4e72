import { checkInt, checkTimestamp, checkUint, INT_OVERFLOW, UINT_OVERFLOW } from './arithmetic.ts';
import { formatShortest, parseFloat64, parseInteger } from './go-number.ts';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from './time.ts';
import { Duration, Failure, NO_SUCH_OVERLOAD, Timestamp, Uint, type Result, type Value } from './value.ts';

/** A type that a function of the same name converts to. */
export type Target = 'bool' | 'bytes' | 'double' | 'duration' | 'int' | 'string' | 'timestamp' | 'uint';

/** Converts a value as the function of the target's name does (cel-go's `ConvertToType`), where there is an overload for it. */
export function convert(value: Value, target: Target): Result {
  switch (typeof value) {
    case 'string':
      return fromText(value, target);
    case 'bigint':
      return fromInt(value, target);
    case 'number':
      return fromDouble(value, target);
    case 'boolean':
      return target === 'string' ? String(value) : target === 'bool' ? value : NO_SUCH_OVERLOAD;
    default:
      return fromObject(value, target);
  }
}

function fromText(text: string, target: Target): Result {
  const parsed = parseText(text, target);
  return parsed ?? new Failure(`type conversion error from 'string' to '${nameOf(target)}'`);
}

function nameOf(target: Target): string {
  if (target === 'duration') return 'google.protobuf.Duration';
  return target === 'timestamp' ? 'google.protobuf.Timestamp' : target;
}

const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

function parseText(text: string, target: Target): Result | undefined {
  switch (target) {
    case 'bool':
      return TRUE.includes(text) ? true : FALSE.includes(text) ? false : undefined;
    case 'bytes':
      return new TextEncoder().encode(text);
    case 'double':
      return parseFloat64(text);
    case 'duration':
      return parseDuration(text);
    case 'int':
      return parseInteger(text, true);
    case 'string':
      return text;
    case 'timestamp':
      return parseTimestamp(text);
    case 'uint': {
      const value = parseInteger(text, false);
      return value === undefined ? undefined : new Uint(value);
    }
  }
}

function fromInt(value: bigint, target: Target): Result {
  switch (target) {
    case 'int':
      return value;
    case 'uint':
      return checkUint(value);
    case 'double':
      return Number(value);
    case 'string':
      return String(value);
    case 'timestamp':
      return checkTimestamp(value * 1_000_000_000n);
    case 'duration':
      return new Failure("type conversion error from 'int' to 'google.protobuf.Duration'");
    default:
      return NO_SUCH_OVERLOAD;
  }
}

function fromDouble(value: number, target: Target): Result {
  switch (target) {
    case 'int':
      return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : INT_OVERFLOW;
    case 'uint':
      return value >= 0 && value < 2 ** 64 ? new Uint(BigInt(Math.trunc(value))) : UINT_OVERFLOW;
    case 'double':
      return value;
    case 'string':
      return formatShortest(value);
    default:
      return NO_SUCH_OVERLOAD;
  }
}

function fromObject(value: Value, target: Target): Result {
  if (value instanceof Uint) {
    if (target === 'uint') return value;
    if (target === 'int') return checkInt(value.value);
    if (target === 'double') return Number(value.value);
    return target === 'string' ? String(value.value) : NO_SUCH_OVERLOAD;
  }
  if (value instanceof Timestamp) {
    if (target === 'timestamp') return value;
    if (target === 'string') return formatTimestamp(value);
    return target === 'int' ? floorSeconds(value.nanos) : NO_SUCH_OVERLOAD;
  }
  if (value instanceof Duration) {
    if (target === 'duration') return value;
    if (target === 'string') return formatDuration(value);
    return target === 'int' ? value.nanos : NO_SUCH_OVERLOAD;
  }
  if (!(value instanceof Uint8Array)) return NO_SUCH_OVERLOAD;
  if (target === 'bytes') return value;
  return target === 'string' ? toText(value) : NO_SUCH_OVERLOAD;
}

function floorSeconds(nanos: bigint): bigint {
  const seconds = nanos / 1_000_000_000n;
  return nanos < 0n && nanos % 1_000_000_000n !== 0n ? seconds - 1n : seconds;
}

function toText(bytes: Uint8Array): Result {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new Failure('invalid UTF-8 in bytes, cannot convert to string');
  }
}
