import { findUntoleratedTaint, isSelected, toRequiredNodeMatcher } from '../../../model/index.ts';
import { getObject, getStringMap, stringifyJson, type JsonObject } from '../../../std/index.ts';
import { toSelectorKey } from '../affinity-term.ts';
import type { Aspect } from '../aspect.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { DomainSums } from '../domain-sums.ts';
import { SKIP, type NodeFilter, type Plugin } from '../plugin.ts';
import type { Face, PodInfo } from '../pod-class.ts';
import type { PodTally } from '../pod-tally.ts';
import type { SpreadConstraint } from '../spread-constraint.ts';
import type { Topology } from '../topology.ts';
import { SUCCESS, unresolvable, unschedulable } from '../verdict.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const NO_LABEL = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");
const SKEWED = unschedulable("node(s) didn't match pod topology spread constraints");

/** Keeps the pods that a constraint selects spread over the domains of a node label. */
export const POD_TOPOLOGY_SPREAD: Plugin = {
  name: 'PodTopologySpread',
  weight: 2,
  looksAt: { filter: 'aspects', score: 'aspects' },
  aspects: (pod, cluster) => {
    const { hard, soft } = cluster.ofClass(pod, prepare);
    return [...hard.map(({ sums }) => sums.amount), ...soft.map(({ aspect }) => aspect)];
  },
  filter: (pod, cluster) => {
    const { hard } = cluster.ofClass(pod, prepare);
    if (hard.length === 0) return SKIP;
    const filters = hard.map(toFilter);
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
  score: (pod, cluster, feasible, { standsFor }) => {
    const { soft } = cluster.ofClass(pod, prepare);
    return soft.length === 0 ? undefined : score(soft, feasible, { standsFor, needsAllKeys: needsAllKeys(pod, cluster) });
  },
};

/** What a class's constraints count. */
interface Prepared {
  readonly hard: readonly HardConstraint[];
  readonly soft: readonly SoftConstraint[];
}

interface HardConstraint extends Pick<SpreadConstraint, 'maxSkew' | 'minDomains'> {
  /** The matching pods of each domain, on the nodes that the constraint's policies include. */
  readonly sums: DomainSums;
  /** One if the pod itself matches. */
  readonly self: number;
}

interface SoftConstraint extends Pick<SpreadConstraint, 'maxSkew'> {
  readonly isHostname: boolean;
  readonly topology: Topology;
  /** The matching pods of a node's domain; of the node alone where that is its host. */
  readonly countAt: (node: number) => number;
  readonly aspect: Aspect;
}

function prepare(pod: PodInfo, cluster: ClusterState): Prepared {
  const own = pod.class.constraints;
  const constraints = own.length > 0 ? own : pod.class.defaultConstraints(cluster.profileOf(pod).settings.defaultConstraints);
  const hard = constraints.filter(({ isHard }) => isHard);
  const soft = constraints.filter(({ isHard }) => !isHard);
  const of = { pod, cluster };
  return {
    hard: hard.map((constraint) => toHard(constraint, hard, of)),
    soft: soft.map((constraint) => toSoft(constraint, needsAllKeys(pod, cluster) ? soft : [], of)),
  };
}

/** Whether a node that lacks one of the keys counts for nothing: so it is but for the constraints of the system. */
function needsAllKeys(pod: PodInfo, cluster: ClusterState): boolean {
  return pod.class.constraints.length > 0 || cluster.profileOf(pod).settings.defaultConstraints !== undefined;
}

interface PodInCluster {
  readonly pod: PodInfo;
  readonly cluster: ClusterState;
}

function toHard(constraint: SpreadConstraint, all: readonly SpreadConstraint[], of: PodInCluster): HardConstraint {
  const { maxSkew, minDomains } = constraint;
  const tally = tallyOf(constraint, of);
  const self = isSelected(constraint.selector, of.pod.class.face.labels) ? 1 : 0;
  return { maxSkew, minDomains, sums: sumsOf(tally, constraint, all, of), self };
}

function toSoft(constraint: SpreadConstraint, all: readonly SpreadConstraint[], of: PodInCluster): SoftConstraint {
  const { maxSkew, topologyKey } = constraint;
  const topology = of.cluster.topology(topologyKey);
  const tally = tallyOf(constraint, of);
  if (topologyKey === HOSTNAME) {
    const { counts } = tally;
    const countAt = (node: number): number => counts[node] ?? 0;
    const aspect = { isFixed: false, of: (node: number) => ((topology.domains[node] ?? -1) < 0 ? 0 : 1 + countAt(node)) };
    return { maxSkew, isHostname: true, topology, countAt, aspect };
  }
  const sums = sumsOf(tally, constraint, all, of);
  return { maxSkew, isHostname: false, topology, countAt: (node) => sums.at(node), aspect: sums.amount };
}

/**
 * How many pods of the pod's namespace each node has that a constraint selects. An empty selector counts none (`countPodsMatchSelector`),
 * but those that are nominated or tried as victims (`updateWithPod`).
 */
function tallyOf({ selector }: SpreadConstraint, { pod, cluster }: PodInCluster): PodTally {
  const { namespace } = pod.class.face;
  const onlyTried = selector.requirements.length === 0;
  const isCounted = (face: Face): boolean => face.namespace === namespace && isSelected(selector, face.labels);
  return cluster.tally(`${namespace} ${toSelectorKey(selector)}`, isCounted, { skipsTerminating: true, onlyTried });
}

/** The sums over nodes that have the keys of all these constraints and that the policies of this one include. */
function sumsOf(tally: PodTally, constraint: SpreadConstraint, all: readonly SpreadConstraint[], of: PodInCluster): DomainSums {
  const { pod, cluster } = of;
  const keys = all.map(({ topologyKey }) => cluster.topology(topologyKey));
  const matching = constraint.honorsAffinity && hasNodeRules(pod.class.spec) ? toRequiredNodeMatcher(pod.class.spec) : undefined;
  const includesAll = keys.length === 0 && matching === undefined && !constraint.honorsTaints;
  const isIncluded = (index: number): boolean => {
    if (includesAll) return true;
    const node = cluster.nodes[index];
    if (node === undefined || !keys.every(({ domains }) => (domains[index] ?? -1) >= 0)) return false;
    if (matching?.(node) === false) return false;
    return !constraint.honorsTaints || findUntoleratedTaint(node.taints, pod.class.tolerations) === undefined;
  };
  const { affinity = null, nodeSelector = null, tolerations = null } = pod.class.spec;
  const policies = [matching === undefined ? null : [affinity, nodeSelector], constraint.honorsTaints ? [tolerations] : null];
  const key = stringifyJson([constraint.topologyKey, keys.map((topology) => topology.key), ...policies]);
  return tally.sumsOf(key, cluster.topology(constraint.topologyKey), { isIncluded, isPresent: (node) => cluster.isPresent(node) });
}

function hasNodeRules(spec: JsonObject): boolean {
  return getStringMap(spec, 'nodeSelector').size > 0 || getObject(spec, 'affinity', 'nodeAffinity') !== undefined;
}

function toFilter({ maxSkew, minDomains, sums, self }: HardConstraint): NodeFilter {
  const least = sums.size < minDomains ? 0 : sums.least();
  return (node) => {
    if (!sums.hasDomain(node)) return NO_LABEL;
    return sums.at(node) + self - least > maxSkew ? SKEWED : SUCCESS;
  };
}

interface ScoreOptions {
  /** Whether nodes without one of the keys count for nothing. */
  readonly needsAllKeys: boolean;
  readonly standsFor: Int32Array | undefined;
}

function score(soft: readonly SoftConstraint[], feasible: Int32Array, options: ScoreOptions): Float64Array {
  const { needsAllKeys, standsFor } = options;
  const isIgnored = needsAllKeys
    ? Uint8Array.from(feasible, (node) => (soft.some(({ topology }) => (topology.domains[node] ?? -1) < 0) ? 1 : 0))
    : new Uint8Array(feasible.length);
  const raw = new Float64Array(feasible.length);
  for (const { isHostname, topology, maxSkew, countAt } of soft) {
    const weight = Math.log((isHostname ? sumUp(isIgnored, standsFor) : countDomains(feasible, isIgnored, topology, standsFor)) + 2);
    for (let i = 0; i < raw.length; i++) {
      const node = feasible[i] ?? 0;
      if (isIgnored[i] === 1 || (topology.domains[node] ?? -1) < 0) continue;
      raw[i] = (raw[i] ?? 0) + (countAt(node) * weight + (maxSkew - 1));
    }
  }
  return normalizeSpread(raw, isIgnored);
}

/** How many nodes are not ignored. */
function sumUp(isIgnored: Uint8Array, standsFor: Int32Array | undefined): number {
  let count = 0;
  for (let i = 0; i < isIgnored.length; i++) if (isIgnored[i] === 0) count += standsFor?.[i] ?? 1;
  return count;
}

/** How many values the nodes have; having none is a value too. */
function countDomains(nodes: Int32Array, isIgnored: Uint8Array, topology: Topology, standsFor: Int32Array | undefined): number {
  const seen = new Uint8Array(topology.size + 1);
  let count = 0;
  for (let i = 0; i < nodes.length; i++) {
    if (isIgnored[i] === 1) continue;
    const at = (topology.domains[nodes[i] ?? 0] ?? -1) + 1;
    if (seen[at] === 0) count += at > 0 && topology.isUnique ? (standsFor?.[i] ?? 1) : 1;
    seen[at] = 1;
  }
  return count;
}

function normalizeSpread(raw: Float64Array, isIgnored: Uint8Array): Float64Array {
  let lowest = Infinity;
  let highest = 0;
  for (let i = 0; i < raw.length; i++) {
    if (isIgnored[i] === 1) continue;
    const score = Math.round(raw[i] ?? 0);
    lowest = Math.min(lowest, score);
    highest = Math.max(highest, score);
  }
  for (let i = 0; i < raw.length; i++) {
    const score = Math.round(raw[i] ?? 0);
    const scaled = highest === 0 ? 100 : Math.trunc((100 * (highest + lowest - score)) / highest);
    raw[i] = isIgnored[i] === 1 ? 0 : scaled;
  }
  return raw;
}
