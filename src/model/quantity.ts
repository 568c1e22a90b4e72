import type { JsonValue } from '../std/index.ts';

/** An exact amount in billionths (1e-9), the finest unit that `resource.Quantity` keeps; finer input is rounded away from zero. */
export type Quantity = bigint;

const NANO = 1_000_000_000n;
/** What binary suffixes may reach; decimal ones may reach more. */
const MOST = ((1n << 63n) - 1n) * NANO;
const BINARY: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
};
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const QUANTITY = /^([+-]?)(\d*\.?\d*)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,4})?$/;

/** Parses a quantity as a manifest may write it (`500m`, `1.5Gi`, `2e3`, a plain number; no digits are 0); undefined if it is none. */
export function parseQuantity(value: JsonValue | undefined): Quantity | undefined {
  if (typeof value === 'bigint') return value * NANO;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = typeof value === 'number' ? String(value) : value;
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const amount = parseText(text);
  if (amount !== undefined && text.length < LONG) {
    if (parsed.size >= MANY) parsed.clear();
    parsed.set(text, amount);
  }
  return amount;
}

// Manifests ask for the same few amounts.
const parsed = new Map<string, Quantity>();
const MANY = 4096;
const LONG = 16;

function parseText(text: string): Quantity | undefined {
  const match = QUANTITY.exec(text);
  if (match === null || text === '') return undefined;
  const [, sign, digits = '', suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(whole + fraction);
  const binary = BINARY[suffix];
  const exponent = binary === undefined ? decimalExponent(suffix) : 0;
  const exact = scale(mantissa * (binary ?? 1n), 9 + exponent - fraction.length);
  const amount = binary !== undefined && exact > MOST ? MOST : exact;
  return sign === '-' ? -amount : amount;
}

function decimalExponent(suffix: string): number {
  return DECIMAL[suffix] ?? Number(suffix.slice(1));
}

function scale(mantissa: bigint, exponent: number): bigint {
  return exponent >= 0 ? mantissa * 10n ** BigInt(exponent) : divideUp(mantissa, 10n ** BigInt(-exponent));
}

function divideUp(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return quotient * b < a ? quotient + 1n : quotient;
}

/** The amount in whole units, rounded up (`Quantity.Value`). */
export function toUnits(quantity: Quantity): number {
  return Number(divideUp(quantity, NANO));
}

/** The amount in thousandths, rounded up (`Quantity.MilliValue`). */
export function toMilli(quantity: Quantity): number {
  return Number(divideUp(quantity, 1_000_000n));
}

/** The amount as people write it: binary suffixes for `memory`-like amounts that divide evenly, `m` for thousandths, else decimal. */
export function formatQuantity(quantity: Quantity, style: 'binary' | 'decimal'): string {
  if (quantity < 0n) return `-${formatQuantity(-quantity, style)}`;
  if (quantity === 0n) return '0';
  if (style === 'binary' && quantity % NANO === 0n) {
    const units = quantity / NANO;
    for (const [suffix, factor] of Object.entries(BINARY).toReversed()) if (units % factor === 0n) return `${units / factor}${suffix}`;
    return units.toString();
  }
  for (const suffix of ['E', 'P', 'T', 'G', 'M', 'k', '', 'm', 'u', 'n']) {
    const unit = 10n ** BigInt(9 + (DECIMAL[suffix] ?? 0));
    if (quantity % unit === 0n) return `${quantity / unit}${suffix}`;
  }
  return `${quantity}n`;
}
