import * as fc from 'fast-check';
import { getString, type JsonObject, type JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { pod } from '../objects.ts';
import { anyObjects } from '../random-world.ts';
import { object, service } from './objects.ts';

const SPACES = ['x', 'y', 'z'];
const PATTERNS = ['a.example.com', '*.example.com', '*.a.example.com', 'b.org', 'example.com'];
/** Hosts that tell those patterns apart, one and two labels below each. */
export const HOSTS: readonly string[] = ['a.example.com', 'q.example.com', 'q.a.example.com', 'q.q.a.example.com', 'b.org', 'example.com'];
/** Paths that the rules below tell apart. */
export const PATHS: readonly string[] = ['/', '/api', '/api/v1', '/apis'];

const anySpace = fc.constantFrom(...SPACES);
const anyPattern = fc.constantFrom(...PATTERNS);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
/** Fields without those that are undefined. */
const keep = (fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));

const anyNamespaces: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constantFrom<JsonObject>({ from: 'All' }, { from: 'All' }, { from: 'All' }, { from: 'Same' }, { from: 'None' }),
  fc
    .constantFrom<JsonObject>({ matchLabels: { app: 'a' } }, { matchLabels: { 'kubernetes.io/metadata.name': 'y' } }, {})
    .map((selector) => ({ from: 'Selector', selector })),
);
const DOORS: readonly JsonObject[] = [
  { protocol: 'HTTP', port: 80 },
  { protocol: 'HTTP', port: 80 },
  { protocol: 'HTTPS', port: 443 },
  { protocol: 'TLS', port: 8443, tls: { mode: 'Passthrough' } },
  { protocol: 'TLS', port: 8443, tls: { mode: 'Terminate' } },
  { protocol: 'TCP', port: 5432 },
  { protocol: 'UDP', port: 53 },
];
const anyListener: fc.Arbitrary<JsonObject> = fc
  .record({
    name: fc.constantFrom('l0', 'l1', 'l2'),
    door: fc.constantFrom(...DOORS),
    hostname: maybe(anyPattern),
    namespaces: anyNamespaces,
    kinds: maybe(fc.subarray(['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'], { minLength: 1 })),
    hasKinds: fc.nat(3),
    certificate: fc.constantFrom<JsonValue | undefined>(undefined, undefined, { name: 'c' }, { name: 'c', namespace: 'z' }),
  })
  .map(({ name, door, hostname, namespaces, kinds, hasKinds, certificate }) => {
    const isHostless = door['protocol'] === 'TCP' || door['protocol'] === 'UDP';
    const allowed = {
      namespaces: namespaces['from'] === 'Same' ? undefined : namespaces,
      kinds: hasKinds === 0 ? kinds?.map((kind) => ({ kind })) : undefined,
    };
    const isSecure = door['protocol'] === 'HTTPS' && certificate !== undefined;
    return keep({
      name,
      ...door,
      hostname: isHostless ? undefined : hostname,
      allowedRoutes: keep(allowed),
      ...(isSecure ? { tls: { mode: 'Terminate', certificateRefs: [certificate] } } : {}),
    });
  });
/** As the API server takes them: of different names, and of different ports, protocols or hosts. */
const anyListeners: fc.Arbitrary<readonly JsonObject[]> = fc.array(anyListener, { minLength: 1, maxLength: 3 }).map((listeners) => {
  const isKnown = (one: JsonObject, other: JsonObject): boolean =>
    one['name'] === other['name'] || (one['port'] === other['port'] && one['hostname'] === other['hostname']);
  return listeners.filter((one, index) => !listeners.slice(0, index).some((other) => isKnown(one, other)));
});

const GATEWAY = 'gateway.networking.k8s.io/v1';
const anyGateway = fc.tuple(anyListeners, maybe(anyNamespaces)).map(([listeners, namespaces]) =>
  object(GATEWAY, 'Gateway', 'x/gw', {
    spec: { gatewayClassName: 'c', listeners, ...(namespaces === undefined ? {} : { allowedListeners: { namespaces } }) },
  }),
);
const anySet = fc.tuple(anySpace, anyListeners, fc.constantFrom('gw', 'gw', 'gw', 'gone')).map(
  ([home, listeners, name]) =>
    (index: number) =>
      object(GATEWAY, 'ListenerSet', `${home}/set${index}`, { spec: { parentRef: { name, namespace: 'x' }, listeners } }),
);
const anyParent: fc.Arbitrary<JsonObject> = fc
  .record({
    to: fc.constantFrom<JsonObject>(
      { name: 'gw', namespace: 'x' },
      { name: 'gw', namespace: 'x' },
      { name: 'gw', namespace: 'x' },
      { name: 'gw', namespace: 'x' },
      { name: 'gw', namespace: 'x' },
      { name: 'set0', kind: 'ListenerSet', namespace: 'y' },
      { name: 'set1', kind: 'ListenerSet' },
      { name: 'gw' },
    ),
    sectionName: maybe(fc.constantFrom('l0', 'l1')),
    hasSection: fc.nat(5),
    port: maybe(fc.constantFrom(80, 443)),
    hasPort: fc.nat(5),
  })
  .map(({ to, sectionName, hasSection, port, hasPort }) =>
    keep({ ...to, sectionName: hasSection === 0 ? sectionName : undefined, port: hasPort === 0 ? port : undefined }),
  );
