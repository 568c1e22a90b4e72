import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, World, type KubernetesObject } from '../../../../src/model/index.ts';
import { createReachEngine } from '../../../../src/engine/network/index.ts';
import { createNetworkEngine } from '../../../../src/engine/network/effects.ts';
import { parseCalicoSelector } from '../../../../src/engine/network/plugin/calico-selector.ts';
import { deployment, policy } from '../objects.ts';
import { BASE, calico, cilium, custom, db, testPolicies, type Case } from './policy-cases.ts';

const CASES: readonly Case[] = [
  {
    name: 'Cilium isolates where there are rules, and a rule that says nothing lets nobody in',
    objects: [cilium('shop/db', { endpointSelector: db, ingress: [{}] })],
    yes: ['shop/db > shop/web TCP 80'],
    no: ['shop/web > shop/db TCP 5432', '1.2.3.4 > shop/db TCP 5432'],
  },
  {
    name: 'what Cilium denies no NetworkPolicy allows',
    objects: [
      policy('shop/open', { podSelector: {}, ingress: [{}] }),
      cilium('deny', { endpointSelector: db, enableDefaultDeny: { ingress: false }, ingressDeny: [{ fromEntities: ['world'] }] }),
    ],
    yes: ['shop/web > shop/db TCP 5432', '1.2.3.4 > shop/web TCP 80'],
    no: ['1.2.3.4 > shop/db TCP 5432'],
  },
  {
    name: 'blocks of addresses never mean pods to Cilium, all of the cluster does',
    objects: [cilium('shop/db', { endpointSelector: db, egress: [{ toCIDR: ['0.0.0.0/0'] }], ingress: [{ fromEntities: ['cluster'] }] })],
    yes: ['shop/db > 1.2.3.4 TCP 1', 'lab/tool > shop/db UDP 1'],
    no: ['shop/db > shop/web TCP 1', '1.2.3.4 > shop/db TCP 1'],
  },
  {
    name: 'endpoints of another namespace are meant where the selector names it, by its name or its labels',
    objects: [
      cilium('shop/db', {
        endpointSelector: db,
        ingress: [
          { fromEndpoints: [{ matchLabels: { app: 'tool' } }] },
          {
            fromEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'lab', 'k8s:app': 'tool' } }],
            toPorts: [{ ports: [{ port: 'sql' }] }],
          },
          {
            fromEndpoints: [{ matchLabels: { 'k8s:io.cilium.k8s.namespace.labels.team': 'b' } }],
            toPorts: [{ ports: [{ port: '80', endPort: 90 }] }],
          },
        ],
      }),
    ],
    yes: ['lab/tool > shop/db TCP 5432', 'lab/tool > shop/db UDP 85'],
    no: ['lab/tool > shop/db TCP 5433', 'shop/web > shop/db TCP 5432'],
  },
  {
    name: 'what hangs on names, requests or the place of the API server is unknown, and what denies all the same is not',
    objects: [
      cilium('shop/db', {
        endpointSelector: db,
        egress: [{ toFQDNs: [{ matchName: 'example.com' }], toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }] }],
        ingress: [{ fromEndpoints: [{}], toPorts: [{ ports: [{ port: '80', protocol: 'TCP' }], rules: { http: [{ method: 'GET' }] } }] }],
      }),
    ],
    unknown: ['shop/db > 1.2.3.4 TCP 443', 'shop/web > shop/db TCP 80'],
    no: ['shop/db > 1.2.3.4 TCP 80', 'shop/db > shop/web TCP 443', 'lab/tool > shop/db TCP 80'],
    problems: [
      'KN0306 /spec/egress/0/toFQDNs the addresses of a domain name are not known',
      'KN0306 /spec/ingress/0/toPorts/0/rules it depends on each request (rules)',
    ],
  },
  {
    name: 'what Cilium refuses is said with its line',
    objects: [
      cilium('shop/db', {
        endpointSelector: db,
        ingress: [
          { fromEndpoints: [{}], fromEntities: ['world'] },
          { fromEntities: ['moon'] },
          { fromCIDR: ['10.0.0/8'] },
          { toPorts: [{ ports: [{ port: '80', protocol: 'QUIC' }] }] },
        ],
      }),
    ],
    no: ['shop/web > shop/db TCP 80'],
    problems: [
      'KN0307 /spec/ingress/0 combining fromEndpoints and fromEntities is not supported by Cilium: the policy is refused',
      'KN0307 /spec/ingress/1/fromEntities/0 unsupported entity: moon',
      'KN0307 /spec/ingress/2/fromCIDR/0 10.0.0/8: unable to parse CIDR',
      'KN0307 /spec/ingress/3/toPorts/0/ports/0/protocol QUIC: must be TCP, UDP, SCTP, ICMP, ICMPv6 or ANY',
    ],
  },
  {
    name: 'Calico asks its tiers by their order, the NetworkPolicies among those of default',
    objects: [
      custom('projectcalico.org/v3', 'Tier', 'platform', { order: 100 }),
      calico('platform', {
        tier: 'platform',
        order: 1,
        selector: "app == 'db'",
        ingress: [{ action: 'Deny', source: { namespaceSelector: "team == 'b'" } }, { action: 'Log' }, { action: 'Pass', protocol: 'TCP' }],
      }),
      calico('shop/early', { order: 10, selector: 'all()', ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: [1] } }] }),
      policy('shop/db', { podSelector: db, ingress: [{ ports: [{ port: 5432 }] }] }),
      calico('shop/late', {
        order: 2000,
        selector: 'all()',
        ingress: [{ action: 'Deny', protocol: 'TCP', destination: { ports: ['5000:6000'] } }, { action: 'Allow' }],
      }),
    ],
    yes: ['shop/web > shop/db TCP 5432', 'shop/web > shop/db TCP 1', 'shop/web > shop/db TCP 80', 'lab/tool > shop/web TCP 80'],
    no: ['lab/tool > shop/db TCP 5432', 'shop/web > shop/db UDP 80', 'shop/web > shop/db TCP 5001', 'shop/db > shop/web TCP 5001'],
  },
  {
    name: 'network sets are addresses by labels',
    objects: [
      {
        ...custom('projectcalico.org/v3', 'GlobalNetworkSet', 'office', { nets: ['192.0.2.0/24'] }),
        metadata: { name: 'office', labels: { role: 'office' } },
      },
      calico('office', { selector: "app == 'db'", ingress: [{ action: 'Allow', source: { selector: "role == 'office'" } }] }),
    ],
    yes: ['192.0.2.7 > shop/db TCP 80'],
    no: ['198.51.100.7 > shop/db TCP 80', 'shop/web > shop/db TCP 80'],
  },
  {
    name: 'what is wrong with a policy of Calico is said with its line, and a tier that nobody knows is in doubt',
    objects: [
      calico('shop/bad', {
        tier: 'moon',
        selector: "app = 'db'",
        ingress: [
          { action: 'Permit' },
          { action: 'Allow', source: { nets: ['10.0.0'], selector: 'has(app' } },
          { action: 'Allow', protocol: 'TCP', destination: { ports: ['9-10'] } },
        ],
      }),
    ],
    yes: ['shop/web > shop/db TCP 80'],
    problems: [
      'KN0307 /spec/ingress/0/action action Permit: must be Allow, Deny, Log or Pass',
      'KN0307 /spec/ingress/1/source/nets/0 10.0.0: no address and no CIDR',
      'KN0307 /spec/ingress/1/source/selector has(app: expected ), found the end',
      'KN0307 /spec/ingress/2/destination/ports/0 9-10: no port and no range of ports',
      "KN0307 /spec/selector app = 'db': unexpected characters at 4: = 'db'",
      'KN0306 /spec/tier tier moon is not among the objects: where it stands is not known',
    ],
  },
];

