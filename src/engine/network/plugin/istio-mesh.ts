import { getString, getStringMap, groupBy } from '../../../std/index.ts';
import {
  isSelected,
  labelsOf,
  nameOf,
  namespaceOf,
  SELECT_ALL,
  specOf,
  type KubernetesObject,
  type Selector,
  type World,
} from '../../../model/index.ts';
import type { Peer, PodFacts, PodTest } from '../policy.ts';

/** The API groups of Istio's policies and of its routing. */
export const ISTIO_GROUP = 'security.istio.io';
export const ISTIO_ROUTING_GROUP = 'networking.istio.io';

/** Where policies of the whole mesh stand, by default. */
export const ROOT_NAMESPACE = 'istio-system';

const MANAGED = 'gateway.istio.io/managed';
const MODE = 'istio.io/dataplane-mode';
const INJECT = 'sidecar.istio.io/inject';
const REVISION = 'istio.io/rev';
const USE = 'istio.io/use-waypoint';
const USE_NAMESPACE = 'istio.io/use-waypoint-namespace';
const WAYPOINT_CLASS = 'istio-waypoint';
const WAYPOINT_CONTROLLER = 'istio.io/mesh-controller';

/** The labels of pods that say how they take part in the mesh. */
export const MESH_KEYS: readonly string[] = [INJECT, REVISION, MODE, MANAGED, USE, USE_NAMESPACE];

/** How a pod takes part in the mesh: by a proxy beside it, by that of its node, as a proxy itself (gateways and waypoints), or not at all. */
export type MeshPart = 'ambient' | 'none' | 'proxy' | 'sidecar';

type Labelled = Pick<PodFacts, 'labels' | 'namespaceLabels'>;

/** What the labels of a pod and of its namespace say: those by which sidecars are injected, and those of the ambient mode. */
export function partOf({ labels, namespaceLabels }: Labelled): MeshPart {
  if (labels.has(MANAGED)) return 'proxy';
  const own = labels.get(INJECT);
  const outer = namespaceLabels.get('istio-injection');
  if (own === 'true' || (own === undefined && outer === 'enabled')) return 'sidecar';
  if ((labels.get(MODE) ?? namespaceLabels.get(MODE)) === 'ambient') return 'ambient';
  const isRevised = own === undefined && outer === undefined && (labels.has(REVISION) || namespaceLabels.has(REVISION));
  return isRevised ? 'sidecar' : 'none';
}

/** Whether a pod proves who it is to others of the mesh. */
export function isInMesh(pod: Labelled): boolean {
  return partOf(pod) !== 'none';
}

/** A test of pods that looks at no more than the labels by which they take part in the mesh, and at some others. */
export function toMeshTest(text: string, isMatch: PodTest['isMatch'], keys: readonly string[] = []): PodTest {
  return { kind: 'test', text: `istio ${text}`, labelKeys: [...MESH_KEYS, ...keys], isAccountAsked: false, isMatch };
}

/** The pods that prove who they are. */
export const IN_MESH: PodTest = toMeshTest('mesh', isInMesh);

/** What the routing of a mesh says that its policies hang on. */
export interface Mesh {
  /** Gateways of Istio's own API choose the proxies that are theirs. */
  readonly gatewaySelectors: readonly Selector[];
  /** The Services of a world, by namespace and name. */
  readonly services: ReadonlyMap<string, KubernetesObject>;
  /** Those that name a waypoint of their own, by its namespace and name. */
  readonly servicesBehind: ReadonlyMap<string, readonly KubernetesObject[]>;
  /** Gateways of the Gateway API, by namespace and name. */
  readonly gateways: ReadonlyMap<string, KubernetesObject>;
  /** The labels of namespaces by name. */
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Classes whose Gateways are waypoints. */
  readonly waypointClasses: ReadonlySet<string>;
}

/** Reads what routes in a world. */
export function readMesh(world: World): Mesh {
  const group = 'gateway.networking.k8s.io';
  const services = world.byKind('', 'Service');
  const classes = world.byKind(group, 'GatewayClass').filter((item) => getString(specOf(item), 'controllerName') === WAYPOINT_CONTROLLER);
  return {
    gatewaySelectors: world.byKind(ISTIO_ROUTING_GROUP, 'Gateway').map((gateway) => toSelector(getStringMap(specOf(gateway), 'selector'))),
    services: byFullName(services),
    servicesBehind: groupBy(services, (service) => waypointOf(service, new Map())),
    gateways: byFullName(world.byKind(group, 'Gateway')),
    namespaces: new Map(world.byKind('', 'Namespace').map((object) => [nameOf(object), labelsOf(object)])),
    waypointClasses: new Set([WAYPOINT_CLASS, ...classes.map(nameOf)]),
  };
}

