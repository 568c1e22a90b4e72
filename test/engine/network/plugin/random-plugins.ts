import * as fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { namespace, pod, policy } from '../objects.ts';
import { anyPolicySpec, OUTSIDE } from '../random-world.ts';
import type { KnownSelector } from './naive-question.ts';
import { anyMesh } from './random-istio.ts';
import { anyLabels, given, optional, type Labels } from './random-parts.ts';

const NAMESPACES = ['x', 'y', 'z'];
const ACCOUNTS = ['one', 'two'];

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
const anyMeshLabels: fc.Arbitrary<Labels> = fc.constantFrom<Labels>(
  {},
  {},
  { 'istio-injection': 'enabled' },
  { 'istio.io/dataplane-mode': 'ambient' },
  { 'istio.io/rev': 'r1' },
  { 'istio.io/dataplane-mode': 'ambient', 'istio.io/use-waypoint': 'w' },
);
const anyOwnMesh: fc.Arbitrary<Labels> = fc.constantFrom<Labels>(
  {},
  {},
  {},
  { 'sidecar.istio.io/inject': 'true' },
  { 'sidecar.istio.io/inject': 'false' },
  { 'gateway.istio.io/managed': 'istio.io-gateway-controller', 'gateway.networking.k8s.io/gateway-name': 'edge' },
);
const anyContainerPorts = fc.subarray<JsonValue>([
  { name: 'web', protocol: 'TCP', containerPort: 80 },
  { name: 'dns', protocol: 'UDP', containerPort: 81 },
]);

const anyPods = fc.array(
  fc.record({
    labels: anyLabels,
    mesh: anyOwnMesh,
    ports: anyContainerPorts,
    kind: fc.nat(6),
    account: fc.constantFrom(undefined, ...ACCOUNTS),
    hasIp: fc.boolean(),
  }),
  { minLength: 2, maxLength: 5 },
);

const anyBase: fc.Arbitrary<readonly KubernetesObject[]> = fc
  .record({
    namespaces: fc.tuple(fc.tuple(anyLabels, anyMeshLabels), fc.tuple(anyLabels, anyMeshLabels)),
    pods: anyPods,
    policies: fc.array(fc.tuple(fc.constantFrom(...NAMESPACES), anyPolicySpec), { maxLength: 2 }),
  })
  .map(({ namespaces, pods, policies }) => [
    ...namespaces.map(([own, mesh], index) => namespace(NAMESPACES[index] ?? '', { ...own, ...mesh })),
    ...pods.map(({ labels, mesh, ports, kind, account, hasIp }, index) => {
      const made = pod(
        `${NAMESPACES[index % 3] ?? ''}/p${index}`,
        { ...labels, ...mesh },
        {
          ports,
          hostNetwork: kind === 0,
          ...(hasIp && kind !== 0 ? { ips: [`10.1.0.${100 + index}`] } : {}),
        },
      );
      return account === undefined ? made : { ...made, spec: { ...(made['spec'] as JsonObject), serviceAccountName: account } };
    }),
    ...policies.map(([home, spec], index) => policy(`${home}/n${index}`, spec)),
  ]);

// Cilium.

const anyEndpoint: fc.Arbitrary<JsonObject> = fc.oneof(
  anyLabels.map((matchLabels) => ({ matchLabels })),
  fc.constantFrom<JsonObject>(
    {},
    { matchLabels: { 'k8s:app': 'a' } },
    { matchLabels: { 'any:tier': 'b' } },
    { matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'y' } },
    { matchLabels: { 'io.kubernetes.pod.namespace': 'x', app: 'a' } },
    { matchLabels: { 'k8s:io.cilium.k8s.namespace.labels.tier': 'a' } },
    { matchLabels: { 'io.cilium.k8s.policy.serviceaccount': 'one' } },
    { matchExpressions: [{ key: 'io.kubernetes.pod.namespace', operator: 'NotIn', values: ['x'] }] },
    { matchExpressions: [{ key: 'k8s:app', operator: 'In', values: ['a', 'b'] }] },
    { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] },
  ),
);
const anyCiliumPort: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { port: '80', protocol: 'TCP' },
  { port: '81', protocol: 'UDP' },
  { port: '80', endPort: 81, protocol: 'ANY' },
  { port: '0', protocol: 'SCTP' },
  { port: 'web' },
  { port: 'dns', protocol: 'UDP' },
  { port: '81' },
);
const anyToPorts: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 6, arbitrary: fc.array(anyCiliumPort, { minLength: 1, maxLength: 2 }).map((ports) => ({ ports })) },
  { weight: 1, arbitrary: fc.constant<JsonObject>({ ports: [{ port: '80', protocol: 'TCP' }], rules: { http: [{ method: 'GET' }] } }) },
);
const anyCiliumPeers = (side: 'from' | 'to'): fc.Arbitrary<JsonObject> => {
  const choices: fc.Arbitrary<JsonObject>[] = [
    fc.array(anyEndpoint, { maxLength: 2 }).map((list) => ({ [`${side}Endpoints`]: list })),
    fc
      .subarray(['all', 'cluster', 'host', 'kube-apiserver', 'none', 'world', 'world-ipv4', 'world-ipv6'], { minLength: 1, maxLength: 2 })
      .map((list) => ({ [`${side}Entities`]: list })),
    fc.constantFrom<JsonObject>(
      { [`${side}CIDR`]: ['10.0.0.0/8'] },
      { [`${side}CIDR`]: ['8.8.8.8/32', '192.168.1.0/24'] },
      { [`${side}CIDRSet`]: [{ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }] },
    ),
    fc.constant({}),
  ];
  if (side === 'to') choices.push(fc.constant<JsonObject>({ toFQDNs: [{ matchName: 'example.com' }] }));
  return fc.oneof(...choices);
};
const anyCiliumRules = (side: 'from' | 'to'): fc.Arbitrary<JsonObject[] | undefined> =>
  optional(
    fc.array(
      fc
        .tuple(anyCiliumPeers(side), optional(fc.array(anyToPorts, { minLength: 1, maxLength: 2 })))
        .map(([peers, toPorts]) => ({ ...peers, ...given({ toPorts }) })),
      { maxLength: 2 },
    ),
  );
