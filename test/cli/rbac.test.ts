import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getArray, getNumber, getObject, getString, parseJson, type JsonValue } from '../../src/std/index.ts';
import { readReport } from './report-schema.ts';
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

const reader = (resources: string): string => `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules:
  - {apiGroups: [""], resources: [${resources}], verbs: [get, list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
  - {kind: ServiceAccount, name: web, namespace: shop}
`;

test('who may do what, and what the manifests change of it, with the lines that do', async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'app'));
  const file = join(folder, 'app/r.yaml');
  writeFileSync(file, reader('pods'));
  const base = join(folder, 'before.yaml');
  writeFileSync(base, reader('pods'));
  writeFileSync(file, reader('pods, secrets'));
  const { code, stdout, stderr } = await run('kplan', folder, ['rbac', 'app', '--snapshot', base, '-o', 'json']);
  assert.equal(code, 0, stderr);
  const report = readReport(stdout);
  const web = getArray(report, 'principals').find((entry) => getString(entry, 'subject', 'name') === 'web');
  assert.ok(web !== undefined);
  const describe = (right: JsonValue): string =>
    [getArray(right, 'verbs'), getArray(right, 'resources'), getArray(right, 'namespaces')]
      .map((list) => list.map(String).join(' '))
      .join(' | ');
  assert.deepEqual(getArray(web, 'rights').map(describe), ['get list | pods | shop', 'get list | secrets | shop']);
  assert.deepEqual(getArray(web, 'groups'), ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated']);
  const [change, ...others] = getArray(report, 'changes');
  assert.deepEqual([others, getArray(change, 'lost')], [[], []]);
  const [gained, ...more] = getArray(change, 'gained');
  assert.deepEqual([describe(gained ?? null), more], ['get list | secrets | shop', []]);
  assert.deepEqual(
    getArray(gained, 'causes').map(
      (cause) => `${getString(cause, 'path')} ${getString(cause, 'source', 'file')}:${getNumber(cause, 'source', 'line')}`,
    ),
    ['/rules/0 r.yaml:5'],
  );
  const markdown = await run('kplan', folder, ['rbac', 'app', '--snapshot', base, '-o', 'markdown']);
  assert.match(markdown.stdout, /\| \+ \| ServiceAccount shop\/web \| ⚠️ get, list secrets in shop \|/);
  const elsewhere = await run('kplan', folder, ['rbac', 'app', '--snapshot', base, '-n', 'other', '-o', 'json']);
  assert.deepEqual(getArray(readReport(elsewhere.stdout), 'changes'), []);
});

