import { hasPoint, intersect, isSubsetIntervals } from '../../../std/index.ts';
import type { World } from '../../../model/index.ts';
import { formatAddresses, type AddressSet } from '../address.ts';
import { readModel } from '../model.ts';
import type { Direction } from '../policy.ts';
import { toPortPoint, type Protocol } from '../port-set.ts';
import { readSide } from '../side.ts';
import type { Workload } from '../workload.ts';
import type { Admission } from './exposure.ts';
import { listOutsideAllowed } from './outside.ts';
import { UNKNOWN_PROXY, withUnknown } from './proxy.ts';
import { askPolicies, type Way } from './step.ts';

/** A port of the pods of a workload. */
export interface PodPort {
  readonly workload: Workload;
  readonly protocol: Protocol;
  readonly port: number;
}

const NOBODY: AddressSet = { cuts: [] };

/** Whether some of the senders outside get in, where policies see the sender itself or the node that passes its packets on. */
export function admitFrom(world: World, target: PodPort, sources: AddressSet, seen: 'node' | 'sender'): Admission {
  if (target.workload.hostNetwork) return { state: 'open', sources, reason: '', by: undefined };
  const allowed = listOutsideAllowed(world, 'ingress', target.workload, target);
  if (seen === 'sender') {
    const admitted = intersect(sources, allowed);
    return admitted.cuts.length > 0 ? { state: 'open', sources: admitted, reason: '', by: undefined } : refuse(world, target, '192.0.2.1');
  }
  const nodes = readSide(world).nodeAddresses;
  if (nodes.some((node) => hasPoint(allowed, node))) return { state: 'open', sources, reason: '', by: undefined };
  if (nodes.length > 0 || allowed.cuts.length === 0) return refuse(world, target, '192.0.2.1');
  if (isSubsetIntervals(sources, allowed)) return { state: 'open', sources, reason: '', by: undefined };
  const reason = `policies see the address of a node, which is not known, and let only ${formatAddresses(allowed)} in`;
  return { state: 'unknown', sources, reason, by: undefined };
}

function refuse(world: World, { workload, protocol, port }: PodPort, from: string): Admission {
  return { state: 'blocked', sources: NOBODY, ...toReason(askPolicies(world, { from, to: workload.name, protocol, port }, ['ingress'])) };
}

function toReason({ steps }: Way): Pick<Admission, 'by' | 'reason'> {
  const cause = steps.find(({ ok }) => ok === false);
  return { reason: cause?.text ?? '', by: cause?.ref === undefined ? undefined : { ref: cause.ref, path: cause.path ?? '' } };
}

/** Whether a proxy gets in; one that is not among the objects is taken for a pod without labels of an unknown namespace. */
export function admitProxy(world: World, target: PodPort, proxy: Workload | undefined, sources: AddressSet): Admission {
  const { workload, protocol, port } = target;
  const flow = { from: proxy?.name ?? UNKNOWN_PROXY, to: workload.name, protocol, port };
  const way = proxy === undefined ? askPolicies(withUnknown(world), flow, ['ingress']) : askPolicies(world, flow);
  if (way.verdict?.allowed === true || (proxy === undefined && way.verdict?.ingress.allowed === true))
    return { state: 'open', sources, reason: '', by: undefined };
  const cause = toReason(way);
  if (proxy !== undefined || !mayLetIn(world, target)) return { state: 'blocked', sources: NOBODY, ...cause };
  return { state: 'unknown', sources, reason: `${cause.reason}; a rule may mean the proxy, which is not among the objects`, by: cause.by };
}

/** Whether some rule lets pods of other namespaces in to a port (or out to it): those that nobody knows may be among them. */
export function mayLetIn(world: World, { workload, protocol, port }: PodPort, direction: Direction = 'ingress'): boolean {
  const { evaluation, frame, slotOf } = readModel(world);
  const slot = slotOf.get(workload) ?? -1;
  const point = toPortPoint(protocol, port);
  return evaluation
    .selecting(direction, slot)
    .some((policy) =>
      (policy[direction] ?? []).some(
        (rule) =>
          rule.action === 'allow' &&
          (rule.peers ?? []).some((peer) => peer.kind === 'pods' && peer.namespaces !== undefined) &&
          evaluation.parts(policy, rule, direction, slot).some(({ ports }) => hasPoint(frame.ports.get(ports), point)),
      ),
    );
}
