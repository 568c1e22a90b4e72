import { getArray, getAt, getNumber, getObject, getString, subtract, uniteAll, type JsonValue } from '../../../std/index.ts';
import { namespaceOf, refOf, specOf, type KubernetesObject } from '../../../model/index.ts';
import { ISOLATES_ALL, type Action, type Direction, type NamedPort, type Peer, type Policy, type Rule } from '../policy.ts';
import { ALL_PORTS, isProtocol, NO_PORTS, PROTOCOLS, type PortSet, type Protocol } from '../port-set.ts';
import type { CalicoContext } from './calico-context.ts';
import {
  EVERY_POD,
  isNarrowing,
  readCalicoPeers,
  readServicePorts,
  selectWith,
  toChosenAccounts,
  type EntityPlace,
} from './calico-entity.ts';
import { isOfHostsAlone, toHostPolicies } from './calico-host.ts';
import { portsOf, readRange } from './ports.ts';
import { Problems, type ReadPolicies } from './problem.ts';
import { toText } from './text.ts';

/** The kinds of policies that only Calico enforces; NetworkPolicy is also the name of one of Kubernetes. */
export const CALICO_KINDS: readonly string[] = ['GlobalNetworkPolicy', 'NetworkPolicy'];

/**
 * Reads a NetworkPolicy or GlobalNetworkPolicy of Calico (`api/pkg/apis/projectcalico/v3`). Policies are asked tier by tier, in the
 * order of each, rule by rule; what none of a tier speaks of is denied at its end where one of its policies selects the pod.
 */
export function readCalicoPolicy(object: KubernetesObject, context: CalicoContext): ReadPolicies {
  const problems = new Problems(object);
  const spec = specOf(object);
  const tierName = getString(spec, 'tier') ?? 'default';
  const tier = context.tiers.get(tierName);
  const unknownTier =
    tier === undefined
      ? problems.doubt('/spec/tier', `tier ${tierName} is not among the objects: where it stands is not known`)
      : undefined;
  const home = object.kind === 'NetworkPolicy' ? (namespaceOf(object) ?? '') : undefined;
  const place: EntityPlace = { path: '/spec', home, context };
  const read = (direction: Direction): readonly Rule[] =>
    getArray(spec, direction).flatMap((rule, index) =>
      readRule(rule, direction, { ...place, path: `/spec/${direction}/${index}` }, problems, unknownTier),
    );
  const types = readTypes(spec);
  const policy: Policy = {
    ref: refOf(object),
    object,
    place: tier?.place ?? { tier: 'plugin', order: Infinity, name: tierName },
    priority: getNumber(spec, 'order') ?? Infinity,
    namespace: home ?? '',
    subject: readSubject(spec, place, problems),
    subjectPath: getAt(spec, 'selector') === undefined ? '/spec' : '/spec/selector',
    ingress: types.includes('Ingress') ? read('ingress') : undefined,
    egress: types.includes('Egress') ? read('egress') : undefined,
    isolates: tier?.isolates ?? ISOLATES_ALL,
  };
  const ofHosts = toHostPolicies(policy, context, problems);
  return { policies: isOfHostsAlone(object) ? ofHosts : [policy, ...ofHosts], problems: problems.list };
}

/** Without types those that have rules, and ingress where none has. */
function readTypes(spec: JsonValue): readonly string[] {
  const types = getArray(spec, 'types').map(toText);
  if (types.length > 0) return types;
  const [hasIngress, hasEgress] = [getArray(spec, 'ingress').length > 0, getArray(spec, 'egress').length > 0];
  return [...(hasIngress || !hasEgress ? ['Ingress'] : []), ...(hasEgress ? ['Egress'] : [])];
}

function readSubject(spec: JsonValue, place: EntityPlace, problems: Problems): Peer {
  const [pods, namespaces] = [getString(spec, 'selector') ?? '', getString(spec, 'namespaceSelector') ?? ''];
  // Sets of addresses are no subjects.
  const own = { ...place, context: { ...place.context, sets: [] } };
  const found = selectWith(pods, place.home === undefined ? namespaces : '', own, problems);
  const accounts = getString(spec, 'serviceAccountSelector') ?? '';
  const chosen = accounts === '' ? [] : [toChosenAccounts(accounts, '/spec/serviceAccountSelector', place, problems)];
  return { kind: 'every', of: [found, ...chosen, EVERY_POD] };
}

const ACTIONS: ReadonlyMap<string, Action> = new Map(
  Object.entries<Action>({ allow: 'allow', deny: 'deny', pass: 'pass', 'next-tier': 'pass' }),
);

