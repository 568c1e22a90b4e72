import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyJsonPatch, type JsonPatchOperation, type JsonValue } from '../../src/std/index.ts';

const DOCUMENT: JsonValue = { a: { b: [1, 2, 3] }, 'x/y': { '~': 1 }, none: null };
const make = (op: string, path: string, fields: Partial<JsonPatchOperation> = {}): JsonPatchOperation => ({
  op,
  path,
  from: '',
  ...fields,
});

const CASES: readonly { name: string; operations: readonly JsonPatchOperation[]; want: JsonValue }[] = [
  { name: 'nothing', operations: [], want: { value: DOCUMENT } },
  { name: 'add to the end', operations: [make('add', '/a/b/-', { value: 4 })], want: { value: { ...DOCUMENT, a: { b: [1, 2, 3, 4] } } } },
  { name: 'add between', operations: [make('add', '/a/b/1', { value: 9 })], want: { value: { ...DOCUMENT, a: { b: [1, 9, 2, 3] } } } },
  { name: 'from the end', operations: [make('remove', '/a/b/-1')], want: { value: { ...DOCUMENT, a: { b: [1, 2] } } } },
  {
    name: 'escaped names',
    operations: [make('replace', '/x~1y/~0', { value: 2 })],
    want: { value: { ...DOCUMENT, 'x/y': { '~': 2 } } },
  },
  { name: 'replace what is not there', operations: [make('replace', '/new', { value: 1 })], want: { value: { ...DOCUMENT, new: 1 } } },
  { name: 'move', operations: [make('move', '/b', { from: '/a/b' })], want: { value: { ...DOCUMENT, a: {}, b: [1, 2, 3] } } },
  { name: 'copy', operations: [make('copy', '/c', { from: '/a/b/0' })], want: { value: { ...DOCUMENT, c: 1 } } },
  { name: 'a test that holds', operations: [make('test', '/a', { value: { b: [1, 2, 3] } })], want: { value: DOCUMENT } },
  { name: 'one that does not', operations: [make('test', '/a/b/0', { value: 2 }), make('remove', '/a')], want: { isUntrue: true } },
  {
    name: 'no such path',
    operations: [make('add', '/q/r', { value: 1 })],
    want: { error: 'add operation does not apply: doc is missing path: "/q/r": missing value' },
  },
  {
    name: 'no such key',
    operations: [make('remove', '/q')],
    want: { error: "error in remove for path: '/q': Unable to remove nonexistent key: q: missing value" },
  },
  {
    name: 'no such index',
    operations: [make('add', '/a/b/9', { value: 1 })],
    want: { error: "error in add for path: '/a/b/9': Unable to access invalid index: 9: invalid index referenced" },
  },
  {
    name: 'no index at all',
    operations: [make('add', '/a/b/x', { value: 1 })],
    want: {
      error: "error in add for path: '/a/b/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
    },
  },
  { name: 'another operation', operations: [make('jump', '/a')], want: { error: 'Unexpected kind: jump' } },
];
for (const { name, operations, want } of CASES)
  test(`JSON patch: ${name}`, () => assert.deepEqual(applyJsonPatch(DOCUMENT, operations), want));
