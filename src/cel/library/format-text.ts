import { compareStrings, quoteGo } from '../../std/index.ts';
import { convert } from '../convert.ts';
import {
  Duration,
  Failure,
  isList,
  isValue,
  MapValue,
  SealedValue,
  Timestamp,
  typeNameOf,
  TypeValue,
  Uint,
  Optional,
  type Result,
  type Value,
} from '../value.ts';
import { formatFixed, formatScientific } from './decimal.ts';
import { explainClause, readClauses } from './format-clause.ts';

const PRECISION = 6;

/** `format.format(args)`: puts the arguments in their places (cel-go's `ext.Strings`, version 2). */
export function formatText(format: string, args: readonly Value[]): Result {
  let text = '';
  let next = 0;
  for (const clause of readClauses(format)) {
    if ('text' in clause) {
      text += clause.text;
      continue;
    }
    const arg = args[next];
    if (arg === undefined) return new Failure(`index ${next} out of range`);
    next++;
    if ('error' in clause) return new Failure(clause.error);
    const part = formatArgument(arg, clause.verb, clause.precision ?? PRECISION);
    if (typeof part !== 'string') return new Failure(`error during formatting: ${part.message}`);
    text += part;
  }
  return text;
}

function formatArgument(value: Value, verb: string, precision: number): string | Failure {
  const refusal = new Failure(explainClause(verb, typeNameOf(value)));
  switch (verb) {
    case 's': {
      const problem = value instanceof Uint8Array ? convert(value, 'string') : undefined;
      if (problem instanceof Failure) return new Failure(`could not convert argument ${quoteGo(problem.message)} to string`);
      return formatAsText(value) ?? refusal;
    }
    case 'd':
      return toWhole(value)?.toString() ?? refusal;
    case 'f':
    case 'e': {
      const number = toDouble(value);
      return number === undefined ? refusal : formatDouble(number, verb, precision);
    }
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : (toWhole(value)?.toString(2) ?? refusal);
    case 'o':
      return toWhole(value)?.toString(8) ?? refusal;
    default:
      return toHexadecimal(value, verb === 'X') ?? refusal;
  }
}

function toWhole(value: Value): bigint | undefined {
  return typeof value === 'bigint' ? value : value instanceof Uint ? value.value : undefined;
}

function toDouble(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  return value === 'NaN' ? NaN : value === 'Infinity' ? Infinity : value === '-Infinity' ? -Infinity : undefined;
}

// As golang.org/x/text/message prints numbers for English. cel-go takes the precision of an exponential form for its width.
function formatDouble(value: number, verb: 'e' | 'f', precision: number): string {
  const width = verb === 'e' ? precision : 0;
  const sign = value < 0 ? '-' : '';
  if (!Number.isFinite(value)) return (Number.isNaN(value) ? 'NaN' : `${sign}∞`).padStart(width);
  if (verb === 'f') {
    const [whole = '', fraction] = formatFixed(value, precision).split('.');
    return `${sign}${whole.replace(/\B(?=(?:\d{3})+$)/g, ',')}${fraction === undefined ? '' : `.${fraction}`}`;
  }
  const { mantissa, exponent } = formatScientific(value);
  const power = `${exponent < 0 ? '-' : ''}${Math.abs(exponent).toString().padStart(2, '0')}`;
  return `${sign}${mantissa}×10${raise(power)}`.padStart(width);
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function raise(text: string): string {
  return Array.from(text, (letter) => (letter === '-' ? '⁻' : (RAISED[Number(letter)] ?? ''))).join('');
}

const ENCODER = new TextEncoder();

function toHexadecimal(value: Value, isUpper: boolean): string | undefined {
  const bytes = typeof value === 'string' ? ENCODER.encode(value) : value instanceof Uint8Array ? value : undefined;
  const text =
    bytes === undefined ? toWhole(value)?.toString(16) : Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return isUpper ? text?.toUpperCase() : text;
}

/** A value as `%s` prints it; undefined for what it does not print. */
function formatAsText(value: Value): string | undefined {
  if (value === null) return 'null';
  if (isList(value) || value instanceof MapValue) return formatPart(value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof SealedValue || value instanceof Optional) return undefined;
  const text = convert(value, 'string');
  return typeof text === 'string' ? text : text instanceof Failure ? text.message : undefined;
}

/** A value as it is printed within a list or map. */
function formatPart(value: Value): string | undefined {
  if (typeof value === 'string') return quoteGo(value);
  if (typeof value === 'number') return formatNumber(value);
  if (value instanceof Uint8Array) return `b${quoteGo(new TextDecoder().decode(value))}`;
  if (value instanceof Timestamp) return `timestamp("${formatAsText(value) ?? ''}")`;
  if (value instanceof Duration) return `duration("${formatAsText(value) ?? ''}")`;
  if (isList(value)) {
    const parts = value.map(formatPart);
    return parts.includes(undefined) ? undefined : `[${parts.join(', ')}]`;
  }
  return value instanceof MapValue ? formatEntries(value) : formatAsText(value);
}

function formatNumber(value: number): string {
  if (Number.isNaN(value)) return '"NaN"';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return Number.isFinite(value) ? sign + formatFixed(value, PRECISION) : `"${sign === '' ? '+' : sign}Inf"`;
}

function formatEntries(map: MapValue): string | undefined {
  const entries: { readonly key: string; readonly value: string }[] = [];
  for (const key of map.keys()) {
    const found = map.find(key);
    const value = found === undefined || !isValue(found) ? undefined : formatPart(found);
    const name = formatPart(key);
    if (value === undefined || name === undefined) return undefined;
    entries.push({ key: name, value });
  }
  const sorted = entries.toSorted((a, b) => compareStrings(a.key, b.key));
  return `{${sorted.map(({ key, value }) => `${key}:${value}`).join(', ')}}`;
}