function readRule(
  rule: JsonValue,
  direction: Direction,
  place: EntityPlace,
  problems: Problems,
  outer: string | undefined,
): readonly Rule[] {
  const said = (getString(rule, 'action') ?? '').toLowerCase();
  const action = ACTIONS.get(said);
  if (action === undefined) {
    if (said !== 'log')
      problems.refuse(`${place.path}/action`, `action ${getString(rule, 'action') ?? ''}: must be Allow, Deny, Log or Pass`);
    return [];
  }
  const [far, near] = direction === 'ingress' ? ['source', 'destination'] : ['destination', 'source'];
  const protocols = readProtocols(rule, place.path, problems);
  const named = readCalicoPeers(getAt(rule, far), getAt(rule, 'ipVersion'), { ...place, path: `${place.path}/${far}` }, problems);
  const ports = readPorts(getAt(rule, 'destination'), protocols, `${place.path}/destination`, problems);
  const served = direction === 'egress' ? readServicePorts(getAt(rule, far), protocols, place) : undefined;
  const doubt = outer ?? named.doubt ?? ports.doubt ?? findDoubt(rule, near, place.path, problems);
  const own = { path: place.path, name: getString(rule, 'metadata', 'annotations', 'name') ?? '', action, peers: named.peers };
  return [
    {
      ...own,
      ports: served?.ports ?? ports.ports,
      namedPorts: served?.namedPorts ?? ports.namedPorts,
      ...(doubt === undefined ? {} : { doubt }),
    },
  ];
}

function findDoubt(rule: JsonValue, near: string, path: string, problems: Problems): string | undefined {
  if (getArray(rule, 'source', 'ports').length + getArray(rule, 'source', 'notPorts').length > 0)
    return problems.doubt(`${path}/source`, 'the ports of senders are not known');
  if (isNarrowing(getAt(rule, near))) return problems.doubt(`${path}/${near}`, 'what a rule says of its own side is not judged');
  return getObject(rule, 'http') === undefined ? undefined : problems.doubt(`${path}/http`, 'it depends on each request (http)');
}

const NUMBERS: Readonly<Record<number, Protocol>> = { 6: 'TCP', 17: 'UDP', 132: 'SCTP' };
const OTHERS = ['ICMP', 'ICMPV6', 'UDPLITE'];

/** The protocols that a rule speaks of, of the three that count here. */
function readProtocols(rule: JsonValue, path: string, problems: Problems): readonly Protocol[] {
  const read = (field: string): Protocol | 'none' | 'other' => {
    const value = getAt(rule, field);
    if (value === undefined || value === null) return 'none';
    const name = typeof value === 'number' ? NUMBERS[value] : toText(value).toUpperCase();
    if (isProtocol(name)) return name;
    if (typeof value !== 'number' && !OTHERS.includes(toText(value).toUpperCase()))
      problems.refuse(`${path}/${field}`, `${toText(value)}: no protocol`);
    return 'other';
  };
  const [only, not] = [read('protocol'), read('notProtocol')];
  return PROTOCOLS.filter((protocol) => (only === 'none' || only === protocol) && protocol !== not);
}

interface ReadPorts {
  readonly ports: PortSet;
  readonly namedPorts: readonly NamedPort[];
  readonly doubt?: string;
}

function readPorts(value: JsonValue | undefined, protocols: readonly Protocol[], path: string, problems: Problems): ReadPorts {
  const all = protocols.length === PROTOCOLS.length ? ALL_PORTS : portsOf(protocols);
  const [only, not] = (['ports', 'notPorts'] as const).map((field) =>
    getArray(value, field).map((item, index) => readPort(item, protocols, `${path}/${field}/${index}`, problems)),
  );
  const hasNames = (not ?? []).some(({ namedPorts }) => namedPorts.length > 0);
  const wanted = only === undefined || only.length === 0 ? all : uniteAll(only.map(({ ports }) => ports));
  return {
    ports: subtract(wanted, uniteAll((not ?? []).map(({ ports }) => ports))),
    namedPorts: (only ?? []).flatMap(({ namedPorts }) => namedPorts),
    ...(hasNames ? { doubt: problems.doubt(`${path}/notPorts`, 'names of ports that are left out are not looked up') } : {}),
  };
}

function readPort(item: JsonValue, protocols: readonly Protocol[], path: string, problems: Problems): ReadPorts {
  const text = toText(item);
  const range = readRange(text, ':');
  if (range !== undefined) return { ports: portsOf(protocols, ...range), namedPorts: [] };
  if (/^[0-9:]/.test(text)) {
    problems.refuse(path, `${text}: no port and no range of ports`);
    return { ports: NO_PORTS, namedPorts: [] };
  }
  return { ports: NO_PORTS, namedPorts: protocols.map((protocol) => ({ name: text, protocol })) };
}
