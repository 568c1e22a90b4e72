import { getArray, getAt, getNumber, getObject, getString, type JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { Flow } from '../../../../src/engine/network/index.ts';
import { isWithin, judgeNetworkPolicies, labels, namespaceLabels, selects, text, type End } from '../naive-network.ts';
import { isOnNodes, listAddresses } from './naive-hosts.ts';
import { hasNamed, isHost, toText, type Question } from './naive-question.ts';

/** Whether policies of Calico and NetworkPolicies let one side through. */
export function passesCalico(question: Question): boolean {
  const { objects, flow, type, pod, peer } = question;
  if (!passesForwarded(question)) return false;
  const tiers = listTiers(objects);
  for (const tier of tiers) {
    const policies = listCalico(objects)
      .filter((object) => useOf(object) === 'normal')
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

interface NaiveTier {
  readonly name: string;
  readonly order: number;
  readonly end: string;
}

function listTiers(objects: readonly KubernetesObject[]): readonly NaiveTier[] {
  return [
    ...objects
      .filter(({ kind }) => kind === 'Tier')
      .map((tier) => ({
        name: text(tier, 'name'),
        order: getNumber(tier, 'spec', 'order') ?? Infinity,
        end: getString(tier, 'spec', 'defaultAction') ?? 'Deny',
      })),
    { name: 'default', order: 1_000_000, end: 'Deny' },
  ].toSorted((a, b) => (a.order === b.order ? (a.name < b.name ? -1 : 1) : a.order - b.order));
}

function listCalico(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return objects
    .filter(
      ({ apiVersion, kind }) => apiVersion.startsWith('projectcalico.org') && (kind === 'GlobalNetworkPolicy' || kind === 'NetworkPolicy'),
    )
    .toSorted((a, b) => (getNumber(a, 'spec', 'order') ?? Infinity) - (getNumber(b, 'spec', 'order') ?? Infinity));
}

function useOf(policy: KubernetesObject): 'normal' | 'preDNAT' | 'untracked' {
  if (getAt(policy, 'spec', 'preDNAT') === true) return 'preDNAT';
  return getAt(policy, 'spec', 'doNotTrack') === true ? 'untracked' : 'normal';
}

function isOfType(policy: KubernetesObject, type: string): boolean {
  const [ingress, egress] = [getArray(policy, 'spec', 'ingress').length > 0, getArray(policy, 'spec', 'egress').length > 0];
  const said = getArray(policy, 'spec', 'types');
  return said.length > 0 ? said.includes(type) : type === 'Egress' ? egress : ingress || !egress;
}

/** The policies that select host endpoints of the worlds: all of these have the same labels. */
function listOfHosts(question: Question, type: string): readonly KubernetesObject[] {
  const host = question.objects.find(({ kind }) => kind === 'HostEndpoint');
  if (host === undefined) return [];
  return listCalico(question.objects).filter(
    (policy) =>
      policy.kind === 'GlobalNetworkPolicy' &&
      isOfType(policy, type) &&
      getString(policy, 'spec', 'namespaceSelector') === undefined &&
      getString(policy, 'spec', 'serviceAccountSelector') === undefined &&
      holds(question, getString(policy, 'spec', 'selector') ?? '', labels(host)),
  );
}

/** What of policies of hosts a pod may meet. */
function passesForwarded(question: Question): boolean {
  const { type, guess, objects } = question;
  const policies = listOfHosts(question, type).filter((policy) => getAt(policy, 'spec', 'applyOnForward') === true);
  for (const policy of policies) {
    const isEarly = useOf(policy) === 'preDNAT';
    if (isEarly && type === 'Egress') continue;
    for (const [index, rule] of getArray(policy, 'spec', type.toLowerCase()).entries()) {
      const action = getString(rule, 'action') ?? '';
      if (action === 'Log' || (isEarly && action !== 'Deny')) continue;
      const { destination, protocol: _, notProtocol: __, ...rest } = (getObject(rule) ?? {}) as Readonly<Record<string, JsonValue>>;
      const { ports: ___, notPorts: ____, ...far } = getObject(destination) ?? {};
      if (!matchesCalico(question, policy, isEarly ? { ...rest, destination: far } : rule, index)) continue;
      if (action !== 'Deny') return true;
      if (guess(`forwarded ${text(policy, 'name')} ${index}`)) return false;
    }
  }
  const isClosed = policies.some((policy) => {
    const tier = getString(policy, 'spec', 'tier') ?? 'default';
    return useOf(policy) === 'normal' && listTiers(objects).find(({ name }) => name === tier)?.end !== 'Pass';
  });
  return !isClosed || !guess('forwarded to the end');
}

/** Whether policies of Calico let one side of a connection of a host through. */
export function passesCalicoHost(question: Question): boolean {
  const { objects, type, subject, flow, guess } = question;
  const hosts = objects.filter(({ kind }) => kind === 'HostEndpoint');
  const nodes = hosts.map((host) => getString(host, 'spec', 'node'));
  const on = isOnNodes(objects, subject, (of) => nodes.includes(getString(of, 'name')));
  if (hosts.length === 0 || on === false || (on === 'perhaps' && !guess('host'))) return true;
  if (flow.protocol === 'TCP' && flow.port === 79 && type === 'Ingress') return true;
  const policies = listOfHosts(question, type);
  const find = (policy: KubernetesObject): string | undefined => {
    for (const [index, rule] of getArray(policy, 'spec', type.toLowerCase()).entries()) {
      const action = getString(rule, 'action') ?? '';
      if (action !== 'Log' && matchesCalico(question, policy, rule, index)) {
        if (useOf(policy) !== 'untracked' || action !== 'Allow' || guess(`tracked ${text(policy, 'name')} ${index}`)) return action;
      }
    }
    return undefined;
  };
  const ask = (some: readonly KubernetesObject[]): string | undefined =>
    some.reduce<string | undefined>((said, policy) => said ?? find(policy), undefined);
  const untracked = ask(policies.filter((policy) => useOf(policy) === 'untracked'));
  if (untracked === 'Deny' || untracked === 'Allow') return untracked === 'Allow';
  if (type === 'Ingress' && ask(policies.filter((policy) => useOf(policy) === 'preDNAT')) === 'Deny') return false;
  for (const tier of listTiers(objects)) {
    const own = policies.filter((policy) => useOf(policy) === 'normal' && (getString(policy, 'spec', 'tier') ?? 'default') === tier.name);
    if (own.length === 0) continue;
    const said = ask(own) ?? (tier.end === 'Pass' ? 'Pass' : 'Deny');
    if (said !== 'Pass') return said === 'Allow';
  }
  return hosts.some((host) => getArray(host, 'spec', 'profiles').length > 0);
}

function isCalicoSubject(question: Question, policy: KubernetesObject): boolean {
  const { type, pod, objects } = question;
  if (!isOfType(policy, type)) return false;
  const accounts = getString(policy, 'spec', 'serviceAccountSelector');
  if (accounts !== undefined && !holds(question, accounts, accountLabels(objects, pod))) return false;
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

/** Whether an end, and of a receiver the port, is behind a Service. */
function isOfService({ objects, peer, flow, type }: Question, name: string, home: string): boolean {
  const service = objects.find(
    (object) => object.kind === 'Service' && text(object, 'name') === name && text(object, 'namespace') === home,
  );
  const selector = getObject(service, 'spec', 'selector');
  if (selector !== undefined) {
    const isPod =
      'pod' in peer && !isHost(peer) && text(peer.pod, 'namespace') === home && selects({ matchLabels: selector }, labels(peer.pod));
    const ports = getArray(service, 'spec', 'ports');
    return (
      isPod && (type === 'Ingress' || ports.some((port) => flow.protocol === 'TCP' && isTarget(peer, getAt(port, 'targetPort'), flow)))
    );
  }
  const own = listAddresses(objects, peer);
  const slice = objects.find((object) => object.kind === 'EndpointSlice' && labels(object)['kubernetes.io/service-name'] === name);
  const addresses = getArray(slice, 'endpoints', 0, 'addresses').map(toText);
  const isPort = type === 'Ingress' || (flow.protocol === 'TCP' && flow.port === getNumber(slice, 'ports', 0, 'port'));
  return own.length > 0 && own.every((ip) => addresses.includes(ip)) && isPort;
}

function isTarget(end: End, target: JsonValue | undefined, flow: Flow): boolean {
  return typeof target === 'string' ? hasNamed(end, target, flow) : target === flow.port;
}

/** The labels of a pod's service account. */
function accountLabels(objects: readonly KubernetesObject[], pod: KubernetesObject): JsonValue {
  const name = getString(pod, 'spec', 'serviceAccountName') ?? 'default';
  const account = objects.find(
    (object) => object.kind === 'ServiceAccount' && text(object, 'name') === name && text(object, 'namespace') === text(pod, 'namespace'),
  );
  return account === undefined ? {} : labels(account);
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
  const own = listAddresses(objects, peer);
  const isOfSet = (pods: string, namespaces: string): boolean =>
    home === undefined &&
    namespaces === '' &&
    own.length > 0 &&
    objects.some(
      (object) =>
        object.kind === 'GlobalNetworkSet' &&
        holds(question, pods, labels(object)) &&
        own.every((ip) => getArray(object, 'spec', 'nets').some((net) => isWithin(ip, toText(net)))),
    );
  const [pods, namespaces, not] = ['selector', 'namespaceSelector', 'notSelector'].map((field) => getString(entity, field) ?? '');
  if ((pods !== '' || namespaces !== '') && !isSelected(pods ?? '', namespaces ?? '')) return false;
  if (not !== undefined && not !== '' && isSelected(not, '')) return false;
  const [nets, others] = [getArray(entity, 'nets'), getArray(entity, 'notNets')];
  const isIn = (ip: string, list: readonly JsonValue[]): boolean => list.some((net) => isWithin(ip, toText(net)));
  if (nets.length > 0 && !(own.length > 0 && own.every((ip) => isIn(ip, nets) && !isIn(ip, others)))) return false;
  if (nets.length === 0 && others.length > 0 && own.length > 0 && own.every((ip) => isIn(ip, others))) return false;
  const accounts = getArray(entity, 'serviceAccounts', 'names');
  if (accounts.length > 0) {
    const isKnown = 'pod' in peer && !isHost(peer) && (home === undefined || text(peer.pod, 'namespace') === home);
    if (!isKnown || !accounts.includes(getString(peer.pod, 'spec', 'serviceAccountName') ?? 'default')) return false;
  }
  const chosen = getString(entity, 'serviceAccounts', 'selector');
  if (chosen !== undefined) {
    const isNear = 'pod' in peer && !isHost(peer) && (home === undefined || text(peer.pod, 'namespace') === home);
    if (!isNear || !holds(question, chosen, accountLabels(objects, peer.pod))) return false;
  }
  const service = getString(entity, 'services', 'name');
  if (service !== undefined && !isOfService(question, service, getString(entity, 'services', 'namespace') ?? '')) return false;
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