const MISTAKES: readonly (readonly [args: readonly string[], files: string, message: RegExp])[] = [
  [['rbac', 'app', '--daemon'], CONFIG, /--daemon is of use with --for-kapply/],
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

const DENY = `apiVersion: kplan.dev/v1
kind: Config
deny:
  - {subjects: ["ServiceAccount shop/*"], verbs: [get], resources: [secrets], reason: no tokens for pods}
`;

test('what kplan.yaml denies is an error, of a plan where it brings it', async (context) => {
  const folder = temporaryFolder(context);
  const config = join(folder, 'deny.yaml');
  writeFileSync(config, DENY);
  writeFileSync(join(folder, 'r.yaml'), reader('secrets'));
  const message =
    'ServiceAccount shop/web can read Secrets in shop (RoleBinding "readers/shop" of Role "reader" to ServiceAccount "web/shop"), which deny[0] of deny.yaml denies: no tokens for pods';
  const asked = ['--config', config, '-o', 'json'];
  const { code, stdout } = await run('kplan', folder, ['rbac', 'r.yaml', '--base', 'none', ...asked]);
  assert.equal(code, 1);
  const list = (report: JsonValue, field: string): readonly string[] =>
    getArray(report, field)
      .filter((item) => getString(item, 'code') === 'KA0501')
      .map((item) => `${getString(item, 'severity')} ${getString(item, 'message')}`);
  const report = readReport(stdout);
  assert.deepEqual(list(report, 'findings'), [`error ${message}`]);
  assert.equal(getNumber(getArray(report, 'findings')[0], 'source', 'line'), 5);
  const plan = await run('kplan', folder, ['r.yaml', '--base', 'none', ...asked]);
  assert.deepEqual([plan.code, list(readReport(plan.stdout), 'effects')], [1, [`error ${message}`]]);
  const same = await run('kplan', folder, ['r.yaml', '--snapshot', 'r.yaml', ...asked]);
  assert.deepEqual(list(readReport(same.stdout), 'effects'), []);
});

test('an audit log tells which rights nobody used, and the Role that would have been enough', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'r.yaml'), reader('pods, secrets'));
  const groups = ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'];
  const listed = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: '1',
    stage: 'ResponseComplete',
    verb: 'list',
    user: { username: 'system:serviceaccount:shop:web', groups },
    objectRef: { resource: 'pods', namespace: 'shop' },
  };
  const log = `${JSON.stringify(listed)}\nbroken\n`;
  const json = await run('kplan', folder, ['rbac', 'r.yaml', '--base', 'none', '--audit', '-', '-o', 'json'], {}, log);
  assert.equal(json.code, 0, json.stderr);
  const usage = getObject(readReport(json.stdout), 'usage');
  assert.deepEqual([getNumber(usage, 'requests'), getArray(usage, 'brokenLines')], [1, [2]]);
  const web = getArray(usage, 'principals').find((entry) => getString(entry, 'subject', 'name') === 'web');
  assert.deepEqual(getArray(web, 'enough'), [
    {
      role: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'shop-web-used', namespace: 'shop' },
        rules: [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }],
      },
      namespaces: ['shop'],
    },
  ]);
  const text = await run('kplan', folder, ['rbac', 'r.yaml', '--base', 'none', '--audit', '-'], {}, log);
  assert.match(text.stdout, /never used\n {3}- get, list secrets in shop \(read-secrets\)/);
  assert.match(text.stdout, /1 of the log's lines are no audit events and were passed over: line 2\./);
});

test('a plan of rights tells the paths that open and close, with the lines of the grants that close them', async (context) => {
  const folder = temporaryFolder(context);
  const edit = (namespace: string, user: string): string => `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: editors, namespace: ${namespace}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: User, name: ${user}}
`;
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'before.yaml'), edit('shop', 'joe'));
  writeFileSync(join(folder, 'app/r.yaml'), edit('shop', 'jane'));
  const args = ['rbac', 'app', '--snapshot', join(folder, 'before.yaml')];
  const { stdout, stderr } = await run('kplan', folder, [...args, '-o', 'json']);
  const changes = getObject(readReport(stdout), 'pathChanges') ?? assert.fail(stderr);
  const tell = (path: JsonValue): readonly unknown[] => [
    getString(path, 'subject'),
    getString(path, 'goal'),
    getArray(path, 'closedBy').map((closing) => [getString(closing, 'binding', 'name'), getNumber(closing, 'source', 'line')]),
  ];
  assert.deepEqual(getArray(changes, 'opened').map(tell), [['User jane', 'nodes', [['editors', 6]]]]);
  assert.deepEqual(getArray(changes, 'closed').map(tell), [['User joe', 'nodes', [['editors', undefined]]]]);
  const text = (await run('kplan', folder, args)).stdout.replaceAll(/\s+/g, ' ');
  assert.match(
    text,
    /Paths opened and closed User jane can now reach the nodes .* closed without RoleBinding "editors\/shop" .* r.yaml:6 /,
  );
  assert.match(text, / User joe can no longer reach the nodes /);
  const markdown = await run('kplan', folder, [...args, '-o', 'markdown']);
  assert.match(markdown.stdout, /\| \+ \| User jane \| the nodes \|[^\n]*\| RoleBinding "editors\/shop"[^|]*\| `r.yaml:6` \|/);
});
