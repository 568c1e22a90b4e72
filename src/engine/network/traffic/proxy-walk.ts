import { formatRef, toRefKey, type World } from '../../../model/index.ts';
import { hasPoint } from '../../../std/index.ts';
import { formatAddresses, parseAddress } from '../address.ts';
import type { Protocol } from '../port-set.ts';
import type { Flow } from '../reach.ts';
import type { Workload } from '../workload.ts';
import { listEndpoints } from './endpoints.ts';
import { listEntries } from './entries.ts';
import { mayLetIn } from './admission.ts';
import { isPathMatched, type Backend, type Entry, type PathMatch, type Proxy } from './entry.ts';
import { isHostWithin, isIngressHost } from './host.ts';
import { findWorkload, listDeclaredPorts, listFronts, listProxies, UNKNOWN_PROXY, withUnknown } from './proxy.ts';
import { leaveFor } from './leave.ts';
import { findService, type Service, type ServicePort } from './service.ts';
import { judgeArrival } from './service-walk.ts';
import { askPolicies, askPort, blocked, chain, isOpen, toDoubt, toStep, type Way } from './step.ts';

/** A request to a host that an Ingress, Route or Gateway serves; without a path every path of the host is meant. */
export interface Request {
  readonly from: string;
  readonly host: string;
  readonly path: string | undefined;
  readonly protocol: Flow['protocol'];
  readonly port: number;
}

/** Whether any rule of a world serves a host, on whatever port. */
export function isServed(world: World, host: string): boolean {
  return listEntries(world).some((entry) => entry.host !== '' && hasHost(entry, host));
}

/** The ways of a request: by each proxy that serves its host, to each backend of the rules that it meets. All must be open. */
export function walkRequest(world: World, request: Request): Way {
  const { host, port, protocol } = request;
  const serving = listEntries(world).filter((entry) => hasHost(entry, host));
  const open = serving.filter(
    ({ doorways, problem }) => problem === undefined && doorways.some((door) => door.port === port && door.protocol === protocol),
  );
  const broken = serving.find(({ problem }) => problem !== undefined);
  if (open.length === 0 && broken?.problem !== undefined)
    return blocked('route', `${formatRef(broken.ref)} lets nothing in: ${broken.problem}`, broken.ref, broken.path);
  const met = chooseRules(open, request);
  if (met.length === 0) {
    const ports = [...new Set(serving.flatMap(({ doorways }) => doorways.map((door) => `${door.protocol} ${door.port}`)))];
    const what =
      open.length > 0
        ? `no rule for ${host} has the path ${request.path ?? '/'}`
        : `${host} is served on ${ports.join(', ')}, not on ${protocol} ${port}`;
    return blocked('route', what, serving[0]?.ref, serving[0]?.path);
  }
  return chain(...met.map((entry) => walkEntry(world, request, entry)));
}

function hasHost({ host, proxy }: Entry, asked: string): boolean {
  return proxy.kind === 'gateway' ? isHostWithin(asked, host) : isIngressHost(asked, host);
}

/** Of each proxy the rules of the closest host, then of the closest path; those with more conditions than a path may all be met. */
function chooseRules(entries: readonly Entry[], { path }: Request): readonly Entry[] {
  const byProxy = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = `${entry.proxy.kind} ${entry.proxy.name}`;
    byProxy.set(key, [...(byProxy.get(key) ?? []), entry]);
  }
  return [...byProxy.values()].flatMap((own) => {
    const met = chooseOwn(
      own.filter(({ isFallback }) => !isFallback),
      path,
    );
    return met.length > 0 ? met : own.filter(({ isFallback }) => isFallback);
  });
}

function chooseOwn(own: readonly Entry[], path: string | undefined): readonly Entry[] {
  const closest = Math.max(...own.map(({ host }) => rankHost(host)));
  const served = own.filter(({ host }) => rankHost(host) === closest);
  if (path === undefined) return served;
  const met = served.filter(({ match }) => isPathMatched(path, match));
  const best = Math.max(...met.filter(({ isConditional }) => !isConditional).map(({ match }) => rankPath(match)), -1);
  return keepFirst(
    met.filter(({ match }) => rankPath(match) >= best),
    best,
  );
}

