import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromPointer, toFieldPath, toPointer } from '../../src/std/index.ts';

test('a pointer and back is the same path', () => {
  fc.assert(fc.property(fc.array(fc.string()), (path) => assert.deepEqual(fromPointer(toPointer(path)), path)));
});

test('field paths are written as the API server writes them', () => {
  assert.equal(toFieldPath(['spec', 'containers', 0, 'ports', 1, 'name']), 'spec.containers[0].ports[1].name');
  assert.equal(toFieldPath(['metadata', 'labels', 'app.kubernetes.io/name']), 'metadata.labels[app.kubernetes.io/name]');
});