testPolicies(BASE, CASES);

/** `+` or `-`, the sentence, and the lines it follows from. */
function tell(before: World, after: World, settings: Parameters<typeof createNetworkEngine>[0] = {}): readonly string[] {
  return createNetworkEngine(settings)
    .compare(before, after)
    .map(
      ({ change, fact }) =>
        `${change === 'gained' ? '+' : '-'} ${describe(fact)} <- ${fact.objects.map(({ ref, path = '' }) => `${ref.kind} ${ref.name}${path}`).join(', ')}`,
    );
}

const GUARD = cilium('shop/db', {
  endpointSelector: db,
  ingress: [{ fromEndpoints: [{ matchLabels: { app: 'web' } }], toPorts: [{ ports: [{ port: '5432', protocol: 'TCP' }] }] }],
});
const OPEN = cilium('shop/db', {
  endpointSelector: db,
  ingress: [{ fromEndpoints: [{}], toPorts: [{ ports: [{ port: '5432', protocol: 'TCP' }] }] }],
});
const ASKED = cilium('shop/db', {
  endpointSelector: db,
  ingress: [
    { fromEndpoints: [{ matchLabels: { app: 'web' } }], toPorts: [{ ports: [{ port: '5432', protocol: 'TCP' }], rules: { l7: [{}] } }] },
    { toPorts: [{ ports: [{ port: '80', protocol: 'TCP' }], rules: { http: [{}] } }], fromEndpoints: [{}] },
  ],
});
const ANNEX = deployment('shop/job', { app: 'job' });

