import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatQuantity, parseQuantity, toMilli, toUnits } from '../../src/model/index.ts';

const amounts: readonly { readonly text: string | number; readonly milli: number }[] = [
  { text: '500m', milli: 500 },
  { text: '1', milli: 1000 },
  { text: 2, milli: 2000 },
  { text: 0.5, milli: 500 },
  { text: '1.5Gi', milli: 1.5 * 2 ** 30 * 1000 },
  { text: '1e3', milli: 1_000_000 },
  { text: '1E3', milli: 1_000_000 },
  { text: '3k', milli: 3_000_000 },
  { text: '.5', milli: 500 },
  { text: '5.', milli: 5000 },
  { text: '-2', milli: -2000 },
  { text: '1n', milli: 1 },
  { text: 'Gi', milli: 0 },
  { text: '.', milli: 0 },
];
for (const { text, milli } of amounts) {
  test(`${text} is ${milli} thousandths`, () => {
    const quantity = parseQuantity(text);
    assert.ok(quantity !== undefined);
    assert.equal(toMilli(quantity), milli);
  });
}

for (const text of ['', '64MB', '1 Gi', '1ki', '--1', '1.2.3', '0x10', '1e', 'NaN'])
  test(`${JSON.stringify(text)} is no quantity`, () => assert.equal(parseQuantity(text), undefined));

test('units are rounded up', () => assert.equal(toUnits(parseQuantity('1.1') ?? 0n), 2));

test('amounts are written as people write them', () => {
  assert.equal(formatQuantity(parseQuantity('1536Mi') ?? 0n, 'binary'), '1536Mi');
  assert.equal(formatQuantity(parseQuantity('2048Mi') ?? 0n, 'binary'), '2Gi');
  assert.equal(formatQuantity(parseQuantity('0.25') ?? 0n, 'decimal'), '250m');
  assert.equal(formatQuantity(parseQuantity('4') ?? 0n, 'decimal'), '4');
});
