import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG } from '../../../src/model/index.ts';

const FAMILIES = ['KA', 'KB', 'KN', 'KP'];

test('every code has an example', () => {
  const without = Object.entries(CATALOG).filter(([code, { example }]) => FAMILIES.includes(code.slice(0, 2)) && example === undefined);
  assert.deepEqual(
    without.map(([code]) => code),
    [],
  );
});