const anyCiliumSpec: fc.Arbitrary<JsonObject> = fc
  .record({
    endpointSelector: anyEndpoint,
    ingress: anyCiliumRules('from'),
    ingressDeny: anyCiliumRules('from'),
    egress: anyCiliumRules('to'),
    egressDeny: anyCiliumRules('to'),
    enableDefaultDeny: optional(fc.constantFrom<JsonObject>({ ingress: false }, { egress: false, ingress: true }, { egress: true })),
  })
  .map(({ ingressDeny, egressDeny, ...spec }) =>
    given({ ...spec, ingressDeny: withoutRequests(ingressDeny), egressDeny: withoutRequests(egressDeny) }),
  );

/** What is denied says nothing of requests. */
function withoutRequests(rules: JsonObject[] | undefined): JsonObject[] | undefined {
  return rules?.map((rule) => {
    const ports = rule['toPorts'];
    return Array.isArray(ports) ? { ...rule, toPorts: ports.map((item) => ({ ports: (item as JsonObject)['ports'] ?? [] })) } : rule;
  });
}

const anyCilium: fc.Arbitrary<(index: number) => KubernetesObject> = fc
  .record({ home: optional(fc.constantFrom(...NAMESPACES)), spec: anyCiliumSpec, more: optional(anyCiliumSpec) })
  .map(({ home, spec, more }) => (index: number): KubernetesObject => ({
    apiVersion: 'cilium.io/v2',
    kind: home === undefined ? 'CiliumClusterwideNetworkPolicy' : 'CiliumNetworkPolicy',
    metadata: given({ name: `c${index}`, namespace: home }),
    spec,
    ...(more === undefined ? {} : { specs: [more] }),
  }));

// Calico.

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
      const destination = direction === 'egress' ? { ...far, ...ports } : ports;
      const hasPorts = Object.keys(ports).length > 0;
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
const anyCalico: fc.Arbitrary<(index: number) => KubernetesObject> = fc
  .record({
    home: optional(fc.constantFrom(...NAMESPACES)),
    selector: optional(anyText),
    namespaceSelector: optional(anyText),
    tier: fc.constantFrom(undefined, undefined, 'early', 'late'),
    order: optional(fc.nat(20)),
    types: optional(fc.subarray(['Ingress', 'Egress'], { minLength: 1 })),
    ingress: anyCalicoRules('ingress'),
    egress: anyCalicoRules('egress'),
  })
  .map(({ home, namespaceSelector, order, ...spec }) => (index: number): KubernetesObject => ({
    apiVersion: 'projectcalico.org/v3',
    kind: home === undefined ? 'GlobalNetworkPolicy' : 'NetworkPolicy',
    metadata: given({ name: `k${index}`, namespace: home }),
    // Orders differ: that of equal ones follows their names.
    spec: given({
      ...spec,
      order: order === undefined ? 5000 + index : order * 100 + index + 1,
      ...(home === undefined ? { namespaceSelector } : {}),
    }),
  }));
const anyTiers: fc.Arbitrary<readonly KubernetesObject[]> = fc
  .tuple(fc.constantFrom<string | undefined>(undefined, 'Pass'), fc.constantFrom<string | undefined>(undefined, 'Pass'), fc.boolean())
  .map(([early, late, hasSet]) => [
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

/** Worlds with policies of one plugin, and of a mesh. */
export const anyPluginObjects: fc.Arbitrary<readonly KubernetesObject[]> = fc
  .tuple(
    anyBase,
    fc.oneof(fc.array(anyCilium, { minLength: 1, maxLength: 3 }), fc.array(anyCalico, { minLength: 1, maxLength: 4 })),
    anyTiers,
    fc.oneof(fc.constant([]), anyMesh),
  )
  .map(([base, made, tiers, mesh]) => {
    const policies = made.map((make, index) => make(index));
    const isCalico = policies.some(({ apiVersion }) => apiVersion.startsWith('projectcalico'));
    return [...base, ...policies, ...(isCalico ? tiers : []), ...mesh];
  });

export { OUTSIDE };
