import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loadAll } from 'js-yaml';
import { isKubernetesObject, type KubernetesObject } from '../../../src/model/index.ts';
import { defaultObject, loadCatalog } from '../../../src/model/schema/index.ts';
import { getString, isArray, isObject, parseJson, type JsonObject, type JsonValue } from '../../../src/std/index.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/schema/defaults');

/** What the storage strategies and allocators of a server add, by kind. */
const ALLOCATED: Readonly<Record<string, readonly string[]>> = {
  Job: ['selector'],
  Namespace: ['finalizers'],
  Service: ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'],
};

/** Objects with fields that servers drop until the minor version in which their feature is on by default. */
const FEATURES: Readonly<Record<string, number>> = {
  'resource-claim': 36,
  'pod-image-volume': 35,
  'pod-level-resources': 34,
  'pod-level-requests-only': 34,
};

const objects: readonly KubernetesObject[] = loadAll(readFileSync(join(FOLDER, 'objects.yaml'), 'utf8')).map((document) => {
  const object = parseJson(JSON.stringify(document));
  assert.ok(isKubernetesObject(object));
  return object;
});

for (const file of readdirSync(join(FOLDER, 'recorded'))) {
  const version = file.replace('.json', '');
  describe(`what the API server of ${version} fills in`, () => {
    const recorded = parseJson(readFileSync(join(FOLDER, 'recorded', file), 'utf8'));
    assert.ok(isObject(recorded));
    const catalog = loadCatalog(version);
    const isOn = (name: string): boolean => Number(version.split('.')[1]) >= (FEATURES[name] ?? 0);
    for (const [name, answer] of Object.entries(recorded).filter(([name]) => isOn(name))) {
      test(name, () => {
        const object = objects.find((item) => item.metadata['name'] === name);
        assert.ok(object !== undefined && isObject(answer));
        assert.deepEqual(comparable(defaultObject(object, catalog)), comparable(answer));
      });
    }
  });
}

test('completing a complete object changes nothing', () => {
  const catalog = loadCatalog('1.36');
  for (const object of objects) {
    const once = defaultObject(object, catalog);
    assert.deepEqual(defaultObject(once, catalog), once);
  }
});

test('the input is left as it was', () => {
  const before = JSON.stringify(objects);
  for (const object of objects) defaultObject(object, loadCatalog('1.36'));
  assert.equal(JSON.stringify(objects), before);
});

/** Without what the server allocates, and without the empty values that Go writes for empty structures. */
function comparable(object: JsonObject): JsonValue {
  const { status: _, ...rest } = object;
  const spec = { ...(isObject(object['spec']) ? object['spec'] : {}) };
  for (const key of ALLOCATED[getString(object, 'kind') ?? ''] ?? []) delete spec[key];
  return compact({ ...rest, spec }) ?? {};
}

function compact(value: JsonValue): JsonValue | undefined {
  if (value === null) return undefined;
  if (isArray(value)) {
    const items = value.flatMap((item) => compact(item) ?? []);
    return items.length === 0 ? undefined : items;
  }
  if (!isObject(value)) return value;
  const fields = Object.entries(value).flatMap(([key, item]) => {
    const kept = isAllocatedField(key) ? undefined : compact(item);
    return kept === undefined ? [] : [[key, kept] as const];
  });
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

/** What the strategies of Jobs and DaemonSets write into metadata, and the state of a claim inside a StatefulSet. */
function isAllocatedField(key: string): boolean {
  return ['job-name', 'batch.kubernetes.io/job-name', 'deprecated.daemonset.template.generation', 'status'].includes(key);
}
