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

/** Where a policy stands, in the order in which they are asked: tiers of administrators before and after the NetworkPolicies. */
export const TIERS = ['admin', 'namespace', 'baseline'] as const;
export type Tier = (typeof TIERS)[number];

/** What a rule does with the connections that match it; NetworkPolicies only allow. Pass leaves them to the next tier. */
export type Action = 'allow' | 'deny' | 'pass';

/** Whom a rule speaks of: addresses, nodes, or pods of the namespaces selected (of the policy's own where there is no selector). */
export type Peer =
  | {
      readonly kind: 'addresses';
      readonly addresses: AddressSet;
      /** Whether pods without a known address are meant by a block of all addresses: said of `networks`, not of `ipBlock`. */
      readonly meansPods: boolean;
    }
  | { readonly kind: 'nodes'; readonly nodes: Selector }
  | { readonly kind: 'pods'; readonly namespaces: Selector | undefined; readonly pods: Selector };

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
}

/** A policy of any kind with its defaults applied. A direction of which it says nothing is undefined. */
export interface Policy {
  readonly ref: ObjectRef;
  readonly object: KubernetesObject;
  readonly tier: Tier;
  /** Lower is asked first within a tier; 0 for NetworkPolicies, which have no order. */
  readonly priority: number;
  /** The namespace of a NetworkPolicy; the empty string for one of the whole cluster. */
  readonly namespace: string;
  /** The namespaces of its subjects; undefined: its own. */
  readonly namespaces: Selector | undefined;
  readonly pods: Selector;
  readonly ingress: readonly Rule[] | undefined;
  readonly egress: readonly Rule[] | undefined;
}

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
    tier: 'namespace',
    priority: 0,
    namespace: namespaceOf(object) ?? '',
    namespaces: undefined,
    pods: getObject(spec, 'podSelector') === undefined ? SELECT_ALL : readLabelSelector(spec['podSelector']),
    ingress: hasType('Ingress', true) ? readRules(spec['ingress'], 'ingress') : undefined,
    egress: hasType('Egress', getArray(spec, 'egress').length > 0) ? readRules(spec['egress'], 'egress') : undefined,
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
  if (block !== undefined) return [{ kind: 'addresses', addresses: readBlock(block), meansPods: false }];
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
