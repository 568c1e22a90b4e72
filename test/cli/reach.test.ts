import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getArray, getAt, getNumber, getString, parseJson } from '../../src/std/index.ts';
import { run, temporaryFolder } from './program.ts';
import { readReport } from './report-schema.ts';

const toDeployment = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: c, image: i, ports: [{name: main, containerPort: 5432}]}]}
---
`;
const toPolicy = (from: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: ${from}}}}]
    ports: [{port: main}]
`;
const ADMIN = `---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: guard}
spec:
  priority: 5
  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}
  egress:
  - name: no-jobs
    action: Deny
    to: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: job}}}}]
`;

type Folder = Parameters<typeof temporaryFolder>[0];

function makeFolder(context: Folder): string {
  const folder = temporaryFolder(context);
  const workloads = ['db', 'job', 'web'].map(toDeployment).join('');
  for (const [name, from] of [
    ['one', 'web'],
    ['two', 'job'],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'all.yaml'), `${workloads}${toPolicy(from)}${ADMIN}`);
  }
  return folder;
}

const QUESTIONS: readonly (readonly [words: string, answer: 'no' | 'yes', reason: string])[] = [
  ['--from shop/web --to shop/db --port 5432', 'yes', 'ingress: allowed by shop/db /spec/ingress/0'],
  ['--from shop/web --to shop/db --port 5432/udp', 'no', 'ingress: no rule allows it of the policy that selects shop/db: shop/db'],
  ['--from shop/job --to shop/db --port 5432', 'no', 'ingress: no rule allows it of the policy that selects shop/db: shop/db'],
  ['--from shop/web --to shop/job --port 80', 'no', 'egress: denied by AdminNetworkPolicy guard /spec/egress/0 (no-jobs)'],
  ['--from 8.8.8.8 --to shop/web --port 443', 'yes', 'ingress: no policy selects shop/web, so everything is allowed'],
  ['--from shop/web --to 2001:db8::1 --port 443', 'yes', 'egress: no rule speaks of it, so it is allowed'],
];

for (const [words, answer, reason] of QUESTIONS) {
  test(`reach ${words}: ${answer}`, async (context) => {
    const ran = await run('kplan', makeFolder(context), ['reach', 'one', '--base', 'none', '-o', 'json', ...words.split(' ')]);
    const report = readReport(ran.stdout);
    assert.equal(ran.code, answer === 'yes' ? 0 : 1, ran.stderr);
    assert.equal(getAt(report, 'allowed'), answer === 'yes');
    assert.ok(getArray(report, 'reasons').includes(reason), JSON.stringify(getAt(report, 'reasons')));
  });
}

test('reach --to a Service tells each step of the way with its line', async (context) => {
  const folder = makeFolder(context);
  const front = `---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec: {type: NodePort, selector: {app: db}, ports: [{port: 80, targetPort: main}]}
`;
  writeFileSync(join(folder, 'one', 'front.yaml'), front);
  const words = ['reach', 'one', '--base', 'none', '--from', 'shop/web', '--to', 'front', '--port', '80'];
  const ran = await run('kplan', folder, [...words, '-o', 'json']);
  const report = readReport(ran.stdout);
  assert.equal(ran.code, 0, ran.stderr);
  const steps = getArray(report, 'steps').map((step) => [getString(step, 'kind'), getAt(step, 'ok'), getString(step, 'source', 'file')]);
  assert.deepEqual(steps.slice(1), [
    ['name', true, 'front.yaml'],
    ['service', true, 'front.yaml'],
    ['translation', true, 'front.yaml'],
    ['egress', true, undefined],
    ['ingress', true, 'all.yaml'],
    ['port', true, 'all.yaml'],
  ]);
  const text = (await run('kplan', folder, words)).stdout;
  assert.match(text, /✓ translation to shop\/db TCP 5432 \(main\)/);
  const list = await run('kplan', folder, ['reach', 'one', '--base', 'none', '-o', 'json']);
  const [exposure] = getArray(readReport(list.stdout), 'exposures');
  assert.equal(getString(exposure, 'state'), 'blocked');
  assert.equal(getString(exposure, 'by', 'source', 'file'), 'all.yaml');
  assert.match((await run('kplan', folder, words.slice(0, 4))).stdout, /✗ shop\/db TCP 5432 <- nobody TCP of the nodes/);
});

