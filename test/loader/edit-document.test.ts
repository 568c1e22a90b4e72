import assert from 'node:assert/strict';
import { describe as group, test } from 'node:test';
import { applySplices, editDocument, parseDocuments } from '../../src/loader/index.ts';
import { isEqualJson, type JsonValue } from '../../src/std/index.ts';
import { applyEdits } from '../../src/validate/practices/fixes.ts';
import type { Edit } from '../../src/validate/practices/practice.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly edits: readonly Edit[];
  readonly want: string | undefined;
}

const CASES: readonly Case[] = [
  {
    name: 'a field at the end of a mapping, below the comment of its last line',
    text: 'a:\n  b: 1 # one\n  c: 2   # two\n# end\nd: 3\n',
    edits: [{ path: ['a', 'e'], value: false }],
    want: 'a:\n  b: 1 # one\n  c: 2   # two\n  e: false\n# end\nd: 3\n',
  },
  {
    name: 'a field within fields that are missing',
    text: 'a:\n  b: 1\n',
    edits: [{ path: ['a', 'c', 'd'], value: 'x' }],
    want: 'a:\n  b: 1\n  c:\n    d: x\n',
  },
  {
    name: 'fields of an item and of what the item ends with',
    text: 'a:\n  - b: 1\n    c:\n      d: 2\n  - b: 3\n',
    edits: [
      { path: ['a', 0, 'e'], value: 5 },
      { path: ['a', 0, 'c', 'f'], value: 6 },
    ],
    want: 'a:\n  - b: 1\n    c:\n      d: 2\n      f: 6\n    e: 5\n  - b: 3\n',
  },
  {
    name: 'a field below a text of many lines',
    text: 'a:\n  b: |\n    x\n\n    y\nc: 1\n',
    edits: [{ path: ['a', 'd'], value: 1 }],
    want: 'a:\n  b: |\n    x\n\n    y\n  d: 1\nc: 1\n',
  },
  {
    name: 'fields in braces, after a value and before one that is in braces itself',
    text: 'a: { b: 1 }\nc: {d: {e: 1}}\nf: {}\n',
    edits: [
      { path: ['a', 'x'], value: 'y' },
      { path: ['c', 'x'], value: 'z' },
      { path: ['f', 'x'], value: 0 },
    ],
    want: 'a: { b: 1, x: "y" }\nc: { x: z,d: {e: 1}}\nf: {x: 0}\n',
  },
  {
    name: 'lines that end as Windows ends them',
    text: 'a:\r\n  b: 1\r\nc: 2\r\n',
    edits: [{ path: ['a', 'd'], value: true }],
    want: 'a:\r\n  b: 1\r\n  d: true\r\nc: 2\r\n',
  },
  { name: 'a text that does not end its last line', text: 'a: 1', edits: [{ path: ['b'], value: 2 }], want: 'a: 1\nb: 2' },
  { name: 'a value', text: 'a: "1" # one\nb: 2\n', edits: [{ path: ['a'], value: [1, 'no'] }], want: 'a: [1, "no"] # one\nb: 2\n' },
  { name: 'a field that goes', text: 'a: 1\nb: 2 # two\nc: 3\n', edits: [{ path: ['b'] }], want: 'a: 1\nc: 3\n' },
  {
    name: 'a field with another name',
    text: 'a: x # why\nb: 2\n',
    edits: [{ path: ['a'] }, { path: ['c'], value: 'x' }],
    want: 'c: x # why\nb: 2\n',
  },
  { name: 'a field that goes from a line of others', text: '{a: 1, b: 2}\n', edits: [{ path: ['a'] }], want: undefined },
  { name: 'an item', text: '- 1\n- 2\n', edits: [{ path: [1], value: 3 }], want: undefined },
];

function edit(text: string, edits: readonly Edit[]): { readonly made: string | undefined; readonly value: JsonValue } {
  const [document] = parseDocuments(text, 'a.yaml').documents;
  assert.ok(document);
  const value = applyEdits(document.value, edits);
  const splices = editDocument(text, document.origin, document.value, value);
  return { made: splices === undefined ? undefined : applySplices(text, splices), value };
}

group('editing a document', () => {
  for (const { name, text, edits, want } of CASES) {
    test(name, () => {
      const { made, value } = edit(text, edits);
      assert.equal(made, want);
      if (made !== undefined) assert.ok(isEqualJson(parseDocuments(made, 'a.yaml').documents[0]?.value, value));
    });
  }
});
