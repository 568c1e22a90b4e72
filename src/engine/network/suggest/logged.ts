import { getOrAdd, toInterval, uniteAll } from '../../../std/index.ts';
import { nameOf, namespaceOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { parseAddress, type AddressSet } from '../address.ts';
import type { Connection, ConnectionEnd } from '../connections.ts';
import { readModel } from '../model.ts';
import { toPortSet, type PortSet } from '../port-set.ts';
import { readSide } from '../side.ts';
import { listEndpoints } from '../traffic/endpoints.ts';
import { listServices } from '../traffic/service.ts';
import { workloadKey, type Workload } from '../workload.ts';
import type { LoggedEnd, LoggedFlow } from './flow-log.ts';
import type { Needs, Unresolved } from './need.ts';
import { isLasting } from './selector.ts';

/** A world with the pods that a log knows besides, as far as its labels tell; each stands for all that are alike. */
export function withLogged(world: World, flows: readonly LoggedFlow[]): World {
  const finder = new Finder(world);
  const added = new Map<string, KubernetesObject>();
  for (const end of flows.flatMap(({ from, to }) => [from, to])) {
    if (end.namespace === '' || end.labels.size === 0 || finder.find(end) !== undefined) continue;
    const labels = [...end.labels].filter(([key]) => isLasting(key));
    getOrAdd(
      added,
      `${end.namespace} ${labels
        .map(([key, value]) => `${key}=${value}`)
        .toSorted()
        .join()}`,
      () => toPod(end, Object.fromEntries(labels)),
    );
  }
  const pods = [...added.values()].filter(
    (pod) => world.get({ group: '', kind: 'Pod', namespace: namespaceOf(pod) ?? '', name: nameOf(pod) }) === undefined,
  );
  return world.with(pods);
}

function toPod({ namespace, pod, workload }: LoggedEnd, labels: Readonly<Record<string, string>>): KubernetesObject {
  const name = workload?.name ?? pod.replace(/[-*]+$/, '');
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels }, spec: { containers: [{ name: 'logged' }] } };
}

/** The connections of a log between the workloads of a world, and to and from addresses outside. */
export function resolveLogged(world: World, flows: readonly LoggedFlow[]): Needs {
  const finder = new Finder(world);
  const kept = new Kept();
  const unresolved = new Map<string, Unresolved>();
  for (const { from, to, protocol, port } of flows) {
    if (IGNORED.has(from.role) || IGNORED.has(to.role)) continue;
    const senders = finder.ends(from);
    const receivers = typeof senders === 'string' ? senders : finder.ends(to, { protocol, port });
    if (typeof senders === 'string' || typeof receivers === 'string') {
      const flow = `${describeEnd(from)} -> ${describeEnd(to)} ${protocol} ${port}`;
      const why = [senders, receivers].find((found) => typeof found === 'string') ?? '';
      unresolved.set(flow, { flow, why });
      continue;
    }
    for (const sender of senders)
      for (const receiver of receivers)
        kept.add({ from: sender.end, to: receiver.end, ports: receiver.ports ?? toPortSet(protocol, port, port) });
  }
  return { connections: kept.list(), unresolved: [...unresolved.values()] };
}

/** The node's own probes are always let in; Cilium's checks of itself are no traffic of pods. */
const IGNORED: ReadonlySet<string> = new Set(['health', 'host', 'init', 'unmanaged']);

/** Connections, each once; those of a workload on the same ports with addresses outside together. */
class Kept {
  readonly #connections = new Map<string, { readonly connection: Connection; readonly addresses: AddressSet[] }>();

  add(connection: Connection): void {
    const { from, to, ports } = connection;
    if (from.kind === 'addresses' && to.kind === 'addresses') return;
    const known = getOrAdd(this.#connections, `${keyOf(from)} ${keyOf(to)} ${ports.cuts.join()}`, () => ({ connection, addresses: [] }));
    for (const end of [from, to]) if (end.kind === 'addresses') known.addresses.push(end.addresses);
  }

  list(): readonly Connection[] {
    return [...this.#connections.values()].map(({ connection, addresses }) => {
      const all: ConnectionEnd = { kind: 'addresses', addresses: uniteAll(addresses) };
      const { from, to, ports } = connection;
      return { from: from.kind === 'addresses' ? all : from, to: to.kind === 'addresses' ? all : to, ports };
    });
  }
}

function keyOf(end: ConnectionEnd): string {
  return end.kind === 'workload' ? workloadKey(end.workload) : 'outside';
}

function describeEnd({ namespace, pod, workload, address, role }: LoggedEnd): string {
  if (namespace !== '') return `${namespace}/${workload?.name ?? pod}`;
  return address === '' ? role || 'unknown' : address;
}

