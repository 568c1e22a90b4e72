import { getArray, getAt, getBoolean, getNumber, getObject, getString, type JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { Flow } from '../../../../src/engine/network/index.ts';
import { isWithin, judgeNetworkPolicies, labels, namespaceLabels, selects, text, toEnd, type End } from '../naive-network.ts';

/** A value as it is written. */
function toText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What may come of a connection: `unknown` where it depends on what no manifest says. */
export type Answer = 'allow' | 'deny' | 'unknown';

/** A selector of Calico that the worlds use, with what it means. */
export interface KnownSelector {
  readonly text: string;
  readonly holds: (labels: Readonly<Record<string, string>>) => boolean;
}

interface Question {
  readonly objects: readonly KubernetesObject[];
  readonly flow: Flow;
  readonly type: 'Egress' | 'Ingress';
  readonly pod: KubernetesObject;
  readonly peer: End;
  readonly selectors: ReadonlyMap<string, KnownSelector['holds']>;
  /** Which of the things that nobody knows hold, this time: by their number in the order in which they are met. */
  readonly guess: (what: string) => boolean;
}

const MAX_GUESSES = 10;

/**
 * Policies of Cilium, Calico and Istio as their API texts say them, one pair and port at a time, sharing no code with the engine:
 * whatever is unknown is guessed in all ways, and where the guesses differ the answer is unknown.
 */
export function naivePluginsAllow(
  objects: readonly KubernetesObject[],
  flow: Flow,
  selectors: ReadonlyMap<string, KnownSelector['holds']>,
): { readonly egress: Answer; readonly ingress: Answer } {
  const [from, to] = [toEnd(objects, flow.from), toEnd(objects, flow.to)];
  const ask = (type: Question['type'], subject: End, peer: End): Answer => {
    if (!('pod' in subject) || isHost(subject)) return 'allow';
    const { pod } = subject;
    return guessAll((guess) => decide({ objects, flow, type, pod, peer, selectors, guess }));
  };
  return { egress: ask('Egress', from, to), ingress: ask('Ingress', to, from) };
}

function guessAll(judge: (guess: Question['guess']) => boolean): Answer {
  const unknowns: string[] = [];
  const outcomes = new Set<boolean>();
  for (let bits = 0; bits < 2 ** unknowns.length; bits++) {
    outcomes.add(
      judge((what) => {
        if (!unknowns.includes(what)) unknowns.push(what);
        return (bits & (1 << unknowns.indexOf(what))) !== 0;
      }),
    );
    if (unknowns.length > MAX_GUESSES) throw new Error('too much is unknown for a naive evaluator');
  }
  return outcomes.size === 2 ? 'unknown' : outcomes.has(true) ? 'allow' : 'deny';
}

function isHost(end: End): boolean {
  return 'pod' in end && getBoolean(end.pod, 'spec', 'hostNetwork') === true;
}

function decide(question: Question): boolean {
  if (question.type === 'Ingress' && !passesMesh(question)) return false;
  return question.objects.some(({ apiVersion }) => apiVersion.startsWith('cilium.io')) ? passesCilium(question) : passesCalico(question);
}

// Istio.

function inMesh(objects: readonly KubernetesObject[], pod: KubernetesObject): boolean {
  const own = labels(pod);
  const outer = namespaceLabels(objects, text(pod, 'namespace'));
  const mode = getString(own, 'istio.io/dataplane-mode') ?? getString(outer, 'istio.io/dataplane-mode');
  if (mode === 'ambient') return true;
  const inject = getString(own, 'sidecar.istio.io/inject');
  if (inject !== undefined) return inject === 'true';
  const all = getString(outer, 'istio-injection');
  return all === undefined ? getString(outer, 'istio.io/rev') !== undefined : all === 'enabled';
}

function passesMesh(question: Question): boolean {
  const { objects, pod, flow } = question;
  if (flow.protocol !== 'TCP' || !inMesh(objects, pod)) return true;
  const policies = objects.filter((object) => {
    if (object.kind !== 'AuthorizationPolicy') return false;
    const isNear = [text(pod, 'namespace'), 'istio-system'].includes(text(object, 'namespace'));
    return isNear && selects(getObject(object, 'spec', 'selector') ?? {}, labels(pod));
  });
  const matching = (action: string): readonly KubernetesObject[] =>
    policies.filter(
      (policy) =>
        (getString(policy, 'spec', 'action') ?? 'ALLOW') === action &&
        getArray(policy, 'spec', 'rules').some((rule, index) => matchesRequest(question, policy, rule, index)),
    );
  if (matching('CUSTOM').some((policy) => question.guess(`custom ${text(policy, 'name')}`))) return false;
  if (matching('DENY').length > 0) return false;
  const hasAllow = policies.some((policy) => (getString(policy, 'spec', 'action') ?? 'ALLOW') === 'ALLOW');
  return !hasAllow || matching('ALLOW').length > 0;
}

function matchesRequest(question: Question, policy: KubernetesObject, rule: JsonValue, index: number): boolean {
  const from = getArray(rule, 'from');
  const to = getArray(rule, 'to');
  if (from.length > 0 && !from.some((item) => isSource(question, policy, getAt(item, 'source') ?? {}))) return false;
  const isTo = to.some((item, place) => {
    const operation = getAt(item, 'operation') ?? {};
    const port = String(question.flow.port);
    const [ports, others] = [getArray(operation, 'ports'), getArray(operation, 'notPorts')];
    if ((ports.length > 0 && !ports.includes(port)) || others.includes(port)) return false;
    return getAt(operation, 'methods') === undefined || question.guess(`${text(policy, 'name')} ${index} ${place}`);
  });
  return to.length === 0 || isTo;
}

function isSource({ objects, peer }: Question, policy: KubernetesObject, source: JsonValue): boolean {
  const known = 'pod' in peer && !isHost(peer) && inMesh(objects, peer.pod) ? peer.pod : undefined;
  const namespace = known === undefined ? undefined : text(known, 'namespace');
  const account = known === undefined ? undefined : (getString(known, 'spec', 'serviceAccountName') ?? 'default');
  const is = (pattern: string, value: string): boolean => {
    if (pattern.endsWith('*')) return value.startsWith(pattern.slice(0, -1));
    return pattern.startsWith('*') ? value.endsWith(pattern.slice(1)) : pattern === value;
  };
  const ip = 'ip' in peer ? peer.ip : getString(peer.pod, 'status', 'podIPs', 0, 'ip');
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
    ['ipBlocks', (block) => ip !== undefined && !isHost(peer) && isWithin(ip, block)],
  ];
  return checks.every(([field, holds]) => {
    const [only, not] = [getArray(source, field), getArray(source, `not${field.charAt(0).toUpperCase()}${field.slice(1)}`)].map((list) =>
      list.map(toText),
    );
    return (only?.length === 0 || only?.some(holds) === true) && not?.some(holds) !== true;
  });
}

