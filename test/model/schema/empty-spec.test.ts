import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultObject, loadCatalog } from '../../../src/model/schema/index.ts';

test('a NetworkPolicy without a spec gets one: it isolates every pod of its namespace', () => {
  const object = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'none' } };
  assert.deepEqual(defaultObject(object, loadCatalog('1.36')), { ...object, spec: { policyTypes: ['Ingress'] } });
});
