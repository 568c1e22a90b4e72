import { getArray, getAt, getNumber, getObject, getString, type JsonObject, type JsonValue } from '../../../../src/std/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { Flow } from '../../../../src/engine/network/index.ts';
import { isWithin, labels, naiveIsAllowed, text } from '../naive-network.ts';
import { naiveMeets, naiveProxies, type NaiveMet, type NaiveRequest, type NaiveTarget } from './naive-routes.ts';

/** `unknown`: it depends on what manifests do not say, as the addresses of nodes and what a proxy is. */
export type Arrival = 'no' | 'unknown' | 'yes';

interface Asked extends NaiveRequest {
  readonly from: string;
}

/** Whether a request is answered whatever proxy, rule, share and pod it meets: one way at a time, from its sender to the last pod. */
export function naiveArrives(objects: readonly KubernetesObject[], asked: Asked): Arrival {
  const met = naiveMeets(objects, asked);
  return met.length === 0 ? 'no' : worst(met.flatMap((rule) => [...enter(objects, asked, rule), ...answer(objects, asked, rule)]));
}

function worst(arrivals: readonly Arrival[]): Arrival {
  return (['no', 'unknown'] as const).find((kind) => arrivals.includes(kind)) ?? 'yes';
}

const nameOf = (object: KubernetesObject): string => `${text(object, 'namespace')}/${text(object, 'name')}`;
const toArrival = (isOpen: boolean): Arrival => (isOpen ? 'yes' : 'no');

function passes(objects: readonly KubernetesObject[], flow: Flow): boolean {
  if (flow.from === flow.to) return true;
  const { egress, ingress } = naiveIsAllowed(objects, flow);
  return egress && ingress;
}

/** From the sender to every pod of the proxy, by every Service that leads there. */
function enter(objects: readonly KubernetesObject[], asked: Asked, { proxy }: NaiveMet): readonly Arrival[] {
  const { from, protocol, port } = asked;
  const pods = naiveProxies(objects, proxy);
  const isPod = from.includes('/');
  if (pods.length === 0) return isPod ? [ofAll((to) => ({ from, to, protocol, port }), 'egress', objects)] : [];
  return pods.flatMap((pod) => {
    const fronts = objects.filter((object) => leads(object, pod));
    const ways = fronts.flatMap((front): readonly Arrival[] => {
      const own = getArray(front, 'spec', 'ports').find(
        (item) => getNumber(item, 'port') === port && (getString(item, 'protocol') ?? 'TCP') === protocol,
      );
      const target = getNumber(own, 'targetPort');
      if (target === undefined) return [];
      const ranges = getArray(front, 'spec', 'loadBalancerSourceRanges').map(String);
      if (!isPod && ranges.length > 0 && !ranges.some((range) => isWithin(from, range))) return ['no'];
      const flow = { from, to: nameOf(pod), protocol, port: target };
      if (isPod) return [toArrival(passes(objects, flow))];
      const isKept = getString(front, 'spec', 'externalTrafficPolicy') === 'Local';
      return [
        isKept ? toArrival(naiveIsAllowed(objects, flow).ingress) : ofAll((sender) => ({ ...flow, from: sender }), 'ingress', objects),
      ];
    });
    return ways.length > 0 ? ways : ['unknown'];
  });
}

function leads({ kind, ...front }: KubernetesObject, pod: KubernetesObject): boolean {
  const type = getString(front, 'spec', 'type');
  const service = { kind, ...front };
  if (kind !== 'Service' || (type !== 'LoadBalancer' && type !== 'NodePort')) return false;
  const wanted = Object.entries(getAt(service, 'spec', 'selector') ?? {});
  return text(service, 'namespace') === text(pod, 'namespace') && wanted.every(([key, value]) => getString(labels(pod), key) === value);
}

/** One address of each sort that the random policies tell apart. */
const ADDRESSES = ['8.8.8.8', '10.2.0.1', '10.1.0.9', '10.0.0.1', '192.168.1.9'];

/** Whether all addresses are let through, or none, or some. */
function ofAll(toFlow: (address: string) => Flow, side: 'egress' | 'ingress', objects: readonly KubernetesObject[]): Arrival {
  const told = ADDRESSES.map((address) => naiveIsAllowed(objects, toFlow(address))[side]);
  // The blocks are all of IPv4: an address of IPv6 is let through where no block is needed.
  const other = naiveIsAllowed(objects.map(withoutBlocks), toFlow('8.8.8.8'))[side];
  if (told.every(Boolean) && other) return 'yes';
  return told.some(Boolean) || other ? 'unknown' : 'no';
}