// Cilium.

function passesCilium(question: Question): boolean {
  const { objects, type, pod, peer, flow } = question;
  const section = type.toLowerCase();
  const specs = objects.flatMap((object) => {
    if (!object.kind.startsWith('Cilium')) return [];
    const own = getAt(object, 'spec');
    const all = [...(own === undefined ? [] : [own]), ...getArray(object, 'specs')];
    const home = object.kind === 'CiliumNetworkPolicy' ? text(object, 'namespace') : undefined;
    return all
      .map((spec, index) => ({ spec, home, name: `${object.kind} ${home ?? ''} ${text(object, 'name')} ${index}` }))
      .filter(({ spec }) => isEndpoint(question, getAt(spec, 'endpointSelector') ?? {}, pod, home, true));
  });
  const isMatched = (field: string): boolean =>
    specs.some(({ spec, home, name }) =>
      getArray(spec, field).some((rule, index) => matchesCilium(question, rule, home, `${name} ${field} ${index}`)),
    );
  if (isMatched(`${section}Deny`)) return false;
  const plain = judgeNetworkPolicies(objects, flow, type, { pod }, peer);
  if (plain === true || isMatched(section)) return true;
  const isIsolated = specs.some(({ spec }) => {
    const said = getBoolean(spec, 'enableDefaultDeny', section);
    return said ?? getArray(spec, section).length + getArray(spec, `${section}Deny`).length > 0;
  });
  return plain === undefined && !isIsolated;
}

