import { Growing } from './growing.ts';
import { Joined } from './native.ts';
import { SchemaList } from './schema-list.ts';
import { Duration, Failure, isList, NO_SUCH_OVERLOAD, Timestamp, Uint, type Result, type Value } from './value.ts';

export const INT_OVERFLOW: Failure = new Failure('integer overflow');
export const UINT_OVERFLOW: Failure = new Failure('unsigned integer overflow');
export const TIMESTAMP_OVERFLOW: Failure = new Failure('timestamp overflow');

const SECOND = 1_000_000_000n;
const EARLIEST = -62_135_596_800n * SECOND;
const LATEST = 253_402_300_800n * SECOND - 1n;

export function checkInt(value: bigint): bigint | Failure {
  return BigInt.asIntN(64, value) === value ? value : INT_OVERFLOW;
}

export function checkUint(value: bigint): Uint | Failure {
  return BigInt.asUintN(64, value) === value ? new Uint(value) : UINT_OVERFLOW;
}

export function checkTimestamp(nanos: bigint, offset = 0): Timestamp | Failure {
  return nanos < EARLIEST || nanos > LATEST ? TIMESTAMP_OVERFLOW : new Timestamp(nanos, offset);
}

function checkDuration(nanos: bigint): Duration | Failure {
  const checked = checkInt(nanos);
  return checked instanceof Failure ? checked : new Duration(checked);
}

/** `a + b`. */
export function add(a: Value, b: Value): Result {
  if (typeof a === 'bigint') return typeof b === 'bigint' ? checkInt(a + b) : NO_SUCH_OVERLOAD;
  if (typeof a === 'string') return typeof b === 'string' ? a + b : NO_SUCH_OVERLOAD;
  if (typeof a === 'number') return typeof b === 'number' ? a + b : NO_SUCH_OVERLOAD;
  if (a instanceof Uint) return b instanceof Uint ? checkUint(a.value + b.value) : NO_SUCH_OVERLOAD;
  if (a instanceof SchemaList) return isList(b) ? a.plus(b) : NO_SUCH_OVERLOAD;
  if (isList(a)) return isList(b) ? concatenate(a, b) : NO_SUCH_OVERLOAD;
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? Uint8Array.from([...a, ...b]) : NO_SUCH_OVERLOAD;
  if (a instanceof Timestamp) return b instanceof Duration ? checkTimestamp(a.nanos + b.nanos, a.offset) : NO_SUCH_OVERLOAD;
  if (!(a instanceof Duration)) return new Failure('no such overload: _+_');
  if (b instanceof Timestamp) return checkTimestamp(a.nanos + b.nanos, b.offset);
  return b instanceof Duration ? checkDuration(a.nanos + b.nanos) : NO_SUCH_OVERLOAD;
}

function concatenate(a: readonly Value[], b: readonly Value[]): readonly Value[] {
  if (a instanceof Growing) {
    for (const item of b) a.push(item);
    return a;
  }
  if (a.length === 0) return b;
  return b.length === 0 ? a : new Joined(a, b);
}

/** `a - b`. */
export function subtract(a: Value, b: Value): Result {
  if (typeof a === 'bigint') return typeof b === 'bigint' ? checkInt(a - b) : NO_SUCH_OVERLOAD;
  if (typeof a === 'number') return typeof b === 'number' ? a - b : NO_SUCH_OVERLOAD;
  if (a instanceof Uint) return b instanceof Uint ? checkUint(a.value - b.value) : NO_SUCH_OVERLOAD;
  if (a instanceof Duration) return b instanceof Duration ? checkDuration(a.nanos - b.nanos) : NO_SUCH_OVERLOAD;
  if (!(a instanceof Timestamp)) return refuse('_-_', a);
  if (b instanceof Duration) return checkInt(-b.nanos) instanceof Failure ? INT_OVERFLOW : checkTimestamp(a.nanos - b.nanos, a.offset);
  return b instanceof Timestamp ? checkDuration(a.nanos - b.nanos) : NO_SUCH_OVERLOAD;
}

/** `a * b`. */
export function multiply(a: Value, b: Value): Result {
  if (typeof a === 'bigint') return typeof b === 'bigint' ? checkInt(a * b) : NO_SUCH_OVERLOAD;
  if (typeof a === 'number') return typeof b === 'number' ? a * b : NO_SUCH_OVERLOAD;
  if (a instanceof Uint) return b instanceof Uint ? checkUint(a.value * b.value) : NO_SUCH_OVERLOAD;
  return refuse('_*_', a);
}

const DIVISION_BY_ZERO = new Failure('division by zero');
const MODULUS_BY_ZERO = new Failure('modulus by zero');

/** `a / b`, towards zero. */
export function divide(a: Value, b: Value): Result {
  if (typeof a === 'number') return typeof b === 'number' ? a / b : NO_SUCH_OVERLOAD;
  if (typeof a === 'bigint') {
    if (typeof b !== 'bigint') return NO_SUCH_OVERLOAD;
    return b === 0n ? DIVISION_BY_ZERO : checkInt(a / b);
  }
  if (!(a instanceof Uint)) return refuse('_/_', a);
  if (!(b instanceof Uint)) return NO_SUCH_OVERLOAD;
  return b.value === 0n ? DIVISION_BY_ZERO : new Uint(a.value / b.value);
}

/** `a % b`, with the sign of `a`. */
export function modulo(a: Value, b: Value): Result {
  if (typeof a === 'bigint') {
    if (typeof b !== 'bigint') return NO_SUCH_OVERLOAD;
    if (b === 0n) return MODULUS_BY_ZERO;
    return checkInt(a / b) instanceof Failure ? INT_OVERFLOW : a % b;
  }
  if (!(a instanceof Uint)) return refuse('_%_', a);
  if (!(b instanceof Uint)) return NO_SUCH_OVERLOAD;
  return b.value === 0n ? MODULUS_BY_ZERO : new Uint(a.value % b.value);
}

/** `-a`. */
export function negate(a: Value): Result {
  if (typeof a === 'bigint') return checkInt(-a);
  if (typeof a === 'number') return -a;
  if (a instanceof Duration) return checkDuration(-a.nanos);
  return typeof a === 'boolean' ? NO_SUCH_OVERLOAD : refuse('-_', a);
}

/** The error for an operator that a value does not have: types that take calls themselves do not name it. */
export function refuse(operator: string, value: Value): Failure {
  const takesCalls = typeof value === 'string' || value instanceof Timestamp || value instanceof Duration;
  return takesCalls ? NO_SUCH_OVERLOAD : new Failure(`no such overload: ${operator}`);
}
