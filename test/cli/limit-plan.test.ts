import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../src/cli/arguments.ts';
import { limitPlan } from '../../src/cli/limit-plan.ts';
import type { Admission, ObjectRef, Plan } from '../../src/model/index.ts';
import { planReport, step } from '../report/report-fixture.ts';

const ref = (namespace: string): ObjectRef => ({ group: '', version: 'v1', kind: 'ConfigMap', namespace, name: 'c' });

function webhook(name: string, sees: readonly string[], maySee: readonly string[] = []): Admission {
  return { kind: 'MutatingWebhook', name, configuration: 'c', failurePolicy: 'Fail', sees: sees.map(ref), maySee: maySee.map(ref) };
}

const PLAN: Plan = {
  ...planReport([step({ ref: ref('shop') }), step({ ref: ref('pay') })]).plan,
  admission: [webhook('both', ['shop'], ['pay']), webhook('other', ['pay'])],
};

test('webhooks that see nothing of what is asked for are left out', async () => {
  const limited = limitPlan(PLAN, await parseArguments('kplan', ['plan', '-n', 'shop']));
  assert.deepEqual(limited.admission, [webhook('both', ['shop'])]);
  assert.deepEqual(limitPlan(PLAN, await parseArguments('kplan', ['plan'])).admission, PLAN.admission);
});
