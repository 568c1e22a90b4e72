import { parseQuantity } from '../../model/index.ts';
import { member, overload, type Implementation } from '../declaration.ts';
import { sealed, type StructType } from '../struct-type.ts';
import { BOOL, DOUBLE, INT, STRING } from '../type.ts';
import { Failure, NO_SUCH_OVERLOAD, SealedValue, type Result, type Value } from '../value.ts';
import type { Library } from './library.ts';

export const QUANTITY_TYPE: StructType = sealed('kubernetes.Quantity');

/** A number times a power of ten, as Kubernetes keeps a quantity that is neither too long nor too fine for it. */
interface Amount {
  readonly value: bigint;
  readonly scale: number;
}

export class QuantityValue extends SealedValue {
  readonly typeName = 'kubernetes.Quantity';
  override readonly goType = '*resource.Quantity';
  /** In billionths. */
  readonly nano: bigint;
  /** Undefined for one that is kept as a decimal of any length: it never counts as an integer. */
  readonly amount: Amount | undefined;
  /** How many digits it is kept with behind the point, nine of a decimal that is read; fewer than none where it is kept in tens or more. */
  readonly digitsBehind: number;

  constructor(nano: bigint, amount: Amount | undefined, digitsBehind: number = nano === 0n ? 0 : 9) {
    super();
    this.nano = nano;
    this.amount = amount;
    this.digitsBehind = amount === undefined ? digitsBehind : -amount.scale;
  }

  isEqual(other: this): boolean {
    return this.nano === other.nano;
  }
}

