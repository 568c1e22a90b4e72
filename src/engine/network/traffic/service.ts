import { EMPTY_INTERVALS, getArray, getAt, getBoolean, getNumber, getString, uniteAll, type JsonValue } from '../../../std/index.ts';
import {
  annotationsOf,
  namespaceOf,
  readMapSelector,
  refOf,
  specOf,
  type KubernetesObject,
  type ObjectRef,
  type Selector,
  type World,
} from '../../../model/index.ts';
import { ALL_ADDRESSES, parseAddress, parseCidr, type AddressSet } from '../address.ts';
import { isProtocol, type Protocol } from '../port-set.ts';

/** One port of a Service. */
export interface ServicePort {
  /** JSON pointer within the Service. */
  readonly path: string;
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** The port of the pods, or the name it has on each of them. */
  readonly target: number | string;
  readonly nodePort: number | undefined;
}

/** A `v1` Service with its defaults applied (`pkg/apis/core/v1/defaults.go`). */
export interface Service {
  readonly ref: ObjectRef;
  readonly namespace: string;
  readonly name: string;
  readonly type: 'ClusterIP' | 'ExternalName' | 'LoadBalancer' | 'NodePort';
  readonly isHeadless: boolean;
  /** The name that an ExternalName stands for; empty for other types. */
  readonly externalName: string;
  /** Undefined: its endpoints are written by hand. */
  readonly selector: Selector | undefined;
  readonly ports: readonly ServicePort[];
  /** Addresses that lead to it from inside the cluster alone. */
  readonly clusterAddresses: readonly bigint[];
  /** `externalIPs`. */
  readonly externalAddresses: readonly bigint[];
  /** The addresses of its load balancer, where a cluster has told them. */
  readonly balancerAddresses: readonly bigint[];
  /** Who may use the load balancer. */
  readonly sources: AddressSet;
  /** Whether an annotation of a cloud keeps the load balancer inside the provider's network. */
  readonly isInternal: boolean;
  /** Whether each node opens a port for it. */
  readonly hasNodePorts: boolean;
  /** Whether only pods on the sender's node answer it. */
  readonly isLocalInside: boolean;
  /** Whether only pods on the node that is asked answer it, and see the real sender. */
  readonly isLocalOutside: boolean;
}

const INTERNAL: readonly (readonly [annotation: string, value: string])[] = [
  ['cloud.google.com/load-balancer-type', 'internal'],
  ['networking.gke.io/load-balancer-type', 'internal'],
  ['service.beta.kubernetes.io/aws-load-balancer-internal', 'true'],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', 'internal'],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', 'true'],
  ['service.beta.kubernetes.io/openstack-internal-load-balancer', 'true'],
];

/** The Services of a world, by namespace and name; cached. */
export function listServices(world: World): readonly Service[] {
  return world.kind('', 'Service').derive(readServices);
}

/** The Service of a name; cached. */
export function findService(world: World, namespace: string, name: string): Service | undefined {
  return world.kind('', 'Service').derive(indexServices).get(`${namespace}/${name}`);
}

function readServices(objects: readonly KubernetesObject[]): readonly Service[] {
  return objects.map(toService);
}

function indexServices(objects: readonly KubernetesObject[]): ReadonlyMap<string, Service> {
  return new Map(objects.map(toService).map((service) => [`${service.namespace}/${service.name}`, service]));
}

const serviceOf = new WeakMap<KubernetesObject, Service>();

/** One and the same Service of one object, in whatever world. */
function toService(object: KubernetesObject): Service {
  let service = serviceOf.get(object);
  if (service === undefined) serviceOf.set(object, (service = readService(object)));
  return service;
}

function readService(object: KubernetesObject): Service {
  const spec = specOf(object);
  const type = readType(getString(spec, 'type'));
  const [isNodePort, isBalancer] = [type === 'NodePort', type === 'LoadBalancer'];
  const ref = refOf(object);
  const annotations = annotationsOf(object);
  const clusterTexts = [getString(spec, 'clusterIP'), ...getArray(spec, 'clusterIPs')];
  return {
    ref,
    namespace: namespaceOf(object) ?? '',
    name: ref.name,
    type,
    isHeadless: type === 'ClusterIP' && clusterTexts.includes('None'),
    externalName: type === 'ExternalName' ? (getString(spec, 'externalName') ?? '') : '',
    selector: type === 'ExternalName' ? undefined : readMapSelector(spec['selector']),
    ports: getArray(spec, 'ports').flatMap(readPort),
    clusterAddresses: toAddresses(clusterTexts),
    externalAddresses: toAddresses(getArray(spec, 'externalIPs')),
    balancerAddresses: isBalancer
      ? toAddresses(getArray(object, 'status', 'loadBalancer', 'ingress').map((item) => getAt(item, 'ip')))
      : [],
    sources: readSources(spec, annotations),
    isInternal: INTERNAL.some(([key, value]) => annotations.get(key)?.toLowerCase() === value),
    hasNodePorts: isNodePort || (isBalancer && getBoolean(spec, 'allocateLoadBalancerNodePorts') !== false),
    isLocalInside: getString(spec, 'internalTrafficPolicy') === 'Local',
    isLocalOutside: getString(spec, 'externalTrafficPolicy') === 'Local',
  };
}

function readType(type: string | undefined): Service['type'] {
  return type === 'NodePort' || type === 'LoadBalancer' || type === 'ExternalName' ? type : 'ClusterIP';
}

function readPort(item: JsonValue, index: number): readonly ServicePort[] {
  const [port, protocol] = [getNumber(item, 'port'), getString(item, 'protocol') ?? 'TCP'];
  if (port === undefined || !isProtocol(protocol)) return [];
  const named = getString(item, 'targetPort');
  const numbered = getNumber(item, 'targetPort');
  return [
    {
      path: `/spec/ports/${index}`,
      name: getString(item, 'name') ?? '',
      protocol,
      port,
      target: named !== undefined && named !== '' ? named : numbered === undefined || numbered === 0 ? port : numbered,
      nodePort: getNumber(item, 'nodePort'),
    },
  ];
}

/** An empty list of ranges, or one without any CIDR in it, limits nobody. */
function readSources(spec: JsonValue, annotations: ReadonlyMap<string, string>): AddressSet {
  const annotated = annotations.get('service.beta.kubernetes.io/load-balancer-source-ranges') ?? '';
  const listed = getArray(spec, 'loadBalancerSourceRanges').flatMap((item) => (typeof item === 'string' ? [item] : []));
  const texts = listed.length > 0 ? listed : annotated.split(',').filter((text) => text.trim() !== '');
  if (texts.length === 0) return ALL_ADDRESSES;
  return uniteAll(texts.map((text) => parseCidr(text.trim()) ?? EMPTY_INTERVALS));
}

function toAddresses(texts: readonly (JsonValue | undefined)[]): readonly bigint[] {
  const points = texts.map((text) => (typeof text === 'string' ? parseAddress(text) : undefined));
  return [...new Set(points.filter((point) => point !== undefined))];
}
