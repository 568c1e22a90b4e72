import { getArray, getAt, getBoolean, getNumber, getObject, getString, type JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { isWithin, judgeNetworkPolicies, labels, namespaceLabels, selects, text } from '../naive-network.ts';
import { isNodeAddress, isOnNodes, listAddresses } from './naive-hosts.ts';
import { hasNamed, isHost, toText, type Question } from './naive-question.ts';

/** Whether policies of Cilium and NetworkPolicies let one side through. */
export function passesCilium(question: Question): boolean {
  const { objects, type, pod, peer, flow } = question;
  const section = type.toLowerCase();
  const specs = objects.flatMap((object) => {
    if (!object.kind.startsWith('Cilium')) return [];
    const own = getAt(object, 'spec');
    const all = [...(own === undefined ? [] : [own]), ...getArray(object, 'specs')];
    const home = object.kind === 'CiliumNetworkPolicy' ? text(object, 'namespace') : undefined;
    return all
      .map((spec, index) => ({ spec, home, name: `${object.kind} ${home ?? ''} ${text(object, 'name')} ${index}` }))
      .filter(({ spec, name }) => isSelected(question, spec, home, name));
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

/** Whether a spec selects the end that is asked: hosts by `nodeSelector`, all others by `endpointSelector`. */
function isSelected(question: Question, spec: JsonValue, home: string | undefined, name: string): boolean {
  const { objects, subject, pod, guess } = question;
  const nodes = getAt(spec, 'nodeSelector');
  if ('pod' in subject && !isHost(subject))
    return nodes === undefined && isEndpoint(question, getAt(spec, 'endpointSelector') ?? {}, pod, home, true);
  if (nodes === undefined) return false;
  const isEvery = Object.keys(getObject(nodes, 'matchLabels') ?? {}).length === 0;
  const isOn = isEvery ? 'pod' in subject || isNodeAddress(objects, subject.ip) : isOnNodes(objects, subject, (of) => selects(nodes, of));
  return isOn === 'perhaps' ? guess(`${name} selects`) : isOn;
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
  const [endpoints, entities, cidrs, sets, names, nodes, services] = [
    'Endpoints',
    'Entities',
    'CIDR',
    'CIDRSet',
    'FQDNs',
    'Nodes',
    'Services',
  ].map((field) => getAt(rule, `${side}${field}`));
  const lists = [endpoints, entities, cidrs, sets, names, nodes, services].filter((list) => list !== undefined);
  const ports = getArray(rule, 'toPorts');
  if (lists.length === 0 && ports.length === 0) return false;
  const isPod = 'pod' in peer && !isHost(peer);
  const { objects } = question;
  const isOutside = 'ip' in peer && !isNodeAddress(objects, peer.ip);
  const hasNodes = objects.some((object) => text(object, 'name') === 'cilium-config');
  const own = isPod ? [] : listAddresses(objects, peer);
  const isBlocked = (cidr: string, except: readonly string[] = []): boolean => {
    const isIn = (ip: string): boolean => isWithin(ip, cidr) && !except.some((hole) => isWithin(ip, hole));
    if (isPod || (!isOutside && !hasNodes)) return false;
    return own.length > 0 ? own.every(isIn) : cidr === '0.0.0.0/0' && except.length === 0;
  };
  const isPeer =
    lists.length === 0 ||
    getArray(endpoints).some((item) => isPod && isEndpoint(question, item, peer.pod, home, false)) ||
    getArray(cidrs).some((cidr) => isBlocked(toText(cidr))) ||
    getArray(sets).some((item) => {
      const ref = getString(item, 'cidrGroupRef');
      const group = objects.find((object) => object.kind === 'CiliumCIDRGroup' && text(object, 'name') === ref);
      const all = ref === undefined ? [getString(item, 'cidr') ?? ''] : getArray(group, 'spec', 'externalCIDRs').map(toText);
      return all.some((cidr) => isBlocked(cidr, getArray(item, 'except').map(toText)));
    }) ||
    getArray(nodes).some((item) => isOnNodes(objects, peer, (of) => selects(item, of)) === true) ||
    getArray(services).some((item) => isOfServices(question, item, isBlocked)) ||
    getArray(entities).some((entity) => {
      if (entity === 'all') return true;
      if (entity === 'cluster') return !isOutside;
      if (entity === 'world' || entity === 'world-ipv4') return isOutside;
      return false;
    });
  const isPerhaps =
    (getArray(names).length > 0 && isOutside) ||
    getArray(entities).includes('kube-apiserver') ||
    (getArray(entities).includes('host') && (isHost(peer) || ('ip' in peer && !isOutside)));
  if (!isPeer && !isPerhaps) return false;
  const asks = ports.map((item, index) => ({ item, index })).filter(({ item }) => matchesCiliumPorts(question, item));
  if (ports.length > 0 && asks.length === 0) return false;
  if (!isPeer && !question.guess(name)) return false;
  return (
    ports.length === 0 || asks.some(({ item, index }) => getAt(item, 'rules', 'http') === undefined || question.guess(`${name} ${index}`))
  );
}

/** Whether an end is behind a Service: a pod that its selector selects, or else an address that an EndpointSlice of it names. */
function isOfServices({ objects, peer }: Question, item: JsonValue, isBlocked: (cidr: string) => boolean): boolean {
  return objects.some((service) => {
    if (service.kind !== 'Service') return false;
    const chosen = getAt(item, 'k8sServiceSelector');
    const home = getString(chosen ?? getAt(item, 'k8sService'), 'namespace');
    if (home !== undefined && home !== text(service, 'namespace')) return false;
    const isMeant =
      chosen === undefined
        ? text(service, 'name') === getString(item, 'k8sService', 'serviceName')
        : selects(getAt(chosen, 'selector') ?? {}, labels(service));
    if (!isMeant) return false;
    const selector = getObject(service, 'spec', 'selector');
    if (selector !== undefined)
      return (
        'pod' in peer &&
        !isHost(peer) &&
        text(peer.pod, 'namespace') === text(service, 'namespace') &&
        selects({ matchLabels: selector }, labels(peer.pod))
      );
    return objects.some(
      (slice) =>
        slice.kind === 'EndpointSlice' &&
        text(slice, 'namespace') === text(service, 'namespace') &&
        labels(slice)['kubernetes.io/service-name'] === text(service, 'name') &&
        getArray(slice, 'endpoints').some((endpoint) => getArray(endpoint, 'addresses').some((ip) => isBlocked(`${toText(ip)}/32`))),
    );
  });
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
