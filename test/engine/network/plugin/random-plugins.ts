import * as fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { namespace, pod, policy } from '../objects.ts';
import { anyPolicySpec, OUTSIDE } from '../random-world.ts';
import { anyMesh } from './random-istio.ts';
import { anyCalico, anyTiers } from './random-calico.ts';
import { anyLabels, given, NAMESPACES, optional, type Labels } from './random-parts.ts';

const ACCOUNTS = ['one', 'two'];

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
    node: fc.constantFrom(undefined, 'n1', 'n2'),
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
    ...pods.map(({ labels, mesh, ports, kind, account, hasIp, node }, index) => {
      const made = pod(
        `${NAMESPACES[index % 3] ?? ''}/p${index}`,
        { ...labels, ...mesh },
        {
          ports,
          hostNetwork: kind === 0,
          ...(hasIp && kind !== 0 ? { ips: [`10.1.0.${100 + index}`] } : {}),
        },
      );
      const spec = given({ ...(made['spec'] as JsonObject), serviceAccountName: account, nodeName: kind === 0 ? node : undefined });
      return { ...made, spec };
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
    fc.constantFrom<JsonObject>({ [`${side}Nodes`]: [{ matchLabels: { zone: 'a' } }] }, { [`${side}Nodes`]: [{}] }),
    fc.constantFrom<JsonObject>({ [`${side}CIDRSet`]: [{ cidrGroupRef: 'g', except: ['10.9.0.0/16'] }] }),
    fc.constant({}),
  ];
  const services: readonly JsonObject[] = [
    { k8sService: { serviceName: 's' } },
    { k8sService: { serviceName: 's', namespace: 'x' } },
    { k8sService: { serviceName: 'byhand', namespace: 'y' } },
    { k8sServiceSelector: { selector: { matchLabels: { kind: 'one' } } } },
    { k8sServiceSelector: { selector: {}, namespace: 'y' } },
  ];
  if (side === 'to') choices.push(fc.subarray([...services], { minLength: 1, maxLength: 2 }).map((list) => ({ toServices: list })));
  if (side === 'to') choices.push(fc.constant<JsonObject>({ toFQDNs: [{ matchName: 'example.com' }] }));
  return fc.oneof(...choices);
};
const anyCiliumRules = (side: 'from' | 'to'): fc.Arbitrary<JsonObject[] | undefined> =>
  optional(
    fc.array(
      fc
        .tuple(anyCiliumPeers(side), optional(fc.array(anyToPorts, { minLength: 1, maxLength: 2 })))
        .map(([peers, toPorts]) => ({ ...peers, ...given({ toPorts: peers['toServices'] === undefined ? toPorts : undefined }) })),
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
  .record({
    home: optional(fc.constantFrom(...NAMESPACES)),
    spec: anyCiliumSpec,
    more: optional(anyCiliumSpec),
    nodes: fc.constantFrom<JsonObject | undefined>(
      undefined,
      undefined,
      {},
      { matchLabels: { zone: 'a' } },
      { matchLabels: { zone: 'c' } },
    ),
  })
  .map(({ home, spec: { endpointSelector, ...spec }, more, nodes }) => (index: number): KubernetesObject => ({
    apiVersion: 'cilium.io/v2',
    kind: home === undefined ? 'CiliumClusterwideNetworkPolicy' : 'CiliumNetworkPolicy',
    metadata: given({ name: `c${index}`, namespace: home }),
    spec: { ...spec, ...(home === undefined && nodes !== undefined ? { nodeSelector: nodes } : given({ endpointSelector })) },
    ...(more === undefined ? {} : { specs: [more] }),
  }));

const NODES: readonly KubernetesObject[] = [
  ['n1', '192.168.1.1', 'a'],
  ['n2', '10.9.0.1', 'b'],
].map(([name = '', address = '', zone = '']) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { zone, name } },
  status: { addresses: [{ type: 'InternalIP', address }] },
}));

/** What policies of Cilium may name: Services with pods and without, a group of CIDRs. */
const SERVICES: readonly KubernetesObject[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'x', labels: { kind: 'one' } },
    spec: {
      selector: { app: 'a' },
      ports: [
        { port: 8, targetPort: 80 },
        { port: 9, targetPort: 'web' },
      ],
    },
  },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'byhand', namespace: 'y', labels: { kind: 'one' } }, spec: {} },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'e', namespace: 'y', labels: { 'kubernetes.io/service-name': 'byhand' } },
    endpoints: [{ addresses: ['8.8.8.8', '192.168.1.1'] }],
    ports: [{ port: 81 }],
  },
  {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumCIDRGroup',
    metadata: { name: 'g' },
    spec: { externalCIDRs: ['10.0.0.0/8', '192.168.0.0/16'] },
  },
];
const CONFIG: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cilium-config', namespace: 'kube-system' },
  data: { 'policy-cidr-match-mode': 'nodes' },
};

/** Worlds with policies of one plugin, and of a mesh. */
export const anyPluginObjects: fc.Arbitrary<readonly KubernetesObject[]> = fc
  .tuple(
    anyBase,
    fc.oneof(fc.array(anyCilium, { minLength: 1, maxLength: 3 }), fc.array(anyCalico, { minLength: 1, maxLength: 4 })),
    anyTiers,
    fc.oneof(fc.constant([]), anyMesh),
    fc.constantFrom([], NODES),
    fc.constantFrom(SERVICES, [...SERVICES, CONFIG]),
  )
  .map(([base, made, tiers, mesh, nodes, others]) => {
    const policies = made.map((make, index) => make(index));
    const isCalico = policies.some(({ apiVersion }) => apiVersion.startsWith('projectcalico'));
    return [...base, ...nodes, ...policies, ...(isCalico ? tiers : []), ...others, ...mesh];
  });

export { OUTSIDE };
