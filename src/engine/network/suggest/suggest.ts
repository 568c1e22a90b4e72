import { getOrAdd, sortedUnique, toInterval, uniteAll } from '../../../std/index.ts';
import { compareRefs, refOf, toRefKey, type KubernetesObject, type ObjectRef, type World } from '../../../model/index.ts';
import type { Connection } from '../connections.ts';
import { readModel } from '../model.ts';
import { readSide } from '../side.ts';
import { workloadKey, type Workload } from '../workload.ts';
import { isLasting } from './selector.ts';
import { toPolicies } from './policies.ts';
import { prove, type Proof } from './proof.ts';

/** NetworkPolicies that keep connections, with the proof that they do. */
export interface Suggestion {
  /** By namespace; the one that isolates first. */
  readonly policies: readonly KubernetesObject[];
  /** The NetworkPolicies of today in whose place they stand: with these beside them more would pass. */
  readonly replaced: readonly ObjectRef[];
  readonly isolated: readonly Workload[];
  /** Connections of which one end at least is isolated, without those that no policy can speak of. */
  readonly wished: readonly Connection[];
  readonly proof: Proof;
  /** Workloads of one namespace that no label tells apart: what one of them may, all of them may. */
  readonly alike: readonly (readonly Workload[])[];
}

/**
 * The smallest NetworkPolicies that keep given connections of the workloads that are asked for, in place of the NetworkPolicies
 * that select these today, and what an evaluation of them says: whether every connection passes, and what else does. Workloads
 * in the network of their host cannot be isolated. Policies of administrators stay and decide as they do.
 */
export function suggestPolicies(world: World, connections: readonly Connection[], isAsked: (workload: Workload) => boolean): Suggestion {
  const { workloads } = readModel(world);
  const isolated = new Set(workloads.filter((workload) => !workload.hostNetwork && isAsked(workload)));
  const wished = connections.filter(({ from, to }) => [from, to].some((end) => end.kind === 'workload' && isolated.has(end.workload)));
  const nodes = uniteAll(readSide(world).nodeAddresses.map((address) => toInterval(address, address + 1n)));
  const policies = toPolicies({ workloads, isolated, nodes }, wished);
  const replaced = listReplaced(world, isolated);
  const after = world.without(replaced).with(policies);
  const names = new Set(policies.map((policy) => toRefKey(refOf(policy))));
  return {
    policies,
    replaced: replaced.filter((ref) => !names.has(toRefKey(ref))),
    isolated: [...isolated],
    wished,
    proof: prove(after, wished, new Set([...isolated].map(workloadKey))),
    alike: listAlike([...isolated]),
  };
}

/** The NetworkPolicies that isolate any of some workloads. */
function listReplaced(world: World, isolated: ReadonlySet<Workload>): readonly ObjectRef[] {
  const { evaluation, slotOf } = readModel(world);
  const policies = [...isolated].flatMap((workload) =>
    (['ingress', 'egress'] as const).flatMap((direction) =>
      evaluation.selecting(direction, slotOf.get(workload) ?? -1).filter(({ place }) => place.tier === 'namespace'),
    ),
  );
  return [...new Map(policies.map(({ ref }) => [toRefKey(ref), ref])).values()].toSorted(compareRefs);
}

function listAlike(workloads: readonly Workload[]): readonly (readonly Workload[])[] {
  const groups = new Map<string, Workload[]>();
  for (const workload of workloads) {
    const labels = [...workload.labels].filter(([key]) => isLasting(key)).map(([key, value]) => `${key}=${value}`);
    const key = `${workload.namespace} ${sortedUnique(labels).join()}`;
    getOrAdd(groups, key, () => []).push(workload);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
