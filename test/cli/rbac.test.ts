import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getArray, getString, parseJson } from '../../src/std/index.ts';
import { run, temporaryFolder } from './program.ts';

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: apps}\n';

test('the least Roles are printed for kubectl: YAML documents, or a List, for the account that is named', async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app/c.yaml'), CONFIG);
  const yaml = await run('kplan', folder, ['rbac', '--for-kapply', 'app', '--unit', 'u']);
  assert.equal(yaml.code, 0, yaml.stderr);
  assert.match(yaml.stdout, /^apiVersion: v1\nkind: ServiceAccount\nmetadata:\n {2}name: kapply-u\n {2}namespace: default\n---\n/);
  assert.match(yaml.stdout, /kind: Role\nmetadata:\n {2}name: kapply-u\n {2}namespace: apps\nrules:/);
  const json = await run('kplan', folder, ['rbac', '--for-kapply', 'app', '--unit', 'u', '--service-account', 'ci/bot', '-o', 'json']);
  const list = parseJson(json.stdout);
  assert.equal(getString(list, 'kind'), 'List');
  const subjects = getArray(list, 'items').flatMap((item) => getArray(item, 'subjects'));
  assert.deepEqual(
    new Set(subjects.map((subject) => `${getString(subject, 'namespace')}/${getString(subject, 'name')}`)),
    new Set(['ci/bot']),
  );
  const validated = await run('kplan', folder, ['validate', '-'], {}, yaml.stdout);
  assert.equal(validated.code, 0, validated.stdout);
});

const MISTAKES: readonly (readonly [args: readonly string[], files: string, message: RegExp])[] = [
  [['rbac', 'app'], CONFIG, /answers only --for-kapply/],
  [['rbac', '--for-kapply', 'app', '-o', 'markdown'], CONFIG, /-o yaml or -o json/],
  [['rbac', '--for-kapply', 'app', '--service-account', 'bot'], CONFIG, /--service-account bot is not NAMESPACE\/NAME/],
  [['rbac', '--for-kapply', 'app'], 'kind: [', /not all of the manifests can be understood/],
  [
    ['rbac', '--for-kapply', 'app'],
    'apiVersion: x.example/v1\nkind: Widget\nmetadata: {name: w}\n',
    /not known: Widget \(x\.example\/v1\)/,
  ],
];

test('what rights nobody can tell is said', async (context) => {
  for (const [args, text, message] of MISTAKES) {
    const folder = temporaryFolder(context);
    mkdirSync(join(folder, 'app'));
    writeFileSync(join(folder, 'app/c.yaml'), text);
    const { code, stdout, stderr } = await run('kplan', folder, args);
    assert.deepEqual([code, stdout], [3, ''], args.join(' '));
    assert.match(stderr, message);
  }
});
