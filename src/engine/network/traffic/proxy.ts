import { getArray, getNumber, getString } from '../../../std/index.ts';
import { containersOf, isSelected, podTemplateOf, type KubernetesObject, type Selector, type World } from '../../../model/index.ts';
import { isProtocol, type Protocol } from '../port-set.ts';
import { readModel } from '../model.ts';
import { readSide } from '../side.ts';
import type { Workload } from '../workload.ts';
import type { Proxy } from './entry.ts';
import { hasPods, listSelected } from './endpoints.ts';
import { listServices, type Service } from './service.ts';

type Labels = Readonly<Record<string, string>>;

/** The labels that the pods of known controllers are installed with, by the controller's name in its class. */
const CONTROLLERS: ReadonlyMap<string, readonly Labels[]> = new Map(
  Object.entries<readonly Labels[]>({
    'haproxy-ingress.github.io/controller': [{ 'app.kubernetes.io/name': 'haproxy-ingress' }, { run: 'haproxy-ingress' }],
    'haproxy.org/ingress-controller': [{ 'app.kubernetes.io/name': 'kubernetes-ingress' }, { run: 'haproxy-ingress' }],
    'ingress-controllers.konghq.com/kong': [{ 'app.kubernetes.io/name': 'kong' }],
    'k8s.io/ingress-nginx': [{ 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' }],
    'konghq.com/kic-gateway-controller': [{ 'app.kubernetes.io/name': 'kong' }],
    'nginx.org/ingress-controller': [{ 'app.kubernetes.io/name': 'nginx-ingress' }, { app: 'nginx-ingress' }],
    'projectcontour.io/ingress-controller': [
      { app: 'envoy' },
      { 'app.kubernetes.io/name': 'contour', 'app.kubernetes.io/component': 'envoy' },
    ],
    'traefik.io/gateway-controller': [{ 'app.kubernetes.io/name': 'traefik' }],
    'traefik.io/ingress-controller': [{ 'app.kubernetes.io/name': 'traefik' }],
  }),
);
const CLASS_NAMES: ReadonlyMap<string, string> = new Map([
  ['nginx', 'k8s.io/ingress-nginx'],
  ['traefik', 'traefik.io/ingress-controller'],
]);
const ROUTER = 'ingresscontroller.operator.openshift.io/deployment-ingresscontroller';
const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

/** The workloads that a proxy runs as; none where they are not among the objects. */
export function listProxies(world: World, proxy: Proxy): readonly Workload[] {
  const workloads = readSide(world).workloads.filter((workload) => hasPods(world, workload));
  switch (proxy.kind) {
    case 'router':
      return workloads.filter(({ labels }) => labels.has(ROUTER));
    case 'ingress': {
      const named = proxy.ref === undefined ? undefined : world.get(proxy.ref);
      return listOf(workloads, getString(named, 'spec', 'controller') ?? CLASS_NAMES.get(proxy.name) ?? '');
    }
    case 'gateway': {
      const own = workloads.filter(
        ({ namespace, labels }) => namespace === proxy.ref.namespace && labels.get(GATEWAY_NAME) === proxy.ref.name,
      );
      return own.length > 0 ? own : listOf(workloads, controllerOfGateway(world, world.get(proxy.ref)));
    }
  }
}

function controllerOfGateway(world: World, gateway: KubernetesObject | undefined): string {
  const name = getString(gateway, 'spec', 'gatewayClassName') ?? '';
  const named = world.get({ group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name });
  return getString(named, 'spec', 'controllerName') ?? '';
}

function listOf(workloads: readonly Workload[], controller: string): readonly Workload[] {
  const selectors = (CONTROLLERS.get(controller) ?? []).map(toSelector);
  return workloads.filter(({ labels }) => selectors.some((selector) => isSelected(selector, labels)));
}

function toSelector(labels: Labels): Selector {
  return { requirements: Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] })) };
}

/** The Services that lead from outside to a workload. */
export function listFronts(world: World, workload: Workload): readonly Service[] {
  return listServices(world).filter(
    (service) =>
      service.namespace === workload.namespace &&
      (service.hasNodePorts || service.type === 'LoadBalancer' || service.externalAddresses.length > 0) &&
      listSelected(world, service).includes(workload),
  );
}

/** The name of a proxy whose workloads are not among the objects. */
export const UNKNOWN_PROXY = 'ingress-controller-ns/ingress-controller';
/** The cluster's DNS where it is not among the objects: as it is installed nearly everywhere. */
const USUAL_DNS = 'kube-system/kube-dns';

/** A world with a pod of no labels and an unknown namespace, which stands for a proxy of which nothing is known, and with the cluster's DNS. */
export function withUnknown(world: World): World {
  return world.derive(addUnknown);
}

function addUnknown(world: World): World {
  return withDns(world).with([UNKNOWN_POD]);
}

/** A world with the cluster's DNS: as it is installed nearly everywhere, where it is not among the objects. */
export function withDns(world: World): World {
  return findDns(world).length > 0 ? world : world.with([USUAL_DNS_POD]);
}

function toPod(text: string, labels: Labels): KubernetesObject {
  const [namespace = '', name = ''] = text.split('/');
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels }, spec: { containers: [{ name }] } };
}

const UNKNOWN_POD = toPod(UNKNOWN_PROXY, {});
const USUAL_DNS_POD = toPod(USUAL_DNS, { 'k8s-app': 'kube-dns' });

/** The workloads of the cluster's DNS, by the label that its Service selects. */
export function findDns(world: World): readonly Workload[] {
  return readSide(world).workloads.filter(
    ({ labels, namespace }) =>
      (labels.get('k8s-app') === 'kube-dns' && namespace === 'kube-system') ||
      labels.get('dns.operator.openshift.io/daemonset-dns') !== undefined,
  );
}

/** The port that the pods of the cluster's DNS listen on. */
export function portOfDns({ namespace }: Workload): number {
  return namespace === 'openshift-dns' ? 5353 : 53;
}

/** A port that a container says it listens on. */
export interface DeclaredPort {
  readonly path: string;
  readonly container: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly hostPort: number | undefined;
  readonly hostIP: string;
}

/** The ports that the running containers of a workload declare. */
export function listDeclaredPorts(world: World, workload: Workload): readonly DeclaredPort[] {
  const object = world.get(workload.ref);
  const template = object === undefined ? undefined : podTemplateOf(object);
  if (template === undefined) return [];
  const base = [...template.path, 'spec'].map((step) => `/${step}`).join('');
  return containersOf(template.spec).flatMap(({ type, name, container, path }) => {
    const isRunning = type === 'container' || (type === 'init' && getString(container, 'restartPolicy') === 'Always');
    if (!isRunning) return [];
    return getArray(container, 'ports').flatMap((item, index): readonly DeclaredPort[] => {
      const [port, protocol] = [getNumber(item, 'containerPort'), getString(item, 'protocol') ?? 'TCP'];
      if (port === undefined || !isProtocol(protocol)) return [];
      const place = `${base}/${path.join('/')}/ports/${index}`;
      return [
        { path: place, container: name, protocol, port, hostPort: getNumber(item, 'hostPort'), hostIP: getString(item, 'hostIP') ?? '' },
      ];
    });
  });
}

/** A workload by its name or its long one. */
export function findWorkload(world: World, text: string): Workload | undefined {
  return readModel(world).byName.get(text);
}
