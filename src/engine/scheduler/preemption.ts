import { isSelected, labelsOf, readLabelSelector, type KubernetesObject } from '../../model/index.ts';
import { compareBy, getArray, getNumber, getObject, getString } from '../../std/index.ts';
import type { ClusterState } from './cluster-state.ts';
import type { NodeInfo } from './node-info.ts';
import { CycleError } from './cycle-error.ts';
import { filterNode, prepareFilters, type Evaluation } from './evaluate.ts';
import { countReasons, formatReasons } from './fit-error.ts';
import type { PodInfo } from './pod-class.ts';
import { SUCCESS, unresolvable, type Verdict } from './verdict.ts';

/** What preemption finds: a node and the pods to evict from it, or the sentence that says why there is none. */
export type Preemption =
  | { readonly kind: 'victims'; readonly node: NodeInfo; readonly victims: readonly PodInfo[] }
  | { readonly kind: 'none'; readonly message: string }
  /** The pod may not evict others, or waits for those that it has evicted: where it is nominated to it stays so. */
  | { readonly kind: 'ineligible'; readonly message: string }
  /** An error came up and ends the search; nothing else is said then. */
  | { readonly kind: 'failed'; readonly message: string };

interface Candidate {
  readonly node: NodeInfo;
  readonly victims: readonly PodInfo[];
  readonly violations: number;
}

const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
const NO_VICTIMS = unresolvable('No preemption victims found for incoming pod');

/**
 * Looks for pods of lower priority whose eviction makes room (`DefaultPreemption`), given what was said of each node that is there;
 * the cluster is as before afterwards.
 */
export function preempt(pod: PodInfo, cluster: ClusterState, verdicts: readonly Verdict[]): Preemption {
  const why = findIneligible(pod, cluster, verdicts);
  if (why !== undefined) return { kind: 'ineligible', message: `preemption: not eligible due to ${why}` };
  const candidates: Candidate[] = [];
  const reasons: (readonly string[])[] = [];
  const errors: string[] = [];
  const untried = prepareFilters(pod, cluster);
  for (const [at, node] of cluster.presentNodes().entries()) {
    const tried = verdicts[at]?.verdict === 'Unschedulable' ? tryNodeSafely(pod, node, cluster, untried) : undefined;
    if (typeof tried === 'string') errors.push(tried);
    else if (tried === undefined) reasons.push([NOT_HELPFUL]);
    else if ('verdict' in tried) reasons.push(tried.reasons);
    else candidates.push(tried);
  }
  const best = candidates.toSorted(COMPARE_CANDIDATES)[0];
  if (best !== undefined) return { kind: 'victims', node: best.node, victims: best.victims };
  if (errors.length > 0) {
    const unique = [...new Set(errors)];
    return { kind: 'failed', message: `preemption: ${unique.length === 1 ? unique.join('') : `[${unique.join(', ')}]`}` };
  }
  return { kind: 'none', message: `preemption: ${formatReasons(cluster.nodeCount, countReasons(reasons))}` };
}

/** Why a pod may not evict others, if so (`PodEligibleToPreemptOthers`). */
function findIneligible(pod: PodInfo, cluster: ClusterState, verdicts: readonly Verdict[]): string | undefined {
  if (getString(pod.class.spec, 'preemptionPolicy') === 'Never') return 'preemptionPolicy=Never.';
  const nominated = cluster.nominations.nodeOf(pod);
  if (nominated === undefined || verdicts[cluster.presentNodes().indexOf(nominated)]?.verdict !== 'Unschedulable') return undefined;
  const isWaitedFor = [...nominated.pods].some((other) => other.class.priority < pod.class.priority && isEvicted(other));
  return isWaitedFor ? 'a terminating pod on the nominated node.' : undefined;
}