/** Of the rules of one route of the Gateway API that are met alike the first takes the request. */
function keepFirst(met: readonly Entry[], best: number): readonly Entry[] {
  const first = new Map<string, string>();
  return met.filter(({ ref, path, proxy, isConditional, match }) => {
    if (proxy.kind !== 'gateway' || isConditional || rankPath(match) !== best) return true;
    const key = toRefKey(ref);
    const known = first.get(key) ?? path;
    first.set(key, known);
    return known === path;
  });
}

function rankHost(host: string): number {
  return host.startsWith('*') ? host.length : host === '' ? 0 : 1000 + host.length;
}

function rankPath({ kind, value }: PathMatch): number {
  return kind === 'exact' ? 10_000 + value.length : value.length;
}

function walkEntry(world: World, request: Request, entry: Entry): Way {
  const proxies = listProxies(world, entry.proxy);
  const listener = entry.doorways.find(({ port }) => port === request.port)?.listener;
  const through = listener === undefined ? '' : ` by listener ${listener.name} of ${formatRef(listener.ref)}`;
  const path = entry.match.kind === 'prefix' && entry.match.value === '/' ? '' : `, path ${entry.match.value}`;
  const route = toStep(
    'route',
    true,
    `${formatRef(entry.ref)} has a rule for ${entry.host === '' ? 'every host' : entry.host}${path}${through}`,
    entry.ref,
    entry.path,
  );
  const answering = entry.backends.filter(({ isMirror }) => !isMirror);
  if (answering.every(({ isIdle }) => isIdle))
    return { steps: [route, toStep('route', false, 'the rule sends nothing to a Service', entry.ref, entry.path)] };
  const doors =
    proxies.length === 0 ? [enterUnknown(world, request, entry)] : proxies.flatMap((proxy) => enterProxy(world, request, proxy));
  const senders = proxies.length === 0 ? [UNKNOWN_PROXY] : proxies.map(({ name }) => name);
  const ways = answering.flatMap((backend) =>
    senders.map((sender) => walkBackend(world, { sender, entry, backend, protocol: request.protocol })),
  );
  return chain({ steps: [route] }, ...doors, ...ways);
}

/** Of a proxy that is not among the objects the address is not known either. */
function enterUnknown(world: World, { from, host, protocol, port }: Request, entry: Entry): Way {
  const text = `what ${describeProxy(entry)} runs as is not among the objects: a pod without labels is taken for it`;
  const step = toStep('door', undefined, text);
  const sender = findWorkload(world, from);
  return sender === undefined ? { steps: [step] } : chain({ steps: [step] }, leaveFor(world, sender, { from, protocol, port, host }));
}

function describeProxy({ proxy }: Entry): string {
  switch (proxy.kind) {
    case 'gateway':
      return `Gateway ${proxy.name}`;
    case 'ingress':
      return proxy.name === '' ? 'the ingress controller' : `the ingress controller of class ${proxy.name}`;
    case 'router':
      return 'the router';
  }
}

/** The way to a proxy: by each Service that leads there from outside, else by a port of its node. */
function enterProxy(world: World, { from, protocol, port }: Request, proxy: Workload): readonly Way[] {
  const fronts = listFronts(world, proxy).flatMap((front) => {
    const own = front.ports.find((item) => item.port === port && item.protocol === protocol);
    if (own === undefined) return [];
    const step = toStep('door', true, `${formatRef(front.ref)} leads to ${proxy.name}`, front.ref, own.path);
    const address = parseAddress(from);
    if (address !== undefined && !hasPoint(front.sources, address))
      return blocked(
        'door',
        `${formatRef(front.ref)} lets only ${formatAddresses(front.sources)} in`,
        front.ref,
        '/spec/loadBalancerSourceRanges',
      );
    const target = listEndpoints(world, front, own).find(({ end }) => end === proxy.name)?.port;
    if (target === undefined) return [];
    const flow = { from, to: proxy.name, protocol, port: target };
    return chain({ steps: [step] }, judgeArrival(world, { from, service: front, door: 'node' }, { workload: proxy }, flow));
  });
  if (fronts.length > 0) return fronts;
  const declared = listDeclaredPorts(world, proxy).find(
    (item) => (proxy.hostNetwork ? item.port : item.hostPort) === port && item.protocol === protocol,
  );
  if (declared === undefined) {
    const text = `no Service that is known leads from outside to ${proxy.name} on ${protocol} ${port}`;
    return [{ steps: [toDoubt(toStep('door', undefined, text, proxy.ref), text)] }];
  }
  const step = toStep('door', true, `a port of its node leads to ${proxy.name}`, proxy.ref, declared.path);
  return [chain({ steps: [step] }, askPolicies(world, { from, to: proxy.name, protocol, port: declared.port }))];
}

