import { getArray, getBoolean, getNumber, getString } from '../../../std/index.ts';
import { isSelected, labelsOf, nameOf, refOf, specOf, type KubernetesObject, type ObjectRef, type World } from '../../../model/index.ts';
import { formatAddress, parseAddress } from '../address.ts';
import { isProtocol, type Protocol } from '../port-set.ts';
import { readSide } from '../side.ts';
import type { Workload } from '../workload.ts';
import type { Service, ServicePort } from './service.ts';

/** Where a Service leads: the pods of a workload, or an address that somebody wrote down. */
export interface Endpoint {
  /** The end as a `Flow` names it. */
  readonly end: string;
  readonly workload: Workload | undefined;
  readonly protocol: Protocol;
  /** Undefined where a headless Service leads to every port. */
  readonly port: number | undefined;
  /** The EndpointSlice or Endpoints that says so; undefined where the selector does. */
  readonly by: ObjectRef | undefined;
}

/** The workloads whose pods a Service selects and that have any: those of no replicas have none. */
export function listSelected(world: World, service: Service): readonly Workload[] {
  const { selector, namespace } = service;
  if (selector === undefined) return [];
  return readSide(world).workloads.filter(
    (workload) => workload.namespace === namespace && isSelected(selector, workload.labels) && hasPods(world, workload),
  );
}

/** Whether a workload asks for pods. */
export function hasPods(world: World, workload: Workload): boolean {
  const object = world.get(workload.ref);
  return object !== undefined && getNumber(specOf(object), 'replicas') !== 0;
}

/**
 * Where one port of a Service leads, as kube-proxy follows its EndpointSlices: those that the controller makes of the selected
 * pods (all are taken to be ready, and a target by name is looked up on each of them, `FindPort`), and those written by hand.
 */
export function listEndpoints(world: World, service: Service, port: ServicePort): readonly Endpoint[] {
  const { protocol, target } = port;
  const selected = listSelected(world, service).flatMap((workload): readonly Endpoint[] => {
    const number =
      typeof target === 'number' ? target : workload.ports.find((own) => own.name === target && own.protocol === protocol)?.port;
    return number === undefined ? [] : [{ end: workload.name, workload, protocol, port: number, by: undefined }];
  });
  return [...selected, ...listWritten(world, service).filter((item) => item.name === port.name && item.protocol === protocol)];
}

/** The pods and addresses that the name of a headless Service stands for, with every port they have. */
export function listHeadless(world: World, service: Service): readonly Endpoint[] {
  const open = { protocol: 'TCP', port: undefined } as const;
  const selected = listSelected(world, service).map((workload) => ({ end: workload.name, workload, by: undefined, ...open }));
  const written = new Map(listWritten(world, service).map((endpoint) => [endpoint.end, { ...endpoint, ...open }]));
  return [...selected, ...written.values()];
}

interface WrittenEndpoint extends Endpoint {
  /** The name of the Service's port that it is for. */
  readonly name: string;
}

/** What a controller wrote is known from the pods, or copied from Endpoints. */
const CONTROLLERS: ReadonlySet<string> = new Set(['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io']);

function listWritten(world: World, service: Service): readonly WrittenEndpoint[] {
  const slices = world
    .kind('discovery.k8s.io', 'EndpointSlice')
    .inNamespace(service.namespace)
    .filter((slice) => {
      const labels = labelsOf(slice);
      const manager = labels.get('endpointslice.kubernetes.io/managed-by') ?? '';
      return labels.get('kubernetes.io/service-name') === service.name && !CONTROLLERS.has(manager);
    });
  const legacy =
    service.selector === undefined
      ? world.get({ group: '', kind: 'Endpoints', namespace: service.namespace, name: service.name })
      : undefined;
  return [...slices.flatMap((slice) => readSlice(world, slice)), ...(legacy === undefined ? [] : readLegacy(world, legacy))];
}

function readSlice(world: World, slice: KubernetesObject): readonly WrittenEndpoint[] {
  const addresses = getArray(slice, 'endpoints')
    .filter((endpoint) => getBoolean(endpoint, 'conditions', 'ready') !== false)
    .flatMap((endpoint) => getArray(endpoint, 'addresses').flatMap((address) => (typeof address === 'string' ? [address] : [])));
  return toEndpoints(world, refOf(slice), addresses, getArray(slice, 'ports'));
}

function readLegacy(world: World, object: KubernetesObject): readonly WrittenEndpoint[] {
  return getArray(object, 'subsets').flatMap((subset) => {
    const addresses = getArray(subset, 'addresses').flatMap((address) => getString(address, 'ip') ?? []);
    return toEndpoints(world, refOf(object), addresses, getArray(subset, 'ports'));
  });
}

function toEndpoints(
  world: World,
  by: ObjectRef,
  addresses: readonly string[],
  ports: ReturnType<typeof getArray>,
): readonly WrittenEndpoint[] {
  return ports.flatMap((item) => {
    const [port, protocol] = [getNumber(item, 'port'), getString(item, 'protocol') ?? 'TCP'];
    if (port === undefined || !isProtocol(protocol)) return [];
    return addresses.flatMap((text): readonly WrittenEndpoint[] => {
      const point = parseAddress(text);
      if (point === undefined) return [];
      const workload = readSide(world).workloads.find((item) => item.addresses.includes(point));
      const end = workload?.name ?? formatAddress(point);
      return [{ end, workload, protocol, port, by, name: getString(item, 'name') ?? '' }];
    });
  });
}

/** The workloads that a Service selects but whose pods lack the name that a port of it leads to. */
export function listNameless(world: World, service: Service, { target, protocol }: ServicePort): readonly Workload[] {
  if (typeof target === 'number') return [];
  return listSelected(world, service).filter(({ ports }) => !ports.some((own) => own.name === target && own.protocol === protocol));
}

/** Whether a workload of a name is what a per-pod name of a headless Service speaks of: `db-0` of StatefulSet `db`, or a pod's hostname. */
export function isPodOf(world: World, service: Service, workload: Workload, host: string): boolean {
  const object = world.get(workload.ref);
  if (object === undefined) return false;
  if (workload.ref.kind === 'StatefulSet') {
    const spec = specOf(object);
    const ordinal = /^(.+)-(0|[1-9]\d*)$/.exec(host);
    const first = getNumber(spec, 'ordinals', 'start') ?? 0;
    const number = Number(ordinal?.[2] ?? -1);
    const isThere = number >= first && number < first + (getNumber(spec, 'replicas') ?? 1);
    return getString(spec, 'serviceName') === service.name && ordinal?.[1] === nameOf(object) && isThere;
  }
  const pod = workload.ref.kind === 'Pod' ? specOf(object) : specOf(object)['template'];
  const fields = workload.ref.kind === 'Pod' ? [] : ['spec'];
  return getString(pod, ...fields, 'hostname') === host && getString(pod, ...fields, 'subdomain') === service.name;
}
