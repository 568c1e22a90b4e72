import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getArray, getNumber, getString, parseJson, stringifyJson, type JsonValue } from '../../src/std/index.ts';
import { run, temporaryFolder } from './program.ts';
import { readReport } from './report-schema.ts';

const MANIFESTS = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules:
- {apiGroups: [""], resources: [pods, pods/log], verbs: [get, list]}
- {apiGroups: [apps], resources: [deployments], resourceNames: [web], verbs: ["*"]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
- {kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}
- {kind: ServiceAccount, name: web}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: own, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
- {kind: Group, name: system:serviceaccounts:shop, apiGroup: rbac.authorization.k8s.io}
`;

type Folder = Parameters<typeof temporaryFolder>[0];

function makeFolder(context: Folder): string {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'rbac.yaml'), MANIFESTS);
  return folder;
}

const QUESTIONS: readonly (readonly [words: string, answer: 'no' | 'yes'])[] = [
  ['get pods -n shop --as jane', 'yes'],
  ['get po/web-0 -n shop --as jane', 'yes'],
  ['get pod -n other --as jane', 'no'],
  ['get pods -A --as jane', 'no'],
  ['get pods/log -n shop --as jane', 'yes'],
  ['get pods --subresource log -n shop --as jane', 'yes'],
  ['get pods --subresource exec -n shop --as jane', 'no'],
  ['delete deploy/web -n shop --as jane', 'yes'],
  ['delete deployments.apps/web -n shop --as jane', 'yes'],
  ['delete deployments.v1.apps/api -n shop --as jane', 'no'],
  ['list services -n shop --as system:serviceaccount:shop:web', 'yes'],
  ['list services -n shop --as system:serviceaccount:other:web', 'no'],
  ['list services -n shop --as joe --as-group system:serviceaccounts:shop', 'yes'],
  ['get /healthz --as jane', 'yes'],
  ['get /healthz --as system:anonymous', 'yes'],
  ['get /metrics --as jane', 'no'],
  ['delete nodes --as root --as-group system:masters', 'yes'],
  ['GET /api/v1/namespaces/shop/pods?limit=5 --as jane', 'yes'],
  ['GET /api/v1/namespaces/shop/pods?watch=1 --as jane', 'no'],
  ['DELETE /apis/apps/v1/namespaces/shop/deployments/web --as jane', 'yes'],
  ['DELETE /apis/apps/v1/namespaces/shop/deployments --as jane', 'no'],
  ['HEAD /healthz --as jane', 'no'],
  ['get pods -n shop --as root --as-group system:masters --impersonate jane', 'yes'],
];

for (const [words, answer] of QUESTIONS) {
  test(`can-i ${words}: ${answer}`, async (context) => {
    const folder = makeFolder(context);
    const { code, stdout, stderr } = await run('kplan', folder, ['can-i', ...words.split(' '), '-f', 'rbac.yaml']);
    assert.deepEqual([code, stdout.split('\n', 1)[0], stderr], [answer === 'yes' ? 0 : 1, answer, '']);
  });
}

test('can-i shows the rule that allows, and where it stands', async (context) => {
  const { stdout } = await run('kplan', makeFolder(context), [
    'can-i',
    'delete',
    'deploy/web',
    '-n',
    'shop',
    '--as',
    'jane',
    '-f',
    'rbac.yaml',
    '-o',
    'json',
  ]);
  const report = readReport(stdout);
  const [grant, ...others] = getArray(report, 'grants');
  assert.deepEqual(others, []);
  assert.equal(getString(report, 'reason'), 'RBAC: allowed by RoleBinding "readers/shop" of Role "reader" to User "jane"');
  assert.deepEqual(
    [getString(grant, 'binding', 'name'), getString(grant, 'source', 'file'), getNumber(grant, 'source', 'line')],
    ['readers', 'rbac.yaml', 6],
  );
});

test('can-i says which right each header of an impersonation needs', async (context) => {
  const words = ['can-i', 'list', 'pods', '-n', 'shop', '--as', 'joe', '--impersonate', 'jane', '-f', 'rbac.yaml', '-o', 'json'];
  const ask = async (...version: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await run('kplan', makeFolder(context), [...words, ...version]);
    const report = readReport(stdout);
    return getArray(report, 'impersonation', 'attempts').flatMap((attempt) =>
      getArray(attempt, 'checks').map((check) => {
        const text = (field: string): string => getString(check, 'request', field) ?? '';
        return `${getString(attempt, 'mode')}: ${text('verb')} ${text('resource')}.${text('group')} (${getString(check, 'header')})`;
      }),
    );
  };
  const legacy = 'legacy: impersonate users. (Impersonate-User)';
  assert.deepEqual(await ask(), ['user-info: impersonate-on:user-info:list pods. (the request)', legacy]);
  assert.deepEqual(await ask('--kubernetes-version', '1.35'), [legacy]);
});

test('can-i says what admission refuses to a node that may ask for it', async (context) => {
  const folder = makeFolder(context);
  const ask = async (name: string): Promise<string | undefined> => {
    const node = ['--as', 'system:node:n1', '--as-group', 'system:nodes', '-f', 'rbac.yaml', '-o', 'json'];
    const { stdout } = await run('kplan', folder, ['can-i', 'patch', `nodes/${name}`, ...node]);
    return getString(readReport(stdout), 'admission');
  };
  assert.equal(await ask('n1'), undefined);
  assert.equal(await ask('n2'), 'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"');
});

test('can-i says what it takes for a mistake, and answers all the same', async (context) => {
  const folder = makeFolder(context);
  const { code, stdout, stderr } = await run('kplan', folder, ['can-i', 'frob', 'foos', '--as', 'jane', '-f', 'rbac.yaml']);
  assert.deepEqual([code, stdout.split('\n', 1)[0]], [1, 'no']);
  assert.equal(stderr, "verb 'frob' is not a known verb\nnothing known here has a resource type 'foos': it is taken as it is written\n");
});

test('can-i --list is what the subject holds, by itself and through its groups', async (context) => {
  const args = ['can-i', '--list', '-n', 'shop', '--as', 'system:serviceaccount:shop:web', '-f', 'rbac.yaml', '-o', 'json'];
  const report = readReport((await run('kplan', makeFolder(context), args)).stdout);
  const own = getArray(report, 'abilities').filter((item) => ['deployments.apps', 'pods'].includes(getString(item, 'resource') ?? ''));
  const strings = (item: JsonValue, field: string): string => stringifyJson(getArray(item, field));
  assert.deepEqual(
    own.map((item) => `${getString(item, 'resource')} ${strings(item, 'names')} ${strings(item, 'verbs')}`),
    ['deployments.apps [] ["get","list","watch"]', 'deployments.apps ["web"] ["*"]', 'pods [] ["get","list","watch"]'],
  );
  assert.deepEqual(
    own.map((item) => getArray(item, 'via').length),
    [1, 1, 2],
  );
});

test('can-i --batch answers each line, and says which is no question', async (context) => {
  const folder = makeFolder(context);
  const lines = [
    '{"user":"jane","groups":[],"verb":"get","group":"","resource":"pods","subresource":"","namespace":"shop","name":""}',
    '{"user":"jane","path":"/healthz","verb":"get"}',
    '{"user":"jane","groups":["system:authenticated"],"path":"/healthz","verb":"get"}',
    'get pods',
    '{"user":"jane","verb":"get"}',
    '{"user":"jane","verb":"get","resource":7}',
    '{"user":"jane","verb":"get","resorce":"pods"}',
    '{"user":"system:node:n1","groups":["system:nodes"],"verb":"list","resource":"pods","fieldSelector":"spec.nodeName=n1"}',
    '{"user":"system:node:n1","groups":["system:nodes"],"verb":"list","resource":"pods","fieldSelector":"spec.nodeName"}',
  ];
  writeFileSync(join(folder, 'questions'), `${lines.join('\n')}\n`);
  const { code, stdout } = await run('kplan', folder, ['can-i', '--batch', 'questions', '-f', 'rbac.yaml']);
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => parseJson(line));
  assert.deepEqual(answers.slice(0, 2), [
    { allowed: true, reasons: ['RBAC: allowed by RoleBinding "readers/shop" of Role "reader" to User "jane"'] },
    { allowed: false, reasons: [] },
  ]);
  assert.match(
    getString(answers[2], 'reasons', 0) ?? '',
    /^RBAC: allowed by ClusterRoleBinding "system:.*" to Group "system:authenticated"$/,
  );
  assert.deepEqual(answers.slice(3), [
    { error: 'not JSON' },
    { error: 'neither a resource nor a path' },
    { error: 'resource: not a text' },
    { error: 'unknown field resorce' },
    { allowed: true, reasons: [] },
    { error: 'fieldSelector: not of the form spec.nodeName=n1,metadata.name!=web' },
  ]);
  assert.equal(code, 3);
});

test('who-can names the subjects as the bindings do, those of Kubernetes itself apart', async (context) => {
  const folder = makeFolder(context);
  const { code, stdout } = await run('kplan', folder, ['who-can', 'list', 'pods', '-n', 'shop', '-f', 'rbac.yaml']);
  assert.equal(code, 0);
  assert.match(stdout, /^Who can list pods in shop: 3 subjects .*rbac\.yaml\n/);
  assert.match(stdout, / User jane\n {3}RoleBinding shop\/readers of Role reader\n.* {2}rbac\.yaml:5\n/);
  assert.match(stdout, /Group system:serviceaccounts:shop\n {3}RoleBinding shop\/own of ClusterRole view\n/);
  assert.match(stdout, /… \d+ subjects of Kubernetes itself \(--all shows them\)/);
});

test('who-can -A asks every namespace', async (context) => {
  const folder = makeFolder(context);
  const ask = async (...flags: readonly string[]): Promise<readonly (string | undefined)[]> => {
    const { stdout } = await run('kplan', folder, ['who-can', 'get', 'pods/log', ...flags, '-f', 'rbac.yaml', '-o', 'json']);
    const own = getArray(readReport(stdout), 'grants').filter((grant) => getString(grant, 'binding', 'namespace') === 'shop');
    return own.map((grant) => `${getString(grant, 'subject', 'kind')} ${getString(grant, 'subject', 'name')}`);
  };
  assert.deepEqual(await ask('-n', 'other'), []);
  assert.deepEqual(await ask('-A'), ['Group system:serviceaccounts:shop', 'User jane', 'ServiceAccount web']);
});

test('a plan against a dump says what the API server would forbid to who applies, at the line', async (context) => {
  const folder = makeFolder(context);
  const admin = 'metadata: {name: cluster-admin, labels: {kubernetes.io/bootstrapping: rbac-defaults}}';
  const may = 'rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [create, patch]}]';
  const bound =
    'roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: User, name: jane}]';
  const head = 'apiVersion: rbac.authorization.k8s.io/v1\nkind:';
  writeFileSync(
    join(folder, 'dump.yaml'),
    `${head} ClusterRole\n${admin}\n${may}\n---\n${head} RoleBinding\nmetadata: {name: jane, namespace: shop}\n${bound}\n`,
  );
  const plan = async (...who: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await run('kplan', folder, ['rbac.yaml', '--snapshot', 'dump.yaml', '-o', 'json', ...who]);
    const findings = getArray(readReport(stdout), 'findings').filter((finding) => getString(finding, 'code') === 'KA0301');
    return findings.map(
      (finding) => `${getString(finding, 'ref', 'name')}:${getNumber(finding, 'source', 'line')} ${getString(finding, 'message')}`,
    );
  };
  assert.deepEqual(await plan(), []);
  assert.deepEqual(await plan('--as', 'root', '--as-group', 'system:masters'), []);
  const [first, ...others] = await plan('--as', 'jane', '--as-group', 'system:unauthenticated');
  const granting = 'user "jane" (groups=["system:unauthenticated"]) is attempting to grant RBAC permissions not currently held:';
  assert.equal(
    first?.split('\n', 1)[0],
    `reader:1 jane may not do this: roles.rbac.authorization.k8s.io "reader" is forbidden: ${granting}`,
  );
  for (const other of others)
    assert.match(other, /User "jane" cannot patch resource "rolebindings" in API group .* in the namespace "shop"/);
  assert.equal(others.length, 2);
  writeFileSync(
    join(folder, 'kplan.yaml'),
    'apiVersion: kplan.dev/v1\nkind: Config\nunits:\n- {name: shop, path: rbac.yaml, serviceAccount: shop/deployer}\n',
  );
  const asUnit = await plan('--unit', 'shop');
  assert.equal(asUnit.length, 3);
  for (const text of asUnit) assert.match(text, /^\w+:\d+ system:serviceaccount:shop:deployer may not do this: .* cannot patch resource/);
  assert.equal((await plan('--unit', 'other')).length, 0);
  assert.deepEqual(await plan('--unit', 'shop', '--as', 'root', '--as-group', 'system:masters'), []);
});

const MISTAKES: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['can-i', 'get', 'pods'], /who asks\? --as USER/],
  [['can-i', '--as', 'jane'], /nothing is asked/],
  [['can-i', 'get', '--as', 'jane'], /needs a resource or a path/],
  [['can-i', 'get', 'pods', '--list', '--as', 'jane'], /--list and VERB RESOURCE are two questions/],
  [['can-i', '--batch', 'gone'], /gone cannot be read: there is no such file/],
  [['can-i', '--batch', 'rbac.yaml', '--as', 'jane'], /each line names who asks/],
  [['can-i', 'GET', '/api/v1/pods', '--as', 'jane', '-n', 'a'], /--namespace and a raw request are two questions/],
  [['can-i', 'GET', '/api/v1/watch', '--as', 'jane'], /unable to determine kind and namespace from url/],
  [['can-i', 'get', 'pods', '--as', 'jane', '--impersonate-group', 'ops'], /--impersonate USER names one/],
  [['can-i', 'get', 'pods', '--as', 'jane', '--impersonate', 'joe', '--impersonate-extra', 'x'], /give KEY=VALUE/],
  [['can-i', 'get', 'pods', '--as', 'jane', '--on-node', 'n1'], /--on-node is of use with --impersonate/],
  [['can-i', '--list', '--as', 'jane', '--impersonate', 'joe'], /--impersonate is of use with VERB RESOURCE alone/],
  [['can-i', 'get', 'pods', '--as', 'jane', '-n', 'a', '-n', 'b'], /give -n once, or -A/],
  [['can-i', 'get', 'pods', '--as', 'jane', '-n', 'a', '-A'], /-n and -A choose two things/],
  [['who-can', 'get'], /needs VERB RESOURCE|needs/],
  [['who-can', 'get', 'pods', '-f', 'gone'], /gone is no command|there is no such file/],
];

for (const [args, message] of MISTAKES) {
  test(`${args.join(' ')} says what is wrong`, async (context) => {
    const folder = makeFolder(context);
    const { code, stdout, stderr } = await run('kplan', folder, args.includes('-f') ? args : [...args, '-f', 'rbac.yaml']);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, message);
  });
}
