import { compareStrings, getOrAdd, groupBy, isEqualJson, stringifyJson, type JsonValue } from '../../std/index.ts';
import {
  containersOf,
  formatRef,
  isSelected,
  podTemplateOf,
  specOf,
  toRefKey,
  type Fact,
  type FactChange,
  type KindIndex,
  type KubernetesObject,
  type ObjectRef,
  type World,
} from '../../model/index.ts';
import { isAllowed } from './reach.ts';
import { readSide } from './side.ts';
import { listMentions, type Mention } from './suggest/mention.ts';
import { resolveName } from './traffic/name.ts';
import { listEndpoints } from './traffic/endpoints.ts';
import { listServices, type Service } from './traffic/service.ts';
import { walkPacket } from './traffic/walk.ts';
import { workloadKey, type Workload } from './workload.ts';

/**
 * Which clients a changed Service cuts off, and which it takes back: workloads that name it in their environment, command or
 * arguments before and after, reached it by one side of the change, and are refused by the other. So do pods that leave a Service,
 * or come to it, by labels or port names of their own, with a workload that is new, or with one that goes; where a policy refuses
 * what it let through before, the connections of the pods tell. Names of the form `db.shop.svc` that lead nowhere are told as
 * references.
 */
export function listClientChanges(before: World, after: World): readonly FactChange[] {
  const written = listChanged(before, after);
  const moved = listMoved(before, after, written);
  const changed = new Set([...written, ...moved.keys()]);
  if (changed.size === 0) return [];
  const groups = new Map<string, Client[]>();
  for (const { workload, mention } of listBoth(before, after, changed)) {
    const named = [before, after].flatMap((world) => findNamed(world, workload, mention.host) ?? []);
    const service = named.find(({ ref }) => changed.has(toRefKey(ref)));
    const port = service === undefined ? undefined : toPort(service, mention);
    if (service === undefined || port === undefined) continue;
    const [was, is] = [ask(before, workload, mention, port), ask(after, workload, mention, port)];
    const change =
      was === OPEN && is !== undefined && is !== OPEN ? 'gained' : is === OPEN && was !== undefined && was !== OPEN ? 'lost' : undefined;
    const refused = change === 'gained' ? is : was;
    if (change === undefined || refused === undefined || refused === OPEN) continue;
    const isPolicy = refused.kind === 'ingress' || refused.kind === 'egress';
    const isReference = mention.host.includes('.svc') && !isPolicy && refused.kind !== 'translation';
    const pods = moved.get(toRefKey(service.ref)) ?? [];
    const worlds = change === 'gained' ? ([before, after] as const) : ([after, before] as const);
    if (isReference || (isPolicy && pods.length > 0 && isToldOfPods(worlds, workload, service, port, pods))) continue;
    getOrAdd(groups, `${change} ${toRefKey(service.ref)} ${port} ${refused.text}`, (): Client[] => []).push({
      workload,
      service,
      port,
      change,
      refused,
      pods,
    });
  }
  return [...groups.values()].flatMap(toChange);
}

interface Refusal {
  readonly kind: string;
  readonly text: string;
  readonly ref: ObjectRef | undefined;
  readonly path: string | undefined;
}

interface Client {
  readonly workload: Workload;
  readonly service: Service;
  readonly port: number;
  readonly change: FactChange['change'];
  readonly refused: Refusal;
  /** The workloads that left the Service, or came to it, by a change of their own. */
  readonly pods: readonly Moved[];
}

/** A workload that left a Service, or came to it, and the line that says so where it is on both sides. */
interface Moved {
  readonly workload: Workload;
  readonly path: string | undefined;
}

/** Whether what is refused now was let through before to one of the pods that moved: then their connections tell it. */
function isToldOfPods(
  [open, shut]: readonly [open: World, shut: World],
  client: Workload,
  service: Service,
  port: number,
  pods: readonly Moved[],
): boolean {
  const own = service.ports.find((item) => item.port === port);
  if (own === undefined) return false;
  const ask = (world: World, to: string, target: number): boolean | undefined => {
    const verdict = isAllowed(world, { from: client.name, to, protocol: own.protocol, port: target });
    return verdict.kind === 'verdict' ? verdict.allowed : undefined;
  };
  const moved = new Set(pods.map(({ workload }) => workload.name));
  return [...listEndpoints(open, service, own), ...listEndpoints(shut, service, own)].some(
    ({ end, port: target = port }) => moved.has(end) && ask(open, end, target) === true && ask(shut, end, target) === false,
  );
}

/** The Services whose way to pods is written otherwise than before, come or gone. */
function listChanged(before: World, after: World): ReadonlySet<string> {
  const [was, is] = [before.kind('', 'Service').byKey, after.kind('', 'Service').byKey];
  const keys = after.kind('', 'Service').listDifferent(before.kind('', 'Service')) ?? new Set([...was.keys(), ...is.keys()]);
  return new Set([...keys].filter((key) => isChanged(was.get(key), is.get(key))));
}

