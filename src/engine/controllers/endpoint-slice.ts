import { isSelected, labelsOf, nameOf, namespaceOf, readMapSelector, refOf, type KubernetesObject, type World } from '../../model/index.ts';
import {
  compareBy,
  getArray,
  getBoolean,
  getNumber,
  getObject,
  getString,
  isEqualJson,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../std/index.ts';
import { toDelete, type Controller, type Intent } from './controller.ts';
import { toSuffix } from './generated-name.ts';
import { childrenOf, toControllerReference } from './ownership.ts';
import { hasPodCondition } from './replicas.ts';

const MANAGER = 'endpointslice-controller.k8s.io';
const HEADLESS = 'service.kubernetes.io/headless';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const SERVICE_NAME = 'kubernetes.io/service-name';
const NEAR: ReadonlySet<string> = new Set(['PreferClose', 'PreferSameNode', 'PreferSameZone']);

/** Lists the addresses of a Service's pods in EndpointSlices, one for each set of ports that they resolve to and each hundred endpoints (`endpointslice-controller`). */
export const ENDPOINT_SLICE: Controller = {
  name: 'endpoint-slice',
  kind: { group: '', kind: 'Service' },
  watches: [
    { group: 'discovery.k8s.io', kind: 'EndpointSlice' },
    { group: '', kind: 'Pod' },
  ],
  concerns: (world, changed) => {
    const services = world.kind('', 'Service').inNamespace(namespaceOf(changed));
    if (changed.kind !== 'Pod') return services.filter((service) => nameOf(service) === labelsOf(changed).get(SERVICE_NAME)).map(refOf);
    const labels = labelsOf(changed);
    return services.filter((service) => isSelecting(service, labels)).map(refOf);
  },
  reconcile: (world, service) => {
    if (getString(service.metadata, 'deletionTimestamp') !== undefined) return [];
    const live = childrenOf(world, service, 'discovery.k8s.io', 'EndpointSlice');
    const selector = readMapSelector(getObject(service, 'spec', 'selector'));
    if (selector === undefined || getString(service, 'spec', 'type') === 'ExternalName') return live.map((slice) => toDelete(slice));
    const pods = world.bySelector('', 'Pod', namespaceOf(service), selector).filter(hasAddress);
    return compareSlices(live, listSlices(world, service, pods));
  },
};

function isSelecting(service: KubernetesObject, labels: ReadonlyMap<string, string>): boolean {
  const selector = readMapSelector(getObject(service, 'spec', 'selector'));
  return selector !== undefined && isSelected(selector, labels);
}

function hasAddress(pod: KubernetesObject): boolean {
  const phase = getString(pod, 'status', 'phase');
  return getString(pod, 'status', 'podIP') !== undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

function compareSlices(live: readonly KubernetesObject[], wanted: readonly KubernetesObject[]): readonly Intent[] {
  const known = new Map(live.map((slice) => [nameOf(slice), slice]));
  const intents: Intent[] = [];
  for (const slice of wanted) {
    const old = known.get(nameOf(slice));
    known.delete(nameOf(slice));
    if (old === undefined) intents.push({ type: 'create', object: slice });
    else if (!isEqualJson(old['endpoints'], slice['endpoints']) || !isEqualJson(old['ports'], slice['ports'])) {
      intents.push({ type: 'update', object: { ...old, endpoints: slice['endpoints'] ?? [], ports: slice['ports'] ?? [] } });
    }
  }
  return [...intents, ...[...known.values()].map((slice) => toDelete(slice))];
}

/** The most endpoints in a slice (`--max-endpoints-per-slice`). */
const MOST_ENDPOINTS = 100;

/** For each family of addresses: slices by the ports that the pods resolve to, each with so many endpoints; one without any where there are none. */
function listSlices(world: World, service: KubernetesObject, pods: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const asked = FAMILIES.filter((family) => getArray(service, 'spec', 'ipFamilies').includes(family));
  const families = asked.length === 0 ? FAMILIES.slice(0, 1) : asked;
  return families.flatMap((family) => {
    const groups = new Map<string, { ports: readonly JsonObject[]; endpoints: JsonValue[] }>();
    for (const pod of pods.toSorted(compareBy(nameOf))) {
      const endpoint = toEndpoint(world, service, pod, family);
      if (endpoint === undefined) continue;
      const ports = resolvePorts(service, pod);
      const key = stringifyJson(ports);
      const group = groups.get(key) ?? { ports, endpoints: [] };
      group.endpoints.push(endpoint);
      groups.set(key, group);
    }
    if (groups.size === 0) return [toSlice(service, [], [], { family, part: 0 })];
    return [...groups.values()].flatMap(({ ports, endpoints }) =>
      inParts(endpoints).map((part, index) => toSlice(service, ports, part, { family, part: index })),
    );
  });
}

function inParts(endpoints: readonly JsonValue[]): readonly (readonly JsonValue[])[] {
  const count = Math.ceil(endpoints.length / MOST_ENDPOINTS);
  return Array.from({ length: count }, (_, index) => endpoints.slice(index * MOST_ENDPOINTS, (index + 1) * MOST_ENDPOINTS));
}

type Family = 'IPv4' | 'IPv6';
const FAMILIES: readonly Family[] = ['IPv4', 'IPv6'];

function toSlice(
  service: KubernetesObject,
  ports: readonly JsonObject[],
  endpoints: readonly JsonValue[],
  { family, part }: { readonly family: Family; readonly part: number },
): KubernetesObject {
  const namespace = namespaceOf(service);
  const seed = `${nameOf(service)} ${stringifyJson(ports)}${family === 'IPv4' ? '' : ` ${family}`}${part === 0 ? '' : ` ${part}`}`;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${nameOf(service)}-${toSuffix(seed)}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: toLabels(service),
      ownerReferences: [toControllerReference(service)],
    },
    addressType: family,
    endpoints,
    ports,
  };
}

