import { compareBy } from '../../../std/index.ts';
import type { World } from '../../../model/index.ts';
import { ALL_ADDRESSES, type AddressSet } from '../address.ts';
import { readSide } from '../side.ts';
import { listEndpoints } from './endpoints.ts';
import { admitFrom } from './admission.ts';
import type { Admission, Exposure } from './exposure.ts';
import { listProxyExposures } from './proxy-exposure.ts';
import { listDeclaredPorts, type DeclaredPort } from './proxy.ts';
import { listServices, type Service } from './service.ts';
import type { Workload } from '../workload.ts';

/** Every way from outside to the workloads of a world, open or not, by workload; cached. */
export function listExposures(world: World): readonly Exposure[] {
  return world.derive(computeExposures);
}

function computeExposures(world: World): readonly Exposure[] {
  return [
    ...listServices(world).flatMap((service) => listOfService(world, service)),
    ...listOfNodes(world),
    ...listProxyExposures(world),
  ].toSorted(
    compareBy(
      ({ workload }) => workload.name,
      ({ kind }) => kind,
      ({ host }) => host,
      ({ port = 0 }) => port,
    ),
  );
}

interface OutsideDoor {
  readonly kind: Exposure['kind'];
  readonly scope: Exposure['scope'];
  readonly sources: AddressSet;
}

/** What a load balancer refuses may still come in by the nodes' ports. */
function listDoors(service: Service): readonly OutsideDoor[] {
  const doors: OutsideDoor[] = [];
  const isBalancer = service.type === 'LoadBalancer';
  if (isBalancer) doors.push({ kind: 'loadBalancer', scope: service.isInternal ? 'network' : 'internet', sources: service.sources });
  if (service.externalAddresses.length > 0) doors.push({ kind: 'externalIP', scope: 'network', sources: ALL_ADDRESSES });
  const isLimited = service.sources !== ALL_ADDRESSES;
  if (service.hasNodePorts && (!isBalancer || isLimited)) doors.push({ kind: 'nodePort', scope: 'network', sources: ALL_ADDRESSES });
  return doors;
}

function listOfService(world: World, service: Service): readonly Exposure[] {
  const doors = listDoors(service);
  if (doors.length === 0) return [];
  return service.ports.flatMap((own) =>
    listEndpoints(world, service, own).flatMap(({ workload, port }): readonly Exposure[] => {
      if (workload === undefined || port === undefined) return [];
      const target = { workload, protocol: own.protocol, port };
      return doors.map(({ kind, scope, sources }) => ({
        workload,
        kind,
        scope,
        protocol: own.protocol,
        port: kind === 'nodePort' ? own.nodePort : own.port,
        host: '',
        target: port,
        hops: [{ ref: service.ref, path: own.path }],
        ...admitFrom(world, target, sources, service.isLocalOutside ? 'sender' : 'node'),
      }));
    }),
  );
}

/** Ports of pods that are ports of their nodes: policies see the sender itself there, and nothing at all in the host's network. */
function listOfNodes(world: World): readonly Exposure[] {
  return listNodePorts(world).map(({ workload, declared }) => {
    const { hostPort, port, protocol, path } = declared;
    const admission = workload.hostNetwork ? OPEN : admitFrom(world, { workload, protocol, port }, ALL_ADDRESSES, 'sender');
    const kind = workload.hostNetwork ? 'hostNetwork' : 'hostPort';
    const outer = { workload, kind, scope: 'network', protocol, port: hostPort ?? port, host: '', target: port } as const;
    return { ...outer, hops: [{ ref: workload.ref, path }], ...admission };
  });
}

interface NodePort {
  readonly workload: Workload;
  readonly declared: DeclaredPort;
}

const nodePorts = new WeakMap<readonly Workload[], readonly NodePort[]>();

/** Looked up once for the same workloads. */
function listNodePorts(world: World): readonly NodePort[] {
  const { workloads } = readSide(world);
  let found = nodePorts.get(workloads);
  if (found === undefined) nodePorts.set(workloads, (found = workloads.flatMap((workload) => findNodePorts(world, workload))));
  return found;
}

function findNodePorts(world: World, workload: Workload): readonly NodePort[] {
  return listDeclaredPorts(world, workload).flatMap((declared) => {
    const isOfNode = (workload.hostNetwork || declared.hostPort !== undefined) && !declared.hostIP.startsWith('127.');
    return isOfNode ? [{ workload, declared }] : [];
  });
}

const OPEN: Admission = { state: 'open', sources: ALL_ADDRESSES, reason: '', by: undefined };
