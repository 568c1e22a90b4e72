import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FieldSets } from '../../src/cluster/field-sets.ts';
import type { KubernetesObject } from '../../src/model/index.ts';
import { getAt, type JsonValue } from '../../src/std/index.ts';

const written = (name: string, fieldsV1: JsonValue): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, managedFields: [{ manager: 'kapply', operation: 'Apply', fieldsType: 'FieldsV1', fieldsV1 }] },
  data: {},
});

const setOf = (object: KubernetesObject): JsonValue | undefined => getAt(object, 'metadata', 'managedFields', 0, 'fieldsV1');

test('equal sets of fields become one, and the objects stay as they were', () => {
  const sets = new FieldSets();
  const [one, other, third] = [
    written('one', { 'f:data': { 'f:value': {} } }),
    written('other', { 'f:data': { 'f:value': {} } }),
    written('third', { 'f:data': { 'f:more': {} } }),
  ];
  assert.deepEqual(
    [one, other, third].map((object) => sets.share(object)),
    [one, other, third],
  );
  assert.equal(setOf(sets.share(other)), setOf(sets.share(one)));
  assert.notEqual(setOf(sets.share(third)), setOf(sets.share(one)));
});

test('objects without sets of fields stay the same', () => {
  const sets = new FieldSets();
  const plain: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'plain' } };
  assert.equal(sets.share(plain), plain);
  for (const odd of [null, 'text', 7, []]) {
    const object = written('odd', odd);
    assert.deepEqual(sets.share(object), object);
  }
});

test('sets are shared however many there are', () => {
  const sets = new FieldSets();
  const many = Array.from({ length: 10_000 }, (_, index) => written(`many-${index}`, { [`k:{"uid":"${index}"}`]: {} }));
  for (const object of many) assert.deepEqual(sets.share(object), object);
  const common = { 'f:data': {} };
  assert.equal(setOf(sets.share(written('a', { ...common }))), setOf(sets.share(written('b', { ...common }))));
});
