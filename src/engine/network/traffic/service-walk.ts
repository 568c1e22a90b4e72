import { hasPoint, isSubsetIntervals } from '../../../std/index.ts';
import { formatRef, formatSelector, type World } from '../../../model/index.ts';
import { ALL_ADDRESSES, formatAddress, formatAddresses, parseAddress } from '../address.ts';
import type { Flow } from '../reach.ts';
import { readSide } from '../side.ts';
import type { Workload } from '../workload.ts';
import { listEndpoints, listHeadless, listNameless, type Endpoint } from './endpoints.ts';
import { listOutsideAllowed } from './outside.ts';
import { findWorkload } from './proxy.ts';
import type { Service, ServicePort } from './service.ts';
import { askPolicies, askPort, blocked, chain, isOpen, toDoubt, toStep, type Way, type WalkStep } from './step.ts';

/** By which of its addresses a Service is asked. */
export type Door = 'balancer' | 'cluster' | 'external' | 'node';

/** A packet to a Service: `port` is the Service's, or the nodes' where that door is taken. */
export interface ServicePacket {
  readonly from: string;
  readonly service: Service;
  readonly protocol: Flow['protocol'];
  readonly port: number;
  readonly door: Door;
}

/** The ways of a packet to a Service, to each of its endpoints; all must be open, for kube-proxy takes any. */
export function walkService(world: World, packet: ServicePacket): Way {
  const { service, protocol, port, door } = packet;
  const name = formatRef(service.ref);
  if (service.isHeadless) return walkHeadless(world, packet);
  const own = service.ports.find((item) => item.protocol === protocol && (door === 'node' ? item.nodePort : item.port) === port);
  if (own === undefined) {
    const offered = service.ports.map(
      (item) => `${item.protocol} ${(door === 'node' ? item.nodePort : item.port) ?? 'of an unknown number'}`,
    );
    return blocked(
      'service',
      `${name} has no port ${protocol} ${port}${offered.length === 0 ? '' : `: it has ${offered.join(', ')}`}`,
      service.ref,
      '/spec/ports',
    );
  }
  const entered = enter(packet, own);
  if (entered.ok === false) return { steps: [entered] };
  const endpoints = listEndpoints(world, service, own);
  if (endpoints.length === 0) return { steps: [entered, toNowhere(world, service, own)] };
  return chain(
    { steps: [entered, ...toLocality(world, packet)] },
    ...endpoints.map((endpoint) => walkEndpoint(world, packet, own, endpoint)),
  );
}

function enter({ from, service, door }: ServicePacket, own: ServicePort): WalkStep {
  const name = formatRef(service.ref);
  const port = `${own.protocol} ${door === 'node' ? (own.nodePort ?? '') : own.port}${own.name === '' ? '' : ` (${own.name})`}`;
  const address = parseAddress(from);
  if (door === 'balancer' && address !== undefined && !hasPoint(service.sources, address))
    return toStep(
      'service',
      false,
      `the load balancer of ${name} lets only ${formatAddresses(service.sources)} in`,
      service.ref,
      '/spec/loadBalancerSourceRanges',
    );
  const by = { balancer: ' by its load balancer', cluster: '', external: ' by an external IP', node: ' by the node port' }[door];
  return toStep('service', true, `${name} takes ${port}${by}`, service.ref, own.path);
}

function toNowhere(world: World, service: Service, own: ServicePort): WalkStep {
  const nameless = listNameless(world, service, own);
  if (nameless.length > 0) {
    const names = nameless.map(({ name }) => name).join(', ');
    return toStep(
      'translation',
      false,
      `no container of ${names} has a ${own.protocol} port named ${own.target}`,
      service.ref,
      `${own.path}/targetPort`,
    );
  }
  const { selector } = service;
  const text =
    selector === undefined
      ? 'it has no selector, and no EndpointSlice is written for it'
      : `no pod has the labels that it selects: ${formatSelector(selector)}`;
  return toStep(
    'translation',
    false,
    `${formatRef(service.ref)} leads nowhere: ${text}`,
    service.ref,
    selector === undefined ? '/spec' : '/spec/selector',
  );
}

