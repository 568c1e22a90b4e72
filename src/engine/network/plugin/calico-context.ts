import { EMPTY_INTERVALS, getArray, getNumber, getOrAdd, getString, toInterval, uniteAll, type JsonValue } from '../../../std/index.ts';
import { labelsOf, nameOf, namespaceOf, specOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { parseAddress, parseCidr, type AddressSet } from '../address.ts';
import { ISOLATES_ALL, ISOLATES_NONE, toPlace, type Direction, type Policy, type TierPlace } from '../policy.ts';
import { isProtocol, toPortSet, type PortSet } from '../port-set.ts';
import { readServiceTargets, type ServiceTargets } from './service-target.ts';
import { toText } from './text.ts';

/** The groups of Calico's API: the one that people write, and the one that the cluster keeps. */
export const CALICO_GROUPS: readonly string[] = ['projectcalico.org', 'crd.projectcalico.org'];

interface Tier {
  readonly place: TierPlace;
  readonly isolates: Policy['isolates'];
}

/** A NetworkSet or GlobalNetworkSet: addresses that selectors find by labels. */
export interface NetworkSet {
  readonly namespace: string | undefined;
  readonly labels: ReadonlyMap<string, string>;
  readonly addresses: AddressSet;
}

/** A service account, by `namespace/name`. */
interface LabelledAccount {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** A HostEndpoint: interfaces of a node that policies may select. */
export interface HostEndpoint {
  readonly object: KubernetesObject;
  readonly node: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Whether it stands for every interface of its node. */
  readonly isEvery: boolean;
  /** Whether its profile allows what no policy speaks of. */
  readonly isOpen: boolean;
}

/** A port that no policy of hosts closes, and for whom. */
export interface Failsafe {
  readonly ports: PortSet;
  /** Undefined: for everybody. */
  readonly addresses: AddressSet | undefined;
}

/** What policies of Calico refer to. */
export interface CalicoContext {
  readonly tiers: ReadonlyMap<string, Tier>;
  readonly sets: readonly NetworkSet[];
  readonly services: ServiceTargets;
  /** The service accounts with their labels, by namespace. */
  readonly accounts: ReadonlyMap<string, readonly LabelledAccount[]>;
  readonly hosts: readonly HostEndpoint[];
  readonly failsafes: Readonly<Record<Direction, readonly Failsafe[]>>;
  /** The names of the nodes that are known. */
  readonly nodes: readonly string[];
}

const BUILT_IN: readonly (readonly [string, Tier])[] = [
  ['default', { place: toPlace('namespace'), isolates: ISOLATES_ALL }],
  ['adminnetworkpolicy', { place: toPlace('admin'), isolates: ISOLATES_NONE }],
  ['baselineadminnetworkpolicy', { place: toPlace('baseline'), isolates: ISOLATES_NONE }],
];

/** What Felix keeps open on every host unless it is told otherwise (`FailsafeInboundHostPorts`, `FailsafeOutboundHostPorts`). */
const FAILSAFE: Readonly<Record<Direction, string>> = {
  ingress: 'tcp:22,udp:68,tcp:179,tcp:2379,tcp:2380,tcp:5473,tcp:6443,tcp:6666,tcp:6667',
  egress: 'udp:53,udp:67,tcp:179,tcp:2379,tcp:2380,tcp:5473,tcp:6443,tcp:6666,tcp:6667',
};

/** Reads what policies refer to in a world. A tier without an order comes last. */
export function readCalicoContext(world: World): CalicoContext {
  const list = (kind: string): readonly KubernetesObject[] => CALICO_GROUPS.flatMap((group) => world.byKind(group, kind));
  const tiers = new Map(BUILT_IN);
  for (const object of list('Tier')) {
    if (tiers.has(nameOf(object))) continue;
    const order = getNumber(specOf(object), 'order') ?? Infinity;
    const isolates = getString(specOf(object), 'defaultAction') === 'Pass' ? ISOLATES_NONE : ISOLATES_ALL;
    tiers.set(nameOf(object), { place: { tier: 'plugin', order, name: nameOf(object) }, isolates });
  }
  const felix = list('FelixConfiguration').find((object) => nameOf(object) === 'default');
  return {
    tiers,
    sets: ['GlobalNetworkSet', 'NetworkSet'].flatMap((kind) => list(kind).map((object) => readSet(object, kind === 'NetworkSet'))),
    services: readServiceTargets(world),
    accounts: readAccounts(world),
    hosts: list('HostEndpoint').map(readHost),
    failsafes: { ingress: readFailsafes(felix, 'ingress'), egress: readFailsafes(felix, 'egress') },
    nodes: world.byKind('', 'Node').map(nameOf),
  };
}

function readAccounts(world: World): CalicoContext['accounts'] {
  const accounts = new Map<string, LabelledAccount[]>();
  for (const object of world.byKind('', 'ServiceAccount')) {
    const namespace = namespaceOf(object) ?? '';
    getOrAdd(accounts, namespace, (): LabelledAccount[] => []).push({ name: `${namespace}/${nameOf(object)}`, labels: labelsOf(object) });
  }
  return accounts;
}

function readSet(object: KubernetesObject, isNamespaced: boolean): NetworkSet {
  const addresses = getArray(specOf(object), 'nets').map((net) => {
    const point = parseAddress(toText(net));
    return (point === undefined ? parseCidr(toText(net)) : toInterval(point, point + 1n)) ?? EMPTY_INTERVALS;
  });
  return { namespace: isNamespaced ? (namespaceOf(object) ?? '') : undefined, labels: labelsOf(object), addresses: uniteAll(addresses) };
}

function readHost(object: KubernetesObject): HostEndpoint {
  const spec = specOf(object);
  return {
    object,
    node: getString(spec, 'node') ?? '',
    labels: labelsOf(object),
    isEvery: getString(spec, 'interfaceName') === '*',
    isOpen: getArray(spec, 'profiles').includes('projectcalico-default-allow'),
  };
}

function readFailsafes(felix: KubernetesObject | undefined, direction: Direction): readonly Failsafe[] {
  const field = direction === 'ingress' ? 'failsafeInboundHostPorts' : 'failsafeOutboundHostPorts';
  const said = felix === undefined ? undefined : specOf(felix)[field];
  const items: readonly JsonValue[] = Array.isArray(said)
    ? said
    : FAILSAFE[direction].split(',').map((text) => ({ protocol: text.split(':')[0] ?? '', port: Number(text.split(':')[1]) }));
  return items.flatMap((item): readonly Failsafe[] => {
    const [protocol, port, net] = [(getString(item, 'protocol') ?? '').toUpperCase(), getNumber(item, 'port'), getString(item, 'net')];
    if (!isProtocol(protocol) || port === undefined) return [];
    return [{ ports: toPortSet(protocol, port, port), addresses: net === undefined ? undefined : (parseCidr(net) ?? EMPTY_INTERVALS) }];
  });
}
