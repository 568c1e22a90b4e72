import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAccess, openApiCluster } from '../../../src/cluster/index.ts';
import { labelsOf, refOf, withMetadata } from '../../../src/model/index.ts';
import { applyPlan, deleteUnit, membershipLabel } from '../../../src/reconcile/index.ts';
import { toObject, toPlan, toPrecondition } from '../../reconcile/toy-planner.ts';
import { REAL_CLOCK } from '../../sim/embedded.ts';

// Asked of a real API server: the deletion of what another unit takes over between the check and the deletion.
test('what another unit has taken over is never deleted, though it does so at the last moment', async () => {
  const access = await openAccess({ env: process.env, cwd: process.cwd(), now: Date.now, warn: () => undefined });
  assert.ok(access !== undefined);
  const cluster = openApiCluster(access, REAL_CLOCK);
  const [mine, other] = [membershipLabel('moves-a'), membershipLabel('moves-b')];
  const bare = toObject('ConfigMap', `moves-${process.pid}`, { data: { a: 'b' } }, 'default');
  const made = await cluster.apply(withMetadata(bare, { labels: { [mine.key]: mine.value } }), { fieldManager: 'kapply' });
  assert.equal(made.kind, 'ok');
  const step = { action: 'delete' as const, ref: refOf(made.object), precondition: toPrecondition(made.object) };
  const original = cluster.delete.bind(cluster);
  let asked = 0;
  cluster.delete = async (ref, options) => {
    if (asked++ === 0) {
      const taken = await cluster.apply(withMetadata(bare, { labels: { [other.key]: other.value } }), {
        fieldManager: 'kapply',
        force: true,
      });
      assert.equal(taken.kind, 'ok');
    }
    return original(ref, options);
  };
  const plan = { ...toPlan([{ label: 'prune', steps: [step] }]), unit: 'moves-a' };
  const result = await applyPlan(cluster, plan, { clock: REAL_CLOCK });
  assert.equal(asked, 1);
  assert.match(result.steps[0]?.message ?? '', /belongs to another ApplySet/);
  const live = await cluster.get(step.ref);
  assert.equal(live === undefined ? undefined : labelsOf(live).get(other.key), other.value);
  await original(step.ref);
  await deleteUnit(cluster, 'moves-a', { clock: REAL_CLOCK });
  await cluster.close();
});
