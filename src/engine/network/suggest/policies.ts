import {
  compareBy,
  compareStrings,
  getOrAdd,
  isEqualJson,
  stringifyJson,
  unite,
  type JsonObject,
  type JsonValue,
} from '../../../std/index.ts';
import type { KubernetesObject } from '../../../model/index.ts';
import { listCidrs, type AddressSet } from '../address.ts';
import type { Connection } from '../connections.ts';
import type { Direction } from '../policy.ts';
import { ALL_PORTS, listPortRanges, NO_PORTS, type PortSet } from '../port-set.ts';
import type { Workload } from '../workload.ts';
import { listSelectors } from './selector.ts';

/** The workloads of a world, and those of them that policies are to isolate. */
export interface Scope {
  readonly workloads: readonly Workload[];
  readonly isolated: ReadonlySet<Workload>;
  /** The addresses of nodes: what pods in the network of their host are seen as. */
  readonly nodes: AddressSet;
}

/** What is named on the other side of a rule. */
interface Peers {
  readonly workloads: ReadonlySet<Workload>;
  readonly addresses: AddressSet;
}

/** What a workload needs in one direction: the ports by peer, as rules. */
type Rules = readonly JsonObject[];

/**
 * The smallest NetworkPolicies under which the isolated workloads have these connections and no other, as far as labels and
 * addresses can tell: in each namespace one that isolates its workloads and holds the rules that all of them need, and one for the
 * workloads that need the same besides, with as few rules and selectors as there are different port sets and peers.
 */
export function toPolicies(scope: Scope, connections: readonly Connection[]): readonly KubernetesObject[] {
  const homes = new Map<string, Workload[]>();
  for (const workload of scope.workloads) if (scope.isolated.has(workload)) getOrAdd(homes, workload.namespace, () => []).push(workload);
  const needs = { ingress: indexNeeds(connections, 'ingress'), egress: indexNeeds(connections, 'egress') };
  const neighbours = indexNeighbours(scope);
  const rulesOf = (workload: Workload, direction: Direction): Rules =>
    toRules(needs[direction].get(workload) ?? [], { direction, home: workload.namespace, neighbours, nodes: scope.nodes });
  return [...homes.keys()].toSorted(compareStrings).flatMap((namespace) => {
    const members = (homes.get(namespace) ?? []).map((workload): Member => ({
      workload,
      ingress: rulesOf(workload, 'ingress'),
      egress: rulesOf(workload, 'egress'),
    }));
    return toNamespace(namespace, members, neighbours.get(namespace) ?? []);
  });
}

interface Member {
  readonly workload: Workload;
  readonly ingress: Rules;
  readonly egress: Rules;
}

function indexNeighbours({ workloads }: Scope): ReadonlyMap<string, readonly Workload[]> {
  const index = new Map<string, Workload[]>();
  for (const workload of workloads) if (!workload.hostNetwork) getOrAdd(index, workload.namespace, () => []).push(workload);
  return index;
}

function indexNeeds(connections: readonly Connection[], direction: Direction): ReadonlyMap<Workload, readonly Connection[]> {
  const index = new Map<Workload, Connection[]>();
  for (const connection of connections) {
    const own = direction === 'ingress' ? connection.to : connection.from;
    if (own.kind === 'workload') getOrAdd(index, own.workload, () => []).push(connection);
  }
  return index;
}

function toNamespace(namespace: string, members: readonly Member[], neighbours: readonly Workload[]): readonly KubernetesObject[] {
  const isWhole = members.length === neighbours.length;
  const common =
    members.length < 2 ? { ingress: [], egress: [] } : { ingress: listCommon(members, 'ingress'), egress: listCommon(members, 'egress') };
  const all = isWhole
    ? [{}]
    : listSelectors(
        members.map(({ workload }) => workload),
        neighbours,
      );
  const names = new Set<string>();
  const base = all.map((podSelector) =>
    toPolicy({ namespace, name: toName('default', names), podSelector, types: ['Ingress', 'Egress'], ...common }),
  );
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const own = { ingress: without(member.ingress, common.ingress), egress: without(member.egress, common.egress) };
    if (own.ingress.length + own.egress.length === 0) continue;
    getOrAdd(groups, stringifyJson([own.ingress, own.egress]), () => []).push({ ...member, ...own });
  }
  const allowing = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return listSelectors(
      group.map(({ workload }) => workload),
      neighbours,
    ).map((podSelector) => {
      const types = [...(first.ingress.length > 0 ? ['Ingress'] : []), ...(first.egress.length > 0 ? ['Egress'] : [])];
      return toPolicy({
        namespace,
        name: toName(nameOfGroup(group), names),
        podSelector,
        types,
        ingress: first.ingress,
        egress: first.egress,
      });
    });
  });
  return [...base, ...allowing];
}

