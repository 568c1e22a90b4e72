import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draftPlan, planWorlds, type PlanInput } from '../../src/planner/index.ts';
import { nameOf, toRefKey, type RefKey } from '../../src/model/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { manifest, object, stored, toInput } from './scenario.ts';

const named = (apiVersion: string, kind: string, name: string, rest: JsonObject = {}): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop' },
  ...rest,
});
const key = (kind: string, name: string): RefKey => toRefKey({ group: '', kind, namespace: 'shop', name });

const OLD = named('v1', 'ConfigMap', 'old');
const KEPT = named('v1', 'ConfigMap', 'kept', { data: { k: '1' } });
const NEW = named('v1', 'ConfigMap', 'new');
const QUOTA = named('v1', 'ResourceQuota', 'few', { spec: { hard: { configmaps: '2' } } });

function ofChange(more: readonly JsonObject[]): PlanInput {
  const after = [{ ...KEPT, data: { k: '2' } }, NEW, ...more];
  return toInput(
    [OLD, KEPT, ...more].map((value) => stored(value)),
    after.map((value) => manifest(value)),
  );
}

test('where something is counted the worlds know in which order objects come, and what leaves; what is only updated is there', () => {
  const { order } = draftPlan(ofChange([QUOTA])).worlds().after;
  assert.deepEqual([...(order?.created ?? [])], [key('ConfigMap', 'new')]);
  assert.deepEqual([...(order?.waves.keys() ?? [])], [key('ConfigMap', 'new')]);
  assert.deepEqual(order?.leaving.map(nameOf), ['old']);
});

test('where nothing is counted there is no order', () => {
  assert.equal(draftPlan(ofChange([])).worlds().after.order, undefined);
});

test('the worlds that engines compare are the same at each call, and hold what those without a draft hold', () => {
  const draft = draftPlan(ofChange([]));
  const { before, after } = draft.worlds();
  assert.equal(draft.worlds().after, after);
  const asked = planWorlds(ofChange([]));
  assert.deepEqual(asked.before.objects(), before.objects());
  assert.deepEqual(asked.after.objects(), after.objects());
});

test('what leaves takes along what only it owns, but for what is still asked for', () => {
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'old', uid: 'u1' };
  const owned = (name: string): JsonObject => ({
    ...named('v1', 'ConfigMap', name),
    metadata: { name, namespace: 'shop', ownerReferences: [owner] },
  });
  const before = [{ ...OLD, metadata: { name: 'old', namespace: 'shop', uid: 'u1' } }, owned('child'), owned('asked')];
  const input = {
    ...toInput(before.map(object), [manifest(named('v1', 'ConfigMap', 'asked'))]),
    owned: new Set([key('ConfigMap', 'old')]),
  };
  const { after } = draftPlan(input).worlds();
  assert.deepEqual(after.objects().map(nameOf), ['asked']);
});
