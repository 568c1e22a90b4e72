import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findFault,
  parseFocusConnection,
  printGuardDiff,
  printGuardList,
  type GuardFormat,
  type GuardOptions,
} from '../../../../src/engine/network/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { deployment, having, policy } from '../objects.ts';

const WEB = deployment('shop/web', { app: 'web' });
const DB = deployment('shop/db', { app: 'db' });
const toDb = (ports: readonly number[]): KubernetesObject =>
  policy('shop/db', {
    podSelector: having({ app: 'db' }),
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [{ podSelector: having({ app: 'web' }) }], ports: ports.map((port) => ({ port })) }],
  });
const CLOSED = policy('shop/web', { podSelector: having({ app: 'web' }), egress: [{ to: [{ podSelector: {} }] }] });
const OBJECTS = [WEB, DB, toDb([1, 2, 9]), CLOSED];

function print(format: GuardFormat, options: Partial<GuardOptions> = {}): string {
  return [...printGuardList(OBJECTS, { format, exposure: false, explain: false, focusWorkloads: [], ...options })].join('');
}

const LINE = 'shop/web[Deployment] => shop/db[Deployment] : TCP 1-2,9\n';

const FORMATS: readonly (readonly [format: GuardFormat, want: string])[] = [
  ['txt', LINE],
  ['csv', 'src,dst,conn\nshop/web[Deployment],shop/db[Deployment],"TCP 1-2,9"\n'],
  ['md', '| src | dst | conn |\n|-----|-----|------|\n| shop/web[Deployment] | shop/db[Deployment] | TCP 1-2,9 |\n'],
  ['json', '[\n  {\n    "src": "shop/web[Deployment]",\n    "dst": "shop/db[Deployment]",\n    "conn": "TCP 1-2,9"\n  }\n]'],
];

for (const [format, want] of FORMATS) {
  test(`a connectivity map as ${format}`, () => assert.equal(print(format), want));
}

test('a connectivity map as a graph: a box a namespace, an edge a connection', () => {
  assert.equal(
    print('dot'),
    [
      'digraph {',
      '\tsubgraph "cluster_shop[namespace]" {',
      '\t\tcolor="black"',
      '\t\tfontcolor="black"',
      '\t\t"shop/db[Deployment]" [label="db[Deployment]" color="blue" fontcolor="blue"]',
      '\t\t"shop/web[Deployment]" [label="web[Deployment]" color="blue" fontcolor="blue"]',
      '\t\tlabel="shop[namespace]"',
      '\t}',
      '\t"shop/web[Deployment]" -> "shop/db[Deployment]" [label="TCP 1-2,9" color="gold2" fontcolor="darkgreen" weight=1]',
      '}',
    ].join('\n'),
  );
});

test('a focus keeps the connections of a workload, or on a port', () => {
  assert.equal(print('txt', { focusWorkloads: ['shop/db'] }), LINE);
  assert.equal(print('txt', { focusWorkloads: ['web'] }), LINE);
  assert.equal(print('txt', { focusWorkloads: ['lab/db'] }), '');
  assert.equal(
    print('txt', { focusConnection: { protocol: 'TCP', port: 2 } }),
    'Permitted connections on TCP 2:\nshop/web[Deployment] => shop/db[Deployment]\n',
  );
  assert.equal(print('txt', { focusConnection: { protocol: 'UDP', port: 2 } }), 'Permitted connections on UDP 2:\n');
  assert.deepEqual(parseFocusConnection('udp-53'), { protocol: 'UDP', port: 53 });
  for (const text of ['53', 'icmp-1', 'tcp-0', 'tcp-70000', 'tcp']) assert.equal(parseFocusConnection(text), undefined, text);
});

test('a difference in every format it has; nothing where there is none', () => {
  const after = [WEB, DB, toDb([1]), CLOSED];
  const names = ['ref1', 'ref2'] as const;
  assert.equal(
    printGuardDiff(OBJECTS, after, 'csv', names),
    'diff-type,source,destination,ref1,ref2,workloads-diff-info\nchanged,shop/web[Deployment],shop/db[Deployment],"TCP 1-2,9",TCP 1,\n',
  );
  assert.match(
    printGuardDiff(OBJECTS, after, 'md', names),
    /\n\| changed \| shop\/web\[Deployment\] \| shop\/db\[Deployment\] \| TCP 1-2,9 \| TCP 1 \| {2}\|\n$/,
  );
  assert.equal(printGuardDiff(OBJECTS, OBJECTS, 'txt', names), '');
});