function listCommon(members: readonly Member[], direction: Direction): Rules {
  const [first, ...others] = members;
  return (first?.[direction] ?? []).filter((rule) => others.every((member) => member[direction].some((own) => isEqualJson(own, rule))));
}

function without(rules: Rules, common: Rules): Rules {
  return rules.filter((rule) => !common.some((other) => isEqualJson(other, rule)));
}

const LONGEST = 253;

function nameOfGroup(group: readonly Member[]): string {
  const [first = ''] = group.map(({ workload }) => workload.name.split('/').slice(1).join('-').toLowerCase());
  const others = group.length === 1 ? '' : `-and-${group.length - 1}-more`;
  return `allow-${first.slice(0, LONGEST - 20).replace(/[^a-z0-9]+$/, '')}${others}`;
}

function toName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  taken.add(name);
  return name;
}

interface PolicyFields {
  readonly namespace: string;
  readonly name: string;
  readonly podSelector: JsonObject;
  readonly types: readonly string[];
  readonly ingress: Rules;
  readonly egress: Rules;
}

function toPolicy({ namespace, name, podSelector, types, ingress, egress }: PolicyFields): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: { podSelector, policyTypes: types, ...(ingress.length > 0 ? { ingress } : {}), ...(egress.length > 0 ? { egress } : {}) },
  };
}

interface Place {
  readonly direction: Direction;
  readonly home: string;
  readonly neighbours: ReadonlyMap<string, readonly Workload[]>;
  readonly nodes: AddressSet;
}

const NOBODY: Peers = { workloads: new Set(), addresses: { cuts: [] } };

/** One rule for all peers that need the same ports. */
function toRules(connections: readonly Connection[], place: Place): Rules {
  const pods = new Map<Workload, PortSet>();
  const byPorts = new Map<string, { readonly ports: PortSet; readonly peers: Peers }>();
  const add = (ports: PortSet, peers: Peers): void => {
    const key = ports.cuts.join();
    const known = byPorts.get(key)?.peers ?? NOBODY;
    const joint = { workloads: new Set([...known.workloads, ...peers.workloads]), addresses: unite(known.addresses, peers.addresses) };
    byPorts.set(key, { ports, peers: joint });
  };
  for (const connection of connections) {
    const other = place.direction === 'ingress' ? connection.from : connection.to;
    if (other.kind === 'addresses') add(connection.ports, { ...NOBODY, addresses: other.addresses });
    else if (other.workload.hostNetwork) add(connection.ports, { ...NOBODY, addresses: place.nodes });
    else pods.set(other.workload, unite(pods.get(other.workload) ?? NO_PORTS, connection.ports));
  }
  for (const [workload, ports] of pods) add(ports, { ...NOBODY, workloads: new Set([workload]) });
  return [...byPorts.values()]
    .toSorted(compareBy(({ ports }) => stringifyJson(listPortRanges(ports).map(({ protocol, first, last }) => [protocol, first, last]))))
    .flatMap(({ ports, peers }) => {
      const list = toPeers(peers, place);
      if (list.length === 0) return [];
      const numbers = toPorts(ports);
      return [{ [place.direction === 'ingress' ? 'from' : 'to']: list, ...(numbers.length === 0 ? {} : { ports: numbers }) }];
    });
}

function toPeers({ workloads, addresses }: Peers, { home, neighbours }: Place): readonly JsonObject[] {
  const byNamespace = new Map<string, Workload[]>();
  for (const workload of workloads) getOrAdd(byNamespace, workload.namespace, () => []).push(workload);
  const pods = [...byNamespace.keys()]
    .toSorted(compareStrings)
    .flatMap((namespace) =>
      listSelectors((byNamespace.get(namespace) ?? []).toSorted(compareBy(({ name }) => name)), neighbours.get(namespace) ?? []).map(
        (podSelector) =>
          namespace === home
            ? { podSelector }
            : { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } }, podSelector },
      ),
    );
  return [...pods, ...listCidrs(addresses).map((cidr) => ({ ipBlock: { cidr } }))];
}

const LAST = 65535;

/** None: every port of every protocol. */
function toPorts(ports: PortSet): readonly JsonValue[] {
  if (stringifyJson(ports.cuts) === stringifyJson(ALL_PORTS.cuts)) return [];
  return listPortRanges(ports).map(({ protocol, first, last }) => {
    if (first === 1 && last === LAST) return { protocol };
    return { protocol, port: first, ...(last > first ? { endPort: last } : {}) };
  });
}
