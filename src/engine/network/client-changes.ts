import { compareStrings, getOrAdd, stringifyJson } from '../../std/index.ts';
import {
  containersOf,
  formatRef,
  podTemplateOf,
  specOf,
  toRefKey,
  type Fact,
  type FactChange,
  type KubernetesObject,
  type ObjectRef,
  type World,
} from '../../model/index.ts';
import { readSide } from './side.ts';
import { listMentions, type Mention } from './suggest/mention.ts';
import { resolveName } from './traffic/name.ts';
import { listServices, type Service } from './traffic/service.ts';
import { walkPacket } from './traffic/walk.ts';
import type { Workload } from './workload.ts';

/**
 * Which clients a changed Service cuts off, and which it takes back: workloads that name it in their environment, command or
 * arguments before and after, reached it by one side of the change, and are refused by the other. Where the Service is as it was
 * the connections of its pods tell. Names of the form `db.shop.svc` that lead nowhere are told as references.
 */
export function listClientChanges(before: World, after: World): readonly FactChange[] {
  const changed = listChanged(before, after);
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
    const isReference =
      mention.host.includes('.svc') && refused.kind !== 'ingress' && refused.kind !== 'egress' && refused.kind !== 'translation';
    if (isReference) continue;
    getOrAdd(groups, `${change} ${toRefKey(service.ref)} ${port} ${refused.text}`, (): Client[] => []).push({
      workload,
      service,
      port,
      change,
      refused,
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
}

/** The Services whose way to pods is written otherwise than before, come or gone. */
function listChanged(before: World, after: World): ReadonlySet<string> {
  const refs = [...listServices(before), ...listServices(after)].map(({ ref }) => ref);
  return new Set(refs.filter((ref) => isChanged(before.get(ref), after.get(ref))).map(toRefKey));
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
    world.derive(listAllNamed).filter(({ mention: { host } }) =>
      host
        .toLowerCase()
        .split('.', 2)
        .some((label) => names.has(label)),
    );
  const was = new Set(listMeant(before).map(toKey));
  return [...new Map(listMeant(after).map((named) => [toKey(named), named])).values()].filter((named) => was.has(toKey(named)));
}

function listAllNamed(world: World): readonly Named[] {
  return readSide(world).workloads.flatMap((workload) => listNamed(world, workload));
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
  const { service, port, change, refused } = first;
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
      ...clients.map(({ workload }) => ({ ref: workload.ref })),
    ],
  };
  return [{ change, fact }];
}
