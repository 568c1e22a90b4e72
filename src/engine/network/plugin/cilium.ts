import { getArray, getAt, getBoolean, getNumber, getObject, getString, isObject, uniteAll, type JsonValue } from '../../../std/index.ts';
import { isSelected, namespaceOf, refOf, type KubernetesObject } from '../../../model/index.ts';
import { NETWORK_POLICY_ORDER, toPlace, type Direction, type NamedPort, type Peer, type Policy, type Rule } from '../policy.ts';
import { ALL_PORTS, NO_PORTS, PROTOCOLS, type PortSet, type Protocol } from '../port-set.ts';
import type { CiliumContext } from './cilium-context.ts';
import { namesPeers, readCiliumPeers, type CiliumPlace } from './cilium-peers.ts';
import { readEndpointSelector, readPlainSelector } from './cilium-selector.ts';
import { toDoubtful, toHostSubjects, UNPLACED, type HostSubject } from './host-subject.ts';
import { portsOf } from './ports.ts';
import { Problems, type ReadPolicies } from './problem.ts';
import { toText } from './text.ts';

/** The kinds of policies that only Cilium enforces. */
export const CILIUM_KINDS: readonly string[] = ['CiliumClusterwideNetworkPolicy', 'CiliumNetworkPolicy'];

/**
 * Reads a CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy (`pkg/policy/api/rule.go`): `spec` and each of `specs`. Together with
 * the NetworkPolicies they make one tier: what any of them denies is denied, else what any allows passes, else nothing does where one
 * of them isolates (`enableDefaultDeny`, by default a direction that has rules).
 */
export function readCiliumPolicy(object: KubernetesObject, context: CiliumContext): ReadPolicies {
  const problems = new Problems(object);
  const specs: (readonly [path: string, spec: JsonValue])[] = getArray(object, 'specs').map((spec, index) => [`/specs/${index}`, spec]);
  if (isObject(object['spec'])) specs.unshift(['/spec', object['spec']]);
  const policies = specs.flatMap(([path, spec]) => readSpec(object, path, spec, context, problems));
  return { policies, problems: problems.list };
}

/** Those whom a spec selects. */
interface Subject {
  readonly peer: Peer;
  readonly path: string;
  readonly isOfHosts?: true;
  /** Why nobody can say who they are. */
  readonly doubt?: string;
}

function readSpec(object: KubernetesObject, path: string, spec: JsonValue, context: CiliumContext, problems: Problems): readonly Policy[] {
  const place: CiliumPlace = { path, home: object.kind === 'CiliumNetworkPolicy' ? (namespaceOf(object) ?? '') : undefined, context };
  return readSubjects(spec, place, problems).flatMap((subject) => {
    const policies = toPolicies(object, spec, subject, place, problems);
    const { doubt } = subject;
    return doubt === undefined ? policies : policies.flatMap((policy) => toDoubtful(policy, doubt));
  });
}

/** Pods by an `endpointSelector`; by a `nodeSelector` nodes, with the pods in their networks (host policies). */
function readSubjects(spec: JsonValue, place: CiliumPlace, problems: Problems): readonly Subject[] {
  const [pods, nodes] = [getObject(spec, 'endpointSelector'), getObject(spec, 'nodeSelector')];
  if ((pods === undefined) === (nodes === undefined)) {
    problems.refuse(
      place.path,
      `rule ${pods === undefined ? 'must have one of' : 'cannot have both'} EndpointSelector ${pods === undefined ? 'or' : 'and'} NodeSelector`,
    );
    return [];
  }
  if (nodes === undefined) {
    const path = `${place.path}/endpointSelector`;
    const read = readEndpointSelector(pods ?? {}, { ...place, path, isSubject: true }, problems);
    return read === undefined ? [] : [{ ...read, path }];
  }
  const path = `${place.path}/nodeSelector`;
  if (place.home !== undefined) {
    problems.refuse(path, 'a policy of nodes must be a CiliumClusterwideNetworkPolicy');
    return [];
  }
  const selector = readPlainSelector(nodes);
  const all = place.context.nodes;
  const chosen = all.filter(({ labels }) => isSelected(selector, labels)).map(({ name }) => name);
  const isEvery = selector.requirements.length === 0 && selector.invalid !== true;
  const subjects = isEvery
    ? [EVERY_HOST]
    : toHostSubjects(
        chosen,
        all.map(({ name }) => name),
      );
  const isUnsure = subjects.some(({ isSure }) => !isSure);
  const doubt = isUnsure ? problems.doubt(path, all.length === 0 ? 'no node is known' : UNPLACED) : undefined;
  return subjects.map(({ peer, isSure }) => ({ peer, path, isOfHosts: true, ...(isSure || doubt === undefined ? {} : { doubt }) }));
}

const EVERY_HOST: HostSubject = { peer: { kind: 'hosts' }, isSure: true };

function toPolicies(
  object: KubernetesObject,
  spec: JsonValue,
  subject: Subject,
  place: CiliumPlace,
  problems: Problems,
): readonly Policy[] {
  const shared = {
    ref: refOf(object),
    object,
    place: toPlace('namespace'),
    namespace: place.home ?? '',
    subject: subject.peer,
    subjectPath: subject.path,
    ...(subject.isOfHosts === undefined ? {} : { isOfHosts: subject.isOfHosts }),
    isolates: { ingress: isolatedPorts(spec, 'ingress'), egress: isolatedPorts(spec, 'egress') },
  };
  const read = (action: 'allow' | 'deny'): Pick<Policy, Direction> => ({
    ingress: readRules(spec, 'ingress', action, place, problems),
    egress: readRules(spec, 'egress', action, place, problems),
  });
  return [
    { ...shared, priority: -Infinity, ...read('deny') },
    { ...shared, priority: NETWORK_POLICY_ORDER, ...read('allow') },
  ];
}