test('a difference as a graph: every connection of both sides, new and lost workloads, and a legend', () => {
  const job = deployment('lab-1/job', { app: 'job' }, { ports: [{ containerPort: 7 }] });
  const toJob = policy('lab-1/job', {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { namespaceSelector: {} }], ports: [{ port: 7 }] }],
  });
  const service: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'job', namespace: 'lab-1' },
    spec: { selector: { app: 'job' }, ports: [{ port: 7 }] },
  };
  const ingress: KubernetesObject = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'job', namespace: 'lab-1' },
    spec: { defaultBackend: { service: { name: 'job', port: { number: 7 } } } },
  };
  const common = [job, toJob, service, WEB, DB, CLOSED];
  const before = [...common, deployment('shop/old', { app: 'web' }), toDb([1, 2])];
  const after = [...common, deployment('shop/new', { app: 'web' }), toDb([1]), ingress];
  const [graph = '', legend = ''] = printGuardDiff(before, after, 'dot', ['ref1', 'ref2']).split('\tnodesep=0.5\n');
  assert.equal(
    graph,
    [
      'digraph {',
      '\tsubgraph "cluster_lab_1[namespace]" {',
      '\t\tcolor="black"',
      '\t\tfontcolor="black"',
      '\t\t"lab-1/job[Deployment]" [label="job[Deployment]" color="blue" fontcolor="blue"]',
      '\t\tlabel="lab-1[namespace]"',
      '\t}',
      '\tsubgraph "cluster_shop[namespace]" {',
      '\t\tcolor="black"',
      '\t\tfontcolor="black"',
      '\t\t"shop/db[Deployment]" [label="db[Deployment]" color="blue" fontcolor="blue"]',
      '\t\t"shop/new[Deployment]" [label="new[Deployment]" color="#008000" fontcolor="#008000"]',
      '\t\t"shop/old[Deployment]" [label="old[Deployment]" color="red" fontcolor="red"]',
      '\t\t"shop/web[Deployment]" [label="web[Deployment]" color="blue" fontcolor="blue"]',
      '\t\tlabel="shop[namespace]"',
      '\t}',
      '\t"0.0.0.0-255.255.255.255[External]" [label="0.0.0.0-255.255.255.255[External]" color="blue" fontcolor="blue"]',
      '\t"{ingress-controller}" [label="{ingress-controller}" color="blue" fontcolor="blue"]',
      '\t"0.0.0.0-255.255.255.255[External]" -> "lab-1/job[Deployment]" [label="TCP 7" color="grey" fontcolor="grey" weight=0.5]',
      '\t"shop/new[Deployment]" -> "shop/db[Deployment]" [label="TCP 1" color="#008000" fontcolor="#008000" weight=1]',
      '\t"shop/old[Deployment]" -> "shop/db[Deployment]" [label="TCP 1-2" color="red2" fontcolor="red2" weight=1]',
      '\t"shop/web[Deployment]" -> "shop/db[Deployment]" [label="TCP 1 (ref1: TCP 1-2)" color="magenta" fontcolor="magenta" weight=1]',
      '\t"{ingress-controller}" -> "lab-1/job[Deployment]" [label="TCP 7" color="#008000" fontcolor="#008000" weight=1]',
      '',
    ].join('\n'),
  );
  const kinds = [...legend.matchAll(/label="(\w+) (connection|peer)",? color="(#?\w+)"/g)].map(
    ([, kind, what, color]) => `${kind} ${what} ${color}`,
  );
  assert.deepEqual(kinds, [
    'added connection #008000',
    'removed connection red2',
    'changed connection magenta',
    'unchanged connection grey',
    'new peer #008000',
    'lost peer red',
    'persistent peer blue',
  ]);
  assert.equal(printGuardDiff(before, before, 'dot', ['ref1', 'ref2']), '');
  const list = [...printGuardList(after, { format: 'dot', exposure: false, explain: false, focusWorkloads: [] })].join('');
  assert.match(
    list,
    /\n\t"0\.0\.0\.0-255\.255\.255\.255\[External\]" \[label=[^ ]+ color="red2" fontcolor="red2"\]\n\t"\{ingress-controller\}" \[label=[^ ]+ color="blue" /,
  );
});

test('what stops the analysis is said, and nothing where all is well', () => {
  assert.equal(findFault(OBJECTS), undefined);
  const named = policy('shop/n', { podSelector: {}, ingress: [{ ports: [{ port: 'web', endPort: 9 }] }] });
  assert.match(findFault([named]) ?? '', /endPort field cannot be defined if the port field is defined as a named \(string\) port/);
});