/** Whether a pod goes because the scheduler has made it (`podTerminatingByPreemption`). */
function isEvicted({ object, isTerminating }: PodInfo): boolean {
  if (!isTerminating) return false;
  const disruption = getArray(object, 'status', 'conditions').find((condition) => getString(condition, 'type') === 'DisruptionTarget');
  return getString(disruption, 'status') === 'True' && getString(disruption, 'reason') === 'PreemptionByScheduler';
}

const COMPARE_CANDIDATES = compareBy<Candidate>(
  (candidate) => candidate.violations,
  (candidate) => candidate.victims[0]?.class.priority ?? 0,
  (candidate) => candidate.victims.reduce((sum, victim) => sum + victim.class.priority + 2 ** 31, 0),
  (candidate) => candidate.victims.length,
  (candidate) => -startOfMostImportant(candidate.victims),
);

/** The error, if one ends it. */
function tryNodeSafely(pod: PodInfo, node: NodeInfo, cluster: ClusterState, untried: Evaluation): Candidate | Verdict | string {
  const before = cluster.checkpoint();
  try {
    return tryNode(pod, node, cluster, untried);
  } catch (problem) {
    if (!(problem instanceof CycleError)) throw problem;
    cluster.rollback(before);
    return problem.message;
  }
}

function tryNode(pod: PodInfo, node: NodeInfo, cluster: ClusterState, untried: Evaluation): Candidate | Verdict {
  const lower = node.pods.filter((other) => other.class.priority < pod.class.priority).toSorted(COMPARE_IMPORTANCE);
  if (lower.length === 0) return NO_VICTIMS;
  const fits = (): Verdict => filterNode(prepareFilters(pod, cluster, untried), cluster, node.index);
  const before = cluster.checkpoint();
  for (const victim of lower) cluster.removeVictim(victim, node);
  const verdict = fits();
  const tried = verdict === SUCCESS ? reprieve(lower, node, cluster, () => fits() === SUCCESS) : verdict;
  cluster.rollback(before);
  return tried;
}

/** Puts back as many pods as still leave room: first those whose budgets forbid eviction, the most important first. */
function reprieve(lower: readonly PodInfo[], node: NodeInfo, cluster: ClusterState, fits: () => boolean): Candidate {
  const violating = toViolating(lower, cluster);
  const ordered = [...lower.filter((pod) => violating.has(pod)), ...lower.filter((pod) => !violating.has(pod))];
  const victims: PodInfo[] = [];
  for (const victim of ordered) {
    cluster.reprieve(victim, node);
    if (fits()) continue;
    cluster.removeVictim(victim, node);
    victims.push(victim);
  }
  return { node, victims: victims.toSorted(COMPARE_IMPORTANCE), violations: victims.filter((pod) => violating.has(pod)).length };
}

function toViolating(pods: readonly PodInfo[], cluster: ClusterState): ReadonlySet<PodInfo> {
  const allowed = new Map<KubernetesObject, number>();
  const violating = new Set<PodInfo>();
  for (const pod of pods) {
    if (pod.class.face.labels.size === 0) continue;
    for (const budget of cluster.world.kind('policy', 'PodDisruptionBudget').inNamespace(pod.class.face.namespace)) {
      const selector = readLabelSelector(getObject(budget, 'spec', 'selector'));
      if (selector.requirements.length === 0 || !isSelected(selector, labelsOf(pod.object))) continue;
      const left = (allowed.get(budget) ?? getNumber(budget, 'status', 'disruptionsAllowed') ?? 0) - 1;
      allowed.set(budget, left);
      if (left < 0) violating.add(pod);
    }
  }
  return violating;
}

const COMPARE_IMPORTANCE = compareBy<PodInfo>(
  (pod) => -pod.class.priority,
  startOf,
  (pod) => pod.key,
);

function startOf(pod: PodInfo): number {
  const start = getString(pod.object, 'status', 'startTime');
  return start === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(start);
}

function startOfMostImportant(victims: readonly PodInfo[]): number {
  const highest = victims[0]?.class.priority;
  return Math.min(...victims.filter((victim) => victim.class.priority === highest).map(startOf));
}