function isEndpoint(
  { objects }: Question,
  selector: JsonValue,
  pod: KubernetesObject,
  home: string | undefined,
  isSubject: boolean,
): boolean {
  const namespace = text(pod, 'namespace');
  const outer = namespaceLabels(objects, namespace);
  const all: Record<string, string> = { 'io.kubernetes.pod.namespace': namespace };
  for (const [key, value] of Object.entries(outer)) all[`io.cilium.k8s.namespace.labels.${key}`] = toText(value);
  all['io.cilium.k8s.policy.serviceaccount'] = getString(pod, 'spec', 'serviceAccountName') ?? 'default';
  for (const [key, value] of Object.entries(labels(pod))) all[key] = toText(value);
  const bare = (key: string): string => key.replace(/^(k8s|any):/, '');
  const wanted = Object.entries(getObject(selector, 'matchLabels') ?? {}).map(([key, value]) => [bare(key), value] as const);
  const expressions = getArray(selector, 'matchExpressions').map((item) => ({
    ...getObject(item),
    key: bare(getString(item, 'key') ?? ''),
  }));
  const keys = [...wanted.map(([key]) => key), ...expressions.map(({ key }) => key)];
  const names = keys.some((key) => key === 'io.kubernetes.pod.namespace' || key.startsWith('io.cilium.k8s.namespace.labels.'));
  if (home !== undefined && (isSubject || !names) && namespace !== home) return false;
  return selects({ matchLabels: Object.fromEntries(wanted), matchExpressions: expressions }, all);
}

function matchesCilium(question: Question, rule: JsonValue, home: string | undefined, name: string): boolean {
  const side = question.type === 'Ingress' ? 'from' : 'to';
  const { peer } = question;
  const [endpoints, entities, cidrs, sets, names] = ['Endpoints', 'Entities', 'CIDR', 'CIDRSet', 'FQDNs'].map((field) =>
    getAt(rule, `${side}${field}`),
  );
  const lists = [endpoints, entities, cidrs, sets, names].filter((list) => list !== undefined);
  const ports = getArray(rule, 'toPorts');
  if (lists.length === 0 && ports.length === 0) return false;
  const isPod = 'pod' in peer && !isHost(peer);
  const isOutside = 'ip' in peer;
  const isPeer =
    lists.length === 0 ||
    getArray(endpoints).some((item) => isPod && isEndpoint(question, item, peer.pod, home, false)) ||
    getArray(cidrs).some((cidr) => isOutside && isWithin(peer.ip, toText(cidr))) ||
    getArray(sets).some(
      (item) =>
        isOutside &&
        isWithin(peer.ip, getString(item, 'cidr') ?? '') &&
        !getArray(item, 'except').some((hole) => isWithin(peer.ip, toText(hole))),
    ) ||
    getArray(entities).some((entity) => {
      if (entity === 'all') return true;
      if (entity === 'cluster') return !isOutside;
      if (entity === 'world' || entity === 'world-ipv4') return isOutside;
      return false;
    });
  const isPerhaps =
    (getArray(names).length > 0 && isOutside) ||
    getArray(entities).includes('kube-apiserver') ||
    (getArray(entities).includes('host') && isHost(peer));
  if (!isPeer && !isPerhaps) return false;
  const asks = ports.map((item, index) => ({ item, index })).filter(({ item }) => matchesCiliumPorts(question, item));
  if (ports.length > 0 && asks.length === 0) return false;
  if (!isPeer && !question.guess(name)) return false;
  return (
    ports.length === 0 || asks.some(({ item, index }) => getAt(item, 'rules', 'http') === undefined || question.guess(`${name} ${index}`))
  );
}

