import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { commitAll, git, run, temporaryFolder } from './program.ts';

const TELLS = /hunter2|aHVudGVyMg/;

const ANNOTATED = `apiVersion: v1
kind: Secret
metadata:
  name: a
  namespace: default
  annotations:
    objectset.rio.cattle.io/applied: '{"data":{"pw":"hunter2"}}'
    argocd.argoproj.io/sync-wave: "3"
type: Opaque
stringData: {pw: hunter2}
---
apiVersion: v1
kind: Secret
metadata: {name: b, namespace: default, annotations: {note: hunter2}}
type: Opaque
`;

const HEAD = 'apiVersion: v1\nmetadata: {name: s, namespace: default}\n';
const ODD: Readonly<Record<string, string>> = {
  'anchor.yaml': `${HEAD}kind: &x Secret\nstringData: {pw: hunter2}\n`,
  'apiversion.yaml': 'apiVersion: core/v1\nkind: Secret\nmetadata: {name: s}\ndata: {pw: hunter2}\n',
  'data-list.yaml': `${HEAD}kind: !!str Secret\ndata: [hunter2]\n`,
  'data-text.yaml': `${HEAD}kind: Secret\ndata: hunter2\n`,
  'escaped.json': '{"apiVersion":"v1","kind":"\\u0053ecret","metadata":{"name":"s"},"data":{"pw":"aHVudGVyMg=="}}',
  'kind.yaml': `${HEAD}kind: secret\ndata: {pw: hunter2}\n`,
  'metadata.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: s, data: {pw: hunter2}}\n',
  'spec.yaml': `${HEAD}kind: Secret\nspec: {data: {pw: hunter2}}\n`,
  'type.yaml': `${HEAD}kind: Secret\ntype: [hunter2]\nimmutable: hunter2\n`,
  'typo.yaml': `${HEAD}kind: Secret\nstringdata: {pw: hunter2}\n`,
};

function folderOf(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'm'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'm', name), text);
  git(folder, 'init', '-q', '-b', 'main');
  commitAll(folder, 'First');
  return folder;
}

function readCache(folder: string): string {
  const names = readdirSync(join(folder, 'cache'), { recursive: true, encoding: 'utf8' });
  return names.map((name) => (/\.[a-z]+$/.test(name) ? readFileSync(join(folder, 'cache', name), 'latin1') : '')).join('\n');
}

test('odd Secrets tell their values nowhere', async (context) => {
  const files = Object.fromEntries(Object.entries(ODD).map(([file, text], index) => [file, text.replace(/\bs\b/, `s${index}`)]));
  const toOther = (text: string): string => text.replaceAll('hunter2', 'other').replaceAll('aHVudGVyMg', 'b3RoZXI');
  const folder = folderOf(context, Object.fromEntries(Object.entries(files).map(([file, text]) => [file, toOther(text)])));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, 'm', file), text);
  commitAll(folder, 'Second');
  const env = { KPLAN_CACHE: join(folder, 'cache') };
  const outputs = [
    '-o',
    'json=r.json',
    '-o',
    'yaml=r.yaml',
    '-o',
    'markdown=r.md',
    '-o',
    'github=r.txt',
    '-o',
    'html=r.html',
    '--out',
    'plan.json',
  ];
  for (const world of [['none'], ['HEAD~1'], ['HEAD~1', '--ref', 'HEAD']]) {
    const ran = await run('kplan', folder, ['m', '--all', '--base', ...world, ...outputs], env);
    assert.match(ran.stdout, /^Plan: \d/, ran.stderr);
    for (const file of Object.keys(files)) assert.match(ran.stdout, new RegExp(`^[-/+~]+ secret .* m/${file}:`, 'im'));
    const written = ['r.json', 'r.yaml', 'r.md', 'r.txt', 'r.html', 'plan.json'].map((file) => readFileSync(join(folder, file), 'utf8'));
    for (const told of [ran.stdout, ran.stderr, ...written, readCache(folder)]) assert.doesNotMatch(told, TELLS, world.join(' '));
  }
});

