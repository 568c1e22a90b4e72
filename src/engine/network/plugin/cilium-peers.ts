import {
  EMPTY_INTERVALS,
  getArray,
  getAt,
  getObject,
  getString,
  intersect,
  isSubsetIntervals,
  subtract,
  uniteAll,
  type JsonValue,
} from '../../../std/index.ts';
import { isSelected, SELECT_ALL } from '../../../model/index.ts';
import { ALL_ADDRESSES, ALL_V4, ALL_V6, parseAddress, parseCidr, type AddressSet } from '../address.ts';
import type { Direction, Peer } from '../policy.ts';
import { toInterval } from '../../../std/index.ts';
import type { CiliumContext } from './cilium-context.ts';
import { readEndpointSelector, readPlainSelector } from './cilium-selector.ts';
import type { Problems } from './problem.ts';
import { toServicePeer, type ServiceTarget } from './service-target.ts';
import { toText } from './text.ts';

/** Where a rule stands, and what it may refer to. */
export interface CiliumPlace {
  readonly path: string;
  /** The namespace of a CiliumNetworkPolicy; undefined for one of the whole cluster. */
  readonly home: string | undefined;
  readonly context: CiliumContext;
}

/** Some of whom a rule names: undefined is everybody, no peers nobody; with what nobody can tell of it. */
export interface NamedPeers {
  readonly peers: readonly Peer[] | undefined;
  readonly doubt?: string;
}

const FIELDS = {
  ingress: ['fromEndpoints', 'fromEntities', 'fromCIDR', 'fromCIDRSet', 'fromNodes', 'fromGroups', 'fromRequires'],
  egress: ['toEndpoints', 'toEntities', 'toCIDR', 'toCIDRSet', 'toNodes', 'toGroups', 'toServices', 'toFQDNs', 'toRequires'],
} as const;

function listGiven(rule: JsonValue, direction: Direction): readonly (typeof FIELDS)[Direction][number][] {
  return FIELDS[direction].filter((field) => getAt(rule, field) !== undefined && getAt(rule, field) !== null);
}

/** Whether a rule names anybody, be it with an empty list. */
export function namesPeers(rule: JsonValue, direction: Direction): boolean {
  return listGiven(rule, direction).length > 0;
}

const toOutside = (addresses: AddressSet, meaning: 'nodes' | 'outside' = 'outside'): Peer => ({ kind: 'addresses', addresses, meaning });
const OUTSIDE = toOutside(ALL_ADDRESSES);
const PODS: Peer = { kind: 'pods', namespaces: SELECT_ALL, pods: SELECT_ALL };
const HOSTS: Peer = { kind: 'hosts' };

/**
 * Reads whom a rule of Cilium names (`pkg/policy/api/ingress.go`, `egress.go`): endpoints, entities, addresses (which never mean
 * pods or nodes), nodes. A rule may name them in one way only. What the world outside the cluster answers (domain names, groups of a
 * cloud) is in doubt. A list that is there and empty names nobody; no list at all everybody.
 */
