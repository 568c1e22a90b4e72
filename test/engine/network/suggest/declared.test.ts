import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOfEnd, formatPorts, readDeclaredWishes } from '../../../../src/engine/network/index.ts';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { deployment } from '../objects.ts';

const service = (name: string, spec: JsonObject): KubernetesObject => {
  const [namespace = '', own = ''] = name.split('/');
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name: own }, spec };
};
/** `shop/web` that is told something. */
const web = (container: JsonObject): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name: 'web' },
  spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', ...container }] } } },
});
const env = (name: string, value: string): JsonObject => ({ env: [{ name, value }] });
/** `shop/web > shop/db TCP 80`, without what every pod asks of the cluster's DNS. */
const listKept = (objects: readonly KubernetesObject[]): readonly string[] =>
  readDeclaredWishes(World.of(objects))
    .connections.map(({ from, to, ports }) => `${nameOfEnd(from)} > ${nameOfEnd(to)} ${formatPorts(ports)}`)
    .filter((text) => !text.includes('kube-dns'));

const OTHERS: readonly KubernetesObject[] = [
  deployment('shop/db', { app: 'db' }, { ports: [{ name: 'sql', containerPort: 5432 }] }),
  deployment('pay/api', { app: 'api' }),
  service('shop/db', { selector: { app: 'db' }, ports: [{ port: 5000, targetPort: 'sql' }] }),
  service('pay/api', {
    selector: { app: 'api' },
    ports: [
      { name: 'http', port: 80, targetPort: 8080 },
      { name: 'admin', port: 9000 },
    ],
  }),
  service('shop/peers', { clusterIP: 'None', selector: { app: 'db' }, ports: [{ port: 5432 }] }),
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'shop', name: 'settings' }, data: { API_URL: 'http://api.pay' } },
];

const cases: readonly { readonly name: string; readonly container: JsonObject; readonly kept: readonly string[] }[] = [
  { name: 'a host with a port', container: env('X', 'db:5000'), kept: ['shop/db TCP 5432'] },
  { name: 'a word alone in a variable that says it is a host', container: env('DB_HOST', 'db'), kept: ['shop/db TCP 5432'] },
  { name: 'a word alone in another variable', container: env('ROLE', 'db'), kept: [] },
  {
    name: 'a port of its own variable',
    container: {
      env: [
        { name: 'API_HOST', value: 'api.pay' },
        { name: 'API_PORT', value: '9000' },
      ],
    },
    kept: ['pay/api TCP 9000'],
  },
  { name: 'a URL whose scheme says the port', container: env('X', 'http://api.pay/x'), kept: ['pay/api TCP 8080'] },
  { name: 'a URL of no port that the Service has', container: env('X', 'https://api.pay'), kept: ['pay/api TCP 8080,9000'] },
  { name: 'the full name', container: env('X', 'postgres://u:p@db.shop.svc.cluster.local:5000/x'), kept: ['shop/db TCP 5432'] },
  { name: 'an argument', container: { args: ['--upstream=api.pay:80'] }, kept: ['pay/api TCP 8080'] },
  { name: 'a list of hosts', container: { command: ['run', 'db:5000,api.pay:9000'] }, kept: ['shop/db TCP 5432', 'pay/api TCP 9000'] },
  { name: 'a ConfigMap', container: { envFrom: [{ configMapRef: { name: 'settings' } }] }, kept: ['pay/api TCP 8080'] },
  {
    name: 'one key of a ConfigMap',
    container: { env: [{ name: 'U', valueFrom: { configMapKeyRef: { name: 'settings', key: 'API_URL' } } }] },
    kept: ['pay/api TCP 8080'],
  },
  { name: 'a headless Service on its own port', container: env('X', 'peers:7000'), kept: ['shop/db TCP 7000'] },
  { name: 'an address', container: env('X', 'http://192.0.2.7:8080'), kept: ['192.0.2.7/32 TCP 8080'] },
  { name: 'its own loopback', container: env('X', '127.0.0.1:8080'), kept: [] },
  { name: 'an image, a path, a version', container: { args: ['registry/db:1.2', '/db/x', 'v1.2.3', 'a.b.c'] }, kept: [] },
];

for (const { name, container, kept } of cases) {
  test(`declared: ${name}`, () => {
    assert.deepEqual(
      listKept([...OTHERS, web(container)]),
      kept.map((to) => `shop/web > ${to}`),
    );
  });
}

test('every pod that does not say otherwise asks the DNS of the cluster', () => {
  const { connections, world } = readDeclaredWishes(World.of([web({})]));
  assert.deepEqual(
    connections.map(({ from, to, ports }) => `${nameOfEnd(from)} > ${nameOfEnd(to)} ${formatPorts(ports)}`),
    ['shop/web > kube-system/kube-dns TCP 53, UDP 53'],
  );
  assert.ok(world.get({ group: '', kind: 'Pod', namespace: 'kube-system', name: 'kube-dns' }) !== undefined);
});

test('a host outside cannot be kept, and is said', () => {
  const { unresolved } = readDeclaredWishes(World.of([web(env('X', 'https://api.example.com'))]));
  assert.deepEqual(
    unresolved.map(({ flow }) => flow),
    ['shop/web -> api.example.com TCP 443'],
  );
});

const ingress: KubernetesObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { namespace: 'shop', name: 'web' },
  spec: {
    ingressClassName: 'nginx',
    rules: [
      {
        host: 'a.example',
        http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'db', port: { number: 5000 } } } }] },
      },
    ],
  },
};
const controller = deployment('edge/nginx', { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' });

test('the pods of an ingress controller reach the backends; without them that is said', () => {
  assert.deepEqual(listKept([controller, ...OTHERS, ingress]), ['edge/nginx > shop/db TCP 5432']);
  assert.deepEqual(
    readDeclaredWishes(World.of([...OTHERS, ingress])).unresolved.map(({ flow }) => flow),
    ['the ingress controller -> shop/db'],
  );
});

test('a load balancer lets in whom it says, or any node that passes packets on', () => {
  const of = (spec: JsonObject): readonly string[] =>
    listKept([web({}), service('shop/web', { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }], ...spec })]);
  const local = { externalTrafficPolicy: 'Local', loadBalancerSourceRanges: ['192.0.2.0/24'], allocateLoadBalancerNodePorts: false };
  assert.deepEqual(of({}), ['any address > shop/web TCP 80']);
  assert.deepEqual(of(local), ['192.0.2.0/24 > shop/web TCP 80']);
});
