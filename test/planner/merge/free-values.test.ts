import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyMerge, updateMerge } from '../../../src/planner/index.ts';
import type { KubernetesObject, Schema } from '../../../src/model/index.ts';
import { getArray, getObject, type JsonValue } from '../../../src/std/index.ts';

const schema: Schema = { type: 'object', properties: { spec: { type: 'object', preserveUnknownFields: true } } };
const context = { schema, now: '2026-01-01T00:00:00Z' };

function gadget(spec: JsonValue): KubernetesObject {
  return { apiVersion: 'judge.example/v1', kind: 'Gadget', metadata: { name: 'x' }, spec };
}

function fieldsOf(object: KubernetesObject, manager: string): JsonValue | undefined {
  const entry = getArray(object.metadata, 'managedFields').find((item) => getObject(item)?.['manager'] === manager);
  return getObject(entry, 'fieldsV1', 'f:spec');
}

test('fields go with the map that a list takes the place of, whoever owned them', () => {
  const live = updateMerge({ ...context, live: undefined, updated: gadget({ a: { b: 1 }, c: 1 }), manager: 'one' });
  const outcome = applyMerge({ ...context, live, applied: gadget({ a: [] }), manager: 'two', force: true });
  assert.ok(outcome.kind === 'ok');
  assert.deepEqual(fieldsOf(outcome.object, 'one'), { '.': {}, 'f:c': {} });
  assert.deepEqual(fieldsOf(outcome.object, 'two'), { 'f:a': {} });
});

test('a map that takes the place of a list is owned with its fields', () => {
  const live = updateMerge({ ...context, live: undefined, updated: gadget({ a: [1] }), manager: 'one' });
  const updated = updateMerge({ ...context, live, updated: gadget({ a: { b: 1 } }), manager: 'two' });
  assert.deepEqual(fieldsOf(updated, 'two'), { 'f:a': { '.': {}, 'f:b': {} } });
});
