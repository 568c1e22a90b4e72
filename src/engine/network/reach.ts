import { hasPoint } from '../../std/index.ts';
import type { ObjectRef, World } from '../../model/index.ts';
import { formatAddress, parseAddress } from './address.ts';
import { readModel, type NetworkModel } from './model.ts';
import type { Direction, Policy } from './policy.ts';
import { toPortPoint, type Protocol } from './port-set.ts';
import { toLongName } from './workload.ts';

/** One connection that may or may not be allowed. Ends are `ns/name`, `ns/Kind/name` where two kinds share the name, or an IP address. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** The verdict of one side: that of the sender's policies (egress) or of the receiver's (ingress). */
export interface SideVerdict {
  readonly direction: Direction;
  readonly allowed: boolean;
  /** The policies that isolate this end; none: everything is allowed. */
  readonly policies: readonly ObjectRef[];
  /** The rules of these that allow the connection. */
  readonly rules: readonly { readonly ref: ObjectRef; readonly path: string }[];
}

/** Whether a connection is allowed, and why; or which end is not there. */
export type Verdict =
  | {
      readonly kind: 'verdict';
      readonly allowed: boolean;
      readonly egress: SideVerdict;
      readonly ingress: SideVerdict;
      /** A sentence a side. */
      readonly reasons: readonly string[];
    }
  | { readonly kind: 'unknown-end'; readonly end: string };

interface End {
  readonly index: number;
  readonly name: string;
  /** A Pod always reaches itself. */
  readonly isPod: boolean;
}

/**
 * Whether NetworkPolicy v1 lets a connection through: the policies that isolate the sender must allow it to leave and those
 * that isolate the receiver must allow it to enter (`staging/src/k8s.io/api/networking/v1`). A workload stands for each of its
 * pods. The port is the pod's own, after any Service translated it.
 */
export function isAllowed(world: World, flow: Flow): Verdict {
  const model = readModel(world);
  const [from, to] = [findEnd(model, flow.from), findEnd(model, flow.to)];
  if (from === undefined) return { kind: 'unknown-end', end: flow.from };
  if (to === undefined) return { kind: 'unknown-end', end: flow.to };
  const egress = judge(model, { direction: 'egress', subject: from, peer: to }, flow);
  const ingress = judge(model, { direction: 'ingress', subject: to, peer: from }, flow);
  if (from.isPod && from.name === to.name) {
    return { kind: 'verdict', allowed: true, egress, ingress, reasons: [`${from.name} is one Pod: it always reaches itself`] };
  }
  const reasons = [explain(egress, from), explain(ingress, to)];
  return { kind: 'verdict', allowed: egress.allowed && ingress.allowed, egress, ingress, reasons };
}

function findEnd(model: NetworkModel, text: string): End | undefined {
  const address = parseAddress(text);
  if (address !== undefined) return findAddress(model, address);
  const workload = model.workloads.find(({ name, ref }) => name === text || toLongName(ref) === text);
  const slot = workload === undefined ? undefined : model.slotOf.get(workload);
  if (workload === undefined || slot === undefined) return undefined;
  return { index: slot, name: workload.name, isPod: workload.ref.kind === 'Pod' };
}

function findAddress(model: NetworkModel, address: bigint): End {
  const owner = model.workloads.find(({ addresses }) => addresses.includes(address));
  const slot = owner === undefined ? undefined : model.slotOf.get(owner);
  if (owner !== undefined && slot !== undefined) return { index: slot, name: owner.name, isPod: true };
  return { index: model.frame.universe.atomAt(address), name: formatAddress(address), isPod: false };
}

interface Question {
  readonly direction: Direction;
  readonly subject: End;
  readonly peer: End;
}

function judge(model: NetworkModel, { direction, subject, peer }: Question, flow: Flow): SideVerdict {
  const policies = model.evaluation.selecting(direction, subject.index);
  const point = toPortPoint(flow.protocol, flow.port);
  const isMatch = (policy: Policy, rule: NonNullable<Policy['ingress']>[number]): boolean =>
    model.evaluation
      .parts(policy, rule, direction, subject.index)
      .some(({ ports, peers }) => peers.has(peer.index) && hasPoint(model.frame.ports.get(ports), point));
  const rules = policies.flatMap((policy) =>
    (policy[direction] ?? []).filter((rule) => isMatch(policy, rule)).map(({ path }) => ({ ref: policy.ref, path })),
  );
  return { direction, allowed: policies.length === 0 || rules.length > 0, policies: policies.map(({ ref }) => ref), rules };
}

function explain({ direction, policies, rules }: SideVerdict, end: End): string {
  if (policies.length === 0) return `${direction}: no NetworkPolicy selects ${end.name}, so everything is allowed`;
  const allowing = rules.map(({ ref, path }) => `${ref.namespace ?? ''}/${ref.name} ${path}`);
  if (allowing.length > 0) return `${direction}: allowed by ${allowing.join(', ')}`;
  const names = policies.map(({ namespace = '', name }) => `${namespace}/${name}`).join(', ');
  return `${direction}: no rule allows it of the ${policies.length === 1 ? 'policy' : 'policies'} that select ${end.name}: ${names}`;
}
