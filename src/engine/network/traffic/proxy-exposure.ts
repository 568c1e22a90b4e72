import { intersect } from '../../../std/index.ts';
import { formatRef, type World } from '../../../model/index.ts';
import { ALL_ADDRESSES, type AddressSet } from '../address.ts';
import type { Workload } from '../workload.ts';
import { admitFrom, admitProxy, type PodPort } from './admission.ts';
import { listEndpoints } from './endpoints.ts';
import { listEntries } from './entries.ts';
import type { Backend, Doorway, Entry } from './entry.ts';
import type { Admission, Exposure, Hop } from './exposure.ts';
import { listDeclaredPorts, listFronts, listProxies } from './proxy.ts';
import { findPorts } from './proxy-walk.ts';
import { findService, type Service, type ServicePort } from './service.ts';

/** How the outside comes to a proxy. */
interface Front {
  /** Undefined: a proxy that is not among the objects. */
  readonly proxy: Workload | undefined;
  readonly scope: Exposure['scope'];
  readonly hops: readonly Hop[];
  readonly admission: Admission;
}

/** The ways from outside through proxies: load balancer, Gateway or Ingress, Service, pod. */
export function listProxyExposures(world: World): readonly Exposure[] {
  const fronts = new Map<string, readonly Front[]>();
  return listEntries(world).flatMap((entry) =>
    (entry.doorways.length === 0 ? [NOWHERE] : entry.doorways).flatMap((doorway) => {
      const key = `${entry.proxy.kind} ${entry.proxy.name} ${doorway.protocol} ${doorway.port}`;
      let known = fronts.get(key);
      if (known === undefined) fronts.set(key, (known = findFronts(world, entry, doorway)));
      const leading = known;
      return entry.backends.flatMap((backend) => leading.flatMap((front) => listThrough(world, { entry, doorway, backend, front })));
    }),
  );
}

/** Where a route listens that no listener takes. */
const NOWHERE: Doorway = { protocol: 'TCP', port: 0, listener: undefined };

function findFronts(world: World, { proxy }: Entry, doorway: Doorway): readonly Front[] {
  const workloads = listProxies(world, proxy);
  if (workloads.length === 0)
    return [
      { proxy: undefined, scope: 'internet', hops: [], admission: { state: 'open', sources: ALL_ADDRESSES, reason: '', by: undefined } },
    ];
  return workloads.flatMap((workload) => {
    const services = listFronts(world, workload).flatMap((service) => toServiceFront(world, { service, workload, doorway }));
    if (services.length > 0) return services;
    const own = listDeclaredPorts(world, workload).find(({ hostPort, port }) => (workload.hostNetwork ? port : hostPort) === doorway.port);
    const reason = own === undefined ? `no Service that is known leads from outside to ${workload.name}` : '';
    const state = own === undefined ? 'unknown' : 'open';
    const hops = own === undefined ? [] : [{ ref: workload.ref, path: own.path }];
    return [{ proxy: workload, scope: 'network', hops, admission: { state, sources: ALL_ADDRESSES, reason, by: undefined } }];
  });
}

interface ServiceFront {
  readonly service: Service;
  readonly workload: Workload;
  readonly doorway: Doorway;
}

function toServiceFront(world: World, { service, workload, doorway }: ServiceFront): readonly Front[] {
  const own = service.ports.find(({ port, protocol }) => port === doorway.port && protocol === doorway.protocol);
  const target =
    own === undefined ? undefined : listEndpoints(world, service, own).find((endpoint) => endpoint.workload === workload)?.port;
  if (own === undefined || target === undefined) return [];
  const isPublic = service.type === 'LoadBalancer' && !service.isInternal;
  const sources: AddressSet = service.type === 'LoadBalancer' ? service.sources : ALL_ADDRESSES;
  const port: PodPort = { workload, protocol: own.protocol, port: target };
  const admission = admitFrom(world, port, sources, service.isLocalOutside ? 'sender' : 'node');
  return [{ proxy: workload, scope: isPublic ? 'internet' : 'network', hops: [{ ref: service.ref, path: own.path }], admission }];
}

interface Through {
  readonly entry: Entry;
  readonly doorway: Doorway;
  readonly backend: Backend;
  readonly front: Front;
}

function listThrough(world: World, through: Through): readonly Exposure[] {
  const { backend } = through;
  const service = findService(world, backend.namespace, backend.name);
  if (service === undefined || backend.isIdle) return [];
  return findPorts(service, backend, through.entry.proxy, through.doorway.protocol).flatMap((own) =>
    listBehind(world, through, service, own),
  );
}

function listBehind(world: World, { entry, doorway, backend, front }: Through, service: Service, own: ServicePort): readonly Exposure[] {
  const { listener } = doorway;
  const carried =
    listener !== undefined ? [listener] : entry.proxy.kind === 'gateway' ? [{ ref: entry.proxy.ref, path: '/spec/listeners' }] : [];
  const hops: readonly Hop[] = [
    ...front.hops,
    ...carried.map(({ ref, path }) => ({ ref, path })),
    { ref: entry.ref, path: backend.path },
    { ref: service.ref, path: own.path },
  ];
  const problem = entry.problem ?? backend.problem;
  return listEndpoints(world, service, own).flatMap(({ workload, port }): readonly Exposure[] => {
    if (workload === undefined || port === undefined) return [];
    const outer = {
      workload,
      kind: entry.proxy.kind === 'router' ? ('route' as const) : entry.proxy.kind,
      scope: front.scope,
      protocol: doorway.protocol,
      port: doorway.port === 0 ? undefined : doorway.port,
      host: entry.host,
      target: port,
      hops,
    };
    if (problem !== undefined) {
      const by = { ref: entry.ref, path: entry.problem === undefined ? backend.path : entry.path };
      return [{ ...outer, state: 'blocked', sources: { cuts: [] }, reason: `${formatRef(entry.ref)}: ${problem}`, by }];
    }
    return [{ ...outer, ...admitThrough(world, front, { workload, protocol: own.protocol, port }) }];
  });
}

/** Both must let it through: the way to the proxy, and the way from there. */
function admitThrough(world: World, { admission, proxy }: Front, target: PodPort): Admission {
  if (admission.state === 'blocked') return admission;
  const inner = admitProxy(world, target, proxy, admission.sources);
  if (inner.state !== 'open' || admission.state === 'open') return { ...inner, sources: intersect(inner.sources, admission.sources) };
  return { ...admission };
}