test('pages and saved plans show nothing of the files that Secrets are generated from', async (context) => {
  const [head, generator] = [
    'apiVersion: apps/v1\nkind: Deployment\n',
    'secretGenerator:\n- {name: db, envs: [prod.env]}\n- {name: tls, files: [tls.yaml]}\n',
  ];
  const env = '[{name: U, valueFrom: {secretKeyRef: {name: db, key: user}}}]';
  const files = {
    'kustomization.yaml': `resources: [app.yaml]\ngeneratorOptions: {disableNameSuffixHash: true}\n${generator}`,
    'app.yaml': `${head}metadata: {name: web, namespace: default}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers: [{name: c, image: nginx:1, env: ${env}}]\n      volumes: [{name: t, secret: {secretName: tls}}]\n`,
    'prod.env': 'user=other\npassword=other\n',
    'tls.yaml': 'key: other\n',
  };
  const folder = folderOf(context, files);
  writeFileSync(join(folder, 'm/prod.env'), 'use=hunter2\npassword=hunter2\n');
  writeFileSync(join(folder, 'm/tls.yaml'), 'key: hunter2\n');
  commitAll(folder, 'Second');
  const outputs = ['-o', 'html=r.html', '-o', 'json=r.json', '--out', 'plan.json'];
  for (const world of [['HEAD~1'], ['HEAD~1', '--ref', 'HEAD']]) {
    const ran = await run('kplan', folder, ['m', '--all', '--base', ...world, ...outputs]);
    assert.match(ran.stdout, /m\/prod\.env:\d/, ran.stderr);
    const written = ['r.html', 'r.json', 'plan.json'].map((file) => readFileSync(join(folder, file), 'utf8'));
    for (const told of [ran.stdout, ran.stderr, ...written]) assert.doesNotMatch(told, TELLS, world.join(' '));
  }
});

test('annotations of Secrets come back when a saved plan is applied, and make no difference afterwards', async (context) => {
  const folder = folderOf(context, { 'a.yaml': ANNOTATED });
  const planned = await run('kplan', folder, ['m', '--embedded', 'cluster', '--out', 'plan.json']);
  assert.match(planned.stdout, /2 to create/);
  assert.doesNotMatch(planned.stdout + readFileSync(join(folder, 'plan.json'), 'utf8'), TELLS);
  const applied = await run('kapply', folder, ['plan.json', '--embedded', 'cluster', '--yes']);
  assert.equal(applied.code, 0, applied.stdout + applied.stderr);
  await run('kplan', folder, ['snapshot', 'snapshot.yaml', '--embedded', 'cluster']);
  assert.doesNotMatch(readFileSync(join(folder, 'snapshot.yaml'), 'utf8'), TELLS);
  const stored = readdirSync(join(folder, 'cluster')).map((file) => readFileSync(join(folder, 'cluster', file), 'utf8'));
  assert.match(stored.join('\n'), /"note":"hunter2"/);
  assert.doesNotMatch(stored.join('\n'), /\(secret\) hmac/);
  for (const world of [
    ['--embedded', 'cluster'],
    ['--snapshot', 'snapshot.yaml'],
    ['--base', 'HEAD'],
  ])
    assert.match((await run('kplan', folder, ['m', ...world])).stdout, /^Plan: nothing to change/, world.join(' '));
  writeFileSync(join(folder, 'm/a.yaml'), ANNOTATED.replace('note: hunter2', 'note: other'));
  const stale = await run('kplan', folder, ['m', '--embedded', 'cluster']);
  assert.match(stale.stdout, /\.metadata\.annotations\.note +\(secret\) -> \(another secret\)/);
});

test('a repository cannot steer the terminal', async (context) => {
  const evil =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\ndata: {a: "\\e[2J\\rx\\e]0;pwn\\a\\u202e", "k\\e[31m": x}\n';
  const folder = folderOf(context, { 'a.yaml': evil.replace('x', 'y') });
  writeFileSync(join(folder, 'm/a.yaml'), evil);
  writeFileSync(join(folder, 'm/\u001b[31mb.yaml'), 'a: [\n');
  for (const format of ['text', 'markdown', 'github']) {
    const { stdout, stderr } = await run('kplan', folder, ['m', '--base', 'HEAD', '--all', '-o', format]);
    assert.doesNotMatch((stdout + stderr).replaceAll('\n', ''), /[\p{Cc}\u202a-\u202e]/u, format);
    assert.match(stdout, /\\u001b/, format);
  }
  const missing = await run('kplan', folder, ['\u001b[31mnowhere']);
  assert.match(missing.stderr, /\\u001b\[31mnowhere/);
});
