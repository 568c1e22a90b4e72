import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyHeld } from '../../../src/cli/stages/apply-held.ts';
import type { Cluster } from '../../../src/cluster/index.ts';
import { KplanError } from '../../../src/model/index.ts';
import type { ApplyResult } from '../../../src/reconcile/index.ts';
import { FakeCluster } from '../../reconcile/fake-cluster.ts';

const INCOMPLETE: ApplyResult = { unit: 'web', conclusion: 'incomplete', steps: [], touched: true };

/** A share that has lost the unit, or has not. */
function held(isLost: boolean): Parameters<typeof applyHeld>[0] {
  const fence = (_: string, cluster: Cluster, onRefused?: () => void): Cluster => {
    if (isLost) onRefused?.();
    return cluster;
  };
  return { share: { fence }, unit: 'web', cluster: new FakeCluster() };
}

const refuse = (): Promise<ApplyResult> => Promise.reject(new KplanError('REFUSED', "not this instance's any more"));

describe('what is applied while a unit is held', () => {
  it('is what it is where it was held throughout', async () => {
    assert.deepEqual(await applyHeld(held(false), () => Promise.resolve(INCOMPLETE)), INCOMPLETE);
    await assert.rejects(applyHeld(held(false), refuse), KplanError);
  });

  it('is stopped, and no failure of the revision, where the unit was lost meanwhile', async () => {
    assert.equal((await applyHeld(held(true), () => Promise.resolve(INCOMPLETE))).conclusion, 'stopped');
    const { conclusion, touched } = await applyHeld(held(true), refuse);
    assert.deepEqual([conclusion, touched], ['stopped', false]);
    await assert.rejects(
      applyHeld(held(true), () => Promise.reject(new TypeError('ours'))),
      TypeError,
    );
  });
});
