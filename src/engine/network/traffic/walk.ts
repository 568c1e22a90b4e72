import { formatRef, type World } from '../../../model/index.ts';
import { formatAddress, parseAddress } from '../address.ts';
import type { Flow } from '../reach.ts';
import { readSide } from '../side.ts';
import type { Workload } from '../workload.ts';
import { mayLetIn } from './admission.ts';
import { resolveName, type Named } from './name.ts';
import { leaveFor } from './leave.ts';
import { findDns, findWorkload, listDeclaredPorts, portOfDns, withUnknown } from './proxy.ts';
import { isServed, walkRequest } from './proxy-walk.ts';
import { findService, listServices, type Service } from './service.ts';
import { walkDirect, walkService, type Door } from './service-walk.ts';
import { askPolicies, blocked, chain, isInDoubt, isOpen, toDoubt, toStep, type Judged, type WalkStep, type Way } from './step.ts';

/** Where a packet goes, step by step, and whether it arrives; or which end is not there. */
export type Walk =
  | {
      readonly kind: 'walk';
      readonly allowed: boolean;
      /** Whether nobody can say: it is not allowed for sure, and not refused either. */
      readonly isUnknown: boolean;
      readonly steps: readonly WalkStep[];
      /** A sentence a step; of a packet that goes straight to a pod or address, one a side. */
      readonly reasons: readonly string[];
      readonly verdict: Judged | undefined;
    }
  | { readonly kind: 'unknown-end'; readonly end: string };

/**
 * Follows a packet from a workload or an address to a workload, an address, a Service (`shop/web` where no workload has the
 * name, or `shop/Service/web`), a DNS name as the sender's pods look it up, or a host (or URL) that an Ingress, Route or Gateway
 * serves. It arrives where every pod that may answer is reached: the name is known, the Service has the port and leads to
 * pods, and the policies of both ends let it through. What nobody can say from manifests does not stop it.
 */
export function walkPacket(world: World, flow: Flow): Walk {
  const sender = findWorkload(world, flow.from);
  if (sender === undefined && parseAddress(flow.from) === undefined) return { kind: 'unknown-end', end: flow.from };
  const way = toWay(world, sender, { ...flow, from: sender?.name ?? flow.from });
  if (way === undefined) return { kind: 'unknown-end', end: flow.to };
  const isStraight = way.steps.every(({ kind }) => kind === 'egress' || kind === 'ingress' || kind === 'port');
  const reasons = isStraight && way.verdict !== undefined ? way.verdict.reasons : way.steps.map(({ kind, text }) => `${kind}: ${text}`);
  const isUnknown = isInDoubt(way);
  return { kind: 'walk', allowed: isOpen(way) && !isUnknown, isUnknown, steps: way.steps, reasons, verdict: way.verdict };
}

