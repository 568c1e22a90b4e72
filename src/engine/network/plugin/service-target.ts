import { getArray, getNumber, getOrAdd, getString, toInterval, uniteAll, type JsonValue } from '../../../std/index.ts';
import {
  labelsOf,
  nameOf,
  namespaceOf,
  readMapSelector,
  specOf,
  type KubernetesObject,
  type Selector,
  type World,
} from '../../../model/index.ts';
import { parseAddress, type AddressSet } from '../address.ts';
import { NAME_LABEL, type Peer } from '../policy.ts';
import { isProtocol, type Protocol } from '../port-set.ts';
import { toText } from './text.ts';

/** A port that a Service leads to: by number, or by the name that its pods give it. */
interface TargetPort {
  readonly protocol: Protocol;
  readonly target: number | string;
}

/** A Service as a peer: the pods that it selects, or the addresses that somebody wrote for it. */
export interface ServiceTarget {
  readonly namespace: string;
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly selector: Selector | undefined;
  readonly addresses: AddressSet;
  readonly ports: readonly TargetPort[];
}

interface Written {
  readonly addresses: readonly string[];
  readonly ports: readonly TargetPort[];
}

/** The Services of a world as peers, by namespace and name. */
export type ServiceTargets = ReadonlyMap<string, ServiceTarget>;

/** Reads the Services of a world. */
export function readServiceTargets(world: World): ServiceTargets {
  return world.kind('', 'Service').objects.length === 0 ? NO_TARGETS : world.derive(computeTargets);
}

const NO_TARGETS: ServiceTargets = new Map();

/** Those who stand behind a Service; addresses that somebody wrote for it mean what the plugin takes addresses for. */
export function toServicePeer({ namespace, selector, addresses }: ServiceTarget, meaning: 'known' | 'nodes' | 'outside'): Peer {
  if (selector === undefined) return { kind: 'addresses', addresses, meaning };
  return { kind: 'pods', namespaces: { requirements: [{ key: NAME_LABEL, operator: 'In', values: [namespace] }] }, pods: selector };
}

function computeTargets(world: World): ServiceTargets {
  const written = listWritten(world);
  const targets = world.byKind('', 'Service').map((service): ServiceTarget => {
    const [namespace, name] = [namespaceOf(service) ?? '', nameOf(service)];
    const selector = readMapSelector(specOf(service)['selector']);
    const byHand = selector === undefined ? (written.get(`${namespace}/${name}`) ?? []) : [];
    const points = byHand.flatMap(({ addresses }) => addresses.flatMap((text) => parseAddress(text) ?? []));
    return {
      namespace,
      name,
      labels: labelsOf(service),
      selector,
      addresses: uniteAll(points.map((point) => toInterval(point, point + 1n))),
      ports: selector === undefined ? byHand.flatMap(({ ports }) => ports) : getArray(specOf(service), 'ports').flatMap(readPort),
    };
  });
  return new Map(targets.map((target) => [`${target.namespace}/${target.name}`, target]));
}

function readPort(item: JsonValue): readonly TargetPort[] {
  const protocol = getString(item, 'protocol') ?? 'TCP';
  const target = getString(item, 'targetPort') ?? getNumber(item, 'targetPort') ?? getNumber(item, 'port');
  return isProtocol(protocol) && target !== undefined ? [{ protocol, target }] : [];
}

/** What EndpointSlices and Endpoints say, by the Service that they are of. */
function listWritten(world: World): ReadonlyMap<string, readonly Written[]> {
  const found = new Map<string, Written[]>();
  const add = (namespace: string, name: string, one: Written): void => {
    getOrAdd(found, `${namespace}/${name}`, (): Written[] => []).push(one);
  };
  for (const slice of world.byKind('discovery.k8s.io', 'EndpointSlice')) {
    const addresses = getArray(slice, 'endpoints').flatMap((endpoint) => getArray(endpoint, 'addresses').map(toText));
    const name = labelsOf(slice).get('kubernetes.io/service-name') ?? '';
    add(namespaceOf(slice) ?? '', name, { addresses, ports: getArray(slice, 'ports').flatMap(readPort) });
  }
  for (const object of world.byKind('', 'Endpoints'))
    for (const one of readLegacy(object)) add(namespaceOf(object) ?? '', nameOf(object), one);
  return found;
}

function readLegacy(object: KubernetesObject): readonly Written[] {
  return getArray(object, 'subsets').map((subset) => ({
    addresses: getArray(subset, 'addresses').flatMap((address) => getString(address, 'ip') ?? []),
    ports: getArray(subset, 'ports').flatMap(readPort),
  }));
}
