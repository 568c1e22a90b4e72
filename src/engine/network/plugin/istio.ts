import {
  getArray,
  getAt,
  getObject,
  getOrAdd,
  getString,
  getStringMap,
  groupBy,
  intersect,
  subtract,
  type JsonValue,
} from '../../../std/index.ts';
import { namespaceOf, refOf, SELECT_ALL, specOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { ISOLATES_NONE, toPlace, type Peer, type Policy, type Rule } from '../policy.ts';
import { NO_PORTS, toPortSet, type PortSet } from '../port-set.ts';
import {
  AMBIENT,
  ISTIO_GROUP,
  ISTIO_ROUTING_GROUP,
  OWN_PROXY,
  readMesh,
  ROOT_NAMESPACE,
  toBehindWaypoint,
  toSelector,
  type Mesh,
} from './istio-mesh.ts';
import { readPeerAuthentications, type Plaintext } from './istio-peer.ts';
import { readIstioRule, type Asker } from './istio-rule.ts';
import { findTargets, type Target } from './istio-target.ts';
import { Problems, type PolicyProblem, type ReadPolicies } from './problem.ts';

const TCP: PortSet = toPortSet('TCP');

const DENY = -1;
const ALLOW = 1;
const LAST = Infinity;

/**
 * Reads the policies of Istio: what PeerAuthentications shut out, then what AuthorizationPolicies say of connections into pods of the
 * mesh. They stand before all tiers of the network, which must let the connection through as well. Proxies carry TCP alone.
 */
export function readIstioPolicies(world: World): ReadPolicies {
  const objects = world.byKind(ISTIO_GROUP, 'AuthorizationPolicy');
  if (objects.length === 0 && world.byKind(ISTIO_GROUP, 'PeerAuthentication').length === 0)
    return { policies: [], problems: listPlainRoutes(world) };
  const mesh = readMesh(world);
  const peers = readPeerAuthentications(world, mesh);
  const partsOf = toPartsOf(mesh, peers.plaintext);
  const read = objects.map((object) => readAuthorizationPolicy(object, mesh, partsOf));
  return {
    policies: [...peers.policies, ...read.flatMap(({ policies }) => policies)],
    problems: [...peers.problems, ...read.flatMap(({ problems }) => problems), ...listPlainRoutes(world)],
  };
}

/** Clients that a DestinationRule sends to a host without the mesh's own TLS: whether they are let in hangs on more than pods and ports. */
function listPlainRoutes(world: World): readonly PolicyProblem[] {
  return world.byKind(ISTIO_ROUTING_GROUP, 'DestinationRule').flatMap((object) => {
    const problems = new Problems(object);
    const mode = getString(specOf(object), 'trafficPolicy', 'tls', 'mode');
    if (mode !== undefined && mode !== 'ISTIO_MUTUAL')
      problems.doubt(
        '/spec/trafficPolicy/tls/mode',
        `clients of this host do not prove who they are (${mode}), which no verdict counts with`,
      );
    return problems.list;
  });
}

/** Those whom a policy is asked of, and by whom. */
interface Scope {
  readonly subject: Peer;
  readonly asker: Asker;
  /** The ports on which it is asked so. */
  readonly ports: PortSet;
  /** Why nobody can say whether it is asked at all; its tier stands for itself then. */
  readonly doubt?: string;
}

/**
 * Reads an AuthorizationPolicy (`security/v1beta1/authorization_policy.proto`): a match of DENY refuses; where an ALLOW policy selects
 * the pod one of its rules must match. What requests decide is in doubt, and what an authorizer outside decides. The proxies of nodes
 * (ambient mode) see no requests: they leave out rules of ALLOW that ask of them, and deny without asking. Whether something comes
 * through a waypoint no manifest tells.
 */
function readAuthorizationPolicy(object: KubernetesObject, mesh: Mesh, partsOf: PartsOf): ReadPolicies {
  const problems = new Problems(object);
  const spec = specOf(object);
  const action = getString(spec, 'action') ?? 'ALLOW';
  if (action === 'AUDIT') return { policies: [], problems: [] };
  if (action !== 'ALLOW' && action !== 'DENY' && action !== 'CUSTOM') {
    problems.refuse('/spec/action', `action ${action}: must be ALLOW, DENY, AUDIT or CUSTOM`);
    return { policies: [], problems: problems.list };
  }
  const targets = findTargets(object, mesh, problems);
  const outer = action === 'CUSTOM' ? problems.doubt('/spec/action', 'an authorizer outside decides') : undefined;
  const scopes = targets === undefined ? listSelected(spec, namespaceOf(object) ?? '', partsOf) : targets.map(toScope);
  const isAsked = ({ asker }: Scope): boolean => asker.seesRequests || action !== 'CUSTOM';
  const policies = scopes.filter(isAsked).flatMap((scope) => toPolicies(object, spec, action, scope, outer, problems));
  return { policies, problems: problems.list };
}

function toScope({ subject, doubt }: Target): Scope {
  return { subject, asker: { senders: 'known', seesRequests: true }, ports: TCP, ...(doubt === undefined ? {} : { doubt }) };
}

/** Pods of the policy's namespace by their labels, in the root namespace of the whole mesh; each by how it takes part in the mesh. */
function listSelected(spec: JsonValue, home: string, partsOf: PartsOf): readonly Scope[] {
  const pods = toSelector(getStringMap(spec, 'selector', 'matchLabels'));
  const chosen: Peer = { kind: 'pods', namespaces: home === ROOT_NAMESPACE ? SELECT_ALL : undefined, pods };
  return partsOf(home).map((part) => ({ ...part, subject: { kind: 'every', of: [part.subject, chosen] } }));
}

/** The pods that policies of a namespace may select, by how they take part in the mesh. */
type PartsOf = (home: string) => readonly Scope[];

function toPartsOf(mesh: Mesh, plaintext: readonly Plaintext[]): PartsOf {
  const behind = toBehindWaypoint(mesh);
  const byNamespace = groupBy(plaintext, ({ subject }) => subject.namespace ?? '');
  const everywhere = byNamespace.get('') ?? [];
  const known = new Map<string, readonly Scope[]>();
  return (home) =>
    getOrAdd(known, home, () => listParts(behind, home === ROOT_NAMESPACE ? plaintext : [...everywhere, ...(byNamespace.get(home) ?? [])]));
}

function listParts(behind: Peer, plaintext: readonly Plaintext[]): readonly Scope[] {
  const proven: Asker = { senders: 'known', seesRequests: true };
  const not = (of: Peer): Peer => ({ kind: 'not', of });
  const plain: Peer = { kind: 'either', of: plaintext.map(({ subject }) => subject) };
  const node: Asker = { senders: 'known', seesRequests: false };
  return [
    { subject: plaintext.length === 0 ? OWN_PROXY : { kind: 'every', of: [OWN_PROXY, not(plain)] }, asker: proven, ports: TCP },
    ...plaintext.flatMap(({ subject, ports }): readonly Scope[] => [
      { subject, asker: proven, ports: subtract(TCP, ports) },
      { subject, asker: { ...proven, senders: 'nameless' }, ports },
    ]),
    { subject: { kind: 'every', of: [AMBIENT, not(behind)] }, asker: node, ports: TCP },
    { subject: behind, asker: { ...node, senders: 'hidden' }, ports: TCP },
  ];
}

function toPolicies(
  object: KubernetesObject,
  spec: JsonValue,
  action: 'ALLOW' | 'CUSTOM' | 'DENY',
  scope: Scope,
  outer: string | undefined,
  problems: Problems,
): readonly Policy[] {
  const home = namespaceOf(object) ?? '';
  const rules = getArray(spec, 'rules').flatMap((rule, index) =>
    readIstioRule(rule, action === 'ALLOW' ? 'pass' : 'deny', `/spec/rules/${index}`, home, scope.asker, problems),
  );
  const hasSelector = getObject(spec, 'selector') !== undefined;
  const target = ['targetRefs', 'targetRef'].find((field) => getAt(spec, field) !== undefined);
  const { doubt } = scope;
  const doubtOf = (rule: Rule): string | undefined => outer ?? rule.doubt ?? (rule.action === 'pass' ? undefined : doubt);
  const isolated = action === 'ALLOW' ? scope.ports : NO_PORTS;
  const shared = {
    ref: refOf(object),
    object,
    place: { ...toPlace('mesh'), name: doubt ?? '' },
    namespace: home,
    subject: scope.subject,
    subjectPath: hasSelector ? '/spec/selector' : target === undefined ? '/spec' : `/spec/${target}`,
    egress: undefined,
  };
  const own: Policy = {
    ...shared,
    priority: action === 'ALLOW' ? ALLOW : DENY,
    ingress: rules.map((rule) => {
      const why = doubtOf(rule);
      return { ...rule, ports: intersect(rule.ports, scope.ports), ...(why === undefined ? {} : { doubt: why }) };
    }),
    isolates: doubt === undefined ? { ingress: isolated, egress: NO_PORTS } : ISOLATES_NONE,
  };
  if (doubt === undefined || action !== 'ALLOW') return [own];
  const rest: Rule = { path: shared.subjectPath, name: '', action: 'deny', peers: undefined, ports: isolated, namedPorts: [], doubt };
  return [own, { ...shared, priority: LAST, ingress: [rest], isolates: ISOLATES_NONE }];
}
