import { getArray, getAt, getNumber, getObject, getString, type JsonValue } from '../../../std/index.ts';
import { isGranted, namespaceOf, refOf, specOf, type KubernetesObject, type ObjectRef, type World } from '../../../model/index.ts';
import { EVERY_PATH, type Backend, type Entry, type PathMatch } from './entry.ts';

import { intersectHosts } from './host.ts';
import { GATEWAY_GROUP, listListeners, type Listener } from './listener.ts';

/** The kinds of routes, in the order in which they are told. */
const ROUTE_KINDS = ['GRPCRoute', 'HTTPRoute', 'TCPRoute', 'TLSRoute', 'UDPRoute'] as const;

/** A route at one of its parents: the listeners that take it, with the hosts they share, or why none does. */
export interface Attachment {
  readonly route: ObjectRef;
  /** JSON pointer of the parent's reference. */
  readonly path: string;
  readonly parent: ObjectRef;
  readonly taken: readonly { readonly listener: Listener; readonly hosts: readonly string[] }[];
  /** The reason of the condition `Accepted` where it is false. */
  readonly reason: 'NoMatchingListenerHostname' | 'NoMatchingParent' | 'NotAllowedByListeners' | undefined;
}

/** Every route of a world at every Gateway or ListenerSet that it names; parents of other kinds (Services of a mesh) are left out. */
export function listAttachments(world: World): readonly Attachment[] {
  return listRoutes(world).flatMap((route) =>
    getArray(specOf(route), 'parentRefs').flatMap((parent, index): readonly Attachment[] => {
      const kind = getString(parent, 'kind') ?? 'Gateway';
      const group = getString(parent, 'group') ?? GATEWAY_GROUP;
      if (!kind.endsWith('ListenerSet') && kind !== 'Gateway') return [];
      const name = getString(parent, 'name') ?? '';
      const namespace = getString(parent, 'namespace') ?? namespaceOf(route) ?? '';
      const ref = world.get({ group, kind, namespace, name });
      const known: ObjectRef = ref === undefined ? { group, version: '', kind, namespace, name } : refOf(ref);
      return [{ route: refOf(route), path: `/spec/parentRefs/${index}`, parent: known, ...attach(world, route, parent, known) }];
    }),
  );
}

function listRoutes(world: World): readonly KubernetesObject[] {
  return ROUTE_KINDS.flatMap((kind) => world.byKind(GATEWAY_GROUP, kind));
}

/** A listener takes a route that names it (or no listener), is of its kinds and namespaces, and shares a host with it. */
function attach(world: World, route: KubernetesObject, parent: JsonValue, ref: ObjectRef): Pick<Attachment, 'reason' | 'taken'> {
  const [section, port] = [getString(parent, 'sectionName'), getNumber(parent, 'port')];
  const named = listListeners(world).filter(
    (listener) =>
      isSame(listener.ref, ref) && (section === undefined || listener.name === section) && (port === undefined || listener.port === port),
  );
  if (named.length === 0) return { taken: [], reason: 'NoMatchingParent' };
  const allowing = named.filter(({ kinds, takesFrom }) => kinds.has(route.kind) && takesFrom(namespaceOf(route) ?? ''));
  if (allowing.length === 0) return { taken: [], reason: 'NotAllowedByListeners' };
  const taken = allowing.map((listener) => ({ listener, hosts: shareHosts(route, listener) })).filter(({ hosts }) => hosts.length > 0);
  return { taken, reason: taken.length === 0 ? 'NoMatchingListenerHostname' : undefined };
}

