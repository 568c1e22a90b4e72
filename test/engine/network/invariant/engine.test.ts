import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getString } from '../../../../src/std/index.ts';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { createReachEngine, listBrokenReach, type EndPattern, type ReachRule } from '../../../../src/engine/network/index.ts';
import { deployment, having, namespace, policy } from '../objects.ts';
import { ingress, object, service } from '../traffic/objects.ts';

const BASE = [
  namespace('shop', { team: 'shop' }),
  deployment('shop/web', { app: 'web' }, { ports: [{ name: 'http', containerPort: 8080 }] }),
  deployment('shop/db', { app: 'db' }),
  deployment('pay/api', { app: 'api' }),
];
const DB_FROM_WEB = policy('shop/db', {
  podSelector: having({ app: 'db' }),
  ingress: [{ from: [{ podSelector: having({ app: 'web' }) }], ports: [{ port: 5432 }] }],
});
const NO_EGRESS = policy('shop/out', {
  podSelector: having({ app: 'web' }),
  policyTypes: ['Egress'],
  egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
});
const BALANCER = service('shop/web', { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] });

function toRule(kind: ReachRule['kind'], from: EndPattern, to: EndPattern, ports: readonly string[] = []): ReachRule {
  return { kind, from: [from], to: [to], ports, reason: undefined, label: 'the rule' };
}

const ALL_OF_SHOP: EndPattern = { namespaces: { requirements: [{ key: 'team', operator: 'In', values: ['shop'] }] }, pods: undefined };

const cases: readonly {
  readonly name: string;
  readonly rule: ReachRule;
  readonly objects?: readonly KubernetesObject[];
  readonly want: readonly string[];
}[] = [
  { name: 'allowed, and it is', rule: toRule('allow', 'shop/web', 'shop/db', ['5432']), objects: [DB_FROM_WEB], want: [] },
  {
    name: 'allowed, and another port is not',
    rule: toRule('allow', 'shop/web', 'shop/db', ['5432', '80']),
    objects: [DB_FROM_WEB],
    want: ['KN0201 shop/web > shop/db TCP 80'],
  },
  {
    name: 'allowed, and nobody else is',
    rule: toRule('allow', '*/*', 'shop/db', ['5432']),
    objects: [DB_FROM_WEB],
    want: ['KN0201 pay/api > shop/db TCP 5432'],
  },
  {
    name: 'allowed from outside, and no way leads in',
    rule: toRule('allow', 'internet', 'shop/web', ['8080']),
    want: ['KN0201 the outside > shop/web TCP 8080'],
  },
  {
    name: 'allowed from outside, and a way leads in',
    rule: toRule('allow', 'internet', 'shop/web', ['8080']),
    objects: [BALANCER],
    want: [],
  },
  {
    name: 'allowed to outside, and some of it is not',
    rule: toRule('allow', 'shop/web', 'internet', ['443']),
    objects: [NO_EGRESS],
    want: ['KN0201 shop/web > the internet TCP 443'],
  },
  { name: 'allowed to a network, and it is', rule: toRule('allow', 'shop/web', '10.0.0.0/8', ['443']), objects: [NO_EGRESS], want: [] },
  { name: 'denied, and it is', rule: toRule('deny', 'pay/*', 'shop/db'), objects: [DB_FROM_WEB], want: [] },
  { name: 'denied, and it is not', rule: toRule('deny', 'pay/*', 'shop/db', ['1-100/UDP']), want: ['KN0202 pay/api > shop/db UDP 1-100'] },
  {
    name: 'denied by selector',
    rule: toRule('deny', 'pay/api', ALL_OF_SHOP, ['80']),
    want: ['KN0202 pay/api > shop/db TCP 80', 'KN0202 pay/api > shop/web TCP 80'],
  },
  { name: 'denied from outside where policies alone would let it in', rule: toRule('deny', 'internet', 'shop/*'), want: [] },
  {
    name: 'denied from outside, and a load balancer leads in',
    rule: toRule('deny', 'internet', 'shop/*'),
    objects: [BALANCER],
    want: ['KN0202 the outside (TCP 80 by the load balancer of Service shop/web to its port 8080) > shop/web TCP 8080'],
  },
  { name: 'denied to outside', rule: toRule('deny', 'shop/web', 'internet'), objects: [NO_EGRESS], want: [] },
  { name: 'only from one, and it is', rule: toRule('onlyFrom', 'shop/web', 'shop/db', ['5432']), objects: [DB_FROM_WEB], want: [] },
  {
    name: 'only from one, and others may',
    rule: toRule('onlyFrom', 'shop/web', 'shop/db', ['5432']),
    want: ['KN0202 pay/api > shop/db TCP 5432'],
  },
];
for (const { name, rule, objects = [], want } of cases) {
  test(`rules of reach: ${name}`, () => {
    const facts = listBrokenReach(World.of([...BASE, ...objects]), [rule], false);
    const told = facts.map(
      ({ code, data }) => `${code} ${getString(data, 'from') ?? ''} > ${getString(data, 'to') ?? ''} ${getString(data, 'ports') ?? ''}`,
    );
    assert.deepEqual(told, want);
  });
}

