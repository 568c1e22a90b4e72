import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { World } from '../../../../src/model/index.ts';
import { loadCatalog } from '../../../../src/model/schema/index.ts';
import { compareChecks } from '../../../../src/engine/rbac/checks/index.ts';
import { listChecks } from '../../../../src/engine/rbac/index.ts';
import { shuffle } from '../../../../src/std/index.ts';
import { anyPolicy } from '../random-policy.ts';

const CATALOG = loadCatalog('1.36');
/** Of these a catalog tells, or the gain of the right itself. */
const ELSEWHERE = ['KA0601', 'KA0602', 'KA0606'];

test('what a change brings is what the checks of the whole worlds differ in', () => {
  let told = 0;
  fc.assert(
    fc.property(anyPolicy, anyPolicy, fc.boolean(), fc.nat(), (before, other, isSmall, seed) => {
      const after = isSmall ? [...before.slice(0, -1), ...other.slice(-1)] : shuffle([...before, ...other], seed);
      const [was, is] = [World.of(before), World.of(after)];
      const known = new Set(listChecks(was, CATALOG).map(({ key }) => key));
      const fresh = listChecks(is, CATALOG).filter(
        ({ key, code, severity }) => severity !== 'info' && !ELSEWHERE.includes(code) && !known.has(key),
      );
      const facts = compareChecks(was, is).map(({ fact }) => fact);
      assert.deepEqual(
        facts.map(({ key }) => key),
        fresh.map(({ key }) => key),
      );
      told += facts.length;
    }),
    { numRuns: 400 },
  );
  assert.ok(told > 10, `${told} told`);
});
