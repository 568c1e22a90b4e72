import { isTermMatchingPod, toSelectorKey, type AffinityTerm } from '../affinity-term.ts';
import type { ClusterState } from '../cluster-state.ts';
import { SKIP, type NodeFilter, type Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { SUCCESS, unresolvable, unschedulable } from '../verdict.ts';

const AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = unschedulable("node(s) didn't match pod anti-affinity rules");
const EXISTING = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");
const HARD_AFFINITY_WEIGHT = 1;

/** A sum by domain of one topology; domains that nothing counts in are 0. */
interface DomainSums {
  readonly domains: Int32Array;
  readonly sums: Float64Array;
}

/** Holds pods near to or away from other pods, as their terms and those of the pods already there demand. */
export const INTER_POD_AFFINITY: Plugin = {
  name: 'InterPodAffinity',
  weight: 2,
  filter: (pod, cluster) => {
    const { requiredAffinity, requiredAntiAffinity } = pod.class.affinity;
    const existing = listExisting(pod, cluster);
    if (existing.length === 0 && requiredAffinity.length === 0 && requiredAntiAffinity.length === 0) return SKIP;
    const isNear = toAffinityCheck(requiredAffinity, pod, cluster);
    const anti = requiredAntiAffinity.map((term) => sumByDomain(cluster, term.topologyKey, countMatching([term], cluster), 1));
    const filter: NodeFilter = (node) => {
      if (!isNear(node)) return AFFINITY;
      if (anti.some((sums) => sumAt(sums, node) > 0)) return ANTI_AFFINITY;
      return existing.some((sums) => sumAt(sums, node) > 0) ? EXISTING : SUCCESS;
    };
    return { kind: 'filter', filter };
  },
  score: (pod, cluster, feasible) => {
    const sums = listScoredSums(pod, cluster);
    if (!sums.some(({ sums }) => sums.some((sum) => sum !== 0))) return undefined;
    const raw = Float64Array.from(feasible, (node) => sums.reduce((total, item) => total + sumAt(item, node), 0));
    const lowest = raw.reduce((a, b) => Math.min(a, b), Infinity);
    const range = raw.reduce((a, b) => Math.max(a, b), -Infinity) - lowest;
    return raw.map((score) => (range > 0 ? Math.trunc(100 * ((score - lowest) / range)) : 0));
  },
};

/** For each required anti-affinity term of placed pods that speaks of this pod: where its carriers are. */
function listExisting(pod: PodInfo, cluster: ClusterState): DomainSums[] {
  const { face } = pod.class;
  return [...cluster.carriers('requiredAntiAffinity').values()]
    .filter(({ term }) => isTermMatchingPod(term, face, face.namespaceLabels))
    .map(({ term, counts }) => sumByDomain(cluster, term.topologyKey, counts, 1));
}

function toAffinityCheck(terms: readonly AffinityTerm[], pod: PodInfo, cluster: ClusterState): (node: number) => boolean {
  if (terms.length === 0) return () => true;
  const counts = countMatching(terms, cluster);
  const sums = terms.map((term) => sumByDomain(cluster, term.topologyKey, counts, 1));
  const { face } = pod.class;
  const isFirst = sums.every(({ sums }) => sums.every((sum) => sum === 0));
  const mayStart = isFirst && terms.every((term) => isTermMatchingPod(term, face, face.namespaceLabels));
  return (node) => sums.every((item) => (item.domains[node] ?? -1) >= 0 && (mayStart || sumAt(item, node) > 0));
}

/** How many pods each node has that all terms speak of. */
function countMatching(terms: readonly AffinityTerm[], cluster: ClusterState): Int32Array {
  const key = terms.map(toMatchKey).join('\u0003');
  return cluster.tally(key, (face) => terms.every((term) => isTermMatchingPod(term, face, face.namespaceLabels)), {
    skipsTerminating: false,
  }).counts;
}

function toMatchKey(term: AffinityTerm): string {
  const selector = term.namespaceSelector === undefined ? '' : `?${toSelectorKey(term.namespaceSelector)}`;
  return `${[...term.namespaces].toSorted().join(',')}${selector} ${toSelectorKey(term.selector)}`;
}

function sumByDomain(cluster: ClusterState, topologyKey: string, counts: Int32Array, factor: number): DomainSums {
  const { domains, size } = cluster.topology(topologyKey);
  const sums = new Float64Array(size);
  for (let node = 0; node < counts.length; node++) {
    const count = counts[node] ?? 0;
    const domain = domains[node] ?? -1;
    if (domain >= 0 && count !== 0) sums[domain] = (sums[domain] ?? 0) + count * factor;
  }
  return { domains, sums };
}

function sumAt({ domains, sums }: DomainSums, node: number): number {
  const domain = domains[node] ?? -1;
  return domain < 0 ? 0 : (sums[domain] ?? 0);
}

function listScoredSums(pod: PodInfo, cluster: ClusterState): DomainSums[] {
  const { face, affinity } = pod.class;
  const own = (terms: readonly AffinityTerm[], sign: number): DomainSums[] =>
    terms.map((term) => sumByDomain(cluster, term.topologyKey, countMatching([term], cluster), sign * term.weight));
  const carried = (kind: 'requiredAffinity' | 'preferredAffinity' | 'preferredAntiAffinity', sign: number): DomainSums[] =>
    [...cluster.carriers(kind).values()]
      .filter(({ term }) => isTermMatchingPod(term, face, face.namespaceLabels))
      .map(({ term, counts }) =>
        sumByDomain(cluster, term.topologyKey, counts, sign * (kind === 'requiredAffinity' ? HARD_AFFINITY_WEIGHT : term.weight)),
      );
  return [
    ...own(affinity.preferredAffinity, 1),
    ...own(affinity.preferredAntiAffinity, -1),
    ...carried('requiredAffinity', 1),
    ...carried('preferredAffinity', 1),
    ...carried('preferredAntiAffinity', -1),
  ];
}