test('effects of a policy of Cilium name the line, and what is not sure is said to be so', () => {
  const [before, after] = [World.of([...BASE, ANNEX, GUARD]), World.of([...BASE, ANNEX, OPEN])];
  assert.deepEqual(tell(before, after), ['+ shop/job -> shop/db TCP 5432 opens <- CiliumNetworkPolicy db/spec/ingress/0']);
  const closing = tell(after, before);
  assert.deepEqual(closing, [
    '- shop/db -> shop/db TCP 5432 closes <- CiliumNetworkPolicy db/spec/ingress/0',
    '- shop/job -> shop/db TCP 5432 closes <- CiliumNetworkPolicy db/spec/ingress/0',
  ]);
  const perhaps = tell(before, World.of([...BASE, ANNEX, ASKED]));
  assert.ok(
    perhaps.some((line) => line.includes('TCP 80 may open')),
    perhaps.join('\n'),
  );
  assert.ok(
    perhaps.some((line) => line.includes('/spec/ingress/1/toPorts/0/rules of CiliumNetworkPolicy shop/db is not judged')),
    perhaps.join('\n'),
  );
});

test('policies that the network plugin does not enforce limit nothing, and are told', () => {
  const before = World.of(BASE);
  const after = World.of([...BASE, GUARD]);
  assert.ok(tell(before, after).some((line) => line.includes('shop/db')));
  const told =
    '+ CiliumNetworkPolicy shop/db is not enforced by calico (reach.cni of the configuration): it limits nothing <- CiliumNetworkPolicy db';
  assert.deepEqual(tell(before, after, { plugin: 'calico' }), [told]);
  assert.deepEqual(tell(before, after, { plugin: 'calico', enforces: ['CiliumNetworkPolicy'] }), tell(before, after));
  const agent = (name: string): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'kube-system' },
    spec: {},
  });
  const seen = (name: string): readonly string[] => tell(World.of([...BASE, agent(name)]), World.of([...BASE, agent(name), GUARD]));
  assert.deepEqual(seen('cilium'), tell(before, after));
  assert.ok(seen('kube-flannel-ds')[0]?.includes('is not enforced by flannel (DaemonSet kube-system/kube-flannel-ds)') === true);
  const both = tell(before, World.of([...BASE, GUARD, calico('shop/x', { selector: "app == 'web'" })]));
  assert.equal(both.filter((line) => line.includes('the other one of Calico and Cilium')).length, 2);
});

test('invariants hold over policies of Calico', () => {
  const rule = { kind: 'deny', from: ['lab/*'], to: ['shop/db'], ports: [], label: 'reach.deny[0]', reason: undefined } as const;
  const closed = calico('shop/db', {
    selector: "app == 'db'",
    ingress: [{ action: 'Deny', source: { namespaceSelector: "team == 'b'" } }, { action: 'Allow' }],
  });
  const compare = (...objects: readonly KubernetesObject[]): readonly string[] =>
    createReachEngine([rule], false)
      .compare(World.of([...BASE, closed]), World.of([...BASE, ...objects]))
      .map(
        ({ change, fact }) =>
          `${change} ${fact.code} ${fact.objects.some(({ ref }) => ref.group === 'projectcalico.org') ? 'by Calico' : ''}`,
      );
  assert.deepEqual(compare(closed), []);
  assert.deepEqual(compare(), ['gained KN0202 by Calico']);
});

test('selectors of Calico say what is wrong with them', () => {
  for (const text of ['app ==', "app == 'a' ||", "(app == 'a'", "app in {'a'", 'foo()', "'a' == app", "app like 'a'", '$', '!'.repeat(200)])
    assert.equal(typeof parseCalicoSelector(text), 'string', text);
});