function byFullName(objects: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject> {
  return new Map(objects.map((object) => [`${namespaceOf(object) ?? ''}/${nameOf(object)}`, object]));
}

/** Whether a Gateway of the Gateway API is a waypoint. */
export function isWaypoint(mesh: Mesh, gateway: KubernetesObject): boolean {
  return mesh.waypointClasses.has(getString(specOf(gateway), 'gatewayClassName') ?? '');
}

/** Labels that must all be there. */
export function toSelector(labels: ReadonlyMap<string, string>): Selector {
  return { requirements: [...labels].map(([key, value]) => ({ key, operator: 'In' as const, values: [value] })) };
}

/** Proxies at the edge of the mesh: what reaches them is for their own listeners, not for PeerAuthentications. */
export function toEdgeTest({ gatewaySelectors }: Mesh): PodTest {
  const keys = gatewaySelectors.flatMap(({ requirements }) => requirements.map(({ key }) => key));
  const isEdge = (pod: PodFacts): boolean =>
    partOf(pod) === 'proxy' || gatewaySelectors.some((selector) => selector.requirements.length > 0 && isSelected(selector, pod.labels));
  return toMeshTest(`edge ${JSON.stringify(gatewaySelectors)}`, isEdge, keys);
}

/** The waypoint that a label names, `namespace/name`; undefined where there is none. */
function findWaypoint(labels: readonly ReadonlyMap<string, string>[], own: string): string | undefined {
  const saying = labels.find((some) => some.has(USE));
  const name = saying?.get(USE);
  return saying === undefined || name === undefined || name === 'none' ? undefined : `${saying.get(USE_NAMESPACE) ?? own}/${name}`;
}

/** The waypoint of a Service: that of its label, or of its namespace's. */
export function waypointOf(service: KubernetesObject, namespaceLabels: ReadonlyMap<string, string>): string | undefined {
  return findWaypoint([labelsOf(service), namespaceLabels], namespaceOf(service) ?? '');
}

/** The pods that a Service selects; nobody where it selects none. */
export function toPodsOf(service: KubernetesObject): Peer {
  const labels = getStringMap(specOf(service), 'selector');
  if (labels.size === 0) return { kind: 'either', of: [] };
  return {
    kind: 'every',
    of: [toHomeTest(namespaceOf(service) ?? ''), { kind: 'pods', namespaces: SELECT_ALL, pods: toSelector(labels) }],
  };
}

function toHomeTest(home: string): PodTest {
  const isMatch: PodTest['isMatch'] = ({ namespace }) => namespace === home;
  return { kind: 'test', text: `in ${home}`, labelKeys: [], isAccountAsked: false, namespace: home, isMatch };
}

/** Pods of the ambient mode that some waypoint stands before, for their Services or for themselves; of one waypoint where it is given. */
export function toBehindWaypoint(mesh: Mesh, waypoint?: string): Peer {
  const isMeant = (found: string | undefined): boolean => found !== undefined && (waypoint === undefined || found === waypoint);
  const own = toMeshTest(`behind ${waypoint ?? 'any waypoint'}`, (pod) =>
    isMeant(findWaypoint([pod.labels, pod.namespaceLabels], pod.namespace)),
  );
  const services = waypoint === undefined ? [...mesh.servicesBehind.values()].flat() : (mesh.servicesBehind.get(waypoint) ?? []);
  return { kind: 'every', of: [AMBIENT, { kind: 'either', of: [own, ...services.map(toPodsOf)] }] };
}

/** Pods whose node's proxy judges what reaches them. */
export const AMBIENT: PodTest = toMeshTest('ambient', (pod) => partOf(pod) === 'ambient');

/** Pods with a proxy of their own, and gateways; waypoints ask only what is attached to them. */
export const OWN_PROXY: PodTest = toMeshTest(
  'own proxy',
  (pod) => partOf(pod) === 'sidecar' || (partOf(pod) === 'proxy' && pod.labels.get(MANAGED) !== 'istio.io-mesh-controller'),
);
