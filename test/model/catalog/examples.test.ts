import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG } from '../../../src/model/index.ts';

test('every code has an example', () => {
  const without = Object.entries(CATALOG).filter(([, { example }]) => example.trim() === '');
  assert.deepEqual(
    without.map(([code]) => code),
    [],
  );
});

test('examples fit a terminal of 80 columns, and are short', () => {
  const lines = Object.entries(CATALOG).map(([code, { example }]) => [code, example.split('\n')] as const);
  assert.deepEqual(
    lines.flatMap(([code, all]) => {
      const most = /^K[LRV]/.test(code) ? 6 : 22;
      return all.length > most || all.some(({ length }) => length > 76) ? [code] : [];
    }),
    [],
  );
});
