import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findField, isFieldPath } from '../../../src/loader/render/field-path.ts';

const OBJECT = {
  metadata: { annotations: { 'a.b/c': 'x' } },
  spec: {
    ports: [
      { name: 'a', port: 1 },
      { name: 'b', port: 2 },
    ],
    empty: [],
  },
};

const CASES = [
  { text: 'spec.ports.1.port', want: ['spec', 'ports', 1, 'port'] },
  { text: 'spec.ports.[name=b].port', want: ['spec', 'ports', 1, 'port'] },
  { text: 'spec.ports.*.port', want: ['spec', 'ports', 0, 'port'] },
  { text: String.raw`metadata.annotations.a\.b/c`, want: ['metadata', 'annotations', 'a.b/c'] },
  { text: 'metadata.annotations.[a.b/c]', want: ['metadata', 'annotations', 'a.b/c'] },
  { text: 'spec.ports.[name=c].port', want: undefined },
  { text: 'spec.empty.0', want: undefined },
  { text: 'spec.ports.1.port.deeper', want: undefined },
];

test('a path of a replacement names a field of an object', () => {
  for (const { text, want } of CASES) {
    assert.deepEqual(findField(text, OBJECT), want, text);
    if (want !== undefined) assert.ok(isFieldPath(text, OBJECT, want), text);
    assert.ok(!isFieldPath(text, OBJECT, ['spec', 'empty']), text);
  }
});
