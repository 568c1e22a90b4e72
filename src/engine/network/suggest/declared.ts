import { getNumber, getString, toInterval, unite } from '../../../std/index.ts';
import { containersOf, formatRef, podTemplateOf, type World } from '../../../model/index.ts';
import { ALL_ADDRESSES, formatAddress, parseAddress } from '../address.ts';
import type { Connection, ConnectionEnd } from '../connections.ts';
import { listCallbacks, listScrapes } from '../invariant/usual.ts';
import { readModel } from '../model.ts';
import { toPortSet, type PortSet } from '../port-set.ts';
import { readSide } from '../side.ts';
import { listEndpoints, listHeadless } from '../traffic/endpoints.ts';
import { listEntries } from '../traffic/entries.ts';
import { listExposures } from '../traffic/exposures.ts';
import { resolveName } from '../traffic/name.ts';
import { findPorts } from '../traffic/proxy-walk.ts';
import { findDns, listProxies, portOfDns } from '../traffic/proxy.ts';
import { findService, type Service, type ServicePort } from '../traffic/service.ts';
import type { Workload } from '../workload.ts';
import { listMentions, type Mention } from './mention.ts';
import type { Needs, Unresolved } from './need.ts';

/**
 * The connections that manifests declare: Services, addresses and hosts named in the environment and arguments of containers,
 * backends of Ingresses, Routes and Gateways, ways in from outside by Services and ports of nodes, DNS, webhooks and scrapes.
 */
export function listDeclared(world: World): Needs {
  const needs = new Found();
  const { workloads } = readModel(world);
  for (const workload of workloads) addMentions(world, workload, needs);
  addDns(world, needs);
  addBackends(world, needs);
  addExposures(world, needs);
  addCallbacks(world, needs);
  for (const { scraper, workload, port } of listScrapes(world)) needs.add(toEnd(scraper), toEnd(workload), toPortSet('TCP', port, port));
  return { connections: needs.connections(), unresolved: needs.unresolved() };
}

/** Connections as they are found, each once. */
class Found {
  readonly #connections = new Map<string, Connection>();
  readonly #unresolved = new Map<string, Unresolved>();

  add(from: ConnectionEnd, to: ConnectionEnd, ports: PortSet): void {
    if (ports.cuts.length === 0) return;
    const key = `${keyOf(from)} ${keyOf(to)}`;
    const known = this.#connections.get(key);
    this.#connections.set(key, { from, to, ports: known === undefined ? ports : unite(known.ports, ports) });
  }

  leave(unresolved: Unresolved): void {
    this.#unresolved.set(`${unresolved.flow} ${unresolved.why}`, unresolved);
  }

