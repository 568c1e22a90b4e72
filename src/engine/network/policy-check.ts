import { compareBy, getOrAdd, subtract, toInterval, uniteAll } from '../../std/index.ts';
import { formatRef, isSelected, type Fact, type Selector, type World } from '../../model/index.ts';
import type { AddressSet } from './address.ts';
import { toSelectorKey } from './matcher.ts';
import { readModel, type NetworkModel } from './model.ts';
import { PortTable } from './port-set.ts';
import type { Side } from './side.ts';
import type { Direction, Peer, Policy, Rule } from './policy.ts';
import { listProblemFacts } from './plugin/problem-facts.ts';
import { listServices } from './traffic/service.ts';
import type { Workload } from './workload.ts';

const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

/**
 * Policies that do not do what they seem to: rules that change nothing, rules that earlier ones of the tiers leave nothing to
 * decide, peers that select no workload, port names that no pod has, blocks of addresses that only pods or Services have. Each is
 * judged by the workloads that there are; a policy that selects none at all is said by validation.
 */
export function listPolicyChecks(world: World): readonly Fact[] {
  const model = readModel(world);
  const { side } = model.evaluation;
  const addresses = listInside(world, side.workloads);
  const isMissed = toMissed(side);
  const others = side.policies.flatMap((policy) =>
    DIRECTIONS.flatMap((direction) =>
      (policy[direction] ?? []).flatMap((rule) => [
        ...listUnnamed(model, policy, direction, rule),
        ...(rule.peers ?? []).flatMap((peer, index) => listEmptyPeers({ policy, rule, peer, index, addresses, isMissed })),
      ]),
    ),
  );
  const idle = DIRECTIONS.flatMap((direction) => listIdle(model, direction));
  return [...idle, ...others, ...listProblemFacts(side.problems)].toSorted(compareBy(({ key }) => key));
}

function toFact(code: string, policy: Policy, rule: Rule, data: Fact['data'] = {}, severity: Fact['severity'] = 'info'): Fact {
  return {
    engine: 'network',
    code,
    severity,
    key: `check ${code} ${formatRef(policy.ref)} ${rule.path} ${Object.values(data).map(String).join(' ')}`,
    subject: policy.ref,
    data: { policy: formatRef(policy.ref), rule: rule.path, ...data },
    objects: [{ ref: policy.ref, path: rule.path }],
  };
}

/**
 * Rules that speak of somebody, and yet nothing would be otherwise without them (or, in the tiers, whatever they said). Of rules
 * that say the same the last ones are told.
 */
function listIdle(model: NetworkModel, direction: Direction): readonly Fact[] {
  const { evaluation } = model;
  const groups = groupSubjects(model, direction);
  const idle = new Set<Rule>();
  for (const policy of evaluation.side.policies.toReversed()) {
    const own = groups.get(policy) ?? [];
    for (const rule of (policy[direction] ?? []).toReversed()) {
      const speaks = own.some((slot) =>
        evaluation.parts(policy, rule, direction, slot).some(({ ports, peers }) => ports !== PortTable.NONE && !peers.isEmpty()),
      );
      if (rule.doubt !== undefined) continue;
      const actions = isAdding(policy) ? [undefined] : (['allow', 'deny', 'pass'] as const);
      const isIdle = own.every((slot) => {
        const row = evaluation.row(direction, slot);
        return actions.every(
          (action) =>
            evaluation.rowInstead(direction, slot, (other) => (other === rule ? action : idle.has(other) ? undefined : other.action)) ===
            row,
        );
      });
      if (speaks && isIdle) idle.add(rule);
    }
  }
  return evaluation.side.policies.flatMap((policy) =>
    (policy[direction] ?? []).flatMap((rule) => (idle.has(rule) ? [toFact(isAdding(policy) ? 'KN0301' : 'KN0302', policy, rule)] : [])),
  );
}

/** Whether rules of a policy only add to each other. */
function isAdding({ place, ingress, egress }: Policy): boolean {
  return place.tier === 'namespace' && [...(ingress ?? []), ...(egress ?? [])].every(({ action }) => action === 'allow');
}

