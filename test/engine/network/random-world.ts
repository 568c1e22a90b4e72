import * as fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../src/std/index.ts';
import type { KubernetesObject } from '../../../src/model/index.ts';
import { namespace, pod, policy } from './objects.ts';

const KEYS = ['app', 'tier'];
const VALUES = ['a', 'b', ''];
const NAMESPACES = ['x', 'y', 'z'];
/** Addresses outside that the blocks below tell apart. */
export const OUTSIDE: readonly string[] = ['10.0.0.1', '10.1.0.1', '192.168.1.1', '8.8.8.8'];
/** Ports that the rules below tell apart. */
export const PORTS: readonly number[] = [79, 80, 81, 82, 8080];

const anyLabels = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: 2, noNullPrototype: true });
const anyExpression: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({
    key: fc.constantFrom(...KEYS),
    operator: fc.constantFrom('In', 'NotIn'),
    values: fc.subarray(VALUES, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ key: fc.constantFrom(...KEYS), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);
const anySelector: fc.Arbitrary<JsonObject> = fc.record(
  { matchLabels: anyLabels, matchExpressions: fc.array(anyExpression, { maxLength: 1 }) },
  { requiredKeys: [], noNullPrototype: true },
);
const anyNamespaceSelector: fc.Arbitrary<JsonObject> = fc.oneof(
  anySelector,
  fc.constantFrom(...NAMESPACES).map((name) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })),
);
const anyBlock: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { cidr: '0.0.0.0/0' },
  { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] },
  { cidr: '10.0.0.0/8' },
  { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.0.0.1/32'] },
  { cidr: '192.168.1.1/24' },
);
const anyPeer: fc.Arbitrary<JsonObject> = fc.oneof(
  anyBlock.map((ipBlock) => ({ ipBlock })),
  anySelector.map((podSelector) => ({ podSelector })),
  anyNamespaceSelector.map((namespaceSelector) => ({ namespaceSelector })),
  fc.record({ podSelector: anySelector, namespaceSelector: anyNamespaceSelector }),
);
const anyPort: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record(
    { protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'), port: fc.constantFrom<JsonValue>(80, 81, 'web', 'dns') },
    { requiredKeys: [], noNullPrototype: true },
  ),
  fc.constant({ port: 80, endPort: 81 }),
);
const anyPeers = fc.array(anyPeer, { maxLength: 2 });
const anyPorts = fc.array(anyPort, { maxLength: 2 });
const anyRules = (side: 'from' | 'to'): fc.Arbitrary<JsonObject[]> =>
  fc.array(
    fc
      .tuple(fc.option(anyPeers, { nil: undefined }), fc.option(anyPorts, { nil: undefined }))
      .map(([peers, ports]) => ({ ...(peers === undefined ? {} : { [side]: peers }), ...(ports === undefined ? {} : { ports }) })),
    { maxLength: 2 },
  );
export const anyPolicySpec: fc.Arbitrary<JsonObject> = fc.record(
  {
    podSelector: anySelector,
    policyTypes: fc.subarray(['Ingress', 'Egress']),
    ingress: anyRules('from'),
    egress: anyRules('to'),
  },
  { requiredKeys: ['podSelector'], noNullPrototype: true },
);
const anyContainerPorts = fc.subarray<JsonValue>([
  { name: 'web', protocol: 'TCP', containerPort: 80 },
  { name: 'web', protocol: 'TCP', containerPort: 8080 },
  { name: 'dns', protocol: 'UDP', containerPort: 81 },
]);
const anyPod = fc.tuple(anyLabels, fc.option(fc.constantFrom(...OUTSIDE), { nil: undefined }), anyContainerPorts, fc.nat(5));

/** Pods p0, p1, ... over three namespaces, and policies; labels, names and blocks from so few values that they meet. */
export const anyObjects: fc.Arbitrary<readonly KubernetesObject[]> = fc
  .record({
    namespaces: fc.array(anyLabels, { minLength: 2, maxLength: 2 }),
    pods: fc.array(anyPod, { minLength: 2, maxLength: 6 }),
    policies: fc.array(fc.tuple(fc.constantFrom(...NAMESPACES), anyPolicySpec), { maxLength: 4 }),
  })
  .map(({ namespaces, pods, policies }) => [
    ...namespaces.map((labels, i) => namespace(NAMESPACES[i] ?? '', labels)),
    ...pods.map(([labels, ip, ports, kind], i) =>
      pod(`${NAMESPACES[i % 3] ?? ''}/p${i}`, labels, {
        ports,
        hostNetwork: kind === 0,
        ...(ip === undefined || kind === 0 ? {} : { ips: [`${ip.slice(0, ip.lastIndexOf('.'))}.${100 + i}`] }),
      }),
    ),
    ...policies.map(([home, spec], i) => policy(`${home}/n${i}`, spec)),
  ]);