const URL_TEXT = /^https?:\/\/([^/:?#]+)(?::\d+)?(\/[^?#]*)?/i;

function toWay(world: World, sender: Workload | undefined, flow: Flow): Way | undefined {
  const url = URL_TEXT.exec(flow.to);
  const target = url?.[1] ?? flow.to;
  const receiver = findWorkload(world, target);
  if (receiver !== undefined) return walkDirect(world, { ...flow, to: receiver.name }, receiver);
  const address = parseAddress(target);
  if (address !== undefined) return walkAddress(world, address, flow);
  const service = findNamed(world, target);
  if (service !== undefined) return walkService(world, { ...flow, service, door: chooseDoor(sender, service, flow.port) });
  if (target.includes('/')) return undefined;
  return walkName(world, sender, { ...flow, to: target }, url === null ? undefined : (url[2] ?? '/'));
}

function findNamed(world: World, text: string): Service | undefined {
  const parts = text.split('/');
  const [namespace = '', name = ''] = parts.length === 3 && parts[1] === 'Service' ? [parts[0], parts[2]] : parts.length === 2 ? parts : [];
  return findService(world, namespace, name);
}

/** From inside a Service is asked by its own address; from outside by the one that leads in. */
function chooseDoor(sender: Workload | undefined, service: Service, port: number): Door {
  if (sender !== undefined || service.type === 'ClusterIP') return 'cluster';
  const hasPort = service.ports.some((item) => item.port === port);
  if (service.type === 'LoadBalancer' && hasPort) return 'balancer';
  return service.externalAddresses.length > 0 && hasPort ? 'external' : 'node';
}

/** An address may be one of a Service, or of a node with a port that leads on. */
function walkAddress(world: World, address: bigint, flow: Flow): Way {
  for (const service of listServices(world)) {
    const doors: readonly (readonly [Door, readonly bigint[]])[] = [
      ['cluster', service.clusterAddresses],
      ['external', service.externalAddresses],
      ['balancer', service.balancerAddresses],
    ];
    const door = doors.find(([, addresses]) => addresses.includes(address))?.[0];
    if (door !== undefined) return walkService(world, { ...flow, service, door });
  }
  return walkNode(world, address, flow) ?? askPolicies(world, flow);
}

function walkNode(world: World, address: bigint, flow: Flow): Way | undefined {
  const node = readSide(world).nodes.find(({ addresses }) => addresses.includes(address));
  if (node === undefined) return undefined;
  const service = listServices(world).find(
    (item) => item.hasNodePorts && item.ports.some(({ nodePort, protocol }) => nodePort === flow.port && protocol === flow.protocol),
  );
  if (service !== undefined) return walkService(world, { ...flow, service, door: 'node' });
  for (const workload of readSide(world).workloads) {
    const own = listDeclaredPorts(world, workload).find(({ hostPort, protocol }) => hostPort === flow.port && protocol === flow.protocol);
    if (own === undefined || workload.hostNetwork) continue;
    const step = toStep(
      'translation',
      true,
      `the node's port leads to ${workload.name} ${own.protocol} ${own.port}`,
      workload.ref,
      own.path,
    );
    return chain({ steps: [step] }, walkDirect(world, { ...flow, to: workload.name, port: own.port }, workload));
  }
  return undefined;
}

function walkName(world: World, sender: Workload | undefined, flow: Flow, path: string | undefined): Way {
  const named = resolveName(world, sender, flow.to);
  const aliases = named.names.map(({ service, host }) =>
    toStep('name', true, `${formatRef(service.ref)} stands for ${host}`, service.ref, '/spec/externalName'),
  );
  const host = named.kind === 'outside' ? named.host : flow.to.toLowerCase();
  const dns = sender === undefined || named.kind === 'none' ? { steps: [] } : askDns(world, sender);
  const isInside = named.kind === 'service' || named.kind === 'pod' || named.kind === 'address';
  if (!isInside && isServed(world, host)) {
    const step = toStep('name', true, `${host} is a host that is served from outside`);
    return chain(dns, { steps: [...aliases, step] }, walkRequest(world, { ...flow, host, path }));
  }
  return chain(dns, { steps: aliases }, follow(world, sender, flow, named));
}

function follow(world: World, sender: Workload | undefined, flow: Flow, named: Named): Way {
  switch (named.kind) {
    case 'service': {
      const { service } = named;
      const step = toStep('name', true, `${flow.to} is ${formatRef(service.ref)}`, service.ref);
      return chain({ steps: [step] }, walkService(world, { ...flow, service, door: chooseDoor(sender, service, flow.port) }));
    }
    case 'pod': {
      const { service, workload } = named;
      const step = toStep('name', true, `${flow.to} is a pod of ${workload.name}, by headless ${formatRef(service.ref)}`, service.ref);
      return chain({ steps: [step] }, walkDirect(world, { ...flow, to: workload.name }, workload));
    }
    case 'address':
      return chain({ steps: [toStep('name', true, `${flow.to} is ${named.address}`)] }, walkAddressText(world, named.address, flow));
    case 'outside':
      return walkOutside(world, sender, flow, named.host);
    case 'cycle':
      return blocked(
        'name',
        `${flow.to} stands for itself: its ExternalName Services lead in a circle`,
        named.names[0]?.service.ref,
        '/spec/externalName',
      );
    case 'none':
      return blocked('name', `${flow.to}: ${named.why}`);
  }
}

function walkAddressText(world: World, text: string, flow: Flow): Way {
  const address = parseAddress(text);
  return address === undefined
    ? blocked('name', `${text} is no address`)
    : walkAddress(world, address, { ...flow, to: formatAddress(address) });
}

function walkOutside(world: World, sender: Workload | undefined, flow: Flow, host: string): Way {
  if (sender === undefined) return blocked('name', `${host} is outside, and so is the sender: nothing here carries that`);
  const step = toStep('name', true, `${host} is outside the cluster`);
  return chain({ steps: [step] }, leaveFor(world, sender, { ...flow, host }));
}

const NODE_CACHE = '169.254.20.10';

/** Whether a sender may ask the cluster's DNS: its pods, or the cache that some clusters have on each node. */
function askDns(world: World, sender: Workload): Way {
  if (sender.hostNetwork) return { steps: [] };
  const seen = withUnknown(world);
  const ways = findDns(seen).map((server) =>
    askPolicies(seen, { from: sender.name, to: server.name, protocol: 'UDP', port: portOfDns(server) }),
  );
  const isCached = askPolicies(world, { from: sender.name, to: NODE_CACHE, protocol: 'UDP', port: 53 }).verdict?.allowed === true;
  const refused = ways.find((way) => !isOpen(way));
  if (refused === undefined || isCached) return { steps: [toStep('dns', true, `${sender.name} may ask the DNS of the cluster`)] };
  const cause = refused.steps.find(({ ok }) => ok === false);
  const text = `${sender.name} may not ask the DNS of the cluster (UDP 53): ${cause?.text ?? ''}`;
  const step = toStep('dns', false, text, cause?.ref, cause?.path);
  const isKnown = findDns(world).length > 0 || !mayLetIn(world, { workload: sender, protocol: 'UDP', port: 53 }, 'egress');
  return {
    steps: [isKnown ? step : toDoubt(step, `${text}; a rule may mean its pods, which are not among the objects`)],
    ...(refused.verdict === undefined ? {} : { verdict: refused.verdict }),
  };
}