const anyMatch: fc.Arbitrary<JsonObject> = fc
  .record({
    path: maybe(
      fc.record(
        { type: fc.constantFrom('Exact', 'PathPrefix'), value: fc.constantFrom('/', '/api', '/api/v1') },
        { noNullPrototype: true },
      ),
    ),
    isConditional: fc.nat(4),
  })
  .map(({ path, isConditional }) => keep({ path, ...(isConditional === 0 ? { headers: [{ name: 'h', value: 'v' }] } : {}) }));
const anyBackend: fc.Arbitrary<JsonObject> = fc
  .record({
    name: fc.constantFrom('s0', 's0', 's0', 's1', 's2'),
    namespace: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anySpace }),
    port: fc.constantFrom(80, 80, 80, 80, 80, 81, 8080),
    weight: fc.constantFrom(undefined, undefined, undefined, 0, 1),
  })
  .map(keep);
const anyFilters: fc.Arbitrary<readonly JsonObject[]> = fc.constantFrom<readonly JsonObject[]>(
  [],
  [],
  [],
  [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }],
  [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 's2', port: 81 } } }],
);
const anyRule: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.array(anyMatch, { maxLength: 2 }),
    fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 9, arbitrary: fc.array(anyBackend, { minLength: 1, maxLength: 2 }) }),
    anyFilters,
  )
  .map(([matches, backendRefs, filters]) => ({ matches, backendRefs, filters }));
const anyRoute = fc
  .record({
    kind: fc.constantFrom('HTTPRoute', 'HTTPRoute', 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'),
    home: anySpace,
    parentRefs: fc.array(anyParent, { minLength: 1, maxLength: 2 }),
    hostnames: fc.uniqueArray(anyPattern, { maxLength: 2 }),
    rules: fc.array(anyRule, { minLength: 1, maxLength: 2 }),
  })
  .map(({ kind, home, parentRefs, hostnames, rules }) => (index: number): KubernetesObject => {
    const isHttp = kind === 'HTTPRoute';
    const plain = rules.map(({ backendRefs = [] }) => ({ backendRefs }));
    const isHostless = kind === 'TCPRoute' || kind === 'UDPRoute';
    const fields = { parentRefs, ...(isHostless ? {} : { hostnames }), rules: isHttp ? rules : plain };
    return object(GATEWAY, kind, `${home}/r${index}`, { spec: fields });
  });
const anyGrant = fc
  .record({
    home: anySpace,
    kind: fc.constantFrom('HTTPRoute', 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'Gateway', 'ListenerSet'),
    from: anySpace,
    to: fc.constantFrom('Service', 'Service', 'Secret'),
    name: maybe(fc.constantFrom('s0', 'c')),
  })
  .map(({ home, kind, from, to, name }) => (index: number): KubernetesObject => {
    const rules = { from: [{ group: 'gateway.networking.k8s.io', kind, namespace: from }], to: [keep({ group: '', kind: to, name })] };
    return object('gateway.networking.k8s.io/v1beta1', 'ReferenceGrant', `${home}/g${index}`, { spec: rules });
  });

const anyPath: fc.Arbitrary<JsonObject> = fc
  .record({
    path: fc.constantFrom('/', '/api', '/api/v1'),
    pathType: fc.constantFrom('Exact', 'Prefix'),
    name: fc.constantFrom('s0', 's1'),
    port: fc.constantFrom<JsonObject>({ number: 80 }, { number: 80 }, { name: 'a' }, { number: 81 }),
  })
  .map(({ path, pathType, name, port }) => ({ path, pathType, backend: { service: { name, port } } }));
const anyIngress = fc
  .record({
    home: anySpace,
    host: maybe(anyPattern),
    paths: fc.array(anyPath, { minLength: 1, maxLength: 2 }),
    ingressClassName: maybe(fc.constantFrom('nginx', 'other')),
    hasTls: fc.boolean(),
    hasDefault: fc.nat(3),
  })
  .map(({ home, host, paths, ingressClassName, hasTls, hasDefault }) => (index: number): KubernetesObject => {
    const rule = keep({ host, http: { paths } });
    const tls = hasTls ? [host === undefined ? {} : { hosts: [host] }] : undefined;
    const defaultBackend = hasDefault === 0 ? { service: { name: 's0', port: { number: 80 } } } : undefined;
    return object('networking.k8s.io/v1', 'Ingress', `${home}/i${index}`, {
      spec: keep({ ingressClassName, rules: [rule], tls, defaultBackend }),
    });
  });
const anyClass = fc
  .constantFrom<JsonObject>({}, { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } })
  .map((fields): KubernetesObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx', ...fields },
    spec: { controller: 'k8s.io/ingress-nginx' },
  }));
