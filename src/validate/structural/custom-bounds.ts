import type { Schema } from '../../model/index.ts';
import { compileLinearPattern, isArray, isObject, quoteGo, type JsonValue } from '../../std/index.ts';
import { isInt64 } from './built-in.ts';
import type { Check, Cursor } from './cursor.ts';
import { isOfFormat } from './custom-formats.ts';

/** The checks of a custom resource's numbers, lengths, sizes and patterns. */
export function compileBounds(schema: Schema): readonly Check[] {
  return [...compileNumbers(schema), ...compileStrings(schema), ...compileSizes(schema)];
}

/** The check of a `format`; formats that the server does not know are no restriction. */
export function checkFormat(format: string): Check {
  return (value, at) => {
    if (typeof value === 'string' && !isOfFormat(value, format))
      at.report('KV0045', { field: at.field, value: quoteGo(value), type: format });
  };
}

/** What `IsValueValidAgainstRange` says of numbers where integers are wanted. */
function compileRange({ type, format }: Schema): readonly Check[] {
  if (type !== 'integer') return [];
  const isSmall = format === 'int32';
  const words = isSmall || format === 'int64' ? `with format ${format}` : '(default format)';
  return [
    (value, at) => {
      if (typeof value !== 'number' && typeof value !== 'bigint') return;
      const isFine = isInt64(value) && !(isSmall && (value < -2147483648 || value > 2147483647));
      if (!isFine) at.report('KV0052', { reason: `Checked value must be of type integer ${words} in ${at.field}` });
    },
  ];
}

function compileNumbers(schema: Schema): readonly Check[] {
  const checks: Check[] = [...compileRange(schema)];
  const { minimum, maximum, multipleOf, exclusiveMinimum, exclusiveMaximum } = schema;
  const forNumbers = (isFine: (value: number) => boolean, words: string): void => {
    checks.push((value, at) => {
      if (typeof value !== 'number' && typeof value !== 'bigint') return;
      if (!isFine(Number(value))) reportBody(at, value, words);
    });
  };
  if (minimum !== undefined && exclusiveMinimum === true) forNumbers((value) => value > minimum, `should be greater than ${minimum}`);
  else if (minimum !== undefined) forNumbers((value) => value >= minimum, `should be greater than or equal to ${minimum}`);
  if (maximum !== undefined && exclusiveMaximum === true) forNumbers((value) => value < maximum, `should be less than ${maximum}`);
  else if (maximum !== undefined) forNumbers((value) => value <= maximum, `should be less than or equal to ${maximum}`);
  if (multipleOf !== undefined) forNumbers((value) => isMultiple(value, multipleOf), `should be a multiple of ${multipleOf}`);
  return checks;
}

function isMultiple(value: number, of: number): boolean {
  const quotient = value / of;
  if (!isInt64(value) && Math.abs(quotient) > Number.MAX_SAFE_INTEGER) return false;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

function compileStrings({ minLength, maxLength, pattern }: Schema): readonly Check[] {
  const checks: Check[] = [];
  if (minLength !== undefined) {
    checks.push((value, at) => {
      if (typeof value === 'string' && lengthOf(value) < minLength) reportBody(at, value, `should be at least ${minLength} chars long`);
    });
  }
  if (maxLength !== undefined) {
    checks.push((value, at) => {
      if (typeof value === 'string' && lengthOf(value) > maxLength) at.report('KV0053', { field: at.field, limit: maxLength });
    });
  }
  const isMatch = pattern === undefined ? undefined : compileLinearPattern(pattern);
  if (isMatch !== undefined) {
    checks.push((value, at) => {
      if (typeof value === 'string' && !isMatch(value)) reportBody(at, value, `should match '${pattern ?? ''}'`);
    });
  }
  return checks;
}

function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

function compileSizes({ minItems, maxItems, minProperties, maxProperties }: Schema): readonly Check[] {
  const checks: Check[] = [];
  const forSizes = (
    sizeOf: (value: JsonValue) => number | undefined,
    minimum: number | undefined,
    maximum: number | undefined,
    noun: string,
  ): void => {
    if (minimum === undefined && maximum === undefined) return;
    checks.push((value, at) => {
      const size = sizeOf(value);
      if (size === undefined) return;
      if (minimum !== undefined && size < minimum) reportBody(at, size, `should have at least ${minimum} ${noun}`);
      if (maximum !== undefined && size > maximum) at.report('KV0054', { field: at.field, size, limit: maximum });
    });
  };
  forSizes((value) => (isArray(value) ? value.length : undefined), minItems, maxItems, 'items');
  forSizes((value) => (isObject(value) ? Object.keys(value).length : undefined), minProperties, maxProperties, 'properties');
  return checks;
}

function reportBody(at: Cursor, value: string | number | bigint, words: string): void {
  at.report('KV0055', {
    field: at.field,
    value: typeof value === 'string' ? quoteGo(value) : printGoNumber(value),
    reason: `${at.field} in body ${words}`,
  });
}

/** A number as Go's `%v` prints it: what is no int64 is a float, with an exponent where `%g` has one. */
function printGoNumber(value: number | bigint): string {
  if (isInt64(value)) return value.toString();
  const number = Number(value);
  const [digits = '', power = ''] = number.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return number.toString();
  return `${digits}e${power.charAt(0)}${power.slice(1).padStart(2, '0')}`;
}
