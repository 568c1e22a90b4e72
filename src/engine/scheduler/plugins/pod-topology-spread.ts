import { findUntoleratedTaint, toRequiredNodeMatcher } from '../../../model/index.ts';
import { isSelected } from '../../../model/index.ts';
import { toSelectorKey } from '../affinity-term.ts';
import type { ClusterState } from '../cluster-state.ts';
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

/** Whether a constraint's policies count a node, by the node's index. */
function toInclusion(constraint: SpreadConstraint, pod: PodInfo, cluster: ClusterState): (node: number) => boolean {
  const matching = constraint.honorsAffinity ? cluster.ofClass(pod, listMatching) : undefined;
  const tolerated = constraint.honorsTaints ? cluster.ofClass(pod, listTolerated) : undefined;
  return (node) => matching?.[node] !== 0 && tolerated?.[node] !== 0;
}

function listMatching(pod: PodInfo, cluster: ClusterState): Uint8Array {
  const matches = toRequiredNodeMatcher(pod.class.spec);
  return Uint8Array.from(cluster.nodes, (node) => (matches(node) ? 1 : 0));
}

function listTolerated(pod: PodInfo, cluster: ClusterState): Uint8Array {
  return Uint8Array.from(cluster.nodes, (node) => (findUntoleratedTaint(node.taints, pod.class.tolerations) === undefined ? 1 : 0));
}

function prepareConstraint(
  constraint: SpreadConstraint,
  pod: PodInfo,
  cluster: ClusterState,
  hasAllKeys: (node: number) => boolean,
): NodeFilter {
  const topology = cluster.topology(constraint.topologyKey);
  const counts = countsOf(constraint, pod, cluster);
  const isIncluded = toInclusion(constraint, pod, cluster);
  // -1 where no node of the domain counts.
  const totals = new Int32Array(topology.size).fill(-1);
  let domains = 0;
  for (let node = 0; node < cluster.nodes.length; node++) {
    if (!hasAllKeys(node) || !isIncluded(node)) continue;
    const domain = topology.domains[node] ?? -1;
    if (totals[domain] === -1) domains += (totals[domain] = 0) + 1;
    totals[domain] = (totals[domain] ?? 0) + (counts[node] ?? 0);
  }
  const least = domains < constraint.minDomains ? 0 : totals.reduce((a, b) => (b >= 0 && b < a ? b : a), Infinity);
  const self = isSelected(constraint.selector, pod.class.face.labels) ? 1 : 0;
  return (node) => {
    const domain = topology.domains[node] ?? -1;
    if (domain < 0) return NO_LABEL;
    return Math.max(0, totals[domain] ?? 0) + self - least > constraint.maxSkew ? SKEWED : SUCCESS;
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
  const isIgnored = (node: number): boolean => needsAllKeys && !hasAllKeys(node);
  const raw = new Float64Array(feasible.length);
  const candidates = needsAllKeys ? feasible.filter((node) => !isIgnored(node)) : feasible;
  for (const constraint of soft) addConstraint(raw, constraint, candidates, input, hasAllKeys);
  return normalizeSpread(raw, feasible, isIgnored);
}

function addConstraint(
  raw: Float64Array,
  constraint: SpreadConstraint,
  candidates: Int32Array,
  input: ScoreInput,
  hasAllKeys: (node: number) => boolean,
): void {
  const { pod, cluster, feasible, needsAllKeys } = input;
  const { domains, size } = cluster.topology(constraint.topologyKey);
  const counts = countsOf(constraint, pod, cluster);
  const isHostname = constraint.topologyKey === HOSTNAME;
  const weight = Math.log((isHostname ? candidates.length : countDomains(candidates, domains, size)) + 2);
  const totals = isHostname ? undefined : sumByDomain(constraint, input, hasAllKeys, counts);
  for (let i = 0; i < feasible.length; i++) {
    const node = feasible[i] ?? 0;
    const domain = domains[node] ?? -1;
    if (domain < 0 || (needsAllKeys && !hasAllKeys(node))) continue;
    const count = totals === undefined ? (counts[node] ?? 0) : (totals[domain] ?? 0);
    raw[i] = (raw[i] ?? 0) + (count * weight + (constraint.maxSkew - 1));
  }
}

/** How many values the nodes have; having none is a value too. */
function countDomains(nodes: Int32Array, domains: Int32Array, size: number): number {
  const seen = new Uint8Array(size + 1);
  let count = 0;
  for (let i = 0; i < nodes.length; i++) {
    const at = (domains[nodes[i] ?? 0] ?? -1) + 1;
    if (seen[at] === 0) count += seen[at] = 1;
  }
  return count;
}

function sumByDomain(
  constraint: SpreadConstraint,
  { pod, cluster, needsAllKeys }: ScoreInput,
  hasAllKeys: (node: number) => boolean,
  counts: Int32Array,
): Int32Array {
  const { domains, size } = cluster.topology(constraint.topologyKey);
  const isIncluded = toInclusion(constraint, pod, cluster);
  const sums = new Int32Array(size);
  for (let node = 0; node < counts.length; node++) {
    const count = counts[node] ?? 0;
    if (count === 0 || (needsAllKeys && !hasAllKeys(node)) || !isIncluded(node)) continue;
    const domain = domains[node] ?? -1;
    if (domain >= 0) sums[domain] = (sums[domain] ?? 0) + count;
  }
  return sums;
}

function normalizeSpread(raw: Float64Array, feasible: Int32Array, isIgnored: (node: number) => boolean): Float64Array {
  let lowest = Infinity;
  let highest = 0;
  for (let i = 0; i < raw.length; i++) {
    if (isIgnored(feasible[i] ?? 0)) continue;
    const score = Math.round(raw[i] ?? 0);
    lowest = Math.min(lowest, score);
    highest = Math.max(highest, score);
  }
  for (let i = 0; i < raw.length; i++) {
    const score = Math.round(raw[i] ?? 0);
    const scaled = highest === 0 ? 100 : Math.trunc((100 * (highest + lowest - score)) / highest);
    raw[i] = isIgnored(feasible[i] ?? 0) ? 0 : scaled;
  }
  return raw;
}