const anyShift = fc
  .record({
    home: anySpace,
    host: fc.constantFrom('a.example.com', 'b.org'),
    path: maybe(fc.constantFrom('/api', '/')),
    tls: fc.constantFrom<JsonObject | undefined>(undefined, { termination: 'edge' }, { insecureEdgeTerminationPolicy: 'Allow' }),
    weights: fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 1)),
    targetPort: maybe(fc.constantFrom<JsonValue>('a', 'web', 8080)),
  })
  .map(({ home, host, path, tls, weights, targetPort }) => (index: number): KubernetesObject => {
    const [to, other] = weights.map((weight, at) => ({ kind: 'Service', name: `s${at}`, weight }));
    const port = targetPort === undefined ? undefined : { targetPort };
    const spec = keep({ host, path, tls, to, alternateBackends: [other ?? {}], port });
    return object('route.openshift.io/v1', 'Route', `${home}/o${index}`, { spec });
  });

const anyService = fc
  .tuple(
    anySpace,
    fc.constantFrom<JsonObject>({ app: 'a' }, { app: 'a' }, { tier: 'a' }, { app: 'b' }),
    fc.constantFrom<JsonValue>(80, 8080, 'web'),
    fc.constantFrom<readonly JsonObject[]>([], [], [{ name: 'u', port: 80, protocol: 'UDP', targetPort: 'dns' }]),
  )
  .map(
    ([home, selector, targetPort, others]) =>
      (index: number) =>
        service(`${index < 3 ? (SPACES[index] ?? '') : home}/s${index < 3 ? 0 : index - 3}`, {
          selector,
          ports: [{ name: 'a', port: 80, targetPort }, ...others],
        }),
  );

const PROXIES: readonly (readonly [name: string, label: string, value: string])[] = [
  ['x/gateway', 'gateway.networking.k8s.io/gateway-name', 'gw'],
  ['y/nginx', 'app.kubernetes.io/name', 'ingress-nginx'],
  ['z/router', 'ingresscontroller.operator.openshift.io/deployment-ingresscontroller', 'default'],
];
/** The pods of a proxy, and the Service that leads there from outside, if it is known. */
const anyProxy = fc
  .record({
    kind: fc.constantFrom(...PROXIES),
    type: fc.constantFrom(undefined, 'LoadBalancer', 'NodePort', 'ClusterIP'),
    isLocal: fc.boolean(),
    ranges: fc.constantFrom<readonly string[]>([], [], ['8.0.0.0/8']),
    ports: fc.subarray([80, 443]),
    app: fc.constantFrom('a', 'b', 'c'),
  })
  .map(({ kind: [name, label, value], type, isLocal, ranges, ports, app }): readonly KubernetesObject[] => {
    const own = { [label]: value, ...(value === 'ingress-nginx' ? { 'app.kubernetes.io/component': 'controller' } : {}) };
    const made = pod(name, { ...own, app });
    if (type === undefined || ports.length === 0) return [made];
    const fields = type === 'LoadBalancer' ? { loadBalancerSourceRanges: ranges } : {};
    const policy = type === 'ClusterIP' || !isLocal ? {} : { externalTrafficPolicy: 'Local' };
    const listed = ports.map((port) => ({ name: `p${port}`, port, targetPort: 8080 }));
    return [made, service(`${name}-front`, { type, selector: { [label]: value }, ports: listed, ...fields, ...policy })];
  });

/** Pods and policies of three namespaces, with Services, proxies, and all that leads requests to them from outside. */
export const anyRouted: fc.Arbitrary<readonly KubernetesObject[]> = fc
  .record({
    objects: anyObjects,
    services: fc.array(anyService, { minLength: 6, maxLength: 6 }),
    proxies: fc.array(anyProxy, { maxLength: 2 }),
    gateway: anyGateway,
    sets: fc.array(anySet, { maxLength: 2 }),
    routes: fc.array(anyRoute, { minLength: 1, maxLength: 3 }),
    grants: fc.array(anyGrant, { maxLength: 3 }),
    ingresses: fc.array(anyIngress, { maxLength: 2 }),
    classes: fc.array(anyClass, { maxLength: 1 }),
    shifts: fc.array(anyShift, { maxLength: 1 }),
  })
  .map(({ objects, gateway, proxies, classes, ...made }) => {
    const numbered = [made.services, made.sets, made.routes, made.grants, made.ingresses, made.shifts].flatMap((list) =>
      list.map((make, index) => make(index)),
    );
    const ports = [
      { name: 'web', protocol: 'TCP', containerPort: 80 },
      { name: 'dns', protocol: 'UDP', containerPort: 81 },
    ];
    const served = SPACES.map((home) => pod(`${home}/web`, { app: 'a', tier: 'a' }, { ports }));
    const known = new Map([...objects, ...served, gateway, ...proxies.flat(), ...classes, ...numbered].map((item) => [nameOf(item), item]));
    return [...known.values()];
  });

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${getString(metadata, 'namespace') ?? ''}/${getString(metadata, 'name') ?? ''}`;
}
