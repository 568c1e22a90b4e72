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

test('what stops the analysis is said, and nothing where all is well', () => {
  assert.equal(findFault(OBJECTS), undefined);
  const named = policy('shop/n', { podSelector: {}, ingress: [{ ports: [{ port: 'web', endPort: 9 }] }] });
  assert.match(findFault([named]) ?? '', /endPort field cannot be defined if the port field is defined as a named \(string\) port/);
});