function isolatedPorts(spec: JsonValue, direction: Direction): PortSet {
  const hasRules = getArray(spec, direction).length + getArray(spec, `${direction}Deny`).length > 0;
  return (getBoolean(spec, 'enableDefaultDeny', direction) ?? hasRules) ? ALL_PORTS : NO_PORTS;
}

function readRules(
  spec: JsonValue,
  direction: Direction,
  action: 'allow' | 'deny',
  place: CiliumPlace,
  problems: Problems,
): readonly Rule[] | undefined {
  const section = action === 'allow' ? direction : `${direction}Deny`;
  const isSaid = getArray(spec, section).length > 0 || isolatedPorts(spec, direction) === ALL_PORTS;
  if (!isSaid) return undefined;
  return getArray(spec, section).flatMap((rule, index) =>
    readRule(rule, { ...place, path: `${place.path}/${section}/${index}` }, direction, action, problems),
  );
}

/** One rule of Cilium as rules of ours: one for what is known, one for what is in doubt. */
function readRule(
  rule: JsonValue,
  place: CiliumPlace,
  direction: Direction,
  action: 'allow' | 'deny',
  problems: Problems,
): readonly Rule[] {
  const named = readCiliumPeers(rule, direction, place, problems);
  const ports = getArray(rule, 'toPorts');
  const isIcmp = getArray(rule, 'icmps').length > 0;
  // A rule that says nothing at all isolates, and lets nobody through.
  const isEmpty = ports.length === 0 && !namesPeers(rule, direction);
  if (named === undefined || isIcmp || isEmpty) return [];
  const authentication =
    getString(rule, 'authentication', 'mode') === 'required'
      ? problems.doubt(`${place.path}/authentication`, 'whether both ends prove who they are is not known')
      : undefined;
  const read: readonly ReadPorts[] =
    ports.length === 0
      ? [{ ports: ALL_PORTS, namedPorts: [] }]
      : ports.map((item, index) => readPorts(item, `${place.path}/toPorts/${index}`, problems));
  return named.flatMap((some) =>
    read.map((own): Rule => {
      const doubt = some.doubt ?? authentication ?? own.doubt;
      const shared = { path: place.path, name: '', action, peers: some.peers, ports: own.ports, namedPorts: own.namedPorts };
      return doubt === undefined ? shared : { ...shared, doubt };
    }),
  );
}

interface ReadPorts {
  readonly ports: PortSet;
  readonly namedPorts: readonly NamedPort[];
  readonly doubt?: string;
}

const ASKED_OF_REQUESTS = ['rules', 'serverNames', 'listener', 'terminatingTLS', 'originatingTLS'];

/** One item of `toPorts`: numbers, ranges and names; what it says of requests is in doubt. */
function readPorts(item: JsonValue, path: string, problems: Problems): ReadPorts {
  const list = getArray(item, 'ports');
  const read = list.map((port, index) => readPort(port, `${path}/ports/${index}`, problems));
  const of = getObject(item, 'rules');
  const isOfNames = of !== undefined && Object.keys(of).join() === 'dns';
  const asked = ASKED_OF_REQUESTS.find((field) => getAt(item, field) !== undefined);
  const isAsked = asked !== undefined && !(asked === 'rules' && (isOfNames || Object.keys(of ?? {}).length === 0));
  return {
    ports: list.length === 0 ? ALL_PORTS : uniteAll(read.map(({ ports }) => ports)),
    namedPorts: read.flatMap(({ namedPorts }) => namedPorts),
    ...(isAsked ? { doubt: problems.doubt(`${path}/${asked}`, `it depends on each request (${asked})`) } : {}),
  };
}

function readPort(item: JsonValue, path: string, problems: Problems): ReadPorts {
  const none: ReadPorts = { ports: NO_PORTS, namedPorts: [] };
  const protocols = readProtocols(getString(item, 'protocol') ?? 'ANY');
  if (protocols === undefined) {
    problems.refuse(`${path}/protocol`, `${getString(item, 'protocol') ?? ''}: must be TCP, UDP, SCTP, ICMP, ICMPv6 or ANY`);
    return none;
  }
  const text = toText(getAt(item, 'port') ?? '');
  if (/^[a-z0-9-]*[a-z][a-z0-9-]*$/i.test(text)) {
    const namedPorts = protocols.map((protocol): NamedPort => ({ name: text.toLowerCase(), protocol }));
    return { ports: NO_PORTS, namedPorts };
  }
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) {
    problems.refuse(path, `port "${text}": must be a number to 65535 or a name`);
    return none;
  }
  const last = getNumber(item, 'endPort') ?? 0;
  if (port === 0) return { ports: portsOf(protocols), namedPorts: [] };
  if (last > 0 && last < port) problems.refuse(`${path}/endPort`, `endPort ${last} is below port ${port}`);
  return { ports: portsOf(protocols, port, Math.max(last, port)), namedPorts: [] };
}

function readProtocols(text: string): readonly Protocol[] | undefined {
  const name = text.toUpperCase();
  if (name === 'ANY' || name === '') return PROTOCOLS;
  if (['ICMP', 'ICMPV6', 'VRRP', 'IGMP'].includes(name)) return [];
  const known = PROTOCOLS.find((protocol) => protocol === name);
  return known === undefined ? undefined : [known];
}
