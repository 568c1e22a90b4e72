import { formatQuantity, parseQuantity } from '../../model/index.ts';
import type { JsonValue } from '../../std/index.ts';

const BARE_SUFFIX = /^[+-]?\.?(?:[KMGTPE]i|[numkMGTPE])$/;
const MILLI = 1_000_000n;

/** A quantity as the server prints it: as it was written, but for nothing at all, which is `0`, for parts of a unit, and for what it rounds up to thousandths. */
export function printQuantity(value: JsonValue | undefined): string {
  const amount = parseQuantity(value) ?? 0n;
  if (amount === 0n || (typeof value === 'string' && BARE_SUFFIX.test(value))) return '0';
  const rest = ((amount % MILLI) + MILLI) % MILLI;
  if (rest > 0n) return formatQuantity(amount - rest + MILLI, 'decimal');
  if (typeof value === 'string' && !value.includes('.')) return value;
  return formatQuantity(amount, typeof value === 'string' && value.endsWith('i') ? 'binary' : 'decimal');
}
