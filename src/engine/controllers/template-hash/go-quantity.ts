import { formatQuantity, parseQuantity, type Quantity } from '../../../model/index.ts';
import type { JsonValue } from '../../../std/index.ts';

const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BILLION = 1_000_000_000n;
const MOST_DIGITS = 18;
const MOST_INT64 = (1n << 63n) - 1n;
const WORD = (1n << 64n) - 1n;

/**
 * The memory of a `resource.Quantity` that was read from the API server, as Go's spew prints it: a number that fits is an int64 and a
 * scale, and the text it was read from is kept where Kubernetes takes it for what it would write (`ParseQuantity`). Undefined for what
 * is none.
 */
export function formatGoQuantity(value: JsonValue | undefined): string | undefined {
  const amount = parseQuantity(value);
  if (amount === undefined || typeof value === 'object') return undefined;
  const text = String(value);
  const read = parse(text);
  // What is stored is written anew where the text was not kept.
  return format(read.text === undefined ? parse(toCanonical(text, amount)) : read);
}

interface Memory {
  readonly number: bigint;
  readonly scale: number;
  readonly style: 'BinarySI' | 'DecimalExponent' | 'DecimalSI';
  readonly text?: string;
  readonly isBig?: boolean;
}

function parse(text: string): Memory {
  if (text === '0') return { number: 0n, scale: 0, style: 'DecimalSI', text };
  const [, sign = '', whole = '', fraction = '', suffix = ''] = /^([+-]?)0*(\d*)\.?(\d*)(.*)$/.exec(text) ?? [];
  const digits = (whole === '' ? '0' : whole) + fraction;
  const length = Math.max(1, whole.length) + fraction.length;
  const number = sign === '-' ? -BigInt(digits) : BigInt(digits);
  const power = BINARY[suffix];
  if (power !== undefined) return parseBinary({ number, text, power, length, places: fraction.length });
  const style = suffix in DECIMAL ? 'DecimalSI' : 'DecimalExponent';
  const scale = (DECIMAL[suffix] ?? Number(suffix.slice(1))) - fraction.length;
  if (length > MOST_DIGITS || scale < -9) return { number, scale, style, isBig: true };
  const isKept = scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
  return { number, scale, style, ...(isKept ? { text } : {}) };
}

interface Binary {
  readonly number: bigint;
  readonly text: string;
  readonly power: number;
  readonly length: number;
  readonly places: number;
}

function parseBinary({ number, text, power, length, places }: Binary): Memory {
  const shifted = number << BigInt(power);
  const precision = 15 - length - Math.trunc((power * 3) / 10) - 1;
  if (places > 0 || precision < 0 || shifted > MOST_INT64) return { number: shifted, scale: -places, style: 'BinarySI', isBig: true };
  return { number: shifted, scale: 0, style: 'BinarySI', ...((number & 7n) === 0n ? {} : { text }) };
}

/** A quantity as Kubernetes writes it: binary from 1024 on and where that loses nothing. */
function toCanonical(text: string, amount: Quantity): string {
  const size = amount < 0n ? -amount : amount;
  if (text.endsWith('i')) return formatQuantity(amount, size < 1024n * BILLION || size % BILLION !== 0n ? 'decimal' : 'binary');
  const decimal = formatQuantity(amount, 'decimal');
  // Kubernetes loses the suffix of what no suffix is enough for.
  if (!/[eE][+-]?\d+$/.test(text)) return decimal.replace(/(?:000)+E$/, '');
  const [, digits = '', suffix = ''] = /^(-?\d+)(.*)$/.exec(decimal) ?? [];
  const exponent = DECIMAL[suffix] ?? 0;
  return exponent === 0 ? digits : `${digits}e${exponent}`;
}

function format({ number, scale, text = '', style, isBig = false }: Memory): string {
  const [value, power] = isBig ? [0n, 0] : [number, scale];
  const big = isBig ? formatBig(number, scale) : '<nil>';
  return `{i:(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${power}} d:(resource.infDecAmount){Dec:(*inf.Dec)${big}} s:(string)${text} Format:(resource.Format)${style}}`;
}

/** An `inf.Dec` that was rounded to billionths. */
function formatBig(number: bigint, scale: number): string {
  const billionths = scale >= -9 ? number * 10n ** BigInt(9 + scale) : number / 10n ** BigInt(-9 - scale);
  const words: bigint[] = [];
  for (let rest = billionths < 0n ? -billionths : billionths; rest > 0n; rest >>= 64n) words.push(rest & WORD);
  return `{unscaled:(big.Int){neg:(bool)${billionths < 0n} abs:(big.nat)[${words.join(' ')}]} scale:(inf.Scale)9}`;
}
