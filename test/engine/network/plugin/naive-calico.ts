import { getArray, getAt, getNumber, getString, type JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { isWithin, judgeNetworkPolicies, labels, namespaceLabels, text, type End } from '../naive-network.ts';
import { hasNamed, isHost, toText, type Question } from './naive-question.ts';

/** Whether policies of Calico and NetworkPolicies let one side through. */
export function passesCalico(question: Question): boolean {
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