export function readCiliumPeers(
  rule: JsonValue,
  direction: Direction,
  place: CiliumPlace,
  problems: Problems,
): readonly NamedPeers[] | undefined {
  const given = listGiven(rule, direction);
  const full = given.filter((field) => getArray(rule, field).length > 0);
  if (full.length > 1)
    return problems.refuse(place.path, `combining ${full[0] ?? ''} and ${full[1] ?? ''} is not supported by Cilium: the policy is refused`);
  const [field] = full;
  if (field === undefined) return [{ peers: given.length === 0 ? undefined : [] }];
  const items = getArray(rule, field);
  const path = `${place.path}/${field}`;
  switch (field) {
    case 'fromEndpoints':
    case 'toEndpoints':
      return split(
        items.map((item, index) => toNamed(readEndpointSelector(item, { ...place, path: `${path}/${index}`, isSubject: false }, problems))),
      );
    case 'fromEntities':
    case 'toEntities':
      return readEntities(items, path, problems);
    case 'fromCIDR':
    case 'toCIDR':
      return [{ peers: items.flatMap((item, index) => toBlock(readCidr(item, `${path}/${index}`, problems), place)) }];
    case 'fromCIDRSet':
    case 'toCIDRSet':
      return split(items.map((item, index) => readCidrRule(item, `${path}/${index}`, place, problems)));
    case 'fromNodes':
    case 'toNodes':
      return [{ peers: items.map((item): Peer => ({ kind: 'nodes', nodes: readPlainSelector(item) })) }];
    case 'fromGroups':
    case 'toGroups':
      return [{ peers: [OUTSIDE], doubt: problems.doubt(path, 'the addresses of a group of a cloud are not known') }];
    case 'toFQDNs':
      return [{ peers: [OUTSIDE], doubt: problems.doubt(path, 'the addresses of a domain name are not known') }];
    case 'toServices':
      return readServices(items, rule, path, place, problems);
    case 'fromRequires':
    case 'toRequires':
      return [{ peers: undefined, doubt: problems.doubt(path, `${field} is not judged`) }];
  }
}

function toNamed(read: { readonly peer: Peer; readonly doubt?: string } | undefined): NamedPeers {
  if (read === undefined) return { peers: [] };
  return { peers: [read.peer], ...(read.doubt === undefined ? {} : { doubt: read.doubt }) };
}

/** What is known as one, and what is in doubt each on its own. */
function split(all: readonly NamedPeers[]): readonly NamedPeers[] {
  const known = all.filter(({ doubt }) => doubt === undefined);
  const isEvery = known.some(({ peers }) => peers === undefined);
  const joined: NamedPeers = { peers: isEvery ? undefined : known.flatMap(({ peers = [] }) => peers) };
  return [joined, ...all.filter(({ doubt }) => doubt !== undefined)];
}

/** The entities by whom they mean; those that no pod is (`health`, `init`, `none`, `unmanaged`) mean nobody. */
function readEntities(items: readonly JsonValue[], path: string, problems: Problems): readonly NamedPeers[] {
  const names = items.map(toText);
  const isEveryHost = names.includes('host') && names.includes('remote-node');
  return split(
    names.map((name, index): NamedPeers => {
      switch (name) {
        case 'all':
          return { peers: undefined };
        case 'cluster':
          return { peers: [PODS, HOSTS] };
        case 'world':
          return { peers: [OUTSIDE] };
        case 'world-ipv4':
          return { peers: [toOutside(ALL_V4)] };
        case 'world-ipv6':
          return { peers: [toOutside(ALL_V6)] };
        case 'host':
        case 'remote-node':
          return {
            peers: [HOSTS],
            ...(isEveryHost ? {} : { doubt: problems.doubt(`${path}/${index}`, 'which of the hosts is that of the pod is not known') }),
          };
        case 'kube-apiserver':
          return { peers: [OUTSIDE, HOSTS, PODS], doubt: problems.doubt(`${path}/${index}`, 'the address of the API server is not known') };
        case 'ingress':
          return { peers: [HOSTS, PODS], doubt: problems.doubt(`${path}/${index}`, "what Cilium's Ingress runs as is not known") };
        case 'health':
        case 'init':
        case 'none':
        case 'unmanaged':
          return { peers: [] };
        default:
          problems.refuse(`${path}/${index}`, `unsupported entity: ${name}`);
          return { peers: [] };
      }
    }),
  );
}

function toBlock(addresses: AddressSet | undefined, { context }: CiliumPlace): readonly Peer[] {
  return addresses === undefined ? [] : [toOutside(addresses, context.blocks)];
}

