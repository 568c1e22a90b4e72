import { EMPTY_INTERVALS, getArray, getAt, getNumber, getObject, getString, uniteAll, type JsonValue } from '../../std/index.ts';
import { readLabelSelector, refOf, SELECT_ALL, SELECT_NONE, specOf, type KubernetesObject, type Selector } from '../../model/index.ts';
import { parseCidr } from './address.ts';
import {
  ISOLATES_NONE,
  readProtocol,
  toPlace,
  type Action,
  type Direction,
  type NamedPort,
  type Peer,
  type Policy,
  type Rule,
} from './policy.ts';
import { ALL_PORTS, NO_PORTS, toPortSet, type PortSet } from './port-set.ts';

/** The API group of the tiers of administrators. */
export const ADMIN_GROUP = 'policy.networking.k8s.io';

/** The kinds whose rules have an action: they allow, deny or pass what matches them and isolate nobody. */
export const ADMIN_KINDS: readonly string[] = ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy'];

const PEER_FIELDS = ['namespaces', 'pods', 'networks', 'nodes', 'domainNames'];
const ACTIONS: ReadonlyMap<string, Action> = new Map(
  Object.entries<Action>({ Allow: 'allow', Accept: 'allow', Deny: 'deny', Pass: 'pass' }),
);

/**
 * Reads an AdminNetworkPolicy or BaselineAdminNetworkPolicy (v1alpha1) or a ClusterNetworkPolicy (v1alpha2) as the API text of
 * sigs.k8s.io/network-policy-api says it. A rule with an unknown action matches nothing. A peer without any known field fails
 * closed: it matches nothing in a rule that accepts, and in any other makes the rule deny everything.
 */
export function readAdminPolicy(object: KubernetesObject): Policy {
  const spec = specOf(object);
  const subject = readPods(getObject(spec, 'subject') ?? null);
  const isBaseline = object.kind === 'BaselineAdminNetworkPolicy';
  return {
    ref: refOf(object),
    object,
    place: toPlace(isBaseline || getString(spec, 'tier') === 'Baseline' ? 'baseline' : 'admin'),
    priority: isBaseline ? 0 : (getNumber(spec, 'priority') ?? 0),
    namespace: '',
    subject: subject ?? { kind: 'pods', namespaces: SELECT_NONE, pods: SELECT_ALL },
    subjectPath: '/spec/subject',
    ingress: readRules(spec['ingress'], 'ingress'),
    egress: readRules(spec['egress'], 'egress'),
    isolates: ISOLATES_NONE,
  };
}

interface Pods {
  readonly kind: 'pods';
  readonly namespaces: Selector;
  readonly pods: Selector;
}

/** `namespaces` or `pods`, of subjects and of peers, whose selectors select everything where they are absent; v1alpha1 had the selector of namespaces one level deeper at first. */
function readPods(value: JsonValue): Pods | undefined {
  const namespaces = getObject(value, 'namespaces');
  if (namespaces !== undefined) {
    const selector = getObject(namespaces, 'namespaceSelector') ?? namespaces;
    return { kind: 'pods', namespaces: readLabelSelector(selector), pods: SELECT_ALL };
  }
  const pods = getObject(value, 'pods');
  if (pods === undefined) return undefined;
  const outer = getObject(pods, 'namespaces', 'namespaceSelector') ?? getObject(pods, 'namespaceSelector');
  return { kind: 'pods', namespaces: readLabelSelector(outer ?? {}), pods: readLabelSelector(getObject(pods, 'podSelector') ?? {}) };
}

function readRules(value: JsonValue | undefined, direction: Direction): readonly Rule[] | undefined {
  const rules = getArray(value).map((rule, index) => readRule(rule, direction, index));
  return rules.length === 0 ? undefined : rules;
}

function readRule(rule: JsonValue, direction: Direction, index: number): Rule {
  const action = ACTIONS.get(getString(rule, 'action') ?? '');
  const peers = getArray(rule, direction === 'ingress' ? 'from' : 'to');
  const identity = { path: `/spec/${direction}/${index}`, name: getString(rule, 'name') ?? '' };
  const isUnknown = peers.some((peer) => !PEER_FIELDS.some((field) => getAt(peer, field) !== undefined));
  if (isUnknown && action !== undefined && action !== 'allow')
    return { ...identity, action: 'deny', peers: undefined, ports: ALL_PORTS, namedPorts: [] };
  return {
    ...identity,
    action: action ?? 'pass',
    peers: action === undefined ? [] : peers.flatMap(readPeer),
    ...readRulePorts(rule),
  };
}

function readPeer(value: JsonValue): readonly Peer[] {
  const pods = readPods(value);
  if (pods !== undefined) return [pods];
  const nodes = getObject(value, 'nodes');
  if (nodes !== undefined) return [{ kind: 'nodes', nodes: readLabelSelector(nodes) }];
  const networks = getArray(value, 'networks').map((cidr) => (typeof cidr === 'string' ? parseCidr(cidr) : undefined) ?? EMPTY_INTERVALS);
  return networks.length === 0 ? [] : [{ kind: 'addresses', addresses: uniteAll(networks), meaning: 'pods' }];
}

/** `ports` of v1alpha1, `protocols` of v1alpha2; absent: all. */
function readRulePorts(rule: JsonValue): Pick<Rule, 'namedPorts' | 'ports'> {
  const items = [...getArray(rule, 'ports'), ...getArray(rule, 'protocols')];
  if (items.length === 0) return { ports: ALL_PORTS, namedPorts: [] };
  return { ports: uniteAll(items.map(readPorts)), namedPorts: items.flatMap(readNamedPort) };
}

function readPorts(item: JsonValue): PortSet {
  const number = getObject(item, 'portNumber');
  if (number !== undefined) return toRange(number, getNumber(number, 'port'), getNumber(number, 'port'));
  const range = getObject(item, 'portRange');
  if (range !== undefined) return toRange(range, getNumber(range, 'start'), getNumber(range, 'end'));
  return uniteAll((['tcp', 'udp', 'sctp'] as const).map((field) => readProtocolPorts(item, field)));
}

function toRange(item: JsonValue, first: number | undefined, last: number | undefined): PortSet {
  const protocol = getAt(item, 'protocol') === '' ? 'TCP' : readProtocol(item);
  return protocol === undefined || first === undefined || last === undefined ? NO_PORTS : toPortSet(protocol, first, last);
}

const PROTOCOL_FIELDS = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' } as const;

function readProtocolPorts(item: JsonValue, field: keyof typeof PROTOCOL_FIELDS): PortSet {
  const value = getObject(item, field);
  const port = getObject(value ?? null, 'destinationPort');
  if (value === undefined) return NO_PORTS;
  if (port === undefined) return toPortSet(PROTOCOL_FIELDS[field]);
  const number = getNumber(port, 'number');
  const [first, last] = [number ?? getNumber(port, 'range', 'start'), number ?? getNumber(port, 'range', 'end')];
  return first === undefined || last === undefined ? NO_PORTS : toPortSet(PROTOCOL_FIELDS[field], first, last);
}

function readNamedPort(item: JsonValue): readonly NamedPort[] {
  const name = getString(item, 'namedPort') ?? getString(item, 'destinationNamedPort');
  return name === undefined ? [] : [{ name, protocol: undefined }];
}
