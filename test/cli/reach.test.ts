import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
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
    { change: 'opened', from: 'shop/job', to: 'shop/db' },
    { change: 'closed', from: 'shop/web', to: 'shop/db' },
  ];
  const toChange = (item: unknown): unknown => item;
  assert.deepEqual(
    getArray(report, 'changes').map((item) =>
      toChange({ change: getAt(item, 'change'), from: getAt(item, 'from'), to: getAt(item, 'to') }),
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
  ['suggest', /suggest is not in this version/],
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
