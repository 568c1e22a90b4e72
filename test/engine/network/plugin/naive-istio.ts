import { getArray, getAt, getObject, getString, type JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { isWithin, labels, namespaceLabels, selects, text, type End } from '../naive-network.ts';
import { listAddresses } from './naive-hosts.ts';
import { isHost, toText, type Question } from './naive-question.ts';

const ROOT = 'istio-system';

type Part = 'ambient' | 'gateway' | 'none' | 'sidecar';

function partOf(objects: readonly KubernetesObject[], pod: KubernetesObject): Part {
  const own = labels(pod);
  const outer = namespaceLabels(objects, text(pod, 'namespace'));
  if (getString(own, 'gateway.istio.io/managed') !== undefined) return 'gateway';
  const inject = getString(own, 'sidecar.istio.io/inject');
  const all = getString(outer, 'istio-injection');
  if (inject === 'true') return 'sidecar';
  if (inject === undefined && all === 'enabled') return 'sidecar';
  const mode = getString(own, 'istio.io/dataplane-mode') ?? getString(outer, 'istio.io/dataplane-mode');
  if (mode === 'ambient') return 'ambient';
  if (inject === undefined && all === undefined && getString(outer, 'istio.io/rev') !== undefined) return 'sidecar';
  return 'none';
}

function inMesh(objects: readonly KubernetesObject[], end: End): boolean {
  return 'pod' in end && !isHost(end) && partOf(objects, end.pod) !== 'none';
}

/** The mode of a pod's port: what its own PeerAuthentication says of it, then of all its ports, then its namespace's, then the mesh's. */
function modeOf({ objects, pod, flow }: Question): string {
  const home = text(pod, 'namespace');
  const all = objects.filter(({ kind }) => kind === 'PeerAuthentication').toSorted((a, b) => (text(a, 'name') < text(b, 'name') ? -1 : 1));
  const isWide = (object: KubernetesObject): boolean =>
    Object.keys(getObject(object, 'spec', 'selector', 'matchLabels') ?? {}).length === 0;
  const own = all.find(
    (object) =>
      text(object, 'namespace') === home &&
      home !== ROOT &&
      !isWide(object) &&
      selects(getObject(object, 'spec', 'selector') ?? {}, labels(pod)),
  );
  const wide = [home, ROOT].map((namespace) => all.find((object) => isWide(object) && text(object, 'namespace') === namespace));
  const said = [
    getString(own, 'spec', 'portLevelMtls', String(flow.port), 'mode'),
    ...[own, ...wide].map((object) => getString(object, 'spec', 'mtls', 'mode')),
  ];
  return said.find((mode) => mode !== undefined && mode !== 'UNSET') ?? 'PERMISSIVE';
}

/** How a policy is asked. */
interface Asking {
  readonly isNode: boolean;
  readonly sender: 'known' | 'nameless' | 'hidden';
  readonly name: string;
}

/** Whether the policies of the mesh let a connection into a pod. */
export function passesMesh(question: Question): boolean {
  const { objects, pod, flow, peer } = question;
  if (flow.protocol !== 'TCP') return true;
  const part = partOf(objects, pod);
  const policies = objects.filter(({ kind }) => kind === 'AuthorizationPolicy');
  const isTargeted = (policy: KubernetesObject): boolean => getAt(policy, 'spec', 'targetRefs') !== undefined;
  const mode = modeOf(question);
  if (part === 'ambient' || part === 'sidecar') if (mode === 'STRICT' && !inMesh(objects, peer)) return false;
  const selecting = policies.filter((policy) => {
    if (isTargeted(policy) || part === 'none') return false;
    const isNear = [text(pod, 'namespace'), ROOT].includes(text(policy, 'namespace'));
    return isNear && selects(getObject(policy, 'spec', 'selector') ?? {}, labels(pod));
  });
  const edge = policies.filter((policy) => {
    const target = getAt(policy, 'spec', 'targetRefs', 0);
    const isOf = labels(pod)['gateway.networking.k8s.io/gateway-name'] === getString(target, 'name');
    return isTargeted(policy) && getString(target, 'name') === 'edge' && isOf && text(policy, 'namespace') === text(pod, 'namespace');
  });
  const isBehind = part === 'ambient' && listWaypoints(objects, pod).length > 0;
  const sender = part === 'sidecar' && mode === 'DISABLE' ? 'nameless' : isBehind ? 'hidden' : 'known';
  if (!passes(question, [...selecting, ...edge], { isNode: part === 'ambient', sender, name: 'own' })) return false;
  if (part !== 'ambient') return true;
  const targets = new Map<string, KubernetesObject[]>();
  for (const policy of policies) {
    const kind = getString(policy, 'spec', 'targetRefs', 0, 'kind');
    const name = getString(policy, 'spec', 'targetRefs', 0, 'name') ?? '';
    const home = text(policy, 'namespace');
    const isMeant =
      kind === 'Gateway'
        ? name === 'w' && listWaypoints(objects, pod).includes(`${home}/w`)
        : kind === 'Service' &&
          listServices(objects, pod).some((service) => text(service, 'name') === name && home === text(service, 'namespace'));
    if (isMeant) targets.set(`${kind} ${home}/${name}`, [...(targets.get(`${kind} ${home}/${name}`) ?? []), policy]);
  }
  return [...targets].every(([name, some]) => {
    const asking: Asking = { isNode: false, sender: 'known', name };
    return passes(question, some, asking) || !question.guess(`through ${name}`);
  });
}

/** The waypoints before a pod: its own or its namespace's, and those of its Services' labels. */
function listWaypoints(objects: readonly KubernetesObject[], pod: KubernetesObject): readonly string[] {
  const home = text(pod, 'namespace');
  const own = getString(namespaceLabels(objects, home), 'istio.io/use-waypoint');
  return [...(own === undefined ? [] : [`${home}/${own}`]), ...listServices(objects, pod, true).map(() => `${home}/w`)];
}

/** The Services with a waypoint that select a pod. */
function listServices(objects: readonly KubernetesObject[], pod: KubernetesObject, isByLabel = false): readonly KubernetesObject[] {
  const home = text(pod, 'namespace');
  return objects.filter(
    (object) =>
      object.kind === 'Service' &&
      text(object, 'namespace') === home &&
      (labels(object)['istio.io/use-waypoint'] !== undefined ||
        (!isByLabel && getString(namespaceLabels(objects, home), 'istio.io/use-waypoint') !== undefined)) &&
      selects({ matchLabels: getObject(object, 'spec', 'selector') ?? {} }, labels(pod)),
  );
}

function passes(question: Question, policies: readonly KubernetesObject[], asking: Asking): boolean {
  const actionOf = (policy: KubernetesObject): string => getString(policy, 'spec', 'action') ?? 'ALLOW';
  const isMatched = (action: string): boolean =>
    policies.some(
      (policy) =>
        actionOf(policy) === action &&
        getArray(policy, 'spec', 'rules').some((rule, index) => matchesRequest(question, policy, rule, index, asking)) &&
        (action !== 'CUSTOM' || question.guess(`custom ${text(policy, 'name')} ${asking.name}`)),
    );
  if (!asking.isNode && isMatched('CUSTOM')) return false;
  if (isMatched('DENY')) return false;
  return !policies.some((policy) => actionOf(policy) === 'ALLOW') || isMatched('ALLOW');
}

function matchesRequest(question: Question, policy: KubernetesObject, rule: JsonValue, index: number, asking: Asking): boolean {
  const [from, to, when] = [getArray(rule, 'from'), getArray(rule, 'to'), getArray(rule, 'when')];
  const isAllow = (getString(policy, 'spec', 'action') ?? 'ALLOW') === 'ALLOW';
  const isOfRequests =
    to.some((item) => getAt(item, 'operation', 'methods') !== undefined) ||
    when.some((item) => (getString(item, 'key') ?? '').startsWith('request.'));
  if (asking.isNode && isAllow && isOfRequests) return false;
  const isGuessed = (what: string): boolean => asking.isNode || question.guess(`${text(policy, 'name')} ${index} ${what} ${asking.name}`);
  const isSourced = from.some((item, place) => isSource(question, policy, getAt(item, 'source') ?? {}, asking, `${index} ${place}`));
  if (from.length > 0 && !isSourced) return false;
  const port = String(question.flow.port);
  const isPort = (ports: readonly JsonValue[], others: readonly JsonValue[]): boolean =>
    (ports.length === 0 || ports.includes(port)) && !others.includes(port);
  const isTo = to.some((item, place) => {
    const operation = getAt(item, 'operation') ?? {};
    if (!isPort(getArray(operation, 'ports'), getArray(operation, 'notPorts'))) return false;
    return getAt(operation, 'methods') === undefined || isGuessed(String(place));
  });
  if (to.length > 0 && !isTo) return false;
  return when.every((item, place) => {
    const [values, others] = [getArray(item, 'values'), getArray(item, 'notValues')];
    switch (getString(item, 'key')) {
      case 'destination.port':
        return isPort(values, others);
      case 'source.namespace':
        return isSource(question, policy, { namespaces: values, notNamespaces: others }, asking, `${index} when ${place}`);
      default:
        return isGuessed(`when ${place}`);
    }
  });
}

function isSource({ objects, peer, guess }: Question, policy: KubernetesObject, source: JsonValue, asking: Asking, place: string): boolean {
  const isSaid = Object.values(getObject(source) ?? {}).some((list) => getArray(list).length > 0);
  if (asking.sender === 'hidden' && isSaid) return guess(`${text(policy, 'name')} ${place} hidden`);
  const known = 'pod' in peer && inMesh(objects, peer) && asking.sender === 'known' ? peer.pod : undefined;
  const namespace = known === undefined ? undefined : text(known, 'namespace');
  const account = known === undefined ? undefined : (getString(known, 'spec', 'serviceAccountName') ?? 'default');
  const is = (pattern: string, value: string): boolean => {
    if (pattern.endsWith('*')) return value.startsWith(pattern.slice(0, -1));
    return pattern.startsWith('*') ? value.endsWith(pattern.slice(1)) : pattern === value;
  };
  const ips = listAddresses(objects, peer);
  const checks: readonly (readonly [field: string, holds: (pattern: string) => boolean])[] = [
    ['namespaces', (pattern) => namespace !== undefined && is(pattern, namespace)],
    ['principals', (pattern) => namespace !== undefined && is(pattern, `cluster.local/ns/${namespace}/sa/${account ?? ''}`)],
    [
      'serviceAccounts',
      (pattern) => {
        const full = pattern.includes('/') ? pattern : `${text(policy, 'namespace')}/${pattern}`;
        return namespace !== undefined && full === `${namespace}/${account ?? ''}`;
      },
    ],
    ['ipBlocks', (block) => ips.length > 0 && ips.every((ip) => isWithin(ip, block))],
  ];
  return checks.every(([field, holds]) => {
    const [only, not] = [getArray(source, field), getArray(source, `not${field.charAt(0).toUpperCase()}${field.slice(1)}`)].map((list) =>
      list.map(toText),
    );
    return (only?.length === 0 || only?.some(holds) === true) && not?.some(holds) !== true;
  });
}
