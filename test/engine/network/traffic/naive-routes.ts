import { getArray, getAt, getNumber, getObject, getString, type JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { labels, namespaceLabels, selects, text } from '../naive-network.ts';

/**
 * Which rules a request meets, as the API text of Ingress, OpenShift's Route and the Gateway API says it, one request and
 * listener at a time, sharing no code with the engine. Hosts are never intersected: the one host that is asked is looked for.
 */
export interface NaiveRequest {
  readonly host: string;
  readonly path: string;
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

/** A listener in its Gateway or ListenerSet. */
export interface NaiveListener {
  readonly owner: KubernetesObject;
  readonly item: JsonValue;
}

/** A rule that a request may meet: the proxy that applies it, and the Services that answer, each with a share. */
export interface NaiveMet {
  readonly proxy: string;
  readonly object: KubernetesObject;
  readonly targets: readonly NaiveTarget[];
}

export interface NaiveTarget {
  readonly namespace: string;
  readonly name: string;
  readonly port: number | string | undefined;
  readonly isPermitted: boolean;
}

const GATEWAY = 'gateway.networking.k8s.io';
const CARRIES: Readonly<Record<string, readonly string[]>> = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  TLS: ['TLSRoute'],
  TCP: ['TCPRoute'],
  UDP: ['UDPRoute'],
};

const ofKind = (objects: readonly KubernetesObject[], kind: string): readonly KubernetesObject[] =>
  objects.filter((object) => object.kind === kind);
const stringsOf = (value: JsonValue | undefined, ...path: readonly string[]): readonly string[] =>
  getArray(value, ...path).map((item) => (typeof item === 'string' ? item : ''));

/** Every listener that is there, with those that do not work. */
export function naiveListeners(objects: readonly KubernetesObject[]): readonly NaiveListener[] {
  const owners = [...ofKind(objects, 'Gateway'), ...ofKind(objects, 'ListenerSet').filter((set) => parentOf(objects, set) !== undefined)];
  return owners.flatMap((owner) => getArray(owner, 'spec', 'listeners').map((item) => ({ owner, item })));
}

/** Why a parent takes a route at no listener, or the listeners at which it is asked for a host; those that do not work are left out. */
export function naiveTakes(
  objects: readonly KubernetesObject[],
  route: KubernetesObject,
  parent: JsonValue,
  hosts: readonly string[],
): { readonly reason: string } | { readonly at: readonly { readonly listener: NaiveListener; readonly hosts: readonly string[] }[] } {
  const [section, port] = [getString(parent, 'sectionName'), getNumber(parent, 'port')];
  const owned = naiveListeners(objects).filter(({ owner }) => {
    const isKind = owner.kind === (getString(parent, 'kind') ?? 'Gateway');
    return isKind && text(owner, 'name') === getString(parent, 'name') && text(owner, 'namespace') === spaceOf(parent, route);
  });
  const named = owned.filter(
    ({ item }) =>
      (section === undefined || getString(item, 'name') === section) && (port === undefined || getNumber(item, 'port') === port),
  );
  if (named.length === 0) return { reason: 'NoMatchingParent' };
  const allowing = named.filter((listener) => allowsKind(listener, route) && allowsSpace(objects, listener, text(route, 'namespace')));
  if (allowing.length === 0) return { reason: 'NotAllowedByListeners' };
  const at = allowing
    .map((listener) => ({ listener, hosts: hosts.filter((host) => isAskedFor(listener, route, host)) }))
    .filter((item) => item.hosts.length > 0);
  if (at.length === 0) return { reason: 'NoMatchingListenerHostname' };
  return { at: at.filter(({ listener }) => works(objects, listener)) };
}

const spaceOf = (reference: JsonValue, from: KubernetesObject): string => getString(reference, 'namespace') ?? text(from, 'namespace');

function allowsKind({ item }: NaiveListener, { kind }: KubernetesObject): boolean {
  const asked = getArray(item, 'allowedRoutes', 'kinds');
  const isCarried = (CARRIES[getString(item, 'protocol') ?? ''] ?? []).includes(kind);
  const isEnded = kind === 'TCPRoute' && getString(item, 'protocol') === 'TLS' && getString(item, 'tls', 'mode') !== 'Passthrough';
  return (isCarried || isEnded) && (asked.length === 0 || asked.some((entry) => getString(entry, 'kind') === kind));
}

function allowsSpace(objects: readonly KubernetesObject[], { owner, item }: NaiveListener, namespace: string): boolean {
  return admits(objects, getAt(item, 'allowedRoutes', 'namespaces'), { home: text(owner, 'namespace'), namespace, byDefault: 'Same' });
}

interface Admitting {
  readonly home: string;
  readonly namespace: string;
  readonly byDefault: string;
}

function admits(objects: readonly KubernetesObject[], value: JsonValue | undefined, { home, namespace, byDefault }: Admitting): boolean {
  const from = getString(value, 'from') ?? byDefault;
  if (from === 'All') return true;
  if (from === 'Same') return namespace === home;
  return from === 'Selector' && selects(getAt(value, 'selector') ?? {}, namespaceLabels(objects, namespace));
}

function isAskedFor({ item }: NaiveListener, route: KubernetesObject, host: string): boolean {
  const protocol = getString(item, 'protocol');
  const isHostless = protocol === 'TCP' || protocol === 'UDP';
  if (!isHostless && !covers(getString(item, 'hostname') ?? '', host)) return false;
  const own = route.kind === 'TCPRoute' || route.kind === 'UDPRoute' ? [] : stringsOf(route, 'spec', 'hostnames');
  return own.length === 0 || own.some((pattern) => covers(pattern, host));
}

/** `*.` is one label or more, and never none. */
function covers(pattern: string, host: string): boolean {
  const [wanted, asked] = [pattern.split('.'), host.split('.')];
  if (pattern === '') return true;
  if (wanted[0] !== '*') return pattern === host;
  const tail = wanted.slice(1);
  return asked.length > tail.length && asked.slice(-tail.length).join('.') === tail.join('.');
}

function parentOf(objects: readonly KubernetesObject[], set: KubernetesObject): KubernetesObject | undefined {
  const parent = getAt(set, 'spec', 'parentRef') ?? null;
  return ofKind(objects, 'Gateway').find(
    (gateway) => text(gateway, 'name') === getString(parent, 'name') && text(gateway, 'namespace') === spaceOf(parent, set),
  );
}

/** Its Gateway admits its set, no earlier one has its port, protocol and host, and it may use its certificates. */
function works(objects: readonly KubernetesObject[], listener: NaiveListener): boolean {
  const { owner, item } = listener;
  const isPermitted = getArray(item, 'tls', 'certificateRefs').every((reference) =>
    permits(objects, owner, { kind: 'Secret', namespace: spaceOf(reference, owner), name: getString(reference, 'name') ?? '' }),
  );
  return isPermitted && isPlaced(objects, listener);
}

function isPlaced(objects: readonly KubernetesObject[], { owner, item }: NaiveListener): boolean {
  if (owner.kind === 'Gateway') return true;
  const gateway = parentOf(objects, owner);
  if (gateway === undefined || !isAdmitted(objects, gateway, owner)) return false;
  const older = ofKind(objects, 'ListenerSet').filter(
    (set) => parentOf(objects, set) === gateway && isAdmitted(objects, gateway, set) && isOlder(set, owner),
  );
  const place = (other: JsonValue): string => `${getNumber(other, 'port') ?? 0} ${getString(other, 'hostname') ?? ''}`;
  return ![gateway, ...older].some((other) => getArray(other, 'spec', 'listeners').some((mine) => place(mine) === place(item)));
}

function isAdmitted(objects: readonly KubernetesObject[], gateway: KubernetesObject, set: KubernetesObject): boolean {
  const allowed = getAt(gateway, 'spec', 'allowedListeners', 'namespaces');
  return admits(objects, allowed, { home: text(gateway, 'namespace'), namespace: text(set, 'namespace'), byDefault: 'None' });
}

function isOlder(a: KubernetesObject, b: KubernetesObject): boolean {
  const [first, second] = [a, b].map((set) => `${text(set, 'creationTimestamp')} ${text(set, 'namespace')}/${text(set, 'name')}`);
  return (first ?? '') < (second ?? '');
}

interface Referent {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

function permits(objects: readonly KubernetesObject[], from: KubernetesObject, to: Referent): boolean {
  if (text(from, 'namespace') === to.namespace) return true;
  return ofKind(objects, 'ReferenceGrant').some((grant) => {
    if (text(grant, 'namespace') !== to.namespace) return false;
    const isFrom = getArray(grant, 'spec', 'from').some(
      (item) =>
        getString(item, 'group') === GATEWAY &&
        getString(item, 'kind') === from.kind &&
        getString(item, 'namespace') === text(from, 'namespace'),
    );
    const isTo = getArray(grant, 'spec', 'to').some(
      (item) => getString(item, 'group') === '' && getString(item, 'kind') === to.kind && (getString(item, 'name') ?? to.name) === to.name,
    );
    return isFrom && isTo;
  });
}

interface Candidate extends NaiveMet {
  readonly host: string;
  /** Empty where the rule says nothing of paths. */
  readonly path: string;
  readonly isExact: boolean;
  readonly isConditional: boolean;
  /** Where the rule stands in its object. */
  readonly index: number;
  readonly isGateway: boolean;
  /** Whether it is for what no rule takes. */
  readonly isLast?: boolean;
}

/** The rules that a request may meet, of each proxy that serves its host on its port; whichever it meets depends on more than is asked. */
export function naiveMeets(objects: readonly KubernetesObject[], request: NaiveRequest): readonly NaiveMet[] {
  const all = [...ofIngresses(objects, request), ...ofRoutes(objects, request), ...ofGateways(objects, request)];
  const proxies = new Set(all.map(({ proxy }) => proxy));
  return [...proxies].flatMap((proxy) => {
    const own = all.filter((candidate) => candidate.proxy === proxy && candidate.isLast !== true);
    const hosted = own.filter(({ host }) => !own.some((other) => isCloser(other.host, host)));
    const met = hosted.filter((candidate) => onPath(candidate, request.path));
    if (met.length === 0) return all.filter((candidate) => candidate.proxy === proxy && candidate.isLast === true);
    return met.filter((candidate) => !met.some((other) => takesFirst(other, candidate)));
  });
}

/** A plain host before a wildcard, more characters before fewer. */
function isCloser(a: string, b: string): boolean {
  const isPlain = (host: string): boolean => host !== '' && !host.startsWith('*');
  return isPlain(a) === isPlain(b) ? a.length > b.length : isPlain(a);
}

function onPath({ path, isExact }: Candidate, asked: string): boolean {
  if (isExact) return path === asked;
  const [wanted, given] = [path, asked].map((item) => item.split('/').filter((element) => element !== ''));
  return (wanted ?? []).every((element, index) => element === given?.[index]);
}

/** Whether a rule is met before another whatever else a request says. */
function takesFirst(a: Candidate, b: Candidate): boolean {
  if (a.isConditional) return false;
  if (a.isExact !== b.isExact) return a.isExact;
  if (a.path.length !== b.path.length) return a.path.length > b.path.length;
  return a.isGateway && !b.isConditional && a.object === b.object && a.index < b.index;
}

function ofIngresses(objects: readonly KubernetesObject[], { host, port, protocol }: NaiveRequest): readonly Candidate[] {
  return ofKind(objects, 'Ingress').flatMap((ingress): readonly Candidate[] => {
    const classes = ofKind(objects, 'IngressClass');
    const standard = classes.find(
      ({ metadata }) => getString(metadata, 'annotations', 'ingressclass.kubernetes.io/is-default-class') === 'true',
    );
    const named = getString(ingress, 'spec', 'ingressClassName') ?? (standard === undefined ? undefined : text(standard, 'name'));
    if (named === undefined && classes.length > 0) return [];
    const isOwnHost = (pattern: string): boolean => {
      const [first, ...rest] = pattern.split('.');
      return pattern === '' || pattern === host || (first === '*' && host.split('.').slice(1).join('.') === rest.join('.'));
    };
    const toCandidate = (at: string, path: JsonValue, backend: JsonValue | undefined, index: number): readonly Candidate[] => {
      const isSecure = getArray(ingress, 'spec', 'tls').some((item) => {
        const hosts = stringsOf(item, 'hosts');
        return hosts.length === 0 || hosts.includes(at);
      });
      if (!isOwnHost(at) || protocol !== 'TCP' || !(port === 80 || (port === 443 && isSecure))) return [];
      const [name, service] = [getString(backend, 'service', 'name') ?? '', getObject(backend, 'service', 'port')];
      const target = { namespace: text(ingress, 'namespace'), name, isPermitted: true };
      const wanted = getNumber(service, 'number') ?? getString(service, 'name');
      return [
        {
          proxy: `ingress ${named ?? ''}`,
          object: ingress,
          host: at,
          index,
          isGateway: false,
          isConditional: false,
          path: getString(path, 'path') ?? '/',
          isExact: getString(path, 'pathType') === 'Exact',
          targets: [{ ...target, port: wanted }],
        },
      ];
    };
    const standardBackend = getAt(ingress, 'spec', 'defaultBackend');
    const fallback =
      standardBackend === undefined ? [] : toCandidate('', {}, standardBackend, 0).map((candidate) => ({ ...candidate, isLast: true }));
    const rules = getArray(ingress, 'spec', 'rules').flatMap((rule, index) =>
      getArray(rule, 'http', 'paths').flatMap((path) => toCandidate(getString(rule, 'host') ?? '', path, getAt(path, 'backend'), index)),
    );
    return [...rules, ...fallback];
  });
}

function ofRoutes(objects: readonly KubernetesObject[], { host, port, protocol }: NaiveRequest): readonly Candidate[] {
  return ofKind(objects, 'Route').flatMap((route): readonly Candidate[] => {
    const tls = getObject(route, 'spec', 'tls');
    const isPlain = tls === undefined || getString(tls, 'insecureEdgeTerminationPolicy') === 'Allow';
    const isServed = protocol === 'TCP' && ((port === 80 && isPlain) || (port === 443 && tls !== undefined));
    const own = getString(route, 'spec', 'host') ?? '';
    if (!isServed || own !== host) return [];
    const shares = [getAt(route, 'spec', 'to') ?? null, ...getArray(route, 'spec', 'alternateBackends')];
    const targets = shares
      .filter((item) => getNumber(item, 'weight') !== 0)
      .map((item) => ({
        namespace: text(route, 'namespace'),
        name: getString(item, 'name') ?? '',
        port: getNumber(route, 'spec', 'port', 'targetPort') ?? getString(route, 'spec', 'port', 'targetPort'),
        isPermitted: true,
      }));
    const place = { proxy: 'router', object: route, host: own, index: 0, isGateway: false, isConditional: false };
    return [{ ...place, path: getString(route, 'spec', 'path') ?? '/', isExact: false, targets }];
  });
}

function ofGateways(objects: readonly KubernetesObject[], { host, port, protocol }: NaiveRequest): readonly Candidate[] {
  const routes = objects.filter(({ kind, apiVersion }) => kind.endsWith('Route') && apiVersion.startsWith(GATEWAY));
  return routes.flatMap((route) =>
    getArray(route, 'spec', 'parentRefs').flatMap((parent) => {
      const taken = naiveTakes(objects, route, parent, [host]);
      const at = 'at' in taken ? taken.at : [];
      return at
        .filter(
          ({ listener: { item } }) => getNumber(item, 'port') === port && (getString(item, 'protocol') === 'UDP') === (protocol === 'UDP'),
        )
        .flatMap(({ listener }) => ofRules(objects, route, listener, host));
    }),
  );
}

function ofRules(
  objects: readonly KubernetesObject[],
  route: KubernetesObject,
  { owner, item }: NaiveListener,
  host: string,
): readonly Candidate[] {
  const gateway = owner.kind === 'Gateway' ? owner : (parentOf(objects, owner) ?? owner);
  const isHostless = route.kind === 'TCPRoute' || route.kind === 'UDPRoute';
  const own = isHostless ? [] : stringsOf(route, 'spec', 'hostnames').filter((pattern) => covers(pattern, host));
  const listened =
    getString(item, 'protocol') === 'TCP' || getString(item, 'protocol') === 'UDP' ? '' : (getString(item, 'hostname') ?? '');
  // What both say of the host is what the closer of the two says.
  const hosts = own.length === 0 ? [listened] : own.map((pattern) => (isCloser(listened, pattern) ? listened : pattern));
  return getArray(route, 'spec', 'rules').flatMap((rule, index) => {
    const redirects = getArray(rule, 'filters').some((filter) => getString(filter, 'type') === 'RequestRedirect');
    const targets = (redirects ? [] : getArray(rule, 'backendRefs'))
      .filter((reference) => getNumber(reference, 'weight') !== 0)
      .map((reference) => {
        const [namespace, name] = [spaceOf(reference, route), getString(reference, 'name') ?? ''];
        const isPermitted = permits(objects, route, { kind: 'Service', namespace, name });
        return { namespace, name, port: getNumber(reference, 'port'), isPermitted };
      });
    const matches = getArray(rule, 'matches');
    const proxy = `gateway ${text(gateway, 'namespace')}/${text(gateway, 'name')}`;
    return hosts.flatMap((at) =>
      (matches.length === 0 ? [{}] : matches).map((match) => ({
        proxy,
        object: route,
        host: at,
        index,
        isGateway: true,
        targets,
        path: (route.kind === 'HTTPRoute' ? getString(match, 'path', 'value') : undefined) ?? '/',
        isExact: getString(match, 'path', 'type') === 'Exact',
        isConditional: getAt(match, 'headers') !== undefined || getAt(match, 'method') !== undefined,
      })),
    );
  });
}

/** The pods that a proxy runs as: those of a Gateway by its label, the controller of ingress-nginx, the routers. */
export function naiveProxies(objects: readonly KubernetesObject[], proxy: string): readonly KubernetesObject[] {
  const [kind, name = ''] = proxy.split(' ');
  return ofKind(objects, 'Pod').filter((pod) => {
    const own = labels(pod);
    switch (kind) {
      case 'gateway':
        return `${text(pod, 'namespace')}/${getString(own, 'gateway.networking.k8s.io/gateway-name') ?? ''}` === name;
      case 'ingress':
        return name === 'nginx' && getString(own, 'app.kubernetes.io/name') === 'ingress-nginx';
      default:
        return getString(own, 'ingresscontroller.operator.openshift.io/deployment-ingresscontroller') !== undefined;
    }
  });
}
