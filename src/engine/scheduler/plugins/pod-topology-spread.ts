import { findUntoleratedTaint, toRequiredNodeMatcher } from '../../../model/index.ts';
import { isSelected } from '../../../model/index.ts';
import { toSelectorKey } from '../affinity-term.ts';
import type { ClusterState, NodeInfo, Topology } from '../cluster-state.ts';
import { SKIP, type NodeFilter, type Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import type { SpreadConstraint } from '../spread-constraint.ts';
import { SUCCESS, unresolvable, unschedulable } from '../verdict.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const NO_LABEL = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");
const SKEWED = unschedulable("node(s) didn't match pod topology spread constraints");

/** Keeps the pods that a constraint selects spread over the domains of a node label. */
export const POD_TOPOLOGY_SPREAD: Plugin = {
  name: 'PodTopologySpread',
  weight: 2,
  filter: (pod, cluster) => {
    const hard = pod.class.constraints.filter(({ isHard }) => isHard);
    if (hard.length === 0) return SKIP;
    const hasAllKeys = toKeyCheck(hard, cluster);
    const filters = hard.map((constraint) => prepareConstraint(constraint, pod, cluster, hasAllKeys));
    return {
      kind: 'filter',
      filter: (node) => {
        for (const filter of filters) {
          const verdict = filter(node);
          if (verdict !== SUCCESS) return verdict;
        }
        return SUCCESS;
      },
    };
  },
  score: (pod, cluster, feasible) => {
    const own = pod.class.constraints;
    const soft = own.length > 0 ? own.filter(({ isHard }) => !isHard) : pod.class.defaultConstraints();
    if (soft.length === 0) return undefined;
    return score(soft, { pod, cluster, feasible, needsAllKeys: own.length > 0 });
  },
};

function toKeyCheck(constraints: readonly SpreadConstraint[], cluster: ClusterState): (node: number) => boolean {
  const topologies = constraints.map(({ topologyKey }) => cluster.topology(topologyKey));
  return (node) => topologies.every(({ domains }) => (domains[node] ?? -1) >= 0);
}

function countsOf(constraint: SpreadConstraint, pod: PodInfo, cluster: ClusterState): Int32Array {
  const { selector } = constraint;
  const { namespace } = pod.class.face;
  if (selector.requirements.length === 0) return new Int32Array(cluster.nodes.length);
  const isCounted = (face: { namespace: string; labels: ReadonlyMap<string, string> }): boolean =>
    face.namespace === namespace && isSelected(selector, face.labels);
  return cluster.tally(`${namespace} ${toSelectorKey(selector)}`, isCounted, { skipsTerminating: true }).counts;
}

/** Whether a constraint's policies count a node. */
function toInclusion(constraint: SpreadConstraint, pod: PodInfo): (node: NodeInfo) => boolean {
  const matches = toRequiredNodeMatcher(pod.class.spec);
  return (node) =>
    (!constraint.honorsAffinity || matches(node)) &&
    (!constraint.honorsTaints || findUntoleratedTaint(node.taints, pod.class.tolerations) === undefined);
}

function prepareConstraint(
  constraint: SpreadConstraint,
  pod: PodInfo,
  cluster: ClusterState,
  hasAllKeys: (node: number) => boolean,
): NodeFilter {
  const topology = cluster.topology(constraint.topologyKey);
  const counts = countsOf(constraint, pod, cluster);
  const isIncluded = toInclusion(constraint, pod);
  const totals = new Map<number, number>();
  for (const node of cluster.nodes) {
    if (!hasAllKeys(node.index) || !isIncluded(node)) continue;
    const domain = topology.domains[node.index] ?? -1;
    totals.set(domain, (totals.get(domain) ?? 0) + (counts[node.index] ?? 0));
  }
  const least = totals.size < constraint.minDomains ? 0 : Math.min(...totals.values());
  const self = isSelected(constraint.selector, pod.class.face.labels) ? 1 : 0;
  return (node) => {
    const domain = topology.domains[node] ?? -1;
    if (domain < 0) return NO_LABEL;
    return (totals.get(domain) ?? 0) + self - least > constraint.maxSkew ? SKEWED : SUCCESS;
  };
}

interface ScoreInput {
  readonly pod: PodInfo;
  readonly cluster: ClusterState;
  readonly feasible: Int32Array;
  readonly needsAllKeys: boolean;
}

function score(soft: readonly SpreadConstraint[], input: ScoreInput): Float64Array {
  const { cluster, feasible, needsAllKeys } = input;
  const hasAllKeys = toKeyCheck(soft, cluster);
  const isIgnored = Array.from(feasible, (node) => needsAllKeys && !hasAllKeys(node));
  const raw = new Float64Array(feasible.length);
  const candidates = feasible.filter((_, i) => isIgnored[i] === false);
  for (const constraint of soft) addConstraint(raw, constraint, candidates, input, hasAllKeys);
  return normalizeSpread(raw.map(roundHalfAway), isIgnored);
}

function addConstraint(
  raw: Float64Array,
  constraint: SpreadConstraint,
  candidates: Int32Array,
  { pod, cluster, feasible, needsAllKeys }: ScoreInput,
  hasAllKeys: (node: number) => boolean,
): void {
  const topology = cluster.topology(constraint.topologyKey);
  const counts = countsOf(constraint, pod, cluster);
  const isHostname = constraint.topologyKey === HOSTNAME;
  const domains = new Set(Array.from(candidates, (node) => topology.domains[node] ?? -1));
  const weight = Math.log((isHostname ? candidates.length : domains.size) + 2);
  const totals = isHostname ? new Map<number, number>() : sumByDomain(constraint, pod, cluster, topology, counts);
  for (const [i, node] of feasible.entries()) {
    const domain = topology.domains[node] ?? -1;
    if (domain < 0 || (needsAllKeys && !hasAllKeys(node))) continue;
    const count = isHostname ? (counts[node] ?? 0) : (totals.get(domain) ?? 0);
    raw[i] = (raw[i] ?? 0) + (count * weight + (constraint.maxSkew - 1));
  }

  function sumByDomain(
    constraint: SpreadConstraint,
    pod: PodInfo,
    cluster: ClusterState,
    topology: Topology,
    counts: Int32Array,
  ): Map<number, number> {
    const isIncluded = toInclusion(constraint, pod);
    const sums = new Map<number, number>();
    for (const node of cluster.nodes) {
      const count = counts[node.index] ?? 0;
      if (count === 0 || (needsAllKeys && !hasAllKeys(node.index)) || !isIncluded(node)) continue;
      const domain = topology.domains[node.index] ?? -1;
      sums.set(domain, (sums.get(domain) ?? 0) + count);
    }
    return sums;
  }
}

function normalizeSpread(raw: Float64Array, isIgnored: readonly boolean[]): Float64Array {
  let lowest = Infinity;
  let highest = 0;
  for (const [i, score] of raw.entries()) {
    if (isIgnored[i] === true) continue;
    lowest = Math.min(lowest, score);
    highest = Math.max(highest, score);
  }
  return raw.map((score, i) => {
    if (isIgnored[i] === true) return 0;
    return highest === 0 ? 100 : Math.trunc((100 * (highest + lowest - score)) / highest);
  });
}

function roundHalfAway(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}