test('a broken rule names the line that breaks it', () => {
  const [missing] = listBrokenReach(World.of([...BASE, DB_FROM_WEB]), [toRule('allow', 'pay/api', 'shop/db', ['5432'])], false);
  assert.deepEqual(
    missing?.objects.map(({ ref, path }) => `${ref.name} ${path ?? ''}`),
    ['db /spec'],
  );
  const [open] = listBrokenReach(World.of([...BASE, DB_FROM_WEB]), [toRule('deny', 'shop/web', 'shop/db')], false);
  assert.deepEqual(
    open?.objects.map(({ ref, path }) => `${ref.name} ${path ?? ''}`),
    ['db /spec/ingress/0'],
  );
});

const HOOK = object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'guard', {
  webhooks: [{ name: 'g', clientConfig: { service: { namespace: 'pay', name: 'api' } } }],
});
const API = service('pay/api', { selector: { app: 'api' }, ports: [{ port: 443, targetPort: 8443 }] });
const API_CLOSED = policy('pay/api', { podSelector: {}, policyTypes: ['Ingress'] });
const SCRAPED = deployment('shop/web', { app: 'web' });
const usual: readonly { readonly name: string; readonly objects: readonly KubernetesObject[]; readonly want: readonly string[] }[] = [
  { name: 'nothing', objects: [], want: [] },
  { name: 'no DNS', objects: [NO_EGRESS], want: ['KN0203 shop/web'] },
  {
    name: 'DNS by the namespace of kube-dns',
    objects: [
      policy('shop/out', {
        podSelector: having({ app: 'web' }),
        policyTypes: ['Egress'],
        egress: [
          { to: [{ namespaceSelector: having({ 'kubernetes.io/metadata.name': 'kube-system' }) }], ports: [{ port: 53, protocol: 'UDP' }] },
        ],
      }),
    ],
    want: [],
  },
  {
    name: 'DNS by the cache of each node',
    objects: [
      policy('shop/out', {
        podSelector: having({ app: 'web' }),
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '169.254.20.10/32' } }] }],
      }),
    ],
    want: [],
  },
  { name: 'a webhook that lets nobody in', objects: [HOOK, API, API_CLOSED], want: ['KN0204 pay/api'] },
  {
    name: 'a webhook that lets some address in',
    objects: [HOOK, API, policy('pay/api', { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] })],
    want: [],
  },
  {
    name: 'an Ingress whose controller is kept out',
    objects: [
      service('shop/web', { selector: { app: 'web' }, ports: [{ port: 80 }] }),
      ingress('shop/web', 'a.example.com', { '/': 'web:80' }),
      policy('shop/w', { podSelector: having({ app: 'web' }), ingress: [{ from: [{ podSelector: {} }] }] }),
    ],
    want: ['KN0205 shop/web'],
  },
  {
    name: 'a scrape that is kept out',
    objects: [
      deployment('mon/prometheus', { 'app.kubernetes.io/name': 'prometheus' }),
      {
        ...SCRAPED,
        spec: {
          template: {
            metadata: { labels: { app: 'web' }, annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' } },
            spec: { containers: [{ name: 'c' }] },
          },
        },
      },
      policy('shop/w', { podSelector: having({ app: 'web' }), ingress: [{ from: [{ podSelector: {} }] }] }),
    ],
    want: ['KN0206 shop/web'],
  },
];
for (const { name, objects, want } of usual) {
  test(`what nobody wants broken: ${name}`, () => {
    const facts = listBrokenReach(World.of([...BASE, ...objects]), [], true);
    assert.deepEqual(
      facts.map(({ code, data }) => `${code} ${getString(data, 'workload') ?? ''}`),
      want,
    );
    assert.deepEqual(listBrokenReach(World.of([...BASE, ...objects]), [], false), []);
  });
}

test('a change breaks, mends, or does neither', () => {
  const engine = createReachEngine([toRule('allow', 'pay/api', 'shop/db', ['5432'])], true);
  const [open, closed] = [World.of(BASE), World.of([...BASE, DB_FROM_WEB])];
  const tell = (before: World, after: World): readonly string[] =>
    engine
      .compare(before, after)
      .map(({ change, fact }) => `${change} ${fact.code} ${fact.severity} ${fact.objects.map(({ ref }) => ref.name).join()}`);
  assert.deepEqual(tell(open, closed), ['gained KN0201 error db,api,db']);
  assert.deepEqual(tell(closed, open), ['lost KN0201 info db,api,db']);
  assert.deepEqual(tell(closed, closed), []);
});
