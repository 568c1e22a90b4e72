interface Decimal {
  readonly digits: bigint;
  /** How many of the digits are behind the point. */
  readonly scale: number;
}

/** What a double is exactly, without its sign. */
function toDecimal(value: number): Decimal {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const power = Number(bits >> 52n);
  const fraction = bits & ((1n << 52n) - 1n);
  const mantissa = power === 0 ? fraction : fraction | (1n << 52n);
  const exponent = (power === 0 ? 1 : power) - 1075;
  return exponent >= 0
    ? { digits: mantissa << BigInt(exponent), scale: 0 }
    : { digits: mantissa * 5n ** BigInt(-exponent), scale: -exponent };
}

/** Digits divided by a power of ten, a half rounded to the even neighbour. */
function shorten(digits: bigint, places: number): bigint {
  if (places <= 0) return digits * 10n ** BigInt(-places);
  const divisor = 10n ** BigInt(places);
  const quotient = digits / divisor;
  const rest = (digits % divisor) * 2n;
  return rest > divisor || (rest === divisor && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** The size of a finite double with so many digits behind the point, rounded as Go rounds. */
export function formatFixed(value: number, places: number): string {
  const { digits, scale } = toDecimal(value);
  const text = shorten(digits, scale - places)
    .toString()
    .padStart(places + 1, '0');
  return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
}

/** The size of a finite double as one digit, a point and six more, and its power of ten. */
export function formatScientific(value: number): { readonly mantissa: string; readonly exponent: number } {
  const { digits, scale } = toDecimal(value);
  if (digits === 0n) return { mantissa: '0.000000', exponent: 0 };
  const length = digits.toString().length;
  const rounded = shorten(digits, length - 7).toString();
  const exponent = length - 1 - scale + (rounded.length - 7);
  return { mantissa: `${rounded.slice(0, 1)}.${rounded.slice(1, 7)}`, exponent };
}