const withoutBlocks = (object: KubernetesObject): KubernetesObject =>
  mapRules(object, (rule) =>
    mapPeers(rule, (peer) => (getObject(peer, 'ipBlock') === undefined ? peer : { ipBlock: { cidr: '255.255.255.255/32' } })),
  );

function mapRules(object: KubernetesObject, change: (rule: JsonObject) => JsonObject): KubernetesObject {
  const spec = getObject(object, 'spec');
  if (object.kind !== 'NetworkPolicy' || spec === undefined) return object;
  const changed = (['ingress', 'egress'] as const).flatMap((side) => {
    const rules = spec[side];
    return rules === undefined ? [] : [[side, getArray(rules).map((rule) => change(getObject(rule) ?? {}))] as const];
  });
  return { ...object, spec: { ...spec, ...Object.fromEntries(changed) } };
}

function mapPeers(rule: JsonObject, change: (peer: JsonValue) => JsonValue): JsonObject {
  const changed = (['from', 'to'] as const).flatMap((side) => {
    const peers = rule[side];
    return peers === undefined ? [] : [[side, getArray(peers).map(change)] as const];
  });
  return { ...rule, ...Object.fromEntries(changed) };
}

/** From every pod of the proxy to every pod of every Service that has a share. */
function answer(objects: readonly KubernetesObject[], { protocol }: Asked, { proxy, targets }: NaiveMet): readonly Arrival[] {
  if (targets.length === 0) return ['no'];
  const senders = naiveProxies(objects, proxy).map(nameOf);
  return targets.flatMap((target) => {
    const ends = target.isPermitted ? listEnds(objects, target, protocol, proxy.startsWith('gateway')) : [];
    if (ends.length === 0) return ['no' as const];
    return ends.flatMap((end) =>
      senders.length === 0 ? [ofNobody(objects, end)] : senders.map((from) => toArrival(passes(objects, { from, ...end }))),
    );
  });
}

type End = Omit<Flow, 'from'>;

function listEnds(
  objects: readonly KubernetesObject[],
  { namespace, name, port }: NaiveTarget,
  protocol: 'TCP' | 'UDP',
  isStrict: boolean,
): readonly End[] {
  const service = objects.find((object) => object.kind === 'Service' && nameOf(object) === `${namespace}/${name}`);
  const ports = getArray(service, 'spec', 'ports').filter((item) => (getString(item, 'protocol') ?? 'TCP') === protocol);
  const named = ports.filter((item) => port === undefined || getNumber(item, 'port') === port || getString(item, 'name') === port);
  const meant = named.length > 0 || isStrict ? named : ports.filter((item) => getAt(item, 'targetPort') === port);
  const selector = Object.entries(getAt(service, 'spec', 'selector') ?? {});
  const pods = objects.filter(
    (object) =>
      object.kind === 'Pod' &&
      text(object, 'namespace') === namespace &&
      selector.every(([key, value]) => getString(labels(object), key) === value),
  );
  const ends = meant.map((item) => {
    const target = getAt(item, 'targetPort');
    return pods.flatMap((pod): readonly End[] => {
      if (typeof target === 'number') return [{ to: nameOf(pod), protocol, port: target }];
      const declared = getArray(pod, 'spec', 'containers', 0, 'ports').find(
        (own) => getString(own, 'name') === target && (getString(own, 'protocol') ?? 'TCP') === protocol,
      );
      const number = getNumber(declared, 'containerPort');
      return number === undefined ? [] : [{ to: nameOf(pod), protocol, port: number }];
    });
  });
  return ends.some((list) => list.length === 0) ? [] : ends.flat();
}

/** A proxy that nobody knows: a pod without labels of an unknown namespace; a rule that speaks of other namespaces may mean it. */
function ofNobody(objects: readonly KubernetesObject[], end: End): Arrival {
  const nobody: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'nowhere', name: 'proxy', labels: {} } };
  const flow = { from: 'nowhere/proxy', ...end };
  if (naiveIsAllowed([...objects, nobody], flow).ingress) return 'yes';
  const generous = objects.map((object) =>
    mapRules(object, ({ from, ...rule }) =>
      from === undefined || getArray(from).some((peer) => getAt(peer, 'namespaceSelector') !== undefined) ? rule : { ...rule, from },
    ),
  );
  return naiveIsAllowed([...generous, nobody], flow).ingress ? 'unknown' : 'no';
}
