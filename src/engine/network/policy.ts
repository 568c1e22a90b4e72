import { EMPTY_INTERVALS, getArray, getAt, getNumber, getObject, getString, subtract, uniteAll, type JsonValue } from '../../std/index.ts';
import {
  namespaceOf,
  readLabelSelector,
  refOf,
  SELECT_ALL,
  specOf,
  type KubernetesObject,
  type ObjectRef,
  type Selector,
} from '../../model/index.ts';
import { parseCidr, type AddressSet } from './address.ts';
import { ALL_PORTS, isProtocol, NO_PORTS, toPortSet, type PortSet, type Protocol } from './port-set.ts';

export type Direction = 'ingress' | 'egress';

/**
 * Where a policy stands, in the order in which they are asked unless a tier says its own: the proxies of a mesh, the tiers of
 * administrators before and after the NetworkPolicies, and tiers that a network plugin adds.
 */
export const TIERS = ['mesh', 'admin', 'plugin', 'namespace', 'baseline'] as const;
export type Tier = (typeof TIERS)[number];

/** The place of each tier: those of Calico, whose own tiers say theirs (`Tier.spec.order`) and whose `default` is that of the NetworkPolicies. */
export const TIER_ORDER: Readonly<Record<Exclude<Tier, 'plugin'>, number>> = {
  mesh: -Infinity,
  admin: 1000,
  namespace: 1_000_000,
  baseline: 10_000_000,
};

/** A tier and its place among the others: by order, then by name. */
export interface TierPlace {
  readonly tier: Tier;
  readonly order: number;
  /** The name of a tier that a plugin adds, or what a waypoint of the mesh stands before; empty for the others. */
  readonly name: string;
}

/** The place of a tier that there is once. */
export function toPlace(tier: Exclude<Tier, 'plugin'>): TierPlace {
  return { tier, order: TIER_ORDER[tier], name: '' };
}

/** What a rule does with the connections that match it; NetworkPolicies only allow. Pass leaves them to the next tier. */
export type Action = 'allow' | 'deny' | 'pass';

/** The label by which a namespace is chosen by name: the API server sets it. */
export const NAME_LABEL = 'kubernetes.io/metadata.name';

/** What a policy may look at of a pod. */
export interface PodFacts {
  readonly namespace: string;
  readonly namespaceLabels: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly serviceAccount: string;
}

/**
 * Whom a rule speaks of: addresses, nodes, pods of the namespaces selected (of the policy's own where there is no selector), the
 * hosts (all nodes, with the pods in their networks), pods that pass a test, or what others come to.
 */
export type Peer =
  | {
      readonly kind: 'addresses';
      readonly addresses: AddressSet;
      /**
       * Whether pods are meant too: `known` where their own address is known and within (`ipBlock`), `pods` also all of them by a block
       * of all addresses (`networks`), `outside` never, nor nodes (Cilium), `nodes` never, but nodes within.
       */
      readonly meaning: 'known' | 'nodes' | 'outside' | 'pods';
    }
  | { readonly kind: 'nodes'; readonly nodes: Selector }
  | { readonly kind: 'hosts' }
  /** Nodes by their names, with the pods in their networks that are bound to them; those of which no node is known yet. */
  | { readonly kind: 'placed'; readonly nodes: readonly string[] }
  | { readonly kind: 'unplaced' }
  | { readonly kind: 'pods'; readonly namespaces: Selector | undefined; readonly pods: Selector }
  | PodTest
  | { readonly kind: 'every' | 'either'; readonly of: readonly Peer[] }
  | { readonly kind: 'not'; readonly of: Peer };

/** Pods for which something holds that no label selector says. */
export interface PodTest {
  readonly kind: 'test';
  /** What holds: equal texts are the same test. */
  readonly text: string;
  /** The keys of labels of pods that it looks at. */
  readonly labelKeys: readonly string[];
  readonly isAccountAsked: boolean;
  /** The only namespace in which it holds for any pod; absent where it may hold in several. */
  readonly namespace?: string;
  readonly isMatch: (pod: PodFacts) => boolean;
}

/** A port by name: it is looked up on the destination pod, with its protocol; in tiers of administrators the pod says the protocol. */
export interface NamedPort {
  readonly name: string;
  readonly protocol: Protocol | undefined;
}

/** One item of `spec.ingress` or `spec.egress`. */
export interface Rule {
  /** JSON pointer within the policy. */
  readonly path: string;
  /** The rule's own name; empty where it has none. */
  readonly name: string;
  readonly action: Action;
  /** Undefined: everybody, outside the cluster too. */
  readonly peers: readonly Peer[] | undefined;
  readonly ports: PortSet;
  readonly namedPorts: readonly NamedPort[];
  /** Why nobody can say from the objects which of these connections it matches; undefined if all of them. */
  readonly doubt?: string;
}

