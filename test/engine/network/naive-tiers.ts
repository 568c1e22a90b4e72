import { getArray, getAt, getBoolean, getNumber, getObject, getString, type JsonValue } from '../../../src/std/index.ts';
import type { KubernetesObject } from '../../../src/model/index.ts';
import type { Flow } from '../../../src/engine/network/index.ts';
import { isWithin, judgeNetworkPolicies, labels, namespaceLabels, selects, text, toEnd, type End } from './naive-network.ts';

type Answer = 'allow' | 'deny' | 'pass' | undefined;

/**
 * All tiers as the API texts say them, one pair and port at a time: policies of the admin tier by priority, rule by rule; then
 * NetworkPolicies; then the baseline tier; then yes. It shares no code with the engine.
 */
export function naiveTiersAllow(objects: readonly KubernetesObject[], flow: Flow): { readonly egress: boolean; readonly ingress: boolean } {
  const [from, to] = [toEnd(objects, flow.from), toEnd(objects, flow.to)];
  return { egress: decide(objects, flow, 'Egress', from, to), ingress: decide(objects, flow, 'Ingress', to, from) };
}

function decide(objects: readonly KubernetesObject[], flow: Flow, type: 'Ingress' | 'Egress', subject: End, peer: End): boolean {
  if (!('pod' in subject) || getBoolean(subject.pod, 'spec', 'hostNetwork') === true) return true;
  const question = { objects, flow, type, pod: subject.pod, peer };
  const admin = askTier(question, 'Admin');
  if (admin === 'allow' || admin === 'deny') return admin === 'allow';
  const isolated = judgeNetworkPolicies(objects, flow, type, subject, peer);
  return isolated ?? askTier(question, 'Baseline') !== 'deny';
}

interface Question {
  readonly objects: readonly KubernetesObject[];
  readonly flow: Flow;
  readonly type: 'Ingress' | 'Egress';
  readonly pod: KubernetesObject;
  readonly peer: End;
}

function tierOf(policy: KubernetesObject): string | undefined {
  if (policy.kind === 'AdminNetworkPolicy') return 'Admin';
  if (policy.kind === 'BaselineAdminNetworkPolicy') return 'Baseline';
  return policy.kind === 'ClusterNetworkPolicy' ? getString(policy, 'spec', 'tier') : undefined;
}

function askTier(question: Question, tier: string): Answer {
  const policies = question.objects
    .filter((object) => tierOf(object) === tier)
    .toSorted((a, b) => (getNumber(a, 'spec', 'priority') ?? 0) - (getNumber(b, 'spec', 'priority') ?? 0));
  for (const policy of policies) {
    if (!isPod(question, getAt(policy, 'spec', 'subject') ?? {}, { pod: question.pod })) continue;
    for (const rule of getArray(policy, 'spec', question.type.toLowerCase())) {
      const peers = getArray(rule, question.type === 'Ingress' ? 'from' : 'to');
      if (!peers.some((item) => isPeer(question, item))) continue;
      if (matchesPorts(question, rule)) return toAnswer(getString(rule, 'action'));
    }
  }
  return undefined;
}

function toAnswer(action: string | undefined): Answer {
  return action === 'Deny' ? 'deny' : action === 'Pass' ? 'pass' : 'allow';
}

function isPeer(question: Question, item: JsonValue): boolean {
  const networks = getArray(item, 'networks').map(String);
  if (networks.length > 0) return networks.some((cidr) => isOfNetwork(question.peer, cidr));
  return isPod(question, item, question.peer);
}

function isOfNetwork(peer: End, cidr: string): boolean {
  if (cidr === '0.0.0.0/0') return true;
  if ('ip' in peer) return isWithin(peer.ip, cidr);
  const ip = getString(peer.pod, 'status', 'podIPs', 0, 'ip');
  return ip !== undefined && getBoolean(peer.pod, 'spec', 'hostNetwork') !== true && isWithin(ip, cidr);
}

function isPod({ objects }: Question, item: JsonValue, end: End): boolean {
  if (!('pod' in end) || getBoolean(end.pod, 'spec', 'hostNetwork') === true) return false;
  const own = namespaceLabels(objects, text(end.pod, 'namespace'));
  const namespaces = getObject(item, 'namespaces');
  if (namespaces !== undefined) return selects(namespaces, own);
  const pods = getObject(item, 'pods') ?? {};
  return selects(getAt(pods, 'namespaceSelector') ?? {}, own) && selects(getAt(pods, 'podSelector') ?? {}, labels(end.pod));
}

function matchesPorts({ flow, type, pod, peer }: Question, rule: JsonValue): boolean {
  const items = [...getArray(rule, 'ports'), ...getArray(rule, 'protocols')];
  const destination: End = type === 'Ingress' ? { pod } : peer;
  return items.length === 0 || items.some((item) => isPort(item, flow, destination));
}

function isPort(item: JsonValue, flow: Flow, destination: End): boolean {
  const name = getString(item, 'namedPort') ?? getString(item, 'destinationNamedPort');
  if (name !== undefined)
    return (
      'pod' in destination &&
      getArray(destination.pod, 'spec', 'containers', 0, 'ports').some(
        (port) =>
          getString(port, 'name') === name &&
          getString(port, 'protocol') === flow.protocol &&
          getNumber(port, 'containerPort') === flow.port,
      )
    );
  const number = getObject(item, 'portNumber') ?? getObject(item, 'portRange');
  if (number !== undefined) {
    const [start, end] = [getNumber(number, 'start') ?? getNumber(number, 'port'), getNumber(number, 'end') ?? getNumber(number, 'port')];
    return (getString(number, 'protocol') ?? 'TCP') === flow.protocol && (start ?? 0) <= flow.port && flow.port <= (end ?? 0);
  }
  const own = getObject(item, flow.protocol.toLowerCase());
  if (own === undefined) return false;
  const port = getObject(own, 'destinationPort');
  if (port === undefined) return true;
  const exact = getNumber(port, 'number');
  if (exact !== undefined) return exact === flow.port;
  return (getNumber(port, 'range', 'start') ?? 0) <= flow.port && flow.port <= (getNumber(port, 'range', 'end') ?? 0);
}