function isSame(a: ObjectRef, b: ObjectRef): boolean {
  return a.group === b.group && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

/** Never empty for routes that know no hosts. */
function shareHosts(route: KubernetesObject, { host }: Listener): readonly string[] {
  if (route.kind === 'TCPRoute' || route.kind === 'UDPRoute') return [host];
  const own = getArray(specOf(route), 'hostnames').flatMap((item) => (typeof item === 'string' ? [item.toLowerCase()] : []));
  if (own.length === 0) return [host];
  return own.flatMap((item) => intersectHosts(item, host) ?? []);
}

/** What the routes of the Gateway API let in, a rule and host at a time; of routes that no listener takes, with the reason. */
export function listGatewayEntries(world: World): readonly Entry[] {
  return listAttachments(world).flatMap((attachment) => {
    const route = world.get(attachment.route);
    if (route === undefined) return [];
    if (attachment.taken.length === 0) return toEntries(world, route, attachment, undefined, '');
    return attachment.taken.flatMap(({ listener, hosts }) => hosts.flatMap((host) => toEntries(world, route, attachment, listener, host)));
  });
}

function toEntries(
  world: World,
  route: KubernetesObject,
  attachment: Attachment,
  listener: Listener | undefined,
  host: string,
): readonly Entry[] {
  const gateway = listener?.gateway ?? attachment.parent;
  const doorways =
    listener === undefined
      ? []
      : [{ protocol: listener.transport, port: listener.port, listener: { ref: listener.ref, path: listener.path, name: listener.name } }];
  return getArray(specOf(route), 'rules').flatMap((rule, index) => {
    const path = `/spec/rules/${index}`;
    const matches = getArray(rule, 'matches');
    const isHttp = route.kind === 'HTTPRoute';
    return (matches.length === 0 ? [null] : matches).map((match): Entry => ({
      ref: refOf(route),
      path,
      host,
      match: isHttp && match !== null ? readMatch(match) : EVERY_PATH,
      isConditional: match !== null && ['headers', 'method', 'queryParams'].some((field) => getAt(match, field) !== undefined),
      isFallback: false,
      proxy: { kind: 'gateway', name: `${gateway.namespace ?? ''}/${gateway.name}`, ref: gateway },
      doorways,
      backends: listBackends(world, route, rule, path),
      problem: listener === undefined ? toReason(attachment) : listener.problem,
    }));
  });
}

function toReason({ parent, reason = 'NoMatchingParent' }: Attachment): string {
  const name = `${parent.kind} ${parent.namespace ?? ''}/${parent.name}`;
  switch (reason) {
    case 'NoMatchingParent':
      return `${name} has no listener that it names (NoMatchingParent)`;
    case 'NotAllowedByListeners':
      return `no listener of ${name} takes routes of its kind and namespace (NotAllowedByListeners)`;
    case 'NoMatchingListenerHostname':
      return `no listener of ${name} shares a hostname with it (NoMatchingListenerHostname)`;
  }
}

function readMatch(match: JsonValue): PathMatch {
  const value = getString(match, 'path', 'value') ?? '/';
  switch (getString(match, 'path', 'type') ?? 'PathPrefix') {
    case 'Exact':
      return { kind: 'exact', value };
    case 'PathPrefix':
      return { kind: 'prefix', value };
    default:
      return { kind: 'other', value };
  }
}

/** The backends of a rule, and those that its filters mirror requests to or ask for leave. A rule that redirects has none. */
function listBackends(world: World, route: KubernetesObject, rule: JsonValue, path: string): readonly Backend[] {
  const filters = getArray(rule, 'filters').map((filter, index) => ({ filter, at: `${path}/filters/${index}` }));
  const redirects = filters.some(({ filter }) => getString(filter, 'type') === 'RequestRedirect');
  const own = redirects ? [] : getArray(rule, 'backendRefs').map((item, index) => ({ item, at: `${path}/backendRefs/${index}` }));
  const nested = own.flatMap(({ item, at }) =>
    getArray(item, 'filters').map((filter, index) => ({ filter, at: `${at}/filters/${index}` })),
  );
  const asked = [...filters, ...nested].flatMap(({ filter, at }) =>
    (['requestMirror', 'externalAuth'] as const).flatMap((field) => {
      const item = getObject(filter, field, 'backendRef');
      return item === undefined ? [] : [{ item, at: `${at}/${field}/backendRef`, isMirror: field === 'requestMirror' }];
    }),
  );
  const answering = own.map((backend) => ({ ...backend, isMirror: false }));
  return [...answering, ...asked].flatMap((backend) => readBackend(world, route, backend));
}

interface Reference {
  readonly item: JsonValue;
  readonly at: string;
  readonly isMirror: boolean;
}

function readBackend(world: World, route: KubernetesObject, { item, at: path, isMirror }: Reference): readonly Backend[] {
  const [group, kind] = [getString(item, 'group') ?? '', getString(item, 'kind') ?? 'Service'];
  if (group !== '' || kind !== 'Service') return [];
  const name = getString(item, 'name') ?? '';
  const namespace = getString(item, 'namespace') ?? namespaceOf(route) ?? '';
  const isAllowed = isGranted(world, refOf(route), { group, kind, namespace, name });
  const isIdle = getNumber(item, 'weight') === 0;
  const problem = !isAllowed
    ? `no ReferenceGrant in ${namespace} lets a ${route.kind} of ${namespaceOf(route) ?? ''} refer to it (RefNotPermitted)`
    : isIdle
      ? 'its weight is 0'
      : undefined;
  return [{ path, namespace, name, port: getNumber(item, 'port'), problem, isIdle, isMirror }];
}
