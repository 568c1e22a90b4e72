import type { JsonValue } from '../../std/index.ts';

const TRUE = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const FALSE = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const NULL = new Set(['', '~', 'null', 'Null', 'NULL']);
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const NOT_FINITE = /^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/;
const INT64_MAX = 9223372036854775807n;
const INT64_MIN = -9223372036854775808n;
const UINT64_MAX = 18446744073709551615n;
const SAFE = 9007199254740991n;

/** `.inf` and `.nan` have no JSON form: kubectl refuses the document. */
export type NotFinite = typeof NOT_FINITE_VALUE;
export const NOT_FINITE_VALUE: unique symbol = Symbol('not finite');

/**
 * What an unquoted scalar means to kubectl (sigs.k8s.io/yaml over goyaml.v2): neither YAML 1.1 nor 1.2. Integers beyond
 * 2^53 within int64 are bigint; text that is nothing else is a string.
 */
export function resolvePlain(text: string): JsonValue | NotFinite {
  switch (text.charCodeAt(0)) {
    case 0x2b: // +
    case 0x2d: // -
    case 0x2e: // .
    case 0x30:
    case 0x31:
    case 0x32:
    case 0x33:
    case 0x34:
    case 0x35:
    case 0x36:
    case 0x37:
    case 0x38:
    case 0x39:
      return resolveNumber(text);
    default:
      return resolveWord(text);
  }
}

function resolveWord(text: string): JsonValue {
  if (text.length > 5) return text;
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  return NULL.has(text) ? null : text;
}

function resolveNumber(text: string): JsonValue | NotFinite {
  const digits = text.includes('_') ? text.replaceAll('_', '') : text;
  const match = INTEGER.exec(digits);
  if (match !== null) return resolveInteger(match[1] === '-', match[2] ?? '') ?? resolveFloat(digits) ?? text;
  if (NOT_FINITE.test(text)) return NOT_FINITE_VALUE;
  return resolveFloat(digits) ?? text;
}

function resolveInteger(isNegative: boolean, digits: string): number | bigint | undefined {
  const plain = /^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const near = plain.length < 16 ? Number(plain) : NaN;
  if (near <= Number.MAX_SAFE_INTEGER) return isNegative && near !== 0 ? -near : near;
  const magnitude = BigInt(plain);
  const exact = isNegative ? -magnitude : magnitude;
  if (exact >= -SAFE && exact <= SAFE) return Number(exact);
  if (exact >= INT64_MIN && exact <= INT64_MAX) return exact;
  return exact > 0n && exact <= UINT64_MAX ? Number(exact) : undefined;
}

function resolveFloat(digits: string): number | undefined {
  if (!FLOAT.test(digits)) return undefined;
  const value = Number(digits);
  if (!Number.isFinite(value)) return undefined;
  return value === 0 ? 0 : value;
}

/**
 * True where YAML 1.2 readers (most editors, linters and other languages' parsers) give another value than kubectl does:
 * `0644` (420 to kubectl), `0b101`, `1_000`, `yes`, `off`. `value` is what kubectl makes of it.
 */
export function isReadDifferently(text: string, value: JsonValue): boolean {
  if (typeof value === 'boolean') return !/^[tf]/i.test(text);
  if (typeof value !== 'number' && typeof value !== 'bigint') return false;
  return text.includes('_') || /^[-+]?0(?:[0-7]+|[bB][01]+)$/.test(text);
}

/** The key that kubectl makes of a key scalar's value; undefined for null, which it refuses. */
export function toKey(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value;
  return value === null || typeof value === 'object' ? undefined : value.toString();
}
