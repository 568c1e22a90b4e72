import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listSetPaths } from '../../../../src/cli/stages/found/argo-sets.ts';
import type { JsonObject } from '../../../../src/std/index.ts';

const FILES = ['apps/web/prod/a.yaml', 'apps/web/test/a.yaml', 'apps/db/a.yaml', 'apps/db2/a.yaml', 'README.md'];
const HOSTILE = `${'a'.repeat(200)}/a.yaml`;

function listPaths(path: string, generator: JsonObject, files: readonly string[] = FILES): readonly string[] {
  const set = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'all' },
    spec: { generators: [generator], template: { spec: { source: { path } } } },
  };
  return listSetPaths(set, { files, read: () => [] });
}

const folders = (...paths: readonly string[]): JsonObject => ({ git: { directories: paths.map((path) => ({ path })) } });
const list = (...elements: readonly JsonObject[]): JsonObject => ({ list: { elements: [...elements] } });

const CASES: readonly (readonly [name: string, path: string, generator: JsonObject, want: readonly string[]])[] = [
  ['a star within a folder', '{{path}}', folders('apps/*'), ['apps/web', 'apps/db', 'apps/db2']],
  ['a star within a name', '{{path}}', folders('apps/d*'), ['apps/db', 'apps/db2']],
  ['one character', '{{path}}', folders('apps/db?'), ['apps/db2']],
  ['two stars for no folder', '{{path}}', folders('apps/**/web'), ['apps/web']],
  ['two stars for a folder', '{{path}}', folders('**/prod'), ['apps/web/prod']],
  ['a path that begins and ends with a slash', '{{path}}', folders('/apps/db/'), ['apps/db']],
  ['an expression with spaces and dashes', 'apps/{{- .name -}}', list({ name: 'db' }), ['apps/db']],
  ['an expression that calls a function', 'apps/{{ lower .name }}', list({ name: 'DB' }), ['apps/web', 'apps/db', 'apps/db2']],
  [
    'the same path of two clusters, once',
    'apps/{{ .name }}/{{ .server }}',
    list({ name: 'web' }, { name: 'web' }),
    ['apps/web/prod', 'apps/web/test'],
  ],
  ['nothing that is known', '{{ .path }}', { clusters: {} }, []],
];

for (const [name, path, generator, want] of CASES)
  test(`the paths of an ApplicationSet: ${name}`, () => {
    assert.deepEqual(listPaths(path, generator).toSorted(), want.toSorted());
  });

test('patterns and expressions that nothing fits cost no more than their length times that of the path', () => {
  assert.deepEqual(listPaths('{{path}}', folders(`${'*a'.repeat(100)}b`), [HOSTILE]), []);
  assert.deepEqual(listPaths('{{path}}', folders(`${'**/a*/'.repeat(100)}b`), [HOSTILE]), []);
  assert.deepEqual(listPaths(`{{${' '.repeat(100_000)}`, list({ name: 'a' })), [`{{${' '.repeat(100_000)}`]);
});
