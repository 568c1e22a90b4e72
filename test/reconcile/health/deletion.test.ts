import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assessHealth } from '../../../src/reconcile/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';

interface Case {
  readonly name: string;
  readonly metadata: JsonObject;
  readonly status?: JsonObject;
  readonly want: string;
}

const setBy = (manager: string, finalizer: string): JsonObject => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:metadata': { 'f:finalizers': { '.': {}, [`v:${JSON.stringify(finalizer)}`]: {} } } },
});

const CASES: readonly Case[] = [
  { name: 'nothing', metadata: {}, want: 'Resource scheduled for deletion' },
  {
    name: 'a finalizer and who set it, among others',
    metadata: {
      finalizers: ['example.com/hold', 'example.com/"quoted"'],
      managedFields: [setBy('operator', 'example.com/hold'), setBy('other', 'example.com/other'), setBy('odd', 'example.com/"quoted"')],
    },
    want: 'Resource scheduled for deletion; the finalizer example.com/hold holds it until "operator" removes it; the finalizer example.com/"quoted" holds it until "odd" removes it',
  },
  {
    name: 'a finalizer of nobody known',
    metadata: { finalizers: ['x/y'] },
    want: 'Resource scheduled for deletion; the finalizer x/y holds it until whoever set it removes it',
  },
  {
    name: "the server's own",
    metadata: { finalizers: ['foregroundDeletion', 'kubernetes.io/pvc-protection'] },
    want: 'Resource scheduled for deletion; it waits for the objects that it owns; it waits for the pods that use it',
  },
  {
    name: 'what a Namespace says of its contents',
    metadata: {},
    status: {
      conditions: [
        { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message: 'pods. has 1 resource instances' },
        { type: 'NamespaceDeletionContentFailure', status: 'False', reason: 'ContentDeleted', message: 'All content deleted' },
      ],
    },
    want: 'Resource scheduled for deletion; pods. has 1 resource instances',
  },
];

for (const { name, metadata, status = {}, want } of CASES) {
  test(`a deletion that waits for ${name}`, () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'n', deletionTimestamp: '2026-01-01T00:00:00Z', ...metadata },
      status,
    };
    assert.equal(assessHealth(object, { mode: 'strict', now: 0 }).message, want);
    assert.equal(assessHealth(object, { mode: 'kstatus', now: 0 }).message, 'Resource scheduled for deletion');
  });
}