const PARTS = /^([+-]?)0*(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;
const POWERS: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** A text as a quantity; a failure in the words of `resource.ParseQuantity` for what is none. */
export function readQuantity(text: string): QuantityValue | Failure {
  const match = text === '' ? null : PARTS.exec(text);
  if (match === null) {
    return new Failure("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  }
  const nano = parseQuantity(text);
  if (nano === undefined) return new Failure("unable to parse quantity's suffix");
  const [, sign = '', digits = '', fraction = '', suffix = ''] = match;
  const amount = toAmount(digits === '' ? '0' : digits, fraction, suffix);
  return new QuantityValue(nano, sign === '-' && amount !== undefined ? { ...amount, value: -amount.value } : amount);
}

// The short form of resource.ParseQuantity, with its estimate of how many digits there are.
function toAmount(digits: string, fraction: string, suffix: string): Amount | undefined {
  const binary = BINARY[suffix];
  if (binary !== undefined) {
    const isShort = 15 - digits.length - Math.trunc((binary * 3) / 10) - 1 >= 0;
    return isShort && fraction === '' ? { value: BigInt(digits) << BigInt(binary), scale: 0 } : undefined;
  }
  const exponent = POWERS[suffix] ?? Number(suffix.slice(1));
  const scale = exponent - fraction.length;
  return digits.length + fraction.length <= 18 && scale >= -9 ? { value: BigInt(digits + fraction), scale } : undefined;
}

// The least of all numbers is its own negative, as it is in Go.
const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
const within64 = (value: bigint): bigint | undefined => (BigInt.asIntN(64, value) === value ? value : undefined);

function addAmounts(a: Amount | undefined, b: Amount | undefined): Amount | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (b.value === 0n) return a;
  if (a.value === 0n) return b;
  const scale = Math.min(a.scale, b.scale);
  const [left, right] = [a, b].map((amount) => within64(amount.value * 10n ** BigInt(amount.scale - scale)));
  const value = left === undefined || right === undefined ? undefined : within64(left + right);
  return value === undefined ? undefined : { value, scale };
}

function toInteger({ amount }: QuantityValue): bigint | undefined {
  return amount === undefined || amount.scale < 0 ? undefined : within64(amount.value * 10n ** BigInt(amount.scale));
}

// The digits are rounded to a float before they are scaled.
function toFloat({ nano, amount, digitsBehind }: QuantityValue): number {
  const digits = amount?.value ?? nano / 10n ** BigInt(9 - digitsBehind);
  return digitsBehind === 0 ? Number(digits) : Number(digits) * Number(`1e${-digitsBehind}`);
}

const one =
  (run: (quantity: QuantityValue) => Result): Implementation =>
  (value) =>
    value instanceof QuantityValue ? run(value) : NO_SUCH_OVERLOAD;
const two =
  (run: (a: QuantityValue, b: QuantityValue) => Result): Implementation =>
  (a, b) =>
    a instanceof QuantityValue && b instanceof QuantityValue ? run(a, b) : NO_SUCH_OVERLOAD;
const sum =
  (sign: 1n | -1n): Implementation =>
  (a, b: Value | undefined) => {
    const other = typeof b === 'bigint' ? new QuantityValue(b * 1_000_000_000n, { value: b, scale: 0 }) : b;
    if (!(a instanceof QuantityValue) || !(other instanceof QuantityValue)) return NO_SUCH_OVERLOAD;
    const amount = addAmounts(
      a.amount,
      other.amount === undefined ? undefined : { ...other.amount, value: wrap(sign * other.amount.value) },
    );
    if (amount !== undefined) return new QuantityValue(amount.value * 10n ** BigInt(amount.scale + 9), amount);
    return new QuantityValue(a.nano + sign * other.nano, undefined, Math.max(a.digitsBehind, other.digitsBehind));
  };

const order = (a: QuantityValue, b: QuantityValue): bigint => (a.nano < b.nano ? -1n : a.nano > b.nano ? 1n : 0n);
const signOf = ({ nano }: QuantityValue): bigint => (nano < 0n ? -1n : nano > 0n ? 1n : 0n);
const BOTH = [QUANTITY_TYPE, QUANTITY_TYPE];

/** Quantities (`k8s.io/apiserver/pkg/cel/library/quantity.go`). */
export const QUANTITY: Library = {
  functions: [
    {
      name: 'quantity',
      overloads: [
        overload('string_to_quantity', [STRING], QUANTITY_TYPE, (text) =>
          typeof text === 'string' ? readQuantity(text) : NO_SUCH_OVERLOAD,
        ),
      ],
    },
    {
      name: 'isQuantity',
      overloads: [
        overload('is_quantity_string', [STRING], BOOL, (text) =>
          typeof text === 'string' ? readQuantity(text) instanceof QuantityValue : NO_SUCH_OVERLOAD,
        ),
      ],
    },
    { name: 'sign', overloads: [overload('quantity_sign', [QUANTITY_TYPE], INT, one(signOf))] },
    {
      name: 'isGreaterThan',
      overloads: [
        member(
          'quantity_is_greater_than',
          BOTH,
          BOOL,
          two((a, b) => a.nano > b.nano),
        ),
      ],
    },
    {
      name: 'isLessThan',
      overloads: [
        member(
          'quantity_is_less_than',
          BOTH,
          BOOL,
          two((a, b) => a.nano < b.nano),
        ),
      ],
    },
    { name: 'compareTo', overloads: [member('quantity_compare_to', BOTH, INT, two(order))] },
    { name: 'asApproximateFloat', overloads: [member('quantity_get_float', [QUANTITY_TYPE], DOUBLE, one(toFloat))] },
    {
      name: 'asInteger',
      overloads: [
        member(
          'quantity_get_int',
          [QUANTITY_TYPE],
          INT,
          one((quantity) => toInteger(quantity) ?? new Failure('cannot convert value to integer')),
        ),
      ],
    },
    {
      name: 'isInteger',
      overloads: [
        member(
          'quantity_is_integer',
          [QUANTITY_TYPE],
          BOOL,
          one((quantity) => toInteger(quantity) !== undefined),
        ),
      ],
    },
    {
      name: 'add',
      overloads: [
        member('quantity_add', BOTH, QUANTITY_TYPE, sum(1n)),
        member('quantity_add_int', [QUANTITY_TYPE, INT], QUANTITY_TYPE, sum(1n)),
      ],
    },
    {
      name: 'sub',
      overloads: [
        member('quantity_sub', BOTH, QUANTITY_TYPE, sum(-1n)),
        member('quantity_sub_int', [QUANTITY_TYPE, INT], QUANTITY_TYPE, sum(-1n)),
      ],
    },
  ],
};
