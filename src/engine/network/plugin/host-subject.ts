import { ISOLATES_NONE, type Direction, type Peer, type Policy, type Rule } from '../policy.ts';

/** Hosts that a policy means, and whether that is sure. */
export interface HostSubject {
  readonly peer: Peer;
  readonly isSure: boolean;
}

/** The reason for which pods in the network of a node may or may not be meant. */
export const UNPLACED = 'on which nodes its pods run is not known';

/**
 * The hosts of some nodes, of all that are known: the nodes themselves and the pods in their networks. Of pods that are bound to no node
 * yet, and where no node is known at all, nobody can say.
 */
export function toHostSubjects(names: readonly string[], all: readonly string[]): readonly HostSubject[] {
  if (all.length === 0) return [{ peer: { kind: 'hosts' }, isSure: false }];
  if (names.length === 0) return [];
  if (names.length === all.length) return [{ peer: { kind: 'hosts' }, isSure: true }];
  return [
    { peer: { kind: 'placed', nodes: names }, isSure: true },
    { peer: { kind: 'unplaced' }, isSure: false },
  ];
}

const LAST = Infinity;

/** A policy that may or may not be one of some pods: all that it allows, denies and isolates is in doubt. */
export function toDoubtful(policy: Policy, doubt: string): readonly Policy[] {
  const doubtAll = (rules: readonly Rule[] | undefined): readonly Rule[] | undefined =>
    rules?.map((rule) => ({ ...rule, doubt: rule.doubt ?? doubt }));
  const toRest = (direction: Direction): readonly Rule[] | undefined => {
    const ports = policy.isolates[direction];
    if (policy[direction] === undefined || ports.cuts.length === 0) return undefined;
    return [{ path: policy.subjectPath, name: '', action: 'deny', peers: undefined, ports, namedPorts: [], doubt }];
  };
  return [
    { ...policy, ingress: doubtAll(policy.ingress), egress: doubtAll(policy.egress), isolates: ISOLATES_NONE },
    { ...policy, priority: LAST, ingress: toRest('ingress'), egress: toRest('egress'), isolates: ISOLATES_NONE },
  ];
}