  connections(): readonly Connection[] {
    return [...this.#connections.values()];
  }

  unresolved(): readonly Unresolved[] {
    return [...this.#unresolved.values()];
  }
}

function keyOf(end: ConnectionEnd): string {
  return end.kind === 'workload' ? end.workload.name : end.addresses.cuts.join();
}

function toEnd(workload: Workload): ConnectionEnd {
  return { kind: 'workload', workload };
}

function addMentions(world: World, workload: Workload, needs: Found): void {
  const object = world.get(workload.ref);
  const template = object === undefined ? undefined : podTemplateOf(object);
  if (template === undefined) return;
  const leave = (mention: Mention, why: string): void => {
    const number = mention.port ?? mention.guess;
    const port = number === undefined ? '' : ` TCP ${number}`;
    needs.leave({ flow: `${workload.name} -> ${mention.host}${port}`, why, ref: workload.ref });
  };
  for (const mention of containersOf(template.spec).flatMap(({ container }) => listMentions(world, workload.namespace, container))) {
    const address = parseAddress(mention.host);
    if (address !== undefined) {
      if (mention.port !== undefined) addAddress(world, workload, address, mention.port, needs);
      continue;
    }
    const named = resolveName(world, workload, mention.host);
    if (named.kind === 'service') addService(world, workload, { service: named.service, mention }, needs, leave);
    else if (named.kind === 'pod') needs.add(toEnd(workload), toEnd(named.workload), portsOfPod(named.service, mention.port));
    else if (named.kind === 'outside' && mention.isSure)
      leave(mention, 'it is outside, and a NetworkPolicy knows addresses alone: allow them by hand, or use a flow log');
  }
}

function addAddress(world: World, workload: Workload, address: bigint, port: number, needs: Found): void {
  const owner = readSide(world).workloads.find(({ addresses }) => addresses.includes(address));
  const to: ConnectionEnd = owner === undefined ? { kind: 'addresses', addresses: toInterval(address, address + 1n) } : toEnd(owner);
  if (!formatAddress(address).startsWith('127.') && address !== 0n) needs.add(toEnd(workload), to, toPortSet('TCP', port, port));
}

function portsOfPod(service: Service, port: number | undefined): PortSet {
  const numbers = port === undefined ? service.ports.map((own) => own.port) : [port];
  return numbers.map((number) => toPortSet('TCP', number, number)).reduce<PortSet>((all, ports) => unite(all, ports), { cuts: [] });
}

interface Named {
  readonly service: Service;
  readonly mention: Mention;
}

/** The port that a mention names, or all of the Service's where it names none. */
function addService(
  world: World,
  workload: Workload,
  { service, mention }: Named,
  needs: Found,
  leave: (mention: Mention, why: string) => void,
): void {
  const { port, guess } = mention;
  if (service.isHeadless) {
    const numbers = port !== undefined ? [port] : service.ports.map((own) => own.port);
    for (const { workload: to } of listHeadless(world, service))
      for (const number of numbers) if (to !== undefined) needs.add(toEnd(workload), toEnd(to), toPortSet('TCP', number, number));
    return;
  }
  const asked = service.ports.filter((own) => own.port === (port ?? guess));
  const ports = asked.length > 0 || port !== undefined ? asked : service.ports;
  if (ports.length === 0) leave(mention, `${formatRef(service.ref)} has no such port`);
  for (const own of ports) addPort(world, toEnd(workload), service, own, needs);
}

function addPort(world: World, from: ConnectionEnd, service: Service, own: ServicePort, needs: Found): void {
  for (const { workload, end, port, protocol } of listEndpoints(world, service, own)) {
    if (port === undefined) continue;
    const address = parseAddress(end);
    if (workload !== undefined) needs.add(from, toEnd(workload), toPortSet(protocol, port, port));
    else if (address !== undefined)
      needs.add(from, { kind: 'addresses', addresses: toInterval(address, address + 1n) }, toPortSet(protocol, port, port));
  }
}

/** Every pod asks the cluster's DNS, but those that are told not to. */
function addDns(world: World, needs: Found): void {
  const servers = findDns(world);
  for (const workload of readSide(world).workloads) {
    const object = world.get(workload.ref);
    const policy = getString(object === undefined ? undefined : podTemplateOf(object)?.spec, 'dnsPolicy') ?? 'ClusterFirst';
    if (workload.hostNetwork || policy === 'Default' || policy === 'None') continue;
    for (const server of servers) {
      const port = portOfDns(server);
      if (server !== workload) needs.add(toEnd(workload), toEnd(server), unite(toPortSet('UDP', port, port), toPortSet('TCP', port, port)));
    }
  }
}

function addBackends(world: World, needs: Found): void {
  for (const entry of listEntries(world)) {
    if (entry.problem !== undefined) continue;
    const proxies = listProxies(world, entry.proxy);
    for (const backend of entry.backends) {
      const service = backend.problem === undefined ? findService(world, backend.namespace, backend.name) : undefined;
      if (service === undefined) continue;
      const ports = findPorts(service, backend, entry.proxy, entry.doorways[0]?.protocol ?? 'TCP');
      for (const own of ports) for (const proxy of proxies) addPort(world, toEnd(proxy), service, own, needs);
      if (proxies.length > 0) continue;
      const flow = `${entry.proxy.kind === 'gateway' ? `Gateway ${entry.proxy.name}` : 'the ingress controller'} -> ${service.namespace}/${service.name}`;
      needs.leave({ flow, why: 'what it runs as is not among the objects: give its pods with --context-objects', ref: entry.ref });
    }
  }
}

/** Behind a Service that hides the sender, policies see a node: any address where nodes are not known. */
function addExposures(world: World, needs: Found): void {
  const nodes = readSide(world).nodeAddresses;
  const bare = world.without(readSide(world).policies.map(({ ref }) => ref));
  const { byName } = readModel(world);
  for (const { workload: bareOne, kind, hops, sources, protocol, target } of listExposures(bare)) {
    const workload = byName.get(bareOne.name);
    if (
      workload === undefined ||
      kind === 'ingress' ||
      kind === 'gateway' ||
      kind === 'route' ||
      kind === 'hostNetwork' ||
      sources.cuts.length === 0
    )
      continue;
    const [first] = hops;
    const service = first?.ref.kind === 'Service' ? findService(world, first.ref.namespace ?? '', first.ref.name) : undefined;
    const isHidden = service !== undefined && !service.isLocalOutside;
    const seen = nodes.map((node) => toInterval(node, node + 1n)).reduce((all, one) => unite(all, one), { cuts: [] });
    const addresses = !isHidden ? sources : nodes.length > 0 ? seen : ALL_ADDRESSES;
    needs.add({ kind: 'addresses', addresses }, toEnd(workload), toPortSet(protocol, target, target));
  }
}

/** The API server calls from an address that manifests do not tell. */
function addCallbacks(world: World, needs: Found): void {
  for (const { service: wanted } of listCallbacks(world)) {
    const service = findService(world, getString(wanted, 'namespace') ?? '', getString(wanted, 'name') ?? '');
    const own = service?.ports.find(({ port }) => port === (getNumber(wanted, 'port') ?? 443));
    if (service !== undefined && own !== undefined) addPort(world, { kind: 'addresses', addresses: ALL_ADDRESSES }, service, own, needs);
  }
}