/** A policy of any kind with its defaults applied. A direction of which it says nothing is undefined. */
export interface Policy {
  readonly ref: ObjectRef;
  readonly object: KubernetesObject;
  readonly place: TierPlace;
  /** Lower is asked first within a tier. */
  readonly priority: number;
  /** The namespace of a namespaced policy; the empty string for one of the whole cluster. */
  readonly namespace: string;
  /** The pods that it selects; those in the network of their node are not, unless it is a policy of hosts, which selects no others. */
  readonly subject: Peer;
  readonly isOfHosts?: true;
  /** JSON pointer to what selects them. */
  readonly subjectPath: string;
  readonly ingress: readonly Rule[] | undefined;
  readonly egress: readonly Rule[] | undefined;
  /** The ports on which, for its subjects, nothing passes that no rule of the tier speaks of. */
  readonly isolates: Readonly<Record<Direction, PortSet>>;
}

/** NetworkPolicies let nothing through but what a rule allows. */
export const ISOLATES_ALL: Policy['isolates'] = { ingress: ALL_PORTS, egress: ALL_PORTS };
/** The tiers of administrators leave what no rule speaks of to the next one. */
export const ISOLATES_NONE: Policy['isolates'] = { ingress: NO_PORTS, egress: NO_PORTS };

/** The order that NetworkPolicies have among the policies of Calico's `default` tier. */
export const NETWORK_POLICY_ORDER = 1000;

/**
 * Reads a `networking.k8s.io/v1` NetworkPolicy (`pkg/apis/networking/v1/defaults.go`): without policyTypes it isolates
 * ingress, and egress if it has egress rules. What the API server would refuse (a bad CIDR, an empty peer, a range that runs
 * backwards) matches nothing.
 */
export function readPolicy(object: KubernetesObject): Policy {
  const spec = specOf(object);
  const types = getArray(spec, 'policyTypes');
  const hasType = (name: string, byDefault: boolean): boolean => (types.length === 0 ? byDefault : types.includes(name));
  return {
    ref: refOf(object),
    object,
    place: toPlace('namespace'),
    priority: NETWORK_POLICY_ORDER,
    namespace: namespaceOf(object) ?? '',
    subject: {
      kind: 'pods',
      namespaces: undefined,
      pods: getObject(spec, 'podSelector') === undefined ? SELECT_ALL : readLabelSelector(spec['podSelector']),
    },
    subjectPath: '/spec/podSelector',
    ingress: hasType('Ingress', true) ? readRules(spec['ingress'], 'ingress') : undefined,
    egress: hasType('Egress', getArray(spec, 'egress').length > 0) ? readRules(spec['egress'], 'egress') : undefined,
    isolates: ISOLATES_ALL,
  };
}

function readRules(value: JsonValue | undefined, direction: Direction): readonly Rule[] {
  return getArray(value).map((rule, index) => {
    const peers = getArray(rule, direction === 'ingress' ? 'from' : 'to');
    const ports = getArray(rule, 'ports');
    return {
      path: `/spec/${direction}/${index}`,
      name: '',
      action: 'allow',
      peers: peers.length === 0 ? undefined : peers.flatMap(readPeer),
      ports: ports.length === 0 ? ALL_PORTS : uniteAll(ports.map(readPorts)),
      namedPorts: ports.flatMap(readNamedPort),
    };
  });
}

function readPeer(value: JsonValue): readonly Peer[] {
  const block = getObject(value, 'ipBlock');
  if (block !== undefined) return [{ kind: 'addresses', addresses: readBlock(block), meaning: 'known' }];
  const [namespaces, pods] = [getObject(value, 'namespaceSelector'), getObject(value, 'podSelector')];
  if (namespaces === undefined && pods === undefined) return [];
  return [
    {
      kind: 'pods',
      namespaces: namespaces === undefined ? undefined : readLabelSelector(namespaces),
      pods: pods === undefined ? SELECT_ALL : readLabelSelector(pods),
    },
  ];
}

function readBlock(block: JsonValue): AddressSet {
  const except = getArray(block, 'except').map((item) => (typeof item === 'string' ? parseCidr(item) : undefined) ?? EMPTY_INTERVALS);
  return subtract(parseCidr(getString(block, 'cidr') ?? '') ?? EMPTY_INTERVALS, uniteAll(except));
}

/** The protocol of a port, TCP by default; undefined for one that is not known. */
export function readProtocol(port: JsonValue): Protocol | undefined {
  const protocol = getAt(port, 'protocol') ?? 'TCP';
  return isProtocol(protocol) ? protocol : undefined;
}

function readPorts(item: JsonValue): PortSet {
  const protocol = readProtocol(item);
  const port = getAt(item, 'port') ?? undefined;
  if (protocol === undefined) return NO_PORTS;
  if (port === undefined) return toPortSet(protocol);
  const first = getNumber(port);
  return first === undefined ? NO_PORTS : toPortSet(protocol, first, getNumber(item, 'endPort') ?? first);
}

function readNamedPort(item: JsonValue): readonly NamedPort[] {
  const protocol = readProtocol(item);
  const name = getString(item, 'port');
  return protocol === undefined || name === undefined ? [] : [{ name, protocol }];
}

/** A peer and those that it is made of. */
export function listPeers(peer: Peer): readonly Peer[] {
  switch (peer.kind) {
    case 'every':
    case 'either':
      return [peer, ...peer.of.flatMap(listPeers)];
    case 'not':
      return [peer, ...listPeers(peer.of)];
    case 'addresses':
    case 'hosts':
    case 'nodes':
    case 'placed':
    case 'pods':
    case 'test':
    case 'unplaced':
      return [peer];
  }
}