/** For each policy one of its subjects of every kind: those that the same policies select, with the same outcome. */
function groupSubjects({ evaluation, frame }: NetworkModel, direction: Direction): ReadonlyMap<Policy, readonly number[]> {
  const place = new Map(evaluation.side.policies.map((policy, index) => [policy, index]));
  const seen = new Set<string>();
  const groups = new Map<Policy, number[]>();
  for (const slot of frame.universe.slots.keys()) {
    const policies = evaluation.selecting(direction, slot);
    const key = `${policies.map((policy) => place.get(policy)).join()} ${evaluation.row(direction, slot).id}`;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const policy of policies) groups.set(policy, [...(groups.get(policy) ?? []), slot]);
  }
  return groups;
}

/** A name that no subject has (for ingress), or no workload at all (for egress). */
function listUnnamed(model: NetworkModel, policy: Policy, direction: Direction, rule: Rule): readonly Fact[] {
  if (rule.namedPorts.length === 0) return [];
  const { side } = model.evaluation;
  const subjects = side.workloads.filter((workload) =>
    model.evaluation.selecting(direction, model.slotOf.get(workload) ?? -1).includes(policy),
  );
  const asked = direction === 'ingress' ? subjects : side.workloads;
  if (subjects.length === 0) return [];
  return rule.namedPorts.flatMap(({ name, protocol }) => {
    const isKnown = asked.some(({ ports }) =>
      ports.some((port) => port.name === name && (protocol === undefined || port.protocol === protocol)),
    );
    return isKnown ? [] : [toFact('KN0304', policy, rule, { port: `${name}${protocol === undefined ? '' : ` (${protocol})`}` }, 'warning')];
  });
}

interface PeerCheck {
  readonly policy: Policy;
  readonly rule: Rule;
  readonly peer: Peer;
  readonly index: number;
  readonly addresses: AddressSet;
  readonly isMissed: (peer: Extract<Peer, { kind: 'pods' }>, own: string) => boolean;
}

function listEmptyPeers({ policy, rule, peer, index, addresses, isMissed }: PeerCheck): readonly Fact[] {
  const data = { peer: index };
  if (peer.kind === 'addresses') {
    const isInside = peer.addresses.cuts.length > 0 && subtract(peer.addresses, addresses).cuts.length === 0;
    return isInside ? [toFact('KN0305', policy, rule, data, 'warning')] : [];
  }
  return peer.kind === 'pods' && isMissed(peer, policy.namespace) ? [toFact('KN0303', policy, rule, data)] : [];
}

/** Whether a peer finds none of the workloads in its namespaces, though there are some; the same question is asked once. */
function toMissed(side: Side): PeerCheck['isMissed'] {
  const homes = new Map<string, Workload[]>();
  for (const workload of side.workloads) getOrAdd(homes, workload.namespace, (): Workload[] => []).push(workload);
  const near = new Map<string, readonly Workload[]>();
  const missed = new Map<string, boolean>();
  const listNear = (selector: Selector | undefined, own: string): readonly Workload[] =>
    selector === undefined
      ? (homes.get(own) ?? [])
      : getOrAdd(near, toSelectorKey(selector), () =>
          [...homes].flatMap(([namespace, pods]) => (isSelected(selector, side.labelsOfNamespace(namespace)) ? pods : [])),
        );
  return ({ namespaces, pods }, own) => {
    const key = `${namespaces === undefined ? own : toSelectorKey(namespaces)} ${toSelectorKey(pods)}`;
    return getOrAdd(missed, key, () => {
      const found = listNear(namespaces, own);
      return found.length > 0 && !found.some(({ labels }) => isSelected(pods, labels));
    });
  };
}

/** The addresses of pods and Services: blocks are meant for addresses outside, and most network plugins see neither. */
function listInside(world: World, workloads: readonly Workload[]): AddressSet {
  const points = [
    ...workloads.flatMap(({ addresses }) => addresses),
    ...listServices(world).flatMap(({ clusterAddresses }) => clusterAddresses),
  ];
  return uniteAll(points.map((point) => toInterval(point, point + 1n)));
}