/** A CIDR, or an address alone. */
function readCidr(item: JsonValue, path: string, problems: Problems): AddressSet | undefined {
  const text = toText(item);
  const point = parseAddress(text);
  return (point === undefined ? parseCidr(text) : toInterval(point, point + 1n)) ?? problems.refuse(path, `${text}: unable to parse CIDR`);
}

function readCidrRule(item: JsonValue, path: string, place: CiliumPlace, problems: Problems): NamedPeers {
  const [ref, chosen] = [getString(item, 'cidrGroupRef'), getObject(item, 'cidrGroupSelector')];
  const isGroup = ref !== undefined || chosen !== undefined;
  const group = isGroup ? findGroups(ref, chosen, place) : undefined;
  if (isGroup && group === undefined)
    return { peers: [OUTSIDE], doubt: problems.doubt(path, `CiliumCIDRGroup ${ref ?? ''} is not among the objects`) };
  const cidr = group ?? parseCidr(getString(item, 'cidr') ?? '');
  if (cidr === undefined) {
    problems.refuse(path, `unable to parse CIDRRule "${getString(item, 'cidr') ?? ''}"`);
    return { peers: [] };
  }
  const holes = getArray(item, 'except').map((text, index): AddressSet => {
    const hole = parseCidr(toText(text));
    if (hole === undefined) problems.refuse(`${path}/except/${index}`, `${toText(text)}: unable to parse CIDR`);
    else if (!isSubsetIntervals(hole, cidr) && intersect(hole, cidr).cuts.length === 0)
      problems.refuse(
        `${path}/except/${index}`,
        `allow CIDR prefix ${getString(item, 'cidr') ?? ''} does not contain exclude CIDR prefix ${toText(text)}`,
      );
    return hole ?? EMPTY_INTERVALS;
  });
  return { peers: toBlock(subtract(cidr, uniteAll(holes)), place) };
}

/** The addresses of groups of CIDRs by name, or by labels; undefined for a name that is not among the objects. */
function findGroups(ref: string | undefined, chosen: JsonValue | undefined, { context: { groups } }: CiliumPlace): AddressSet | undefined {
  if (ref !== undefined) return groups.find(({ name }) => name === ref)?.addresses;
  const selector = readPlainSelector(chosen);
  return uniteAll(groups.filter(({ labels }) => isSelected(selector, labels)).map(({ addresses }) => addresses));
}

/**
 * Services by name or by labels, in every namespace where none is named: their pods by the labels that they select, and where they
 * select none the addresses of their endpoints, which never mean pods.
 */
function readServices(
  items: readonly JsonValue[],
  rule: JsonValue,
  path: string,
  place: CiliumPlace,
  problems: Problems,
): readonly NamedPeers[] {
  if (getArray(rule, 'toPorts').length > 0)
    return [
      {
        peers: undefined,
        doubt: problems.doubt(path, 'toServices with toPorts means one thing to one version of Cilium, another to the next'),
      },
    ];
  const { services } = place.context;
  const all = [...services.values()];
  return split(
    items.map((item, index): NamedPeers => {
      const [named, chosen] = [getObject(item, 'k8sService'), getObject(item, 'k8sServiceSelector')];
      const [name, namespace] = [getString(named, 'serviceName') ?? '', getString(chosen ?? named, 'namespace') ?? ''];
      const selector = chosen === undefined ? undefined : readPlainSelector(chosen['selector']);
      const one = services.get(`${namespace}/${name}`);
      const isOf = (service: ServiceTarget): boolean =>
        selector === undefined
          ? service.name === name
          : (namespace === '' || service.namespace === namespace) && isSelected(selector, service.labels);
      const found = selector === undefined && namespace !== '' ? (one === undefined ? [] : [one]) : all.filter(isOf);
      if (found.length === 0 && selector === undefined)
        return { peers: [PODS, OUTSIDE], doubt: problems.doubt(`${path}/${index}`, `Service ${name} is not among the objects`) };
      return { peers: found.map((service) => toServicePeer(service, place.context.blocks)) };
    }),
  );
}