interface Passing {
  readonly sender: string;
  readonly entry: Entry;
  readonly backend: Backend;
  readonly protocol: Protocol;
}

function walkBackend(world: World, { sender, entry, backend, protocol }: Passing): Way {
  const name = `Service ${backend.namespace}/${backend.name}`;
  if (backend.problem !== undefined) {
    return { steps: [toStep('route', backend.isIdle ? undefined : false, `${name}: ${backend.problem}`, entry.ref, backend.path)] };
  }
  const service = findService(world, backend.namespace, backend.name);
  if (service === undefined) return blocked('service', `there is no ${name}`, entry.ref, backend.path);
  const ports = findPorts(service, backend, entry.proxy, protocol);
  if (ports.length === 0) return blocked('service', `${name} has no ${protocol} port ${backend.port ?? ''}`, entry.ref, backend.path);
  return chain(...ports.map((port) => walkPort(world, { sender, entry, backend, service, port })));
}

interface Hop {
  readonly sender: string;
  readonly entry: Entry;
  readonly backend: Backend;
  readonly service: Service;
  readonly port: ServicePort;
}

function walkPort(world: World, { sender, entry, backend, service, port }: Hop): Way {
  const endpoints = listEndpoints(world, service, port);
  const step = toStep('service', true, `${formatRef(service.ref)} ${port.protocol} ${port.port}`, entry.ref, backend.path);
  if (endpoints.length === 0)
    return { steps: [step, toStep('translation', false, `${formatRef(service.ref)} leads nowhere`, service.ref, port.path)] };
  return chain(
    { steps: [step] },
    ...endpoints.map(({ end, workload, port: number = port.port, by }) => {
      const flow = { from: sender, to: end, protocol: port.protocol, port: number };
      const translated = toStep(
        'translation',
        true,
        `to ${end} ${port.protocol} ${number}`,
        by ?? service.ref,
        by === undefined ? port.path : undefined,
      );
      const declared = workload === undefined ? [] : [askPort(world, workload, flow)];
      const judged = sender === UNKNOWN_PROXY ? askOfUnknown(world, flow, workload) : askPolicies(world, flow);
      return chain({ steps: [translated] }, judged, { steps: isOpen(judged) ? declared : [] });
    }),
  );
}

/** What is refused to a pod without labels may still be let in to the proxy, where a rule speaks of pods of other namespaces. */
function askOfUnknown(world: World, flow: Flow, workload: Workload | undefined): Way {
  const way = askPolicies(withUnknown(world), flow, ['ingress']);
  if (isOpen(way) || workload === undefined || !mayLetIn(world, { workload, protocol: flow.protocol, port: flow.port })) return way;
  return {
    ...way,
    steps: way.steps.map((step) => toDoubt(step, `${step.text}; a rule may mean the proxy, which is not among the objects`)),
  };
}

/**
 * The ports of a Service that a backend means, of the protocol that is passed on: by number or name; a Route of OpenShift may name
 * the pods' port, and so may an Ingress of some controllers.
 */
export function findPorts(service: Service, { port }: Backend, proxy: Proxy, protocol: Protocol): readonly ServicePort[] {
  const carried = service.ports.filter((item) => item.protocol === protocol);
  if (port === undefined) return carried;
  const own = carried.filter((item) => item.port === port || item.name === port);
  return own.length > 0 || proxy.kind === 'gateway' ? own : carried.filter(({ target }) => target === port);
}