interface FoundEnd {
  readonly end: ConnectionEnd;
  /** The ports of the pods, where a Service's were asked. */
  readonly ports: PortSet | undefined;
}

/** Finds the workloads of a world that the ends of a log are. */
class Finder {
  readonly #world: World;
  readonly #byNamespace = new Map<string, Workload[]>();
  readonly #known = new Map<string, Workload | undefined>();
  readonly #byAddress = new Map<bigint, Workload>();

  constructor(world: World) {
    this.#world = world;
    for (const workload of readModel(world).workloads) {
      getOrAdd(this.#byNamespace, workload.namespace, () => []).push(workload);
      for (const address of workload.addresses) this.#byAddress.set(address, workload);
    }
  }

  /** The ends that one of a log stands for; a sentence where nobody knows. */
  ends(end: LoggedEnd, asked?: { readonly protocol: LoggedFlow['protocol']; readonly port: number }): readonly FoundEnd[] | string {
    if (end.namespace !== '') {
      const workload = this.find(end);
      return workload === undefined
        ? 'no object is known to run this pod, and its labels are not in the log'
        : [{ end: { kind: 'workload', workload }, ports: undefined }];
    }
    const address = parseAddress(end.address);
    if (address === undefined) return 'the log does not tell the address: record flows without aggregation';
    const owner = this.#byAddress.get(address);
    if (owner !== undefined) return [{ end: { kind: 'workload', workload: owner }, ports: undefined }];
    const behind = asked === undefined ? [] : this.#behind(address, asked);
    if (behind.length > 0) return behind;
    const isNode = readSide(this.#world).nodeAddresses.includes(address);
    return isNode && end.role === 'host'
      ? []
      : [{ end: { kind: 'addresses', addresses: toInterval(address, address + 1n) }, ports: undefined }];
  }

  /** What a Service's own address leads to. */
  #behind(address: bigint, { protocol, port }: { readonly protocol: LoggedFlow['protocol']; readonly port: number }): readonly FoundEnd[] {
    const service = listServices(this.#world).find(({ clusterAddresses }) => clusterAddresses.includes(address));
    const own = service?.ports.find((item) => item.protocol === protocol && item.port === port);
    if (service === undefined || own === undefined) return [];
    return listEndpoints(this.#world, service, own).flatMap(({ workload, port: target }) =>
      workload === undefined || target === undefined
        ? []
        : [{ end: { kind: 'workload', workload }, ports: toPortSet(protocol, target, target) }],
    );
  }

  /** The workload of a pod: by what runs it, else by its name, else the one with the most of its labels. */
  find(end: LoggedEnd): Workload | undefined {
    const key = `${end.namespace}/${end.workload?.kind ?? ''}/${end.workload?.name ?? ''}/${end.pod}`;
    if (!this.#known.has(key)) this.#known.set(key, this.#look(end));
    return this.#known.get(key);
  }

  #look({ namespace, workload, pod, labels }: LoggedEnd): Workload | undefined {
    const homes = this.#byNamespace.get(namespace) ?? [];
    const owner = homes.find(({ ref }) => workload !== undefined && ref.kind === workload.kind && ref.name === workload.name);
    if (owner !== undefined) return owner;
    const named = homes
      .filter(({ ref }) => isPodName(pod, ref.kind, ref.name))
      .toSorted((a, b) => b.ref.name.length - a.ref.name.length)[0];
    if (named !== undefined) return named;
    const alike = homes.filter((item) => item.labels.size > 0 && [...item.labels].every(([key, value]) => labels.get(key) === value));
    return alike.toSorted((a, b) => b.labels.size - a.labels.size)[0];
  }
}

/** Whether a pod, or the pattern of several, has the name that a controller gives (`web-5d4f8c7b9d-x2x7p`, `web-*`, `db-0`). */
function isPodName(pod: string, kind: string, owner: string): boolean {
  if (pod === owner) return true;
  if (!pod.startsWith(`${owner}-`)) return false;
  const rest = pod.slice(owner.length + 1);
  switch (kind) {
    case 'Deployment':
      return /^[a-z0-9]{5,10}-([a-z0-9]{5}|\*)$/.test(rest) || rest === '*';
    case 'StatefulSet':
      return /^(\d+|\*)$/.test(rest);
    case 'CronJob':
      return /^(\d+-([a-z0-9]{5}|\*)|\*)$/.test(rest);
    case 'Pod':
      return rest === '*';
    default:
      return /^([a-z0-9]{5}|\*)$/.test(rest);
  }
}