function matchesCiliumPorts({ flow, type, pod, peer }: Question, item: JsonValue): boolean {
  const target = type === 'Ingress' ? { pod } : peer;
  return getArray(item, 'ports').some((port) => {
    const protocol = getString(port, 'protocol') ?? 'ANY';
    if (protocol !== 'ANY' && protocol !== flow.protocol) return false;
    const wanted = getString(port, 'port') ?? '';
    if (wanted === '0') return true;
    if (/^\d+$/.test(wanted)) return flow.port >= Number(wanted) && flow.port <= Math.max(Number(wanted), getNumber(port, 'endPort') ?? 0);
    return hasNamed(target, wanted, flow);
  });
}

function hasNamed(end: End, name: string, flow: Flow): boolean {
  return (
    'pod' in end &&
    getArray(end.pod, 'spec', 'containers', 0, 'ports').some(
      (port) =>
        getString(port, 'name') === name && getString(port, 'protocol') === flow.protocol && getNumber(port, 'containerPort') === flow.port,
    )
  );
}

// Calico.

function passesCalico(question: Question): boolean {
  const { objects, flow, type, pod, peer } = question;
  const tiers = [
    ...objects
      .filter(({ kind }) => kind === 'Tier')
      .map((tier) => ({
        name: text(tier, 'name'),
        order: getNumber(tier, 'spec', 'order') ?? Infinity,
        end: getString(tier, 'spec', 'defaultAction') ?? 'Deny',
      })),
    { name: 'default', order: 1_000_000, end: 'Deny' },
  ].toSorted((a, b) => (a.order === b.order ? (a.name < b.name ? -1 : 1) : a.order - b.order));
  for (const tier of tiers) {
    const policies = objects
      .filter((object) => object.apiVersion.startsWith('projectcalico.org') && object.kind !== 'Tier' && object.kind !== 'GlobalNetworkSet')
      .filter((object) => (getString(object, 'spec', 'tier') ?? 'default') === tier.name && isCalicoSubject(question, object))
      .map((object) => ({ object, order: getNumber(object, 'spec', 'order') ?? Infinity }));
    const plain = tier.name === 'default' ? judgeNetworkPolicies(objects, flow, type, { pod }, peer) : undefined;
    const ordered = [...policies, ...(plain === undefined ? [] : [{ object: undefined, order: 1000 }])].toSorted((a, b) =>
      a.order === b.order ? 0 : a.order - b.order,
    );
    if (ordered.length === 0) continue;
    let verdict = tier.end === 'Pass' ? 'pass' : 'deny';
    search: for (const { object } of ordered) {
      if (object === undefined) {
        if (plain === true) return true;
        continue;
      }
      for (const [index, rule] of getArray(object, 'spec', type.toLowerCase()).entries()) {
        const action = getString(rule, 'action') ?? '';
        if (action === 'Log' || !matchesCalico(question, object, rule, index)) continue;
        verdict = action.toLowerCase();
        break search;
      }
    }
    if (verdict !== 'pass') return verdict === 'allow';
  }
  return true;
}

function isCalicoSubject(question: Question, policy: KubernetesObject): boolean {
  const { type, pod, objects } = question;
  const [ingress, egress] = [getArray(policy, 'spec', 'ingress').length > 0, getArray(policy, 'spec', 'egress').length > 0];
  const said = getArray(policy, 'spec', 'types');
  const isOf = said.length > 0 ? said.includes(type) : type === 'Egress' ? egress : ingress || !egress;
  if (!isOf) return false;
  if (policy.kind === 'NetworkPolicy' && text(policy, 'namespace') !== text(pod, 'namespace')) return false;
  const outer = getString(policy, 'spec', 'namespaceSelector');
  if (
    policy.kind === 'GlobalNetworkPolicy' &&
    outer !== undefined &&
    !holds(question, outer, namespaceLabels(objects, text(pod, 'namespace')))
  )
    return false;
  return holds(question, getString(policy, 'spec', 'selector') ?? '', labels(pod));
}

