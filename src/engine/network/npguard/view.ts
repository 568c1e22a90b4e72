import { compareStrings, intersect } from '../../../std/index.ts';
import type { KubernetesObject } from '../../../model/index.ts';
import { ADMIN_GROUP, ADMIN_KINDS, readAdminPolicy } from '../admin-policy.ts';
import { ALL_V4, formatAddress } from '../address.ts';
import { Evaluation, toFrame, type Frame } from '../evaluation.ts';
import { readPolicy, type Direction, type Peer, type Policy, type Rule } from '../policy.ts';
import { computeNamespaces, toSide } from '../side.ts';
import { toUniverse } from '../universe.ts';
import { listPeers, homeOf, type GuardPeer } from './peers.ts';

/** The source of traffic through Ingresses and Routes, whose pods nobody knows: no labels, in a namespace of its own. */
export const CONTROLLER = '{ingress-controller}';
const CONTROLLER_NAMESPACE = 'ingress-controller-ns';

/** One end as netpol-analyzer names it. */
export interface GuardEnd {
  readonly name: string;
  /** Its number in the universe; of a range of addresses that of its first atom. */
  readonly index: number;
  /** Undefined for addresses. */
  readonly peer?: GuardPeer;
  /** The first and last address of a range. */
  readonly range?: readonly [first: bigint, last: bigint];
}

/** A directory as netpol-analyzer sees it. */
export interface GuardView {
  readonly objects: readonly KubernetesObject[];
  readonly workloads: readonly GuardEnd[];
  /** Addresses outside as senders, cut where ingress rules tell them apart, and as receivers, where egress rules do. */
  readonly senders: readonly GuardEnd[];
  readonly receivers: readonly GuardEnd[];
  readonly controller: GuardEnd;
  readonly frame: Frame;
  readonly evaluation: Evaluation;
  readonly policies: readonly Policy[];
}

/**
 * Reads objects as netpol-analyzer does: blocks of addresses mean no pods, IPv6 and nodes are left out. `cuts` are more places
 * at which addresses are told apart.
 */
export function readView(objects: readonly KubernetesObject[], cuts: Readonly<Record<Direction, readonly bigint[]>> = NO_CUTS): GuardView {
  const peers = listPeers(objects);
  const policies = listPolicies(objects);
  const namespaces = computeNamespaces(objects.filter(({ kind }) => kind === 'Namespace'));
  const side = toSide({ workloads: [...peers, toController()], policies, nodes: [], namespaces });
  const universe = toUniverse([side]);
  const frame = toFrame(universe);
  const indexOf = new Map(
    universe.slots.flatMap(({ sides }, index) => (sides[0] ?? []).map((workload) => [workload.name, index] as const)),
  );
  const toEnds = (direction: Direction): readonly GuardEnd[] =>
    toRanges([...listCuts(policies, direction), ...cuts[direction]]).map((range) => ({
      name: `${formatAddress(range[0])}-${formatAddress(range[1])}[External]`,
      index: universe.atomAt(range[0]),
      range,
    }));
  return {
    objects,
    workloads: peers.map((peer) => ({ name: peer.name, index: indexOf.get(peer.name) ?? -1, peer })),
    senders: toEnds('ingress'),
    receivers: toEnds('egress'),
    controller: { name: CONTROLLER, index: indexOf.get(CONTROLLER) ?? -1 },
    frame,
    evaluation: new Evaluation(side, 0, frame),
    policies: side.policies,
  };
}

const NO_CUTS = { ingress: [], egress: [] };

function toController(): GuardPeer {
  return {
    ref: { group: '', version: 'v1', kind: 'Pod', namespace: CONTROLLER_NAMESPACE, name: CONTROLLER },
    namespace: CONTROLLER_NAMESPACE,
    name: CONTROLLER,
    labels: new Map(),
    labelsPath: '',
    ports: [],
    serviceAccount: '',
    hostNetwork: false,
    node: undefined,
    addresses: [],
    template: { path: [], metadata: {}, spec: {} },
  };
}

/** The policies of a directory, by name within their kind. */
export function listPolicies(objects: readonly KubernetesObject[]): readonly Policy[] {
  return objects
    .flatMap((object) => {
      if (object.kind === 'NetworkPolicy') return [readPolicy({ ...object, metadata: { ...object.metadata, namespace: homeOf(object) } })];
      return object.apiVersion.startsWith(`${ADMIN_GROUP}/`) && ADMIN_KINDS.includes(object.kind) ? [readAdminPolicy(object)] : [];
    })
    .map((policy) => ({
      ...policy,
      ...(policy.ingress === undefined ? {} : { ingress: policy.ingress.map(narrowRule) }),
      ...(policy.egress === undefined ? {} : { egress: policy.egress.map(narrowRule) }),
    }))
    .toSorted((a, b) => compareStrings(`${a.namespace}/${a.ref.name}`, `${b.namespace}/${b.ref.name}`));
}

function narrowRule(rule: Rule): Rule {
  if (rule.peers === undefined) return rule;
  return { ...rule, peers: rule.peers.flatMap(narrowPeer) };
}

function narrowPeer(peer: Peer): readonly Peer[] {
  if (peer.kind === 'pods') return [peer];
  if (peer.kind !== 'addresses') return [];
  const addresses = intersect(peer.addresses, ALL_V4);
  return addresses.cuts.length === 0 ? [] : [{ kind: 'addresses', addresses, meaning: 'known' }];
}

function listCuts(policies: readonly Policy[], direction: Direction): readonly bigint[] {
  return policies
    .flatMap((policy) => policy[direction] ?? [])
    .flatMap((rule) => rule.peers ?? [])
    .flatMap((peer) => (peer.kind === 'addresses' ? peer.addresses.cuts : []));
}

/** IPv4, cut at these places. */
function toRanges(cuts: readonly bigint[]): readonly (readonly [bigint, bigint])[] {
  const sorted = [...new Set([...ALL_V4.cuts, ...cuts])].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted.slice(0, -1).map((start, index) => [start, (sorted[index + 1] ?? start) - 1n]);
}
