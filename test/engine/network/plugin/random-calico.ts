import * as fc from 'fast-check';
import type { JsonObject } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { KnownSelector } from './naive-question.ts';
import { given, NAMESPACES, optional } from './random-parts.ts';

/** Selectors of Calico in every form, each with its meaning. */
export const SELECTORS: readonly KnownSelector[] = [
  { text: 'all()', holds: () => true },
  { text: "app == 'a'", holds: ({ app }) => app === 'a' },
  { text: 'app != "a"', holds: ({ app }) => app !== 'a' },
  { text: "app in {'a', 'b'}", holds: ({ app }) => app === 'a' || app === 'b' },
  { text: "app not in {'a'}", holds: ({ app }) => app !== 'a' },
  { text: 'has(tier)', holds: ({ tier }) => tier !== undefined },
  { text: '!has(tier)', holds: ({ tier }) => tier === undefined },
  { text: "has(tier) && (app == 'a' || tier == 'b')", holds: ({ app, tier }) => tier !== undefined && (app === 'a' || tier === 'b') },
  { text: "tier contains 'a' || !has(app)", holds: ({ app, tier }) => tier === 'a' || app === undefined },
  { text: "app starts with 'b'", holds: ({ app }) => app === 'b' },
  { text: "!(tier ends with 'a')", holds: ({ tier }) => tier !== 'a' },
];
const MEANINGS = new Map(SELECTORS.map((selector) => [selector.text, selector.holds]));
export const meanings: ReadonlyMap<string, KnownSelector['holds']> = MEANINGS;

const anyText = fc.constantFrom(...SELECTORS.map((selector) => selector.text));
const anyEntity: fc.Arbitrary<JsonObject> = fc.oneof(
  anyText.map((selector) => ({ selector })),
  fc.record({ selector: anyText, namespaceSelector: anyText }),
  anyText.map((namespaceSelector) => ({ namespaceSelector })),
  anyText.map((notSelector) => ({ notSelector })),
  fc.constantFrom<JsonObject>(
    { nets: ['10.0.0.0/8'] },
    { notNets: ['10.1.0.0/16', '8.8.8.8/32'] },
    { nets: ['0.0.0.0/0'], notNets: ['10.0.0.0/8'] },
    { serviceAccounts: { names: ['one'] } },
    { serviceAccounts: { selector: 'has(tier)' } },
    { services: { name: 's', namespace: 'x' } },
    { services: { name: 'byhand', namespace: 'y' } },
    {},
  ),
);
const anyCalicoPorts: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  {},
  {},
  { ports: [80] },
  { ports: ['80:81', 8080] },
  { ports: ['web'] },
  { notPorts: [80, '82:8080'] },
);
const anyCalicoRule = (direction: 'egress' | 'ingress', isDoubtful: boolean): fc.Arbitrary<JsonObject> =>
  fc
    .record({
      action: fc.constantFrom('Allow', 'Allow', 'Deny', 'Pass', 'Log'),
      far: anyEntity,
      ports: anyCalicoPorts,
      protocol: fc.constantFrom('TCP', 'UDP', 'SCTP', 'ICMP'),
      isNot: fc.nat(5),
      doubt: fc.nat(9),
    })
    .map(({ action, far, ports, protocol, isNot, doubt }) => {
      const destination = direction === 'ingress' ? ports : far['services'] === undefined ? { ...far, ...ports } : far;
      const hasPorts = Object.keys(ports).length > 0 && far['services'] === undefined;
      // A doubtful Pass is unknown in both ways at once; no row can say that, and the list of connections is not compared for it.
      const isUnknown = isDoubtful && doubt === 0 && action !== 'Pass' && action !== 'Log';
      return {
        action,
        ...(hasPorts || isNot > 2
          ? { protocol: hasPorts && protocol === 'ICMP' ? 'TCP' : protocol }
          : isNot === 0
            ? { notProtocol: protocol }
            : {}),
        ...(direction === 'ingress' ? { source: far } : {}),
        destination,
        ...(isUnknown ? { http: { methods: ['GET'] } } : {}),
      };
    });