function holds({ selectors }: Question, selector: string, of: JsonValue): boolean {
  if (selector === '') return true;
  const known = selectors.get(selector);
  if (known === undefined) throw new Error(`a selector without a meaning: ${selector}`);
  return known(Object.fromEntries(Object.entries(of ?? {}).map(([key, value]) => [key, toText(value)])));
}

function matchesCalico(question: Question, policy: KubernetesObject, rule: JsonValue, index: number): boolean {
  const { objects, flow, type, pod, peer } = question;
  const [far, near] = type === 'Ingress' ? ['source', 'destination'] : ['destination', 'source'];
  const entity = getAt(rule, far);
  const protocol = getString(rule, 'protocol');
  if (protocol !== undefined && protocol !== flow.protocol) return false;
  if (getString(rule, 'notProtocol') === flow.protocol) return false;
  const home = policy.kind === 'NetworkPolicy' ? text(policy, 'namespace') : undefined;
  const isSelected = (pods: string, namespaces: string): boolean => {
    if ('pod' in peer && !isHost(peer)) {
      const own = text(peer.pod, 'namespace');
      const isNear = namespaces === '' ? home === undefined || own === home : holds(question, namespaces, namespaceLabels(objects, own));
      return isNear && holds(question, pods, labels(peer.pod)) ? true : isOfSet(pods, namespaces);
    }
    return isOfSet(pods, namespaces);
  };
  const ip = isHost(peer) ? undefined : 'ip' in peer ? peer.ip : getString(peer.pod, 'status', 'podIPs', 0, 'ip');
  const isOfSet = (pods: string, namespaces: string): boolean =>
    home === undefined &&
    namespaces === '' &&
    ip !== undefined &&
    objects.some(
      (object) =>
        object.kind === 'GlobalNetworkSet' &&
        holds(question, pods, labels(object)) &&
        getArray(object, 'spec', 'nets').some((net) => isWithin(ip, toText(net))),
    );
  const [pods, namespaces, not] = ['selector', 'namespaceSelector', 'notSelector'].map((field) => getString(entity, field) ?? '');
  if ((pods !== '' || namespaces !== '') && !isSelected(pods ?? '', namespaces ?? '')) return false;
  if (not !== undefined && not !== '' && isSelected(not, '')) return false;
  const [nets, others] = [getArray(entity, 'nets'), getArray(entity, 'notNets')];
  const isIn = (list: readonly JsonValue[]): boolean => ip !== undefined && list.some((net) => isWithin(ip, toText(net)));
  if ((nets.length > 0 && !isIn(nets)) || isIn(others)) return false;
  const accounts = getArray(entity, 'serviceAccounts', 'names');
  if (accounts.length > 0) {
    const isKnown = 'pod' in peer && !isHost(peer) && (home === undefined || text(peer.pod, 'namespace') === home);
    if (!isKnown || !accounts.includes(getString(peer.pod, 'spec', 'serviceAccountName') ?? 'default')) return false;
  }
  const target: End = type === 'Ingress' ? { pod } : peer;
  const isPort = (item: JsonValue): boolean => {
    const [first = '', last = first] = toText(item).split(':');
    return /^\d/.test(first) ? flow.port >= Number(first) && flow.port <= Number(last) : hasNamed(target, first, flow);
  };
  const [ports, notPorts] = [getArray(rule, 'destination', 'ports'), getArray(rule, 'destination', 'notPorts')];
  if ((ports.length > 0 && !ports.some(isPort)) || notPorts.some(isPort)) return false;
  const isUnknown =
    getAt(rule, 'http') !== undefined || getArray(entity, 'domains').length > 0 || getAt(rule, near, 'selector') !== undefined;
  return !isUnknown || question.guess(`${policy.kind} ${text(policy, 'name')} ${index}`);
}
