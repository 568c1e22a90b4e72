import { hasPoint } from '../../std/index.ts';
import type { ObjectRef, World } from '../../model/index.ts';
import { formatAddress, parseAddress } from './address.ts';
import { readModel, type NetworkModel } from './model.ts';
import { TIERS, type Action, type Direction, type Policy, type Rule, type Tier } from './policy.ts';
import { toPortPoint, type Protocol } from './port-set.ts';

/** One connection that may or may not be allowed. Ends are `ns/name`, `ns/Kind/name` where two kinds share the name, or an IP address. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** A rule that matches a connection, and what it does with it. */
export interface MatchingRule {
  readonly ref: ObjectRef;
  readonly path: string;
  readonly name: string;
  readonly action: Action;
}

/** The verdict of one side: that of the sender's policies (egress) or of the receiver's (ingress). */
export interface SideVerdict {
  readonly direction: Direction;
  readonly allowed: boolean;
  /** What decided: a rule of the tier of that name, NetworkPolicies that isolate and have no rule for it, or nothing at all. */
  readonly by: Tier | 'isolation' | 'default';
  /** The policies that select this end in this direction. */
  readonly policies: readonly ObjectRef[];
  /** The rules that allow or deny the connection. */
  readonly rules: readonly MatchingRule[];
  /** The rules that passed it on to a later tier. */
  readonly passes: readonly MatchingRule[];
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
 * Whether policies let a connection through: those that select the sender must let it leave and those that select the receiver
 * must let it enter. On each side the first matching rule of the admin tier decides unless it passes, then the NetworkPolicies
 * that isolate the end (`staging/src/k8s.io/api/networking/v1`), then the baseline tier; what none decides is allowed. A workload stands for each of its
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
  const workload = model.byName.get(text);
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
  const isMatch = (policy: Policy, rule: Rule): boolean =>
    model.evaluation
      .parts(policy, rule, direction, subject.index)
      .some(({ ports, peers }) => peers.has(peer.index) && hasPoint(model.frame.ports.get(ports), point));
  const matching = (tier: Tier): readonly MatchingRule[] =>
    policies
      .filter((policy) => policy.tier === tier)
      .flatMap((policy) =>
        (policy[direction] ?? [])
          .filter((rule) => isMatch(policy, rule))
          .map(({ path, name, action }) => ({ ref: policy.ref, path, name, action })),
      );
  const isIsolated = policies.some(({ tier }) => tier === 'namespace');
  return { direction, policies: policies.map(({ ref }) => ref), ...decide(matching, isIsolated) };
}

/** What the rules that match, by tier, come to. */
function decide(matching: (tier: Tier) => readonly MatchingRule[], isIsolated: boolean): Omit<SideVerdict, 'direction' | 'policies'> {
  const passes: MatchingRule[] = [];
  for (const tier of TIERS) {
    if (tier === 'namespace') {
      const rules = matching(tier);
      if (isIsolated) return { allowed: rules.length > 0, by: rules.length > 0 ? tier : 'isolation', rules, passes };
      continue;
    }
    const [first] = matching(tier);
    if (first?.action === 'pass') passes.push(first);
    else if (first !== undefined) return { allowed: first.action === 'allow', by: tier, rules: [first], passes };
  }
  return { allowed: true, by: 'default', rules: [], passes };
}

function explain(verdict: SideVerdict, end: End): string {
  const { direction, allowed, by, policies, rules, passes } = verdict;
  const passed = passes.length === 0 ? '' : `passed by ${passes.map(describeRule).join(' and ')}; `;
  switch (by) {
    case 'default':
      return policies.length === 0
        ? `${direction}: no policy selects ${end.name}, so everything is allowed`
        : `${direction}: ${passed}no rule speaks of it, so it is allowed`;
    case 'isolation': {
      const isolating = policies.filter(({ kind }) => kind === 'NetworkPolicy');
      const names = isolating.map(({ namespace = '', name }) => `${namespace}/${name}`).join(', ');
      return `${direction}: ${passed}no rule allows it of the ${isolating.length === 1 ? 'policy that selects' : 'policies that select'} ${end.name}: ${names}`;
    }
    case 'admin':
    case 'namespace':
    case 'baseline':
      return `${direction}: ${passed}${allowed ? 'allowed' : 'denied'} by ${rules.map(describeRule).join(', ')}`;
  }
}

function describeRule({ ref, path, name }: MatchingRule): string {
  const policy = ref.kind === 'NetworkPolicy' ? `${ref.namespace ?? ''}/${ref.name}` : `${ref.kind} ${ref.name}`;
  return `${policy} ${path}${name === '' ? '' : ` (${name})`}`;
}
