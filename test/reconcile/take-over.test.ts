import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOf, type TakeOver } from '../../src/model/index.ts';
import { applyPlan } from '../../src/reconcile/index.ts';
import { getString } from '../../src/std/index.ts';
import { REAL_CLOCK, withCluster } from '../sim/embedded.ts';
import { carryOut, object, planUnit } from './embedded-unit.ts';

const CASES: readonly { readonly name: string; readonly from: TakeOver; readonly isTaken: boolean }[] = [
  { name: 'nobody', from: false, isTaken: false },
  { name: 'another manager', from: new Set(['helm']), isTaken: false },
  { name: 'one of two managers', from: new Set(['dashboard']), isTaken: false },
  { name: 'both managers', from: new Set(['dashboard', 'operator']), isTaken: true },
  { name: 'everybody', from: true, isTaken: true },
];

const settings = (colour: string, size: string): ReturnType<typeof object> => object('ConfigMap', 'settings', { data: { colour, size } });

for (const { name, from, isTaken } of CASES) {
  test(`a step that conflicts with two managers ${isTaken ? 'is applied' : 'fails'} where fields of ${name} are taken over`, async () => {
    await withCluster(async (cluster) => {
      const wanted = [object('Namespace', 'shop'), settings('red', 'small')];
      await carryOut(cluster, await planUnit(cluster, wanted), wanted);
      for (const [manager, data] of [
        ['dashboard', { colour: 'blue' }],
        ['operator', { size: 'large' }],
      ] as const) {
        const written = object('ConfigMap', 'settings', { data });
        assert.equal((await cluster.apply(written, { fieldManager: manager, force: true })).kind, 'ok');
      }
      const plan = await planUnit(cluster, wanted);
      const result = await applyPlan(cluster, plan, { clock: REAL_CLOCK, forceConflicts: from });
      assert.equal(result.conclusion, isTaken ? 'applied' : 'incomplete', JSON.stringify(result));
      const live = await cluster.get(refOf(settings('', '')));
      const held = [getString(live, 'data', 'colour'), getString(live, 'data', 'size')];
      assert.deepEqual(held, isTaken ? ['red', 'small'] : ['blue', 'large']);
    });
  });
}
