import {
  EMPTY_INTERVALS,
  getArray,
  getAt,
  getObject,
  getString,
  getStringMap,
  subtract,
  toInterval,
  uniteAll,
  type JsonValue,
} from '../../../std/index.ts';
import { namespaceOf, refOf, SELECT_ALL, specOf, type KubernetesObject } from '../../../model/index.ts';
import { parseAddress, parseCidr } from '../address.ts';
import { toPlace, type Peer, type PodFacts, type PodTest, type Policy, type Rule } from '../policy.ts';
import { NO_PORTS, toPortSet, type PortSet } from '../port-set.ts';
import { readRange } from './ports.ts';
import { Problems, type ReadPolicies } from './problem.ts';
import { toText } from './text.ts';

/** The API group of Istio's policies. */
export const ISTIO_GROUP = 'security.istio.io';

const ROOT_NAMESPACE = 'istio-system';
const TCP: PortSet = toPortSet('TCP');
const MESH_KEYS = ['sidecar.istio.io/inject', 'istio.io/rev', 'istio.io/dataplane-mode'];

/**
 * Whether a pod has a proxy of the mesh, as its labels and those of its namespace say: the labels by which sidecars are injected,
 * and those of the ambient mode.
 */
export function isInMesh({ labels, namespaceLabels }: Pick<PodFacts, 'labels' | 'namespaceLabels'>): boolean {
  const ambient = labels.get('istio.io/dataplane-mode') ?? namespaceLabels.get('istio.io/dataplane-mode');
  if (ambient === 'ambient') return true;
  const own = labels.get('sidecar.istio.io/inject');
  if (own !== undefined) return own === 'true';
  const injected = namespaceLabels.get('istio-injection');
  if (injected !== undefined) return injected === 'enabled';
  return labels.has('istio.io/rev') || namespaceLabels.has('istio.io/rev');
}

const IN_MESH: PodTest = { kind: 'test', text: 'istio mesh', labelKeys: MESH_KEYS, isAccountAsked: false, isMatch: isInMesh };

const DENY = -1;
const ALLOW = 1;

/**
 * Reads an AuthorizationPolicy (`security/v1beta1/authorization_policy.proto`) for what it says of connections into pods of the mesh:
 * a match of DENY refuses; where an ALLOW policy selects the pod one of its rules must match. It stands before all tiers of the
 * network, which must let the connection through as well. Proxies carry TCP alone. Conditions of requests are in doubt.
 */
export function readAuthorizationPolicy(object: KubernetesObject): ReadPolicies {
  const problems = new Problems(object);
  const spec = specOf(object);
  const action = getString(spec, 'action') ?? 'ALLOW';
  if (action === 'AUDIT') return { policies: [], problems: [] };
  if (action !== 'ALLOW' && action !== 'DENY' && action !== 'CUSTOM') {
    problems.refuse('/spec/action', `action ${action}: must be ALLOW, DENY, AUDIT or CUSTOM`);
    return { policies: [], problems: problems.list };
  }
  if (getObject(spec, 'targetRef') !== undefined || getArray(spec, 'targetRefs').length > 0) {
    problems.doubt(
      getObject(spec, 'targetRef') === undefined ? '/spec/targetRefs' : '/spec/targetRef',
      'policies of Gateways and waypoints are left out',
    );
    return { policies: [], problems: problems.list };
  }
  const outer = action === 'CUSTOM' ? problems.doubt('/spec/action', 'an authorizer outside decides') : undefined;
  const home = namespaceOf(object) ?? '';
  const rules = getArray(spec, 'rules').flatMap((rule, index) =>
    readRule(rule, action === 'ALLOW' ? 'pass' : 'deny', `/spec/rules/${index}`, home, problems),
  );
  const policy: Policy = {
    ref: refOf(object),
    object,
    place: toPlace('mesh'),
    priority: action === 'ALLOW' ? ALLOW : DENY,
    namespace: home,
    subject: { kind: 'every', of: [IN_MESH, readSubject(spec, home)] },
    subjectPath: getObject(spec, 'selector') === undefined ? '/spec' : '/spec/selector',
    ingress: rules.map((rule) => (outer === undefined ? rule : { ...rule, doubt: outer })),
    egress: undefined,
    isolates: { ingress: action === 'ALLOW' ? TCP : NO_PORTS, egress: NO_PORTS },
  };
  return { policies: [policy], problems: problems.list };
}

/** Pods of the policy's namespace by their labels; in the root namespace, of the whole mesh. */
function readSubject(spec: JsonValue, home: string): Peer {
  const requirements = [...getStringMap(spec, 'selector', 'matchLabels')].map(([key, value]) => ({
    key,
    operator: 'In' as const,
    values: [value],
  }));
  return { kind: 'pods', namespaces: home === ROOT_NAMESPACE ? SELECT_ALL : undefined, pods: { requirements } };
}

function readRule(rule: JsonValue, action: Rule['action'], path: string, home: string, problems: Problems): readonly Rule[] {
  const conditions = getArray(rule, 'when').length > 0 ? problems.doubt(`${path}/when`, 'conditions are not judged') : undefined;
  const sources = getArray(rule, 'from').map((item, index) =>
    readSource(getObject(item, 'source') ?? {}, `${path}/from/${index}/source`, home, problems),
  );
  const operations = getArray(rule, 'to').map((item, index) =>
    readOperation(getObject(item, 'operation') ?? {}, `${path}/to/${index}/operation`, problems),
  );
  const everybody: Source = { peer: undefined, doubt: undefined };
  const everything: Operation = { ports: TCP, doubt: undefined };
  return (sources.length === 0 ? [everybody] : sources).flatMap((source) =>
    (operations.length === 0 ? [everything] : operations).map((operation): Rule => {
      const doubt = conditions ?? source.doubt ?? operation.doubt;
      const peers = source.peer === undefined ? undefined : [source.peer];
      return { path, name: '', action, peers, ports: operation.ports, namedPorts: [], ...(doubt === undefined ? {} : { doubt }) };
    }),
  );
}

