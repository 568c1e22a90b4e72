import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAttribution } from './attribution/check.ts';
import { SEED } from './random.ts';

const COUNT = Number(process.env['KPLAN_ATTRIBUTION_COUNT'] ?? 100);

test(`reverting the lines that an effect names removes it (KPLAN_SEED=${SEED} KPLAN_ATTRIBUTION_COUNT=${COUNT})`, (t) => {
  let effects = 0;
  const faults: string[] = [];
  for (let index = 0; index < COUNT; index++) {
    const verdict = checkAttribution(SEED, index);
    effects += verdict.effects;
    faults.push(...verdict.faults);
  }
  t.diagnostic(`${effects} effects of ${COUNT} changes`);
  assert.deepEqual(faults.slice(0, 20), [], `${faults.length} of ${effects} effects`);
  assert.ok(effects > COUNT, 'changes do something');
});
