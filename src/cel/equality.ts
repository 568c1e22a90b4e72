import { SchemaList } from './schema-list.ts';
import {
  Broken,
  Duration,
  Failure,
  isList,
  MapValue,
  NO_SUCH_OVERLOAD,
  Optional,
  SealedValue,
  Timestamp,
  typeNameOf,
  TypeValue,
  Uint,
  type Value,
} from './value.ts';

/** Whether two values are equal: numbers across their types, lists and maps by their parts. Sealed values refuse other types. */
export function isEqual(a: Value, b: Value): boolean | Failure {
  if (a === null || b === null) return a === b;
  if (a instanceof Broken) return a.failure;
  if (b instanceof Broken && (a instanceof SealedValue || a instanceof SchemaList || a instanceof MapValue)) return b.failure;
  if (isNumeric(a)) return isNumeric(b) && compareNumbers(a, b) === 0;
  if (a instanceof SchemaList) return isList(b) ? a.isEqualTo(b, isEqual) : NO_SUCH_OVERLOAD;
  if (isList(a)) return isList(b) && isEqualList(a, b);
  if (a instanceof MapValue) return a.isEqualTo?.(b, isEqual) ?? (b instanceof MapValue && isEqualMap(a, b));
  if (a instanceof SealedValue) return typeNameOf(a) === typeNameOf(b) && b instanceof SealedValue ? a.isEqual(b) : NO_SUCH_OVERLOAD;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Optional) return b instanceof Optional && isEqualOptional(a, b);
  return a === b;
}

/** Whether a list has a value among its elements (`Contains`). What cannot be compared is no error but in lists of an object. */
export function isAmong(item: Value, list: readonly Value[]): boolean | Failure {
  return list instanceof SchemaList ? list.has(item, isEqual) : list.some((element) => isEqual(item, element) === true);
}

// An error among the parts counts as no difference, as it does in cel-go.
function isEqualList(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((item, index) => isEqual(item, b[index] ?? null) !== false);
}

function isEqualMap(a: MapValue, b: MapValue): boolean {
  if (a.size !== b.size) return false;
  return a.keys().every((key) => {
    const [left, right] = [a.find(key), b.find(key)];
    if (right === undefined || left === undefined) return false;
    return isPlain(left) && isPlain(right) ? isEqual(left, right) !== false : true;
  });
}

function isPlain(result: object | Value): result is Value {
  return !(result instanceof Failure);
}

function isEqualOptional(a: Optional, b: Optional): boolean | Failure {
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return isEqual(a.value, b.value);
}

export type Numeric = bigint | number | Uint;

export function isNumeric(value: Value): value is Numeric {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;
}

/** The order of two values: -1, 0 or 1, or why they have none. */
export function compare(a: Value, b: Value): number | Failure {
  if (isNumeric(a)) {
    if (Number.isNaN(a) || Number.isNaN(b)) return new Failure('NaN values cannot be ordered');
    return isNumeric(b) ? compareNumbers(a, b) : NO_SUCH_OVERLOAD;
  }
  if (typeof a === 'string') return typeof b === 'string' ? compareTexts(a, b) : NO_SUCH_OVERLOAD;
  if (typeof a === 'boolean') return typeof b === 'boolean' ? Number(a) - Number(b) : NO_SUCH_OVERLOAD;
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? compareBytes(a, b) : NO_SUCH_OVERLOAD;
  if (a instanceof Timestamp) return b instanceof Timestamp ? order(a.nanos, b.nanos) : NO_SUCH_OVERLOAD;
  if (a instanceof Duration) return b instanceof Duration ? order(a.nanos, b.nanos) : NO_SUCH_OVERLOAD;
  return NO_SUCH_OVERLOAD;
}

/** Whether values of this type have an order at all. */
export function isOrdered(value: Value): boolean {
  return (
    isNumeric(value) ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value instanceof Uint8Array ||
    value instanceof Timestamp ||
    value instanceof Duration
  );
}

function order(a: bigint | number, b: bigint | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const LEAST = -(2 ** 63);
const MOST_INT = 2 ** 63;
const MOST_UINT = 2 ** 64;

// As cel-go compares them: an integer within range of the other's type is rounded to a double.
function compareNumbers(a: Numeric, b: Numeric): number {
  if (typeof a === 'number') return typeof b === 'number' ? (Number.isNaN(a) || Number.isNaN(b) ? 2 : order(a, b)) : compareDouble(a, b);
  if (typeof b === 'number') return -compareDouble(b, a);
  return order(typeof a === 'bigint' ? a : a.value, typeof b === 'bigint' ? b : b.value);
}

function compareDouble(a: number, b: bigint | Uint): number {
  if (Number.isNaN(a)) return 2;
  const [least, most, whole] = typeof b === 'bigint' ? [LEAST, MOST_INT, b] : [0, MOST_UINT, b.value];
  if (a < least) return -1;
  if (a > most) return 1;
  return order(a, Number(whole));
}

/** The order of two texts by their code points, which is that of their UTF-8. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xe000;
    return isHigh(left) === isHigh(right) ? order(left, right) : isHigh(left) ? 1 : -1;
  }
  return order(a.length, b.length);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left = 0, right = 0] = [a[at], b[at]];
    if (left !== right) return order(left, right);
  }
  return order(a.length, b.length);
}