interface Source {
  readonly peer: Peer | undefined;
  readonly doubt: string | undefined;
}

const OF_REQUESTS = ['requestPrincipals', 'notRequestPrincipals', 'remoteIpBlocks', 'notRemoteIpBlocks'];

/** All fields of a source must match; who has no proxy of the mesh has no identity. */
function readSource(source: JsonValue, path: string, home: string, problems: Problems): Source {
  const said: Peer[] = [];
  for (const [field, toPeer] of Object.entries(IDENTITIES)) {
    const not = `not${field.slice(0, 1).toUpperCase()}${field.slice(1)}`;
    const [only, others] = [getArray(source, field).map(toText), getArray(source, not).map(toText)];
    if (only.length > 0) said.push({ kind: 'either', of: only.map((text) => toPeer(text, home)) });
    if (others.length > 0) said.push({ kind: 'not', of: { kind: 'either', of: others.map((text) => toPeer(text, home)) } });
  }
  for (const [field, isNot] of [
    ['ipBlocks', false],
    ['notIpBlocks', true],
  ] as const) {
    const blocks = getArray(source, field);
    if (blocks.length === 0) continue;
    const addresses = uniteAll(blocks.map((block, index) => readBlock(toText(block), `${path}/${field}/${index}`, problems)));
    const peer: Peer = { kind: 'addresses', addresses, meaning: 'known' };
    said.push(isNot ? { kind: 'not', of: peer } : peer);
  }
  const asked = OF_REQUESTS.find((field) => getArray(source, field).length > 0);
  const doubt = asked === undefined ? undefined : problems.doubt(`${path}/${asked}`, `it depends on each request (${asked})`);
  return { peer: said.length === 0 ? undefined : { kind: 'every', of: said }, doubt };
}

function readBlock(text: string, path: string, problems: Problems): ReturnType<typeof uniteAll<bigint>> {
  const point = parseAddress(text);
  const read = point === undefined ? parseCidr(text) : toInterval(point, point + 1n);
  if (read === undefined) problems.refuse(path, `${text}: no address and no CIDR`);
  return read ?? EMPTY_INTERVALS;
}

const IDENTITIES: Readonly<Record<string, (text: string, home: string) => Peer>> = {
  principals: (text) =>
    toIdentity(
      `principal ${text}`,
      ({ namespace, serviceAccount }) => isText(text, `cluster.local/ns/${namespace}/sa/${serviceAccount}`),
      true,
    ),
  namespaces: (text) => toIdentity(`namespace ${text}`, ({ namespace }) => isText(text, namespace), false),
  serviceAccounts: (text, home) => {
    const [namespace = '', account = ''] = text.includes('/') ? text.split('/') : [home, text];
    return toIdentity(`account ${namespace}/${account}`, (pod) => pod.namespace === namespace && pod.serviceAccount === account, true);
  },
};

function toIdentity(text: string, isMatch: (pod: PodFacts) => boolean, isAccountAsked: boolean): PodTest {
  return { kind: 'test', text: `istio ${text}`, labelKeys: MESH_KEYS, isAccountAsked, isMatch: (pod) => isInMesh(pod) && isMatch(pod) };
}

/** Exact, `prefix*`, `*suffix`, or `*` for whatever there is. */
function isText(pattern: string, text: string): boolean {
  if (pattern === '*') return text !== '';
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*') ? text.endsWith(pattern.slice(1)) : text === pattern;
}

interface Operation {
  readonly ports: PortSet;
  readonly doubt: string | undefined;
}

const REQUEST_FIELDS = ['hosts', 'notHosts', 'methods', 'notMethods', 'paths', 'notPaths'];

function readOperation(operation: JsonValue, path: string, problems: Problems): Operation {
  const read = (field: 'notPorts' | 'ports'): readonly PortSet[] =>
    getArray(operation, field).map((item, index) => {
      const range = readRange(toText(item), '-');
      if (range === undefined || range[0] !== range[1]) problems.refuse(`${path}/${field}/${index}`, `${toText(item)}: no port`);
      return range === undefined ? NO_PORTS : toPortSet('TCP', ...range);
    });
  const [only, not] = [read('ports'), read('notPorts')];
  const asked = REQUEST_FIELDS.find((field) => (getAt(operation, field) ?? undefined) !== undefined);
  const doubt = asked === undefined ? undefined : problems.doubt(`${path}/${asked}`, `it depends on each request (${asked})`);
  return { ports: subtract(only.length === 0 ? TCP : uniteAll(only), uniteAll(not)), doubt };
}

/** A PeerAuthentication that shuts out who has no proxy is not judged, and said to be. */
export function readPeerAuthentication(object: KubernetesObject): ReadPolicies {
  const problems = new Problems(object);
  if (getString(specOf(object), 'mtls', 'mode') === 'STRICT')
    problems.doubt('/spec/mtls/mode', 'that pods of the mesh answer nobody without a proxy is not judged');
  return { policies: [], problems: problems.list };
}
