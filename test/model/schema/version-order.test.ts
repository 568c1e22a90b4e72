import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareApiVersions } from '../../../src/model/schema/index.ts';

test('stable before beta before alpha, higher first, then what is no version', () => {
  const want = ['v10', 'v2', 'v1', 'v11beta2', 'v10beta3', 'v3beta1', 'v12alpha1', 'v11alpha2', 'foo1', 'foo10'];
  assert.deepEqual(want.toReversed().toSorted(compareApiVersions), want);
});
