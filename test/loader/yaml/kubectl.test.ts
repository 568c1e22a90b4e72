import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { parseDocuments } from '../../../src/loader/index.ts';
import { findProgram } from '../../../src/loader/process.ts';
import { getArray, getAt, parseJson, stringifyJson, type JsonValue } from '../../../src/std/index.ts';

const VALUES = [
  'yes',
  'Yes',
  'YES',
  'y',
  'n',
  'on',
  'Off',
  'oN',
  'true',
  'True',
  'tRue',
  'null',
  '~',
  'NULL',
  'Null',
  'nil',
  '',
  '0',
  '-0',
  '+1',
  '007',
  '0644',
  '-0644',
  '08',
  '0o17',
  '0O17',
  '0b101',
  '0x1F',
  '0X1f',
  '-0x1',
  '1_000',
  '1e3',
  '1.5e3',
  '1E-2',
  '.5',
  '5.',
  '1.',
  '+.5',
  '190:20:30',
  '1:2',
  '2024-01-01',
  '2024-01-01T00:00:00Z',
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
  '1.2.3',
  '100m',
  '1Gi',
  '0xZZ',
  '"0644"',
  "'yes'",
  '!!str 12',
  '! 5',
  '!foo bar',
  '!!binary aGVsbG8=',
  '!!float 1',
  '!!int 7',
  '!!bool yes',
  '{a: 1, b: [x, y z]}',
  '[1, "2", 3.0]',
  '"\\u00e9\\n"',
  "'it''s'",
  'a # b',
  'a#b',
  'a:b',
  'http://x:80/y',
  '|\n  a\n   b\n\n  c\n',
  '|-\n  a\n\n',
  '|+\n  a\n\n',
  '>\n  a\n  b\n\n  c\n',
  '>-\n  a\n    b\n  c\n',
  'a\n  b\n\n  c',
  '"a\n  b\\\n  c"',
  '&x {a: 1}\nw: *x',
  '\n  <<: {a: 1}\n  b: 2',
  '\n  b: 1\n  <<: {b: 2}',
  '\n- a\n- - b\n  - c\n- d: e\n  f: g',
  '{\n  a: b\n}',
  '[\n]',
  '[\n\ta,\n\t b\nc\n]',
  '{\na: b,\n"c": [ # {"\n# ]\n1], d:\n2\n}',
  '\n- {\na: "x # y"\n}\n- [\nb]',
  '"a\n\nb"',
  '"a\n\n"',
  '"a\\\nb"',
  "'it''s\n \n\nb'",
  '&x {\na: !!str 1,\nb: &y "q\nr"\n}\nw: *x',
  '\n  l: |\n    a: {\n  m:\n  - x: >-\n      q: "\n    z: [\n1]',
  '{\r\na: "b\r\n\r\nc"\r\n}',
  '\n  0644: a\n  1.5: b\n  on: c\n  off: d',
];

const REFUSED = [
  '-',
  '@a',
  '`a',
  '%a',
  '{{ .Values.x }}',
  '{ {a: 1}: b}',
  '.inf',
  '.nan',
  '!!binary "*"',
  '!!int x',
  '*gone',
  '[a',
  '"a',
  'a: b',
  '\n  a: b\n c: d',
  '{"a"\n: 1}',
  '{a\nb: 1}',
  '{\na: b\nc: 1',
  '[\n...\n]',
  '"a\n...\n"',
];

const kubectl = findProgram('kubectl');
const asked = kubectl === undefined ? 'not asked: kubectl is not on the PATH' : 'asked';

function documentOf(value: string, index: number): string {
  return `apiVersion: example.com/v1\nkind: Example\nmetadata:\n  name: n${index}\nv: ${value}\n`;
}

function ask(program: string, input: string): { readonly status: number | null; readonly stdout: string } {
  const args = ['label', '--local', '-f', '-', 'a=b', '-o', 'json', '--kubeconfig=/dev/null'];
  return spawnSync(program, args, { input, env: { HOME: '/nonexistent', PATH: '' }, encoding: 'utf8' });
}

function read(text: string): { readonly values: readonly (JsonValue | undefined)[]; readonly errors: readonly string[] } {
  const { documents, findings } = parseDocuments(text, 'a.yaml');
  return {
    values: documents.map(({ value }) => value),
    errors: findings.filter(({ severity }) => severity === 'error').map(({ code }) => code),
  };
}

test(`kubectl reads the same values (${asked})`, (t) => {
  const text = VALUES.map(documentOf).join('---\n');
  const { values, errors } = read(text);
  assert.deepEqual(errors, []);
  assert.equal(values.length, VALUES.length);
  if (kubectl === undefined) return t.diagnostic('install kubectl to compare with');
  const { stdout } = ask(kubectl, text);
  const items = getArray(parseJson(`{"items":[${stdout.trim().replaceAll(/^\}\n\{/gm, '},{')}]}`), 'items');
  assert.equal(items.length, VALUES.length);
  for (const [index, item] of items.entries()) {
    for (const key of ['v', 'w']) {
      const [own, theirs] = [values[index], item].map((value) => stringifyJson(getAt(value, key) ?? null));
      assert.equal(own, theirs, `${key} of ${VALUES[index]}`);
    }
  }
});

test(`kubectl refuses the same values (${asked})`, (t) => {
  for (const [index, value] of REFUSED.entries()) {
    const text = documentOf(value, index);
    const { values, errors } = read(text);
    assert.ok(values.length === 0 || errors.length > 0, value);
    if (kubectl !== undefined) assert.notEqual(ask(kubectl, text).status, 0, value);
  }
  if (kubectl === undefined) t.diagnostic('install kubectl to compare with');
});
