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