/** That a Service keeps to one node is told; on which nodes its pods run is not known from manifests. */
function toLocality(world: World, { service, door, from }: ServicePacket): readonly WalkStep[] {
  const isInside = door === 'cluster' && findWorkload(world, from) !== undefined;
  if (isInside ? !service.isLocalInside : !service.isLocalOutside) return [];
  const [field, whose] = isInside ? ['internalTrafficPolicy', "the sender's node"] : ['externalTrafficPolicy', 'the node that is asked'];
  return [toStep('service', undefined, `${field} Local: only pods on ${whose} answer`, service.ref, `/spec/${field}`)];
}

function walkEndpoint(world: World, packet: ServicePacket, own: ServicePort, endpoint: Endpoint): Way {
  const port = endpoint.port ?? packet.port;
  const target = typeof own.target === 'string' ? ` (${own.target})` : '';
  const by = endpoint.by ?? packet.service.ref;
  const step = toStep(
    'translation',
    true,
    `to ${endpoint.end} ${own.protocol} ${port}${target}`,
    by,
    endpoint.by === undefined ? own.path : undefined,
  );
  const judged = judgeArrival(world, packet, endpoint, { from: packet.from, to: endpoint.end, protocol: own.protocol, port });
  const declared = endpoint.workload === undefined ? [] : [askPort(world, endpoint.workload, { protocol: own.protocol, port })];
  return chain({ steps: [step] }, judged, { steps: isOpen(judged) ? declared : [] });
}

/** What policies see as the sender: itself, or the node that passed the packet on. */
export function judgeArrival(
  world: World,
  { from, service, door }: Pick<ServicePacket, 'door' | 'from' | 'service'>,
  { workload }: Pick<Endpoint, 'workload'>,
  flow: Flow,
): Way {
  const isOutside = parseAddress(from) !== undefined && findWorkload(world, from) === undefined;
  if (!isOutside || door === 'cluster' || service.isLocalOutside || workload === undefined)
    return askPolicies(world, flow, isOutside ? ['ingress'] : ['egress', 'ingress']);
  const nodes = readSide(world).nodeAddresses;
  if (nodes.length > 0) {
    const ways = nodes.map((node) => askPolicies(world, { ...flow, from: formatAddress(node) }, ['ingress']));
    return ways.find(({ verdict }) => verdict?.allowed === false) ?? ways[0] ?? { steps: [] };
  }
  return judgeUnknownNode(world, workload, flow);
}

function judgeUnknownNode(world: World, workload: Workload, flow: Flow): Way {
  const way = askPolicies(world, flow, ['ingress']);
  const allowed = listOutsideAllowed(world, 'ingress', workload, flow);
  const isAll = isSubsetIntervals(ALL_ADDRESSES, allowed);
  if (isAll || allowed.cuts.length === 0) return way;
  const seen = `externalTrafficPolicy Cluster: policies see the address of a node, which is not known, and let only ${formatAddresses(allowed)} in`;
  const [first] = way.steps;
  return {
    steps: [toDoubt(toStep('ingress', false, seen, first?.ref, first?.path), seen)],
    ...(way.verdict === undefined ? {} : { verdict: way.verdict }),
  };
}

/** The name of a headless Service stands for its pods: nothing is translated, and ports of the Service mean nothing. */
function walkHeadless(world: World, { from, service, protocol, port }: ServicePacket): Way {
  const name = formatRef(service.ref);
  const endpoints = listHeadless(world, service);
  const [step, first] = [
    toStep('service', true, `${name} is headless: its name is that of its pods, on every port`, service.ref, '/spec/clusterIP'),
    endpoints[0],
  ];
  if (first === undefined)
    return blocked(
      'translation',
      `${name} leads nowhere: no pod has the labels that it selects`,
      service.ref,
      service.selector === undefined ? '/spec' : '/spec/selector',
    );
  const ways = endpoints.map(({ end, workload }) => walkDirect(world, { from, to: end, protocol, port }, workload));
  return chain({ steps: [step] }, ...ways);
}

/** The way to a pod or an address itself. */
export function walkDirect(world: World, flow: Flow, workload: Workload | undefined): Way {
  const judged = askPolicies(world, flow);
  return workload === undefined || !isOpen(judged) ? judged : chain(judged, { steps: [askPort(world, workload, flow)] });
}
