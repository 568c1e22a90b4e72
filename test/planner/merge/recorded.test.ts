import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { gvkOf, isKubernetesObject, type KubernetesObject } from '../../../src/model/index.ts';
import { loadCatalog } from '../../../src/model/schema/index.ts';
import { applyMerge, updateMerge } from '../../../src/planner/index.ts';
import { getArray, getBoolean, getObject, getString, isArray, isObject, parseJson, type JsonValue } from '../../../src/std/index.ts';

const NOW = '2026-01-01T00:00:00Z';
const FILE = new URL('../../../fixtures/plan/merge/recorded.json.gz', import.meta.url);

/** Times are not compared; nor is what a struct without a value leaves behind when it is written as JSON. */
function comparable(value: JsonValue): JsonValue | undefined {
  if (isArray(value)) {
    const items = value.flatMap((item) => comparable(item) ?? []);
    return items.length === 0 ? undefined : items;
  }
  if (!isObject(value)) return value === null || value === 0 || value === '' ? undefined : value;
  const out: Record<string, JsonValue> = {};
  for (const [name, item] of Object.entries(value)) {
    if (name === 'creationTimestamp' || name === 'uid') continue;
    const kept = name === 'time' ? 'some time' : name === 'fieldsV1' ? item : comparable(item);
    if (kept !== undefined) out[name] = kept;
  }
  return Object.keys(out).length === 0 ? undefined : out;
}

function answer(question: JsonValue): JsonValue {
  const live = getObject(question, 'live');
  const object = getObject(question, 'object');
  assert.ok(isKubernetesObject(object));
  const schema = loadCatalog('1.36').find(gvkOf(object))?.schema;
  assert.ok(schema);
  const manager = getString(question, 'manager') ?? '';
  const subresource = getString(question, 'subresource');
  const common = {
    live: isKubernetesObject(live) ? live : undefined,
    manager,
    schema,
    now: NOW,
    ...(subresource === '' || subresource === undefined ? {} : { subresource }),
  };
  if (getString(question, 'op') === 'update') return { object: updateMerge({ ...common, updated: object }) };
  const outcome = applyMerge({ ...common, applied: object, force: getBoolean(question, 'force') === true });
  return outcome.kind === 'ok' ? { object: withStatusOf(outcome.object, object) } : { error: outcome.message };
}

/** The recording has no registry that puts the status back. */
function withStatusOf(merged: KubernetesObject, applied: KubernetesObject): KubernetesObject {
  return applied['status'] === undefined ? merged : { ...merged, status: applied['status'] };
}

test('merging gives what the API server gives, owners and words included', () => {
  const recorded = getArray(parseJson(gunzipSync(readFileSync(FILE)).toString('utf8')));
  assert.ok(recorded.length > 500);
  for (const [index, entry] of recorded.entries()) {
    const question = getObject(entry, 'question');
    assert.ok(question);
    const got = comparable(answer(question));
    assert.deepEqual(got, comparable(getObject(entry, 'answer') ?? {}), `entry ${index}`);
  }
});
