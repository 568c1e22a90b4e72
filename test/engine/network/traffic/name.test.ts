import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../../src/std/index.ts';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { listWorkloads } from '../../../../src/engine/network/index.ts';
import { resolveName, type Named } from '../../../../src/engine/network/traffic/name.ts';
import { deployment, pod } from '../objects.ts';
import { object, service } from './objects.ts';

const STATEFUL = object('apps/v1', 'StatefulSet', 'shop/db', {
  spec: { serviceName: 'db', replicas: 2, template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c' }] } } },
});
const NAMED_POD = pod('shop/solo', { app: 'db' });
const OBJECTS: readonly KubernetesObject[] = [
  deployment('shop/web', { app: 'web' }),
  STATEFUL,
  { ...NAMED_POD, spec: { hostname: 'first', subdomain: 'db', containers: [{ name: 'c' }] } },
  service('shop/web', { selector: { app: 'web' }, ports: [{ port: 80 }] }),
  service('shop/db', { clusterIP: 'None', selector: { app: 'db' } }),
  service('pay/api', { selector: { app: 'api' }, ports: [{ port: 80 }] }),
  service('shop/far', { type: 'ExternalName', externalName: 'Db.Example.com.' }),
  service('shop/near', { type: 'ExternalName', externalName: 'api.pay.svc.cluster.local' }),
  service('shop/a', { type: 'ExternalName', externalName: 'b.shop.svc.cluster.local' }),
  service('shop/b', { type: 'ExternalName', externalName: 'a.shop.svc.cluster.local' }),
  service('com/example', { selector: { app: 'x' }, ports: [{ port: 80 }] }),
];

function describeNamed(named: Named): string {
  switch (named.kind) {
    case 'service':
      return `Service ${named.service.namespace}/${named.service.name}`;
    case 'pod':
      return `pod of ${named.workload.name}`;
    case 'address':
      return named.address;
    case 'outside':
      return `outside ${named.host}`;
    case 'cycle':
    case 'none':
      return named.kind;
  }
}

function resolve(text: string, spec: KubernetesObject | undefined): string {
  const objects = spec === undefined ? OBJECTS : [...OBJECTS.slice(1), spec];
  const world = World.of(objects);
  const sender = listWorkloads(world).find(({ name }) => name === 'shop/web');
  return describeNamed(resolveName(world, sender, text));
}

const cases: readonly { readonly name: string; readonly text: string; readonly want: string }[] = [
  { name: 'a Service of the own namespace', text: 'web', want: 'Service shop/web' },
  { name: 'upper case', text: 'WEB', want: 'Service shop/web' },
  { name: 'another namespace', text: 'api.pay', want: 'Service pay/api' },
  { name: 'another namespace, with svc', text: 'api.pay.svc', want: 'Service pay/api' },
  { name: 'the full name', text: 'api.pay.svc.cluster.local', want: 'Service pay/api' },
  { name: 'the full name with its dot', text: 'api.pay.svc.cluster.local.', want: 'Service pay/api' },
  { name: 'a short name with a dot is looked up as it stands', text: 'web.', want: 'none' },
  { name: 'a Service of another namespace by its name alone', text: 'api', want: 'none' },
  { name: 'a name that nobody has', text: 'none.shop.svc.cluster.local', want: 'none' },
  { name: 'a headless Service', text: 'db', want: 'Service shop/db' },
  { name: 'the first pod of a StatefulSet', text: 'db-0.db', want: 'pod of shop/db' },
  { name: 'the last pod of a StatefulSet', text: 'db-1.db.shop.svc.cluster.local', want: 'pod of shop/db' },
  { name: 'a pod that a StatefulSet has not', text: 'db-2.db', want: 'none' },
  { name: 'a pod with hostname and subdomain', text: 'first.db', want: 'pod of shop/solo' },
  { name: 'a pod of a Service that is not headless', text: 'db-0.web', want: 'none' },
  { name: 'a pod by its address', text: '10-1-2-3.shop.pod', want: '10.1.2.3' },
  { name: 'a name outside', text: 'api.github.com', want: 'outside api.github.com' },
  { name: 'a search domain hides a name outside', text: 'example.com', want: 'Service com/example' },
  { name: 'an alias of a name outside', text: 'far', want: 'outside db.example.com' },
  { name: 'an alias of a Service', text: 'near', want: 'Service pay/api' },
  { name: 'aliases in a circle', text: 'a', want: 'cycle' },
];
for (const { name, text, want } of cases) {
  test(`a name as a pod looks it up: ${name}`, () => {
    assert.equal(resolve(text, undefined), want);
  });
}

const clients: readonly { readonly name: string; readonly spec: JsonObject; readonly text: string; readonly want: string }[] = [
  { name: 'dnsPolicy Default does not ask the cluster', spec: { dnsPolicy: 'Default' }, text: 'web', want: 'none' },
  { name: 'nor does ClusterFirst in the host network', spec: { hostNetwork: true }, text: 'web', want: 'none' },
  {
    name: 'ClusterFirstWithHostNet does',
    spec: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
    text: 'web',
    want: 'Service shop/web',
  },
  {
    name: 'own search domains come last',
    spec: { dnsConfig: { searches: ['pay.svc.cluster.local'] } },
    text: 'api',
    want: 'Service pay/api',
  },
  {
    name: 'few dots are enough where ndots says so',
    spec: { dnsConfig: { options: [{ name: 'ndots', value: '1' }] } },
    text: 'api.pay',
    want: 'Service pay/api',
  },
  { name: 'host aliases come first', spec: { hostAliases: [{ ip: '10.9.9.9', hostnames: ['web'] }] }, text: 'web', want: '10.9.9.9' },
];
for (const { name, spec, text, want } of clients) {
  test(`a client's own way of looking names up: ${name}`, () => {
    const made = object('apps/v1', 'Deployment', 'shop/web', {
      spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c' }], ...spec } } },
    });
    assert.equal(resolve(text, made), want);
  });
}

test('without a sender in the cluster its names mean nothing', () => {
  const world = World.of(OBJECTS);
  assert.equal(describeNamed(resolveName(world, undefined, 'web.shop.svc.cluster.local')), 'none');
  assert.equal(describeNamed(resolveName(world, undefined, 'shop.example.com')), 'outside shop.example.com');
});
