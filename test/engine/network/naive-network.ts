import { getArray, getAt, getBoolean, getNumber, getObject, getString, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import type { KubernetesObject } from '../../../src/model/index.ts';
import type { Flow } from '../../../src/engine/network/index.ts';

/** One end: a Pod, or an IPv4 address outside. */
export type End = { readonly pod: KubernetesObject } | { readonly ip: string };

/**
 * NetworkPolicy v1 as its API text says it, one pair and port at a time, sharing no code with the engine: the slow twin. Ends are
 * Pods (`ns/name`) and IPv4 addresses; a host-network Pod is seen as an address that only 0.0.0.0/0 takes in.
 */
export function naiveIsAllowed(objects: readonly KubernetesObject[], flow: Flow): { readonly egress: boolean; readonly ingress: boolean } {
  const [from, to] = [toEnd(objects, flow.from), toEnd(objects, flow.to)];
  return {
    egress: judgeNetworkPolicies(objects, flow, 'Egress', from, to) ?? true,
    ingress: judgeNetworkPolicies(objects, flow, 'Ingress', to, from) ?? true,
  };
}

/** An end by its name. */
export function toEnd(objects: readonly KubernetesObject[], name: string): End {
  const pod = objects.find((object) => object.kind === 'Pod' && `${text(object, 'namespace')}/${text(object, 'name')}` === name);
  return pod === undefined ? { ip: name } : { pod };
}

/** A field of the metadata. */
export function text(object: KubernetesObject, field: string): string {
  return getString(object, 'metadata', field) ?? '';
}

/** What the NetworkPolicies that isolate an end say; undefined if none does. */
export function judgeNetworkPolicies(
  objects: readonly KubernetesObject[],
  flow: Flow,
  type: 'Ingress' | 'Egress',
  subject: End,
  peer: End,
): boolean | undefined {
  if (!('pod' in subject) || getBoolean(subject.pod, 'spec', 'hostNetwork') === true) return undefined;
  const section = type.toLowerCase();
  const selecting = objects.filter((object) => {
    if (
      object.kind !== 'NetworkPolicy' ||
      object.apiVersion !== 'networking.k8s.io/v1' ||
      text(object, 'namespace') !== text(subject.pod, 'namespace')
    )
      return false;
    const types = getArray(object, 'spec', 'policyTypes');
    const isIsolating = types.length > 0 ? types.includes(type) : type === 'Ingress' || getArray(object, 'spec', 'egress').length > 0;
    return isIsolating && selects(getAt(object, 'spec', 'podSelector') ?? {}, labels(subject.pod));
  });
  if (selecting.length === 0) return undefined;
  return selecting.some((policy) =>
    getArray(policy, 'spec', section).some((rule) => {
      const peers = getArray(rule, type === 'Ingress' ? 'from' : 'to');
      const ports = getArray(rule, 'ports');
      return (
        (peers.length === 0 || peers.some((item) => isPeer(objects, item, text(policy, 'namespace'), peer))) &&
        (ports.length === 0 || ports.some((item) => isPort(item, flow, type === 'Ingress' ? subject : peer)))
      );
    }),
  );
}

/** The labels of an object. */
export function labels(object: KubernetesObject): JsonObject {
  return getObject(object, 'metadata', 'labels') ?? {};
}

/** Whether a label selector selects labels. */
export function selects(selector: JsonValue, of: JsonValue): boolean {
  const exact = Object.entries(getObject(selector, 'matchLabels') ?? {}).every(([key, value]) => getString(of, key) === value);
  return (
    exact &&
    getArray(selector, 'matchExpressions').every((expression) => {
      const value = getString(of, getString(expression, 'key') ?? '');
      const values = getArray(expression, 'values');
      switch (getString(expression, 'operator')) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        default:
          return value === undefined;
      }
    })
  );
}

function isPeer(objects: readonly KubernetesObject[], item: JsonValue, home: string, peer: End): boolean {
  const block = getObject(item, 'ipBlock');
  const isHost = 'pod' in peer && getBoolean(peer.pod, 'spec', 'hostNetwork') === true;
  if (block !== undefined) {
    const cidr = getString(block, 'cidr') ?? '';
    const except = getArray(block, 'except').map(String);
    const nodes = isHost ? listNodeAddresses(objects, getString(peer.pod, 'spec', 'nodeName')) : [];
    if (nodes.length > 0) return nodes.every((own) => isWithin(own, cidr) && !except.some((hole) => isWithin(own, hole)));
    if (isHost) return cidr === '0.0.0.0/0' && except.length === 0;
    const ip = 'ip' in peer ? peer.ip : getString(peer.pod, 'status', 'podIPs', 0, 'ip');
    return ip !== undefined && isWithin(ip, cidr) && !except.some((hole) => isWithin(ip, hole));
  }
  if (!('pod' in peer) || isHost) return false;
  const [namespaces, pods] = [getAt(item, 'namespaceSelector'), getAt(item, 'podSelector')];
  const own = text(peer.pod, 'namespace');
  if (namespaces === undefined ? own !== home : !selects(namespaces, namespaceLabels(objects, own))) return false;
  return pods === undefined || selects(pods, labels(peer.pod));
}

/** The addresses of a node, or of all of them. */
export function listNodeAddresses(objects: readonly KubernetesObject[], name?: string): readonly string[] {
  return objects
    .filter((object) => object.kind === 'Node' && (name === undefined || text(object, 'name') === name))
    .flatMap((node) => getArray(node, 'status', 'addresses').map((item) => getString(item, 'address') ?? ''));
}

/** The labels of a namespace, with the one that is its name. */
export function namespaceLabels(objects: readonly KubernetesObject[], name: string): JsonObject {
  const object = objects.find((item) => item.kind === 'Namespace' && text(item, 'name') === name);
  return { ...(object === undefined ? {} : getObject(object, 'metadata', 'labels')), 'kubernetes.io/metadata.name': name };
}

/** Whether an IPv4 address is in a CIDR. */
export function isWithin(ip: string, cidr: string): boolean {
  const [base = '', length = '0'] = cidr.split('/');
  const bits = (address: string): string =>
    address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  return bits(ip).slice(0, Number(length)) === bits(base).slice(0, Number(length));
}

function isPort(item: JsonValue, flow: Flow, destination: End): boolean {
  if ((getString(item, 'protocol') ?? 'TCP') !== flow.protocol) return false;
  const port = getAt(item, 'port');
  if (port === undefined) return true;
  if (typeof port !== 'string') return flow.port >= Number(port) && flow.port <= (getNumber(item, 'endPort') ?? Number(port));
  if (!('pod' in destination)) return false;
  return getArray(destination.pod, 'spec', 'containers', 0, 'ports').some(
    (declared) =>
      getString(declared, 'name') === port &&
      getString(declared, 'protocol') === flow.protocol &&
      getNumber(declared, 'containerPort') === flow.port,
  );
}
