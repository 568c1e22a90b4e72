import { compareBy, uniteAll } from '../../../std/index.ts';
import type { Direction, Policy, Rule } from '../policy.ts';
import { toPortSet } from '../port-set.ts';
import type { GuardConnection } from './connlist.ts';
import {
  EVERYTHING,
  formatNamed,
  intersectNamed,
  isEmptyNamed,
  isEqualNamed,
  NOTHING,
  subtractNamed,
  uniteNamed,
  type NamedSet,
} from './named-ports.ts';
import type { GuardPeer } from './peers.ts';
import { isEntireCluster, isSameSelector, keyOf, listPodPeers, selectsPod, type PodPeer } from './representative.ts';
import type { GuardEnd, GuardView } from './view.ts';

/** One line of exposure: what a workload may use with whom, who may not be there yet. */
export interface ExposureLine {
  readonly workload: string;
  readonly target: string;
  readonly conn: string;
}

/** The exposure of the workloads of a view, by direction, and the sentences of those that no policy protects. */
export interface Exposure {
  readonly egress: readonly ExposureLine[];
  readonly ingress: readonly ExposureLine[];
  readonly unprotected: readonly string[];
}

/** To whom workloads are exposed beyond those that are there: the whole cluster, addresses of the list, and pods that rules speak of. */
export function listExposure(view: GuardView, connections: readonly GuardConnection[]): Exposure {
  const representatives = listRepresentatives(view);
  const lines = { egress: [] as ExposureLine[], ingress: [] as ExposureLine[] };
  const unprotected: string[] = [];
  for (const workload of view.workloads) {
    for (const direction of ['egress', 'ingress'] as const) {
      const isProtected = view.evaluation.selecting(direction, workload.index).length > 0;
      if (!isProtected) unprotected.push(`${workload.name} is not protected on ${direction === 'egress' ? 'Egress' : 'Ingress'}`);
      lines[direction].push(
        ...listAddresses(workload, direction, connections),
        ...(isProtected ? listProtected(view, workload, direction, representatives) : [toLine(workload, 'entire-cluster', EVERYTHING)]),
      );
    }
  }
  const byName = compareBy(
    ({ workload }: ExposureLine) => workload,
    ({ target }: ExposureLine) => target,
  );
  return { egress: lines.egress.toSorted(byName), ingress: lines.ingress.toSorted(byName), unprotected: unprotected.toSorted() };
}

function toLine({ name }: GuardEnd, target: string, set: NamedSet): ExposureLine {
  return { workload: name, target, conn: formatNamed(set) };
}

function listAddresses(workload: GuardEnd, direction: Direction, connections: readonly GuardConnection[]): readonly ExposureLine[] {
  return connections.flatMap(({ from, to, ports }) => {
    const [own, other] = direction === 'egress' ? [from, to] : [to, from];
    return own.name === workload.name && other.range !== undefined ? [toLine(workload, other.name, { ports, names: [] })] : [];
  });
}

function listProtected(
  view: GuardView,
  workload: GuardEnd,
  direction: Direction,
  representatives: readonly PodPeer[],
): readonly ExposureLine[] {
  const cluster = judge(view, workload, direction, (policy, index) => speaksOfCluster(policy, direction, index));
  const lines = representatives.flatMap((representative) => {
    const set = judge(view, workload, direction, (policy, index) => speaksOf(policy, direction, index, representative));
    return isEqualNamed(set, cluster) ? [] : [toLine(workload, representative.title, set)];
  });
  return isEmptyNamed(cluster) ? lines : [toLine(workload, 'entire-cluster', cluster), ...lines];
}

/** The peers that rules write, each once, but those that mean the whole cluster or a pod that is there. */
function listRepresentatives(view: GuardView): readonly PodPeer[] {
  const found = new Map<string, PodPeer>();
  for (const policy of view.policies) {
    for (const direction of ['ingress', 'egress'] as const) {
      for (const index of (policy[direction] ?? []).keys()) {
        const peers = listPodPeers(policy, direction, index);
        if (policy.place.tier === 'namespace' && peers.some(isEntireCluster)) continue;
        for (const peer of peers) {
          const key = `${keyOf(peer.namespaces)}|${keyOf(peer.pods)}`;
          if (!found.has(key) && !isEntireCluster(peer) && !isThere(view, peer)) found.set(key, peer);
        }
      }
    }
  }
  return [...found.values()];
}

