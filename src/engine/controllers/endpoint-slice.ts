import { isSelected, labelsOf, nameOf, namespaceOf, readMapSelector, refOf, type KubernetesObject } from '../../model/index.ts';
import {
  compareBy,
  getArray,
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
import { isReadyPod } from './replicas.ts';

const MANAGER = 'endpointslice-controller.k8s.io';

/** Lists the addresses of a Service's pods in EndpointSlices, one for each set of ports that they resolve to (`endpointslice-controller`). */
export const ENDPOINT_SLICE: Controller = {
  name: 'endpoint-slice',
  kind: { group: '', kind: 'Service' },
  watches: [
    { group: 'discovery.k8s.io', kind: 'EndpointSlice' },
    { group: '', kind: 'Pod' },
  ],
  concerns: (world, changed) => {
    const services = world.kind('', 'Service').inNamespace(namespaceOf(changed));
    if (changed.kind !== 'Pod')
      return services.filter((service) => nameOf(service) === labelsOf(changed).get('kubernetes.io/service-name')).map(refOf);
    const labels = labelsOf(changed);
    return services.filter((service) => isSelecting(service, labels)).map(refOf);
  },
  reconcile: (world, service) => {
    if (getString(service.metadata, 'deletionTimestamp') !== undefined) return [];
    const live = childrenOf(world, service, 'discovery.k8s.io', 'EndpointSlice');
    const selector = readMapSelector(getObject(service, 'spec', 'selector'));
    if (selector === undefined || getString(service, 'spec', 'type') === 'ExternalName') return live.map((slice) => toDelete(slice));
    const wanted = toSlices(service, world.bySelector('', 'Pod', namespaceOf(service), selector).filter(hasAddress));
    return compareSlices(live, wanted);
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

function toSlices(service: KubernetesObject, pods: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const groups = new Map<string, { ports: readonly JsonObject[]; endpoints: JsonValue[] }>();
  if (pods.length === 0) return [toSlice(service, [], [])];
  for (const pod of pods.toSorted(compareBy(nameOf))) {
    const ports = resolvePorts(service, pod);
    const key = stringifyJson(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    group.endpoints.push(toEndpoint(service, pod));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ ports, endpoints }) => toSlice(service, ports, endpoints));
}

function toSlice(service: KubernetesObject, ports: readonly JsonObject[], endpoints: readonly JsonValue[]): KubernetesObject {
  const namespace = namespaceOf(service);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${nameOf(service)}-${toSuffix(`${nameOf(service)} ${stringifyJson(ports)}`)}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: {
        ...getObject(service.metadata, 'labels'),
        'endpointslice.kubernetes.io/managed-by': MANAGER,
        'kubernetes.io/service-name': nameOf(service),
      },
      ownerReferences: [toControllerReference(service)],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  };
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

function resolvePort(port: JsonValue, pod: KubernetesObject, protocol: string): number | undefined {
  const name = getString(port, 'targetPort');
  if (name === undefined) return getNumber(port, 'targetPort') ?? getNumber(port, 'port');
  for (const container of getArray(pod, 'spec', 'containers')) {
    for (const item of getArray(container, 'ports')) {
      if (getString(item, 'name') === name && (getString(item, 'protocol') ?? 'TCP') === protocol) return getNumber(item, 'containerPort');
    }
  }
  return undefined;
}

function toEndpoint(service: KubernetesObject, pod: KubernetesObject): JsonValue {
  const isTerminating = getString(pod.metadata, 'deletionTimestamp') !== undefined;
  const isServing = isReadyPod(pod);
  const publishes = service['spec'] !== undefined && getObject(service, 'spec')?.['publishNotReadyAddresses'] === true;
  const uid = getString(pod.metadata, 'uid');
  const namespace = namespaceOf(pod);
  const hostname = getString(pod, 'spec', 'hostname');
  const isNamed = hostname !== undefined && getString(pod, 'spec', 'subdomain') === nameOf(service);
  return {
    addresses: [getString(pod, 'status', 'podIP') ?? ''],
    conditions: { ready: publishes || (isServing && !isTerminating), serving: isServing, terminating: isTerminating },
    ...(isNamed ? { hostname } : {}),
    nodeName: getString(pod, 'spec', 'nodeName') ?? '',
    targetRef: {
      kind: 'Pod',
      name: nameOf(pod),
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
    },
  };
}
