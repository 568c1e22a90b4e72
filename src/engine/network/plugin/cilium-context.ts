import { getArray, getString, uniteAll } from '../../../std/index.ts';
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
import { EMPTY_INTERVALS, toInterval } from '../../../std/index.ts';
import { parseAddress, parseCidr, type AddressSet } from '../address.ts';
import { toText } from './text.ts';

/** The API group of Cilium's objects. */
export const CILIUM_GROUP = 'cilium.io';

/** A Service as a peer of Cilium: the pods that it selects, or the addresses that somebody wrote for it. */
export interface ServiceTarget {
  readonly namespace: string;
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly selector: Selector | undefined;
  readonly addresses: AddressSet;
}

/** A CiliumCIDRGroup. */
export interface CidrGroup {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly addresses: AddressSet;
}

/** A Node as policies of nodes choose it. */
export interface NamedNode {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** What policies of Cilium refer to. */
export interface CiliumContext {
  readonly services: readonly ServiceTarget[];
  readonly groups: readonly CidrGroup[];
  readonly nodes: readonly NamedNode[];
  /** What blocks of addresses mean: nodes too where `policy-cidr-match-mode` of cilium-config has `nodes`. */
  readonly blocks: 'nodes' | 'outside';
}

/** Reads what policies of Cilium refer to in a world. */
export function readCiliumContext(world: World): CiliumContext {
  const written = listWritten(world);
  const config = world.byKind('', 'ConfigMap').filter((map) => nameOf(map) === 'cilium-config');
  const modes = config.flatMap((map) => (getString(map, 'data', 'policy-cidr-match-mode') ?? '').split(/[\s,]+/));
  return {
    services: world.byKind('', 'Service').map((service) => {
      const [namespace, name] = [namespaceOf(service) ?? '', nameOf(service)];
      const selector = readMapSelector(specOf(service)['selector']);
      return { namespace, name, labels: labelsOf(service), selector, addresses: uniteAll(written.get(`${namespace}/${name}`) ?? []) };
    }),
    groups: world.byKind(CILIUM_GROUP, 'CiliumCIDRGroup').map((group) => ({
      name: nameOf(group),
      labels: labelsOf(group),
      addresses: uniteAll(getArray(specOf(group), 'externalCIDRs').map((cidr) => parseCidr(toText(cidr)) ?? EMPTY_INTERVALS)),
    })),
    nodes: world.byKind('', 'Node').map((node) => ({ name: nameOf(node), labels: labelsOf(node) })),
    blocks: modes.includes('nodes') ? 'nodes' : 'outside',
  };
}

/** The addresses of EndpointSlices and Endpoints, by the Service that they are of. */
function listWritten(world: World): ReadonlyMap<string, AddressSet[]> {
  const found = new Map<string, AddressSet[]>();
  const add = (namespace: string, name: string, texts: readonly (string | undefined)[]): void => {
    const key = `${namespace}/${name}`;
    const points = texts.map((text) => (text === undefined ? undefined : parseAddress(text))).filter((point) => point !== undefined);
    found.set(key, [...(found.get(key) ?? []), ...points.map((point) => toInterval(point, point + 1n))]);
  };
  for (const slice of world.byKind('discovery.k8s.io', 'EndpointSlice'))
    add(
      namespaceOf(slice) ?? '',
      labelsOf(slice).get('kubernetes.io/service-name') ?? '',
      getArray(slice, 'endpoints').flatMap((endpoint) => getArray(endpoint, 'addresses').map(toText)),
    );
  for (const object of world.byKind('', 'Endpoints')) add(namespaceOf(object) ?? '', nameOf(object), listLegacy(object));
  return found;
}

function listLegacy(object: KubernetesObject): readonly (string | undefined)[] {
  return getArray(object, 'subsets').flatMap((subset) => getArray(subset, 'addresses').map((address) => getString(address, 'ip')));
}