function isThere({ workloads, evaluation }: GuardView, peer: PodPeer): boolean {
  const has = ({ namespace, labels }: GuardPeer): boolean => selectsPod(peer, evaluation.side.labelsOfNamespace(namespace), labels);
  return peer.isPlain && workloads.some(({ peer: workload }) => workload !== undefined && has(workload));
}

function speaksOfCluster(policy: Policy, direction: Direction, index: number): boolean {
  return policy[direction]?.[index]?.peers === undefined || listPodPeers(policy, direction, index).some(isEntireCluster);
}

function speaksOf(policy: Policy, direction: Direction, index: number, representative: PodPeer): boolean {
  if (policy[direction]?.[index]?.peers === undefined) return true;
  return listPodPeers(policy, direction, index).some(
    ({ namespaces, pods }) => isSameSelector(namespaces, representative.namespaces) && isSameSelector(pods, representative.pods),
  );
}

type Speaks = (policy: Policy, index: number) => boolean;

/** What the tiers leave a workload, counting only rules that speak of whom is asked. */
function judge(view: GuardView, workload: GuardEnd, direction: Direction, speaks: Speaks): NamedSet {
  const policies = view.evaluation.selecting(direction, workload.index);
  const decided = { allow: NOTHING, deny: NOTHING, pass: NOTHING };
  const take = (tier: 'admin' | 'baseline', before: NamedSet): NamedSet => {
    let rest = before;
    for (const policy of policies.filter((item) => item.place.tier === tier)) {
      for (const [index, rule] of (policy[direction] ?? []).entries()) {
        const fresh = speaks(policy, index) ? meet(portsOf(rule, direction, workload), rest) : NOTHING;
        decided[rule.action] = uniteNamed(decided[rule.action], fresh);
        rest = subtractNamed(rest, fresh);
      }
    }
    return rest;
  };
  const open = uniteNamed(take('admin', EVERYTHING), decided.pass);
  const isolating = policies.filter(({ place }) => place.tier === 'namespace');
  if (isolating.length > 0) {
    const allowed = isolating.flatMap((policy) =>
      (policy[direction] ?? []).filter((_, index) => speaks(policy, index)).map((rule) => portsOf(rule, direction, workload)),
    );
    return uniteNamed(decided.allow, meet(allowed.reduce(uniteNamed, NOTHING), open));
  }
  const left = take('baseline', open);
  return uniteNamed(decided.allow, left);
}

/** What a rule says of what is still open; its names are, unless they were decided before. */
function meet(rule: NamedSet, open: NamedSet): NamedSet {
  const { ports } = intersectNamed(rule, open);
  return { ports, names: rule.names };
}

/** The ports of a rule: names are looked up on the workload that is entered, and stay names where it leaves. */
function portsOf(rule: Rule, direction: Direction, { peer }: GuardEnd): NamedSet {
  if (direction === 'egress')
    return { ports: rule.ports, names: rule.namedPorts.map(({ name, protocol }) => `${protocol ?? ''} ${name}`).toSorted() };
  const named = rule.namedPorts.flatMap(({ name, protocol }) =>
    (peer?.ports ?? [])
      .filter((port) => port.name === name && (protocol === undefined || protocol === port.protocol))
      .map((port) => toPortSet(port.protocol, port.port, port.port)),
  );
  return { ports: uniteAll([rule.ports, ...named]), names: [] };
}

/** The text of the exposure, the workloads padded to the longest of them. */
export function printExposure({ egress, ingress, unprotected }: Exposure): string {
  const width = Math.max(0, ...[...egress, ...ingress].map(({ workload }) => workload.length));
  const toText = (lines: readonly ExposureLine[], arrow: string): string =>
    lines.map(({ workload, target, conn }) => `${workload.padEnd(width)} \t${arrow} \t${target} : ${conn}\n`).join('');
  const sections = [
    egress.length === 0 ? '' : `Egress Exposure:\n${toText(egress, '=>')}`,
    ingress.length === 0 ? '' : `Ingress Exposure:\n${toText(ingress, '<=')}`,
    unprotected.length === 0 ? '' : `Workloads not protected by network policies:\n${unprotected.map((line) => `${line}\n`).join('')}`,
  ].filter((section) => section !== '');
  return sections.length === 0 ? '' : `Exposure Analysis Result:\n${sections.join('\n')}`;
}