/** The Service's own labels, but for those that say what a slice is. */
function toLabels(service: KubernetesObject): JsonObject {
  const { [HEADLESS]: _, [MANAGED_BY]: __, [SERVICE_NAME]: ___, ...own } = getObject(service.metadata, 'labels') ?? {};
  const isHeadless = (getString(service, 'spec', 'clusterIP') ?? '') === 'None';
  return { ...own, ...(isHeadless ? { [HEADLESS]: '' } : {}), [MANAGED_BY]: MANAGER, [SERVICE_NAME]: nameOf(service) };
}

function resolvePorts(service: KubernetesObject, pod: KubernetesObject): readonly JsonObject[] {
  return getArray(service, 'spec', 'ports').flatMap((port) => {
    const protocol = getString(port, 'protocol') ?? 'TCP';
    const number = resolvePort(port, pod, protocol);
    const application = getString(port, 'appProtocol');
    if (number === undefined) return [];
    return [
      { name: getString(port, 'name') ?? '', port: number, protocol, ...(application === undefined ? {} : { appProtocol: application }) },
    ];
  });
}

/** A named port is one of a container, or of an init container that keeps running (`FindPort`). */
function resolvePort(port: JsonValue, pod: KubernetesObject, protocol: string): number | undefined {
  const name = getString(port, 'targetPort');
  if (name === undefined) return getNumber(port, 'targetPort') ?? getNumber(port, 'port');
  const sidecars = getArray(pod, 'spec', 'initContainers').filter((container) => getString(container, 'restartPolicy') === 'Always');
  for (const container of [...getArray(pod, 'spec', 'containers'), ...sidecars]) {
    for (const item of getArray(container, 'ports')) {
      if (getString(item, 'name') === name && (getString(item, 'protocol') ?? 'TCP') === protocol) return getNumber(item, 'containerPort');
    }
  }
  return undefined;
}

/** Undefined for a pod without an address of the family, or whose node has gone. */
function toEndpoint(world: World, service: KubernetesObject, pod: KubernetesObject, family: Family): JsonValue | undefined {
  const publishes = getBoolean(service, 'spec', 'publishNotReadyAddresses') === true;
  const nodeName = getString(pod, 'spec', 'nodeName') ?? '';
  const node = world.get({ group: '', kind: 'Node', name: nodeName });
  const addresses = addressesOf(pod, family);
  if (addresses.length === 0 || (node === undefined && !publishes)) return undefined;
  const isTerminating = getString(pod.metadata, 'deletionTimestamp') !== undefined;
  const isServing = hasPodCondition(pod, 'Ready');
  const isReady = publishes || (isServing && !isTerminating);
  const hostname = getString(pod, 'spec', 'hostname');
  const isNamed = hostname !== undefined && getString(pod, 'spec', 'subdomain') === nameOf(service);
  const zone = node === undefined ? undefined : labelsOf(node).get('topology.kubernetes.io/zone');
  const hints = isReady ? toHints(getString(service, 'spec', 'trafficDistribution') ?? '', zone, nodeName) : {};
  return {
    addresses,
    conditions: { ready: isReady, serving: isServing, terminating: isTerminating },
    ...(isNamed ? { hostname } : {}),
    ...(Object.keys(hints).length === 0 ? {} : { hints }),
    ...(nodeName === '' ? {} : { nodeName }),
    targetRef: toPodReference(pod),
    ...(zone === undefined ? {} : { zone }),
  };
}

function toPodReference(pod: KubernetesObject): JsonObject {
  const [uid, namespace] = [getString(pod.metadata, 'uid'), namespaceOf(pod)];
  return {
    kind: 'Pod',
    name: nameOf(pod),
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
  };
}

/** Who is to use an endpoint where traffic is to stay near (`trafficdist.ReconcileHints`). */
function toHints(distribution: string, zone: string | undefined, node: string): JsonObject {
  if (!NEAR.has(distribution)) return {};
  return {
    ...(distribution === 'PreferSameNode' && node !== '' ? { forNodes: [{ name: node }] } : {}),
    ...(zone === undefined ? {} : { forZones: [{ name: zone }] }),
  };
}

function addressesOf(pod: KubernetesObject, family: Family): readonly string[] {
  const listed = getArray(pod, 'status', 'podIPs').flatMap((item) => getString(item, 'ip') ?? []);
  const all = listed.length > 0 ? listed : [getString(pod, 'status', 'podIP') ?? ''];
  return all.filter((address) => address !== '' && address.includes(':') === (family === 'IPv6'));
}