const anyCalicoRules = (direction: 'egress' | 'ingress'): fc.Arbitrary<JsonObject[] | undefined> =>
  optional(fc.array(anyCalicoRule(direction, true), { maxLength: 3 }));
/** Policies of Calico. */
export const anyCalico: fc.Arbitrary<(index: number) => KubernetesObject> = fc
  .record({
    home: optional(fc.constantFrom(...NAMESPACES)),
    selector: optional(anyText),
    namespaceSelector: optional(anyText),
    accounts: fc.constantFrom(undefined, undefined, undefined, 'has(tier)', "app == 'a'"),
    use: fc.constantFrom<JsonObject>(
      {},
      {},
      {},
      {},
      { applyOnForward: true },
      { applyOnForward: true, preDNAT: true },
      { applyOnForward: true, doNotTrack: true },
    ),
    tier: fc.constantFrom(undefined, undefined, 'early', 'late'),
    order: optional(fc.nat(20)),
    types: optional(fc.subarray(['Ingress', 'Egress'], { minLength: 1 })),
    ingress: anyCalicoRules('ingress'),
    egress: anyCalicoRules('egress'),
  })
  .map(({ home, namespaceSelector, accounts, use, order, ...spec }) => (index: number): KubernetesObject => ({
    apiVersion: 'projectcalico.org/v3',
    kind: home === undefined ? 'GlobalNetworkPolicy' : 'NetworkPolicy',
    metadata: given({ name: `k${index}`, namespace: home }),
    // Orders differ: that of equal ones follows their names.
    spec: given({
      ...spec,
      order: order === undefined ? 5000 + index : order * 100 + index + 1,
      serviceAccountSelector: accounts,
      ...(home === undefined ? { ...use, namespaceSelector } : {}),
    }),
  }));
const HOSTS: readonly JsonObject[] = ['n1', 'n2'].map((node) => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'HostEndpoint',
  metadata: { name: node, labels: { app: 'a' } },
  spec: { node, interfaceName: '*' },
}));
const FELIX: KubernetesObject = {
  apiVersion: 'projectcalico.org/v3',
  kind: 'FelixConfiguration',
  metadata: { name: 'default' },
  spec: { failsafeInboundHostPorts: [{ protocol: 'tcp', port: 79 }], failsafeOutboundHostPorts: [] },
};
const anyHosts: fc.Arbitrary<readonly KubernetesObject[]> = fc.tuple(fc.constantFrom(0, 0, 1, 2), fc.boolean()).map(([count, isOpen]) => [
  FELIX,
  ...HOSTS.slice(0, count).map(({ spec, ...host }) => ({
    ...(host as unknown as KubernetesObject),
    spec: { ...(spec as JsonObject), ...(isOpen ? { profiles: ['projectcalico-default-allow'] } : {}) },
  })),
]);
/** Labels of service accounts. */
const ACCOUNTS: readonly KubernetesObject[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'one', namespace: 'x', labels: { tier: 'a', app: 'a' } } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'two', namespace: 'y', labels: { app: 'b' } } },
];
/** What policies of Calico may name. */
export const anyTiers: fc.Arbitrary<readonly KubernetesObject[]> = fc
  .tuple(
    fc.constantFrom<string | undefined>(undefined, 'Pass'),
    fc.constantFrom<string | undefined>(undefined, 'Pass'),
    fc.boolean(),
    anyHosts,
  )
  .map(([early, late, hasSet, hosts]) => [
    ...hosts,
    ...ACCOUNTS,
    { apiVersion: 'projectcalico.org/v3', kind: 'Tier', metadata: { name: 'early' }, spec: given({ order: 10, defaultAction: early }) },
    {
      apiVersion: 'projectcalico.org/v3',
      kind: 'Tier',
      metadata: { name: 'late' },
      spec: given({ order: 2_000_000, defaultAction: late }),
    },
    ...(hasSet
      ? [
          {
            apiVersion: 'projectcalico.org/v3',
            kind: 'GlobalNetworkSet',
            metadata: { name: 's', labels: { app: 'a', tier: 'b' } },
            spec: { nets: ['10.1.0.0/16', '8.8.8.8/32'] },
          },
        ]
      : []),
  ]);
