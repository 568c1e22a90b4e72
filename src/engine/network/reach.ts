import { hasPoint } from '../../std/index.ts';
import type { ObjectRef, World } from '../../model/index.ts';
import { formatAddress, parseAddress } from './address.ts';
import { readModel, type NetworkModel } from './model.ts';
import { groupTiers } from './evaluation.ts';
import type { Action, Direction, Policy, Rule, Tier } from './policy.ts';
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
  /** Why nobody can say whether it matches; undefined if it does. */
  readonly doubt?: string;
}

/** The verdict of one side: that of the sender's policies (egress) or of the receiver's (ingress). */
export interface SideVerdict {
  readonly direction: Direction;
  /** Where it is unknown: true, for it may be. */
  readonly allowed: boolean;
  /** Why nobody can say; undefined if it can be said. */
  readonly unknown: string | undefined;
  /** What decided: a rule of the tier of that name, policies that isolate and have no rule for it, or nothing at all. */
  readonly by: Tier | 'isolation' | 'default';
  /** The policies that refuse what no rule of their tier speaks of, where they do. */
  readonly isolating: readonly ObjectRef[];
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
      /** Where it is unknown: true, for it may be. */
      readonly allowed: boolean;
      /** Whether nobody can say from the objects. */
      readonly isUnknown: boolean;
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
    return {
      kind: 'verdict',
      allowed: true,
      isUnknown: false,
      egress,
      ingress,
      reasons: [`${from.name} is one Pod: it always reaches itself`],
    };
  }
  const reasons = [explain(egress, from), explain(ingress, to)];
  const allowed = egress.allowed && ingress.allowed;
  const isUnknown = allowed && (egress.unknown !== undefined || ingress.unknown !== undefined);
  return { kind: 'verdict', allowed, isUnknown, egress, ingress, reasons };
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
  const tiers = groupTiers(policies).map((tier): AskedTier => {
    const isolating = tier.filter(({ isolates }) => hasPoint(isolates[direction], point)).map(({ ref }) => ref);
    const rules = tier.flatMap((policy) =>
      (policy[direction] ?? []).flatMap((rule): readonly MatchingRule[] => {
        const { path, name, action, doubt } = rule;
        return isMatch(policy, rule) ? [{ ref: policy.ref, path, name, action, ...(doubt === undefined ? {} : { doubt }) }] : [];
      }),
    );
    return { tier: tier[0]?.place.tier ?? 'namespace', rules, isolating };
  });
  return { direction, policies: policies.map(({ ref }) => ref), ...decide(tiers) };
}

/** What of a tier speaks of a connection. */
interface AskedTier {
  readonly tier: Tier;
  /** The rules that match it, in their order. */
  readonly rules: readonly MatchingRule[];
  /** The policies that refuse what no rule speaks of. */
  readonly isolating: readonly ObjectRef[];
}

type Decision = Omit<SideVerdict, 'direction' | 'policies'>;

/** What the rules that match come to, tier by tier. */
function decide(tiers: readonly AskedTier[]): Decision {
  const decision = take(tiers, ({ action, doubt }) => doubt === undefined || action !== 'deny');
  const doubtful = tiers.flatMap(({ rules }) => rules).find(({ doubt }) => doubt !== undefined);
  if (doubtful === undefined) return decision;
  const outcomes = listOutcomes(tiers, 0);
  const unknown = outcomes.size === 1 ? undefined : `${describeRule(doubtful)}: ${doubtful.doubt ?? ''}`;
  return { ...decision, allowed: outcomes.has(true), unknown };
}

/** The decision where of all rules only those that are taken count. */
function take(tiers: readonly AskedTier[], isTaken: (rule: MatchingRule) => boolean): Decision {
  const passes: MatchingRule[] = [];
  for (const { tier, rules: all, isolating } of tiers) {
    const rules = all.filter(isTaken);
    const [first] = rules;
    if (first?.action === 'pass') passes.push(first);
    else if (first !== undefined) {
      const same = tier === 'namespace' ? rules.slice(0, indexOrEnd(rules, first.action)) : [first];
      return { allowed: first.action === 'allow', unknown: undefined, by: tier, rules: same, passes, isolating: [] };
    } else if (isolating.length > 0) return { allowed: false, unknown: undefined, by: 'isolation', rules: [], passes, isolating };
  }
  return { allowed: true, unknown: undefined, by: 'default', rules: [], passes, isolating: [] };
}

function indexOrEnd(rules: readonly MatchingRule[], action: Action): number {
  const index = rules.findIndex((rule) => rule.action !== action);
  return index < 0 ? rules.length : index;
}

/** What it may come to from a tier on, whichever of the doubtful rules match. */
function listOutcomes(tiers: readonly AskedTier[], from: number): ReadonlySet<boolean> {
  const asked = tiers[from];
  if (asked === undefined) return new Set([true]);
  const outcomes = new Set<boolean>();
  let canPass = false;
  for (const { action, doubt } of asked.rules) {
    if (action === 'pass') canPass = true;
    else outcomes.add(action === 'allow');
    if (doubt === undefined) return canPass ? new Set([...outcomes, ...listOutcomes(tiers, from + 1)]) : outcomes;
  }
  if (asked.isolating.length > 0) outcomes.add(false);
  else canPass = true;
  return canPass ? new Set([...outcomes, ...listOutcomes(tiers, from + 1)]) : outcomes;
}

function explain(verdict: SideVerdict, end: End): string {
  const { direction, allowed, by, policies, rules, passes, isolating, unknown } = verdict;
  if (unknown !== undefined) return `${direction}: nobody can say: ${unknown}`;
  const passed = passes.length === 0 ? '' : `passed by ${passes.map(describeRule).join(' and ')}; `;
  switch (by) {
    case 'default':
      return policies.length === 0
        ? `${direction}: no policy selects ${end.name}, so everything is allowed`
        : `${direction}: ${passed}no rule speaks of it, so it is allowed`;
    case 'isolation': {
      const names = [...new Set(isolating.map(describePolicy))];
      return `${direction}: ${passed}no rule allows it of the ${names.length === 1 ? 'policy that selects' : 'policies that select'} ${end.name}: ${names.join(', ')}`;
    }
    case 'mesh':
    case 'admin':
    case 'plugin':
    case 'namespace':
    case 'baseline':
      return `${direction}: ${passed}${allowed ? 'allowed' : 'denied'} by ${rules.map(describeRule).join(', ')}`;
  }
}

function describeRule({ ref, path, name }: MatchingRule): string {
  return `${describePolicy(ref)} ${path}${name === '' ? '' : ` (${name})`}`;
}

/** A policy by its name; those that are no plain NetworkPolicies with their kind. */
function describePolicy(ref: ObjectRef): string {
  const name = ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
  return ref.kind === 'NetworkPolicy' && ref.group === 'networking.k8s.io' ? name : `${describeKind(ref)} ${name}`;
}

/** Calico has kinds of the names that others have. */
function describeKind({ group, kind }: ObjectRef): string {
  return group.endsWith('projectcalico.org') ? `Calico ${kind}` : kind;
}
