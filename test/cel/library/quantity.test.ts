import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QUANTITY, QuantityValue, readQuantity } from '../../../src/cel/library/quantity.ts';
import type { Value } from '../../../src/cel/value.ts';

function call(name: string, ...args: readonly Value[]): unknown {
  const run = QUANTITY.functions?.find((item) => item.name === name)?.overloads[0]?.run;
  assert.ok(run, name);
  return run(...args);
}

function quantity(text: string): QuantityValue {
  const value = readQuantity(text);
  assert.ok(value instanceof QuantityValue, text);
  return value;
}

// By `Quantity.AsApproximateFloat64`: the digits become a float before they are scaled.
const FLOATS: readonly (readonly [name: string, value: () => unknown, want: number])[] = [
  ['an integer', () => quantity('2Ki'), 2048],
  ['thousandths', () => quantity('1500m'), 1.5],
  ['a sum beyond 64 bits', () => call('add', quantity('1'), 9_223_372_036_854_775_807n), 9_223_372_036_854_775_808],
  [
    'a sum beyond 64 bits that keeps a digit behind the point',
    () => call('sub', quantity('2Ki'), call('add', quantity('1.0'), 9_223_372_036_854_775_807n) as Value),
    -9_223_372_036_854_774_784,
  ],
];

for (const [name, value, want] of FLOATS) {
  test(`the float of ${name}`, () => assert.equal(call('asApproximateFloat', value() as Value), want));
}