const anyAdminPods: fc.Arbitrary<JsonObject> = fc.oneof(
  anyNamespaceSelector.map((namespaces) => ({ namespaces })),
  fc.record({ namespaceSelector: anyNamespaceSelector, podSelector: anySelector }).map((pods) => ({ pods })),
);
const anyNetworks: fc.Arbitrary<JsonObject> = fc
  .subarray(['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '192.168.1.1/24'], { minLength: 1, maxLength: 2 })
  .map((networks) => ({ networks }));
const anyAdminPort: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'), port: fc.constantFrom(80, 81) }).map((portNumber) => ({ portNumber })),
  fc.constant({ portRange: { protocol: 'TCP', start: 80, end: 81 } }),
  fc.constantFrom('web', 'dns').map((namedPort) => ({ namedPort })),
);
const anyClusterPort: fc.Arbitrary<JsonObject> = fc.oneof(
  fc
    .tuple(fc.constantFrom('tcp', 'udp', 'sctp'), fc.constantFrom<JsonObject>({ number: 80 }, { range: { start: 80, end: 82 } }))
    .map(([protocol, destinationPort]) => ({ [protocol]: { destinationPort } })),
  fc.constant({ tcp: {} }),
  fc.constantFrom('web', 'dns').map((destinationNamedPort) => ({ destinationNamedPort })),
);

function anyAdminRules(side: 'from' | 'to', actions: readonly string[], isCluster: boolean): fc.Arbitrary<JsonObject[]> {
  const peers = fc.array(side === 'to' ? fc.oneof(anyAdminPods, anyNetworks) : anyAdminPods, { minLength: 1, maxLength: 2 });
  const ports = fc.option(fc.array(isCluster ? anyClusterPort : anyAdminPort, { minLength: 1, maxLength: 2 }), { nil: undefined });
  const field = isCluster ? 'protocols' : 'ports';
  return fc.array(
    fc
      .tuple(fc.constantFrom(...actions), peers, ports)
      .map(([action, list, wanted]) => ({ action, [side]: list, ...(wanted === undefined ? {} : { [field]: wanted }) })),
    { maxLength: 3 },
  );
}

interface AdminKind {
  readonly kind: string;
  readonly version: string;
  readonly actions: readonly string[];
  readonly tier?: string;
}

const ADMIN_KINDS: readonly AdminKind[] = [
  { kind: 'AdminNetworkPolicy', version: 'v1alpha1', actions: ['Allow', 'Deny', 'Pass'] },
  { kind: 'BaselineAdminNetworkPolicy', version: 'v1alpha1', actions: ['Allow', 'Deny'] },
  { kind: 'ClusterNetworkPolicy', version: 'v1alpha2', actions: ['Accept', 'Deny', 'Pass'], tier: 'Admin' },
  { kind: 'ClusterNetworkPolicy', version: 'v1alpha2', actions: ['Accept', 'Deny', 'Pass'], tier: 'Baseline' },
];

const anyAdminPolicy: fc.Arbitrary<(index: number) => KubernetesObject> = fc
  .constantFrom(...ADMIN_KINDS)
  .chain(({ kind, version, actions, tier }) =>
    fc
      .record({
        subject: anyAdminPods,
        ingress: anyAdminRules('from', actions, tier !== undefined),
        egress: anyAdminRules('to', actions, tier !== undefined),
        rank: fc.nat(9),
      })
      .map(({ rank, ...spec }) => (index: number): KubernetesObject => {
        const name = kind.startsWith('Baseline') ? 'default' : `a${index}`;
        // A baseline has no priority; those of the others differ, since the order of equal ones is not defined.
        const order = kind.startsWith('Baseline') ? {} : { priority: rank * 10 + index + 1 };
        return {
          apiVersion: `policy.networking.k8s.io/${version}`,
          kind,
          metadata: { name },
          spec: { ...spec, ...order, ...(tier === undefined ? {} : { tier }) },
        };
      }),
  );

/** The same with policies of the tiers of administrators; a cluster has at most one baseline of v1alpha1. */
export const anyTieredObjects: fc.Arbitrary<readonly KubernetesObject[]> = fc
  .tuple(anyObjects, fc.array(anyAdminPolicy, { minLength: 1, maxLength: 4 }))
  .map(([objects, made]) => {
    const policies = made.map((make, index) => make(index));
    const baseline = policies.find(({ kind }) => kind === 'BaselineAdminNetworkPolicy');
    return [...objects, ...policies.filter((policy) => policy.kind !== 'BaselineAdminNetworkPolicy' || policy === baseline)];
  });