test('reach lists every connected pair at workload level, alike in every format', async (context) => {
  const folder = makeFolder(context);
  const words = ['reach', 'one', '--base', 'none'];
  const json = readReport((await run('kplan', folder, [...words, '-o', 'json'])).stdout);
  const pairs = getArray(json, 'connections').map((item) => `${getString(item, 'from') ?? ''} > ${getString(item, 'to') ?? ''}`);
  assert.deepEqual(pairs, [
    'shop/db > shop/web',
    'shop/db > any address',
    'shop/job > shop/web',
    'shop/job > any address',
    'shop/web > shop/db',
    'shop/web > shop/web',
    'shop/web > any address',
    'any address > shop/job',
    'any address > shop/web',
  ]);
  assert.deepEqual(getAt(json, 'connections', 4, 'ports'), [{ protocol: 'TCP', first: 5432, last: 5432 }]);
  assert.equal(getNumber(json, 'summary', 'policies'), 2);
  const csv = (await run('kplan', folder, [...words, '-o', 'csv'])).stdout;
  assert.deepEqual(
    csv
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',').slice(0, 2).join(' > ')),
    pairs,
  );
  const dot = (await run('kplan', folder, [...words, '-o', 'dot'])).stdout;
  assert.equal(dot.match(/ -> /g)?.length, pairs.length);
  const markdown = (await run('kplan', folder, [...words, '-o', 'markdown'])).stdout;
  assert.equal(markdown.match(/^\| `/gm)?.length, pairs.length);
  const text = (await run('kplan', folder, words)).stdout;
  assert.match(text, /^Reach: 9 pairs of ends connected · 3 workloads, 2 policies/);
  assert.match(text, /shop\/web -> shop\/db {2}TCP 5432/);
});

test('reach -l asks of some workloads alone', async (context) => {
  const ran = await run('kplan', makeFolder(context), ['reach', 'one', '--base', 'none', '-n', 'other', '-o', 'json']);
  assert.deepEqual(getAt(readReport(ran.stdout), 'connections'), []);
});

test('reach diff of two directories, and of before and after, tell the same', async (context) => {
  const folder = makeFolder(context);
  const directories = await run('kplan', folder, ['reach', 'diff', 'one', 'two', '-o', 'json']);
  const report = readReport(directories.stdout);
  assert.equal(directories.code, 0, directories.stderr);
  const expected = [
    { change: 'opened', from: 'shop/job', to: 'shop/db', path: '/spec/ingress/0', line: 35 },
    { change: 'closed', from: 'shop/web', to: 'shop/db', path: '/spec/ingress/0', line: 35 },
  ];
  const toChange = (item: unknown): unknown => item;
  assert.deepEqual(
    getArray(report, 'changes').map((item) =>
      toChange({
        change: getAt(item, 'change'),
        from: getAt(item, 'from'),
        to: getAt(item, 'to'),
        path: getAt(item, 'causes', 0, 'path'),
        line: getAt(item, 'causes', 0, 'source', 'line'),
      }),
    ),
    expected,
  );
  const snapshot = await run('kplan', folder, ['reach', 'diff', 'two', '--snapshot', 'one', '-o', 'json']);
  assert.deepEqual(getAt(readReport(snapshot.stdout), 'changes'), getAt(report, 'changes'), snapshot.stderr);
});

test('reach --batch answers line by line, and goes on after what is no question', async (context) => {
  const lines = [
    '{"from":"shop/web","to":"shop/db","port":5432}',
    '{"from":"shop/web","to":"shop/nobody","protocol":"TCP","port":80}',
    '{"from":"shop/web","to":"shop/db","protocol":"ICMP","port":80}',
    '{"from":"shop/web","to":"shop/db","port":0}',
    'not json',
    '{"from":"shop/Deployment/job","to":"shop/db","protocol":"TCP","port":5432}',
  ];
  const ran = await run('kplan', makeFolder(context), ['reach', 'one', '--base', 'none', '--batch', '-'], {}, lines.join('\n'));
  const answers = ran.stdout.trimEnd().split('\n').map(parseJson);
  assert.equal(ran.code, 3);
  assert.deepEqual(
    answers.map((answer) => getAt(answer, 'allowed') ?? getString(answer, 'error')),
    [
      true,
      'shop/nobody: no such workload, and no IP address',
      'protocol ICMP: must be TCP, UDP or SCTP',
      'port: must be a number from 1 to 65535',
      'not JSON',
      false,
    ],
  );
});

const MISTAKES: readonly (readonly [words: string, message: RegExp])[] = [
  ['--from shop/web --to shop/db', /one connection has --from, --to and --port/],
  ['--from shop/web --to shop/db --port 70000', /--port 70000: must be a number from 1 to 65535/],
  ['--from shop/wep --to shop/db --port 80', /shop\/wep: there is no such workload.*\n.*did you mean shop\/web\?/],
  ['--from shop/web --batch -', /leave --from out/],
  ['diff one two --from shop/web', /--from asks of one world/],
  ['diff one --world before', /--world chooses one world/],
  ['suggest one two', /suggest takes one PATH/],
  ['suggest one --from shop/web', /--from asks of one connection/],
  ['one two', /unexpected argument two/],
];

for (const [words, message] of MISTAKES) {
  test(`reach ${words}: says what is wrong`, async (context) => {
    const path = /^(diff|suggest|one)/.test(words) ? [] : ['one'];
    const ran = await run('kplan', makeFolder(context), [
      'reach',
      ...path,
      ...words.split(' '),
      ...(words.includes('diff one two') ? [] : ['--base', 'none']),
    ]);
    assert.equal(ran.code, 3);
    assert.match(ran.stderr, message);
  });
}

test('what kplan.yaml says of reach is an error at the line that breaks it, in a plan where it brings it', async (context) => {
  const folder = makeFolder(context);
  const config = join(folder, 'reach.yaml');
  const rule = '{from: [shop/web], to: [shop/db], ports: [5432], reason: orders}';
  writeFileSync(config, `apiVersion: kplan.dev/v1\nkind: Config\nreach:\n  usual: false\n  allow:\n    - ${rule}\n`);
  const asked = ['--config', config, '-o', 'json'];
  const message = 'shop/web cannot reach shop/db on TCP 5432, which reach.allow[0] of reach.yaml asks for: orders';
  const list = (stdout: string, field: string): readonly (string | undefined)[] =>
    getArray(readReport(stdout), field)
      .filter((item) => getString(item, 'code') === 'KN0201')
      .map((item) => getString(item, 'message'));
  const reach = await run('kplan', folder, ['reach', 'two', '--base', 'none', ...asked]);
  assert.deepEqual([reach.code, list(reach.stdout, 'findings')], [1, [message]]);
  assert.equal(getString(getArray(readReport(reach.stdout), 'findings')[0], 'source', 'file'), 'all.yaml');
  const fine = await run('kplan', folder, ['reach', 'one', '--base', 'none', ...asked]);
  assert.deepEqual([fine.code, list(fine.stdout, 'findings')], [0, []]);
  const plan = await run('kplan', folder, ['two', '--snapshot', 'one', ...asked]);
  assert.deepEqual([plan.code, list(plan.stdout, 'effects')], [1, [message]]);
  writeFileSync(
    config,
    `apiVersion: kplan.dev/v1\nkind: Config\nreach:\n  deny:\n    - {from: [internet], to: [shop/db], ports: ["99-1"]}\n`,
  );
  const wrong = await run('kplan', folder, ['reach', 'one', '--base', 'none', ...asked]);
  assert.equal(wrong.code, 3);
  assert.match(wrong.stderr, /reach\.deny\[0\]\.ports: 99-1: no port or range/);
});

test('reach suggest writes policies that are valid, keep what is declared and let nothing else through', async (context) => {
  const folder = makeFolder(context);
  const service =
    '---\napiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\nspec: {selector: {app: db}, ports: [{port: 80, targetPort: main}]}\n';
  const text = `${['db', 'job'].map(toDeployment).join('')}${toDeployment('web').replace('image: i,', 'image: i, args: ["--db=db:80"],')}${toPolicy('web')}${service}`;
  mkdirSync(join(folder, 'three'));
  writeFileSync(join(folder, 'three', 'all.yaml'), text);
  const words = ['reach', 'suggest', 'three', '--base', 'none'];
  const told = await run('kplan', folder, [...words, '-o', 'json', '-o', 'manifests=three/policies.yaml']);
  assert.equal(told.code, 0, told.stderr);
  const report = readReport(told.stdout);
  const summary = getAt(report, 'summary');
  assert.deepEqual(
    ['policies', 'isolated', 'connections', 'kept', 'extra'].map((field) => getNumber(summary, field)),
    [3, 3, 4, 4, 0],
  );
  assert.deepEqual(
    getArray(report, 'replaced').map((ref) => getString(ref, 'name')),
    ['db'],
  );
  const valid = await run('kplan', folder, ['validate', 'three', '--fail-on', 'warning']);
  assert.equal(valid.code, 0, valid.stdout);
  const again = await run('kplan', folder, [...words, '-o', 'manifests']);
  assert.equal(again.stdout, readFileSync(join(folder, 'three/policies.yaml'), 'utf8'));
});

test('reach suggest reads a flow log from standard input, and refuses what is none', async (context) => {
  const folder = makeFolder(context);
  const end = (app: string): string => `{"namespace":"shop","labels":["k8s:app=${app}"],"pod_name":"${app}-5d4f8c7b9d-x2x7p"}`;
  const line = `{"verdict":"FORWARDED","l4":{"TCP":{"destination_port":5432}},"source":${end('web')},"destination":${end('db')}}\n`;
  const words = ['reach', 'suggest', 'one', '--base', 'none', '--flows', '-'];
  const ran = await run('kplan', folder, words, {}, line);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /^Suggest: 3 NetworkPolicies for 3 workloads · 1 of 1 connections kept/);
  const none = await run('kplan', folder, words, {}, 'nonsense\n');
  assert.equal(none.code, 3);
  assert.match(none.stderr, /-: line 1 is no entry of a flow log/);
  const lone = await run('kplan', folder, ['reach', 'one', '--flows', '-'], {}, line);
  assert.match(lone.stderr, /--flows goes with `reach suggest`/);
});

test('reach -o svg is a picture, of a list and of a difference', async (context) => {
  const folder = makeFolder(context);
  for (const words of [
    ['reach', 'one', '--base', 'none'],
    ['reach', 'diff', 'one', 'two'],
  ]) {
    const [first, again] = [await run('kplan', folder, [...words, '-o', 'svg']), await run('kplan', folder, [...words, '-o', 'svg'])];
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" [\s\S]*<\/svg>\n$/);
    assert.equal(first.stdout, again.stdout);
  }
});

test('reach --from --to says that nobody can say, as the list of exposures does', async (context) => {
  const folder = temporaryFolder(context);
  const ingress = `---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 80, targetPort: main}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: db, namespace: shop}
spec:
  ingressClassName: nginx
  rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: db, port: {number: 80}}}}]}}]
`;
  const policy = toPolicy('web').replace('{podSelector: {matchLabels: {app: web}}}', '{namespaceSelector: {matchLabels: {role: edge}}}');
  writeFileSync(join(folder, 'all.yaml'), `${toDeployment('db')}${policy}${ingress}`);
  const exposures = getArray(readReport((await run('kplan', folder, ['reach', '.', '--base', 'none', '-o', 'json'])).stdout), 'exposures');
  assert.deepEqual(
    exposures.map((exposure) => getString(exposure, 'state')),
    ['unknown'],
  );
  const words = ['reach', '.', '--base', 'none', '--from', '8.8.8.8', '--to', 'http://a.example/', '--port', '80'];
  const told = await run('kplan', folder, words);
  assert.equal(told.code, 1);
  assert.match(told.stdout, /^unknown\n[\s\S]* \? ingress/);
  const report = readReport((await run('kplan', folder, [...words, '-o', 'json'])).stdout);
  assert.deepEqual([getAt(report, 'allowed'), getAt(report, 'unknown')], [false, true]);
});