/** The Services that are as they were and yet have other pods: by their labels or port names alone, since they are new, or gone. */
function listMoved(before: World, after: World, written: ReadonlySet<string>): ReadonlyMap<string, readonly Moved[]> {
  const [was, is] = [readSide(before).workloads, readSide(after).workloads];
  const moved = new Map<string, Moved[]>();
  if (was === is) return moved;
  const [known, left] = [new Set(was), new Set(is)];
  const old = new Map(was.flatMap((workload) => (left.has(workload) ? [] : [[workloadKey(workload), workload] as const])));
  const came = is.filter((workload) => !known.has(workload));
  const kept = new Set(came.map(workloadKey));
  const pairs = [
    ...came.map((workload) => ({ earlier: old.get(workloadKey(workload)), workload, namespace: workload.namespace })),
    ...[...old].flatMap(([key, earlier]) => (kept.has(key) ? [] : [{ earlier, workload: undefined, namespace: earlier.namespace }])),
  ];
  const byNamespace = groupBy(pairs, ({ namespace }) => namespace);
  for (const { ref, namespace, selector } of byNamespace.size === 0 ? [] : listServices(after)) {
    const near = byNamespace.get(namespace);
    if (near === undefined || selector === undefined || written.has(toRefKey(ref))) continue;
    for (const { earlier, workload } of near) {
      const had = earlier !== undefined && isSelected(selector, earlier.labels);
      const has = workload !== undefined && isSelected(selector, workload.labels);
      const isOther = had !== has || (had && has && !isEqualJson(toPortNames(earlier), toPortNames(workload)));
      const one = workload ?? earlier;
      const path = earlier === undefined || workload === undefined ? undefined : workload.labelsPath;
      if (isOther && one !== undefined) getOrAdd(moved, toRefKey(ref), (): Moved[] => []).push({ workload: one, path });
    }
  }
  return moved;
}

function toPortNames({ ports }: Workload): JsonValue {
  return ports.map(({ name, protocol, port }) => [name, protocol, port]);
}

function isChanged(was: KubernetesObject | undefined, is: KubernetesObject | undefined): boolean {
  if (was === is) return false;
  return was === undefined || is === undefined || stringifyJson(specOf(was)) !== stringifyJson(specOf(is));
}

interface Named {
  readonly workload: Workload;
  readonly mention: Mention;
}

/** What workloads name on both sides that may be a changed Service, each host and port of a workload once. */
function listBoth(before: World, after: World, changed: ReadonlySet<string>): readonly Named[] {
  const services = [...listServices(before), ...listServices(after)];
  const meant = services.filter(({ ref, type }) => type === 'ExternalName' || changed.has(toRefKey(ref)));
  const names = new Set(meant.map(({ name }) => name));
  const listMeant = (world: World): readonly Named[] =>
    listAllNamed(world).filter(({ mention: { host } }) =>
      host
        .toLowerCase()
        .split('.', 2)
        .some((label) => names.has(label)),
    );
  const was = new Set(listMeant(before).map(toKey));
  return [...new Map(listMeant(after).map((named) => [toKey(named), named])).values()].filter((named) => was.has(toKey(named)));
}

interface AllNamed {
  readonly maps: KindIndex;
  readonly named: readonly Named[];
}

const allNamed = new WeakMap<readonly Workload[], AllNamed>();

/** Read once for the same workloads and the same ConfigMaps. */
function listAllNamed(world: World): readonly Named[] {
  const { workloads } = readSide(world);
  const maps = world.kind('', 'ConfigMap');
  const known = allNamed.get(workloads);
  if (known?.maps === maps) return known.named;
  const named = workloads.flatMap((workload) => listNamed(world, workload));
  allNamed.set(workloads, { maps, named });
  return named;
}

function toKey({ workload, mention }: Named): string {
  return `${toRefKey(workload.ref)} ${mention.host} ${mention.port ?? ''}`;
}

function listNamed(world: World, workload: Workload): readonly Named[] {
  const object = world.get(workload.ref);
  const template = object === undefined ? undefined : podTemplateOf(object);
  if (template === undefined) return [];
  return containersOf(template.spec)
    .flatMap(({ container }) => listMentions(world, workload.namespace, container))
    .map((mention) => ({ workload, mention }));
}

function findNamed(world: World, workload: Workload, host: string): Service | undefined {
  const named = resolveName(world, workload, host);
  return named.kind === 'service' ? named.service : undefined;
}

/** The port that a mention means: its own, that of its scheme, or the only one that the Service has. */
function toPort({ ports }: Service, { port, guess }: Mention): number | undefined {
  const usual = ports.some((own) => own.port === guess) ? guess : undefined;
  return port ?? usual ?? (ports.length === 1 ? ports[0]?.port : undefined);
}

const OPEN = 'open';

/** Undefined where nobody can say. */
function ask(world: World, { name }: Workload, { host }: Mention, port: number): Refusal | typeof OPEN | undefined {
  const walk = walkPacket(world, { from: name, to: host, protocol: 'TCP', port });
  if (walk.kind !== 'walk' || walk.isUnknown) return undefined;
  const refused = walk.steps.find(({ ok }) => ok === false);
  return refused === undefined ? OPEN : { kind: refused.kind, text: refused.text, ref: refused.ref, path: refused.path };
}

const SHOWN = 4;

function toChange(clients: readonly Client[]): readonly FactChange[] {
  const [first] = clients;
  if (first === undefined) return [];
  const { service, port, change, refused, pods } = first;
  const names = clients.map(({ workload }) => workload.name).toSorted(compareStrings);
  const shown = names.length > SHOWN ? [...names.slice(0, SHOWN - 1), `${names.length - SHOWN + 1} others`] : names;
  const fact: Fact = {
    engine: 'network',
    code: 'KN0107',
    severity: change === 'gained' ? 'warning' : 'info',
    key: `client ${formatRef(service.ref)} ${port} ${names.join()}`,
    subject: service.ref,
    data: { service: formatRef(service.ref), ports: `TCP ${port}`, from: shown.join(', '), clients: names, reason: refused.text },
    objects: [
      { ref: service.ref },
      ...(refused.ref === undefined ? [] : [{ ref: refused.ref, ...(refused.path === undefined ? {} : { path: refused.path }) }]),
      ...pods.map(({ workload: { ref }, path }) => ({ ref, ...(path === undefined ? {} : { path }) })),
      ...clients.map(({ workload }) => ({ ref: workload.ref })),
    ],
  };
  return [{ change, fact }];
}
