import { isTermMatchingPod, toSelectorKey, type AffinityTerm } from '../affinity-term.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { DomainSums } from '../domain-sums.ts';
import { SKIP, type NodeFilter, type Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { sumsOverAll } from '../term-carriers.ts';
import { SUCCESS, unresolvable, unschedulable } from '../verdict.ts';

const AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = unschedulable("node(s) didn't match pod anti-affinity rules");
const EXISTING = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");

/** Holds pods near to or away from other pods, as their terms and those of the pods already there demand. */
export const INTER_POD_AFFINITY: Plugin = {
  name: 'InterPodAffinity',
  weight: 2,
  looksAt: { filter: 'aspects', score: 'aspects' },
  aspects: (pod, cluster) => {
    const { near, anti, scored } = cluster.ofClass(pod, prepareOwn);
    const refusing = [...near, ...anti, ...listExisting(pod, cluster)];
    return [...refusing.map(({ presence }) => presence), ...listScored(pod, cluster, scored).map(({ sums }) => sums.amount)];
  },
  filter: (pod, cluster) => {
    const { near, anti } = cluster.ofClass(pod, prepareOwn);
    const existing = listExisting(pod, cluster);
    if (near.length === 0 && anti.length === 0 && existing.every(({ isZero }) => isZero)) return SKIP;
    const isNear = toAffinityCheck(near, pod);
    const filter: NodeFilter = (node) => {
      if (!isNear(node)) return AFFINITY;
      if (anti.some((sums) => sums.at(node) > 0)) return ANTI_AFFINITY;
      return existing.some((sums) => sums.at(node) > 0) ? EXISTING : SUCCESS;
    };
    return { kind: 'filter', filter };
  },
  score: (pod, cluster, feasible) => {
    const weighed = listScored(pod, cluster, cluster.ofClass(pod, prepareOwn).scored).filter(({ sums }) => !sums.isZero);
    if (weighed.length === 0) return undefined;
    const raw = Float64Array.from(feasible, (node) => weighed.reduce((total, { sums, factor }) => total + sums.at(node) * factor, 0));
    const lowest = raw.reduce((a, b) => Math.min(a, b), Infinity);
    const range = raw.reduce((a, b) => Math.max(a, b), -Infinity) - lowest;
    return raw.map((score) => (range > 0 ? Math.trunc(100 * ((score - lowest) / range)) : 0));
  },
};

/** What counts so much in the score, wherever it is. */
interface Weighed {
  readonly sums: DomainSums;
  readonly factor: number;
}

/** What a pod's own terms speak of: the same for all pods of a class. */
interface OwnTerms {
  readonly near: readonly DomainSums[];
  readonly anti: readonly DomainSums[];
  readonly scored: readonly Weighed[];
}

function prepareOwn(pod: PodInfo, cluster: ClusterState): OwnTerms {
  const { requiredAffinity, requiredAntiAffinity, preferredAffinity, preferredAntiAffinity } = pod.class.affinity;
  const weigh = (terms: readonly AffinityTerm[], sign: number): Weighed[] =>
    terms.map((term) => ({ sums: sumMatching(term, [term], cluster), factor: sign * term.weight }));
  return {
    near: requiredAffinity.map((term) => sumMatching(term, requiredAffinity, cluster)),
    anti: requiredAntiAffinity.map((term) => sumMatching(term, [term], cluster)),
    scored: [...weigh(preferredAffinity, 1), ...weigh(preferredAntiAffinity, -1)],
  };
}

/** How many pods each domain of a term has that all these terms speak of. */
function sumMatching({ topologyKey }: AffinityTerm, terms: readonly AffinityTerm[], cluster: ClusterState): DomainSums {
  const key = terms.map(toMatchKey).join('\u0003');
  const tally = cluster.tally(key, (face) => terms.every((term) => isTermMatchingPod(term, face, face.namespaceLabels)), {
    skipsTerminating: false,
  });
  return sumsOverAll(tally, topologyKey, cluster);
}

function toMatchKey(term: AffinityTerm): string {
  const selector = term.namespaceSelector === undefined ? '' : `?${toSelectorKey(term.namespaceSelector)}`;
  return `${[...term.namespaces].toSorted().join(',')}${selector} ${toSelectorKey(term.selector)}`;
}

/** For each required anti-affinity term of placed pods that speaks of this pod: where its carriers are. */
function listExisting(pod: PodInfo, cluster: ClusterState): readonly DomainSums[] {
  return cluster.carriers.about('requiredAntiAffinity', pod.class.face).map(({ sums }) => sums);
}

function listScored(pod: PodInfo, cluster: ClusterState, own: readonly Weighed[]): readonly Weighed[] {
  const { face } = pod.class;
  const { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods } = cluster.profileOf(pod).settings;
  if (ignorePreferredTermsOfExistingPods && own.length === 0) return [];
  const carried = (kind: 'requiredAffinity' | 'preferredAffinity' | 'preferredAntiAffinity', sign: number): Weighed[] =>
    cluster.carriers.about(kind, face).map(({ term, sums }) => ({
      sums,
      factor: sign * (kind === 'requiredAffinity' ? hardPodAffinityWeight : term.weight),
    }));
  const all = [...own, ...carried('requiredAffinity', 1), ...carried('preferredAffinity', 1), ...carried('preferredAntiAffinity', -1)];
  return all.filter(({ factor }) => factor !== 0);
}

function toAffinityCheck(near: readonly DomainSums[], pod: PodInfo): (node: number) => boolean {
  if (near.length === 0) return () => true;
  const { affinity, face } = pod.class;
  const isFirst = near.every((sums) => sums.isZero);
  const mayStart = isFirst && affinity.requiredAffinity.every((term) => isTermMatchingPod(term, face, face.namespaceLabels));
  return (node) => near.every((sums) => sums.hasDomain(node) && (mayStart || sums.at(node) > 0));
}
