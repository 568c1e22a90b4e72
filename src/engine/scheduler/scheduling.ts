import { KplanError, type NodeExplanation, type Placement, type PreemptedPod } from '../../model/index.ts';
import { getArray, getBoolean, getObject } from '../../std/index.ts';
import type { Mark } from './change-log.ts';
import type { ClusterState } from './cluster-state.ts';
import {
  explainNode,
  filterNode,
  findFeasible,
  listRefusals,
  prepareFilters,
  reserve,
  scoreNodes,
  type Evaluation,
  type Scores,
} from './evaluate.ts';
import { CycleError, NotKnown } from './cycle-error.ts';
import type { Choice, FastPath } from './fast/fast-path.ts';
import { countReasons, formatReasons, formatRejection } from './fit-error.ts';
import type { NodeInfo } from './node-info.ts';
import { describeClaims } from './plugins/dynamic-resources.ts';
import type { PluginContext } from './plugin.ts';
import type { PodInfo } from './pod-class.ts';
import { describePostFilter, NO_CLAIMS } from './post-filter.ts';
import { preempt, type Preemption } from './preemption.ts';
import { compareQueued, sortQueue } from './queue.ts';

/** What placing some pods led to. */
export interface Scheduled {
  readonly placements: readonly Placement[];
  readonly preempted: readonly PreemptedPod[];
  /** The pods that found no node, in the order in which they were decided. */
  readonly unplaced: readonly PodInfo[];
  /** The pods of which it cannot be told where they go, and what is not simulated of them. They take no room. */
  readonly unknown: readonly { readonly pod: PodInfo; readonly why: string }[];
  /** The places of the cluster's log at which each pod was looked at that was placed here, in the order in which they were. */
  readonly marks: readonly Mark[];
}

/** How pods are placed. */
export interface SchedulingOptions extends PluginContext {
  /** The pod (`namespace/name`) whose every node is to be explained; `*` for all. */
  readonly explain?: string;
  /** Whether placements name all nodes with the highest score, also of pods that are not explained. */
  readonly namesTies?: boolean;
  /** Asked first, for pods that are not explained; it has seen the same cluster from the start. */
  readonly fastPath?: FastPath;
}

const NOT_TRIED: Preemption = { kind: 'ineligible', message: '' };
const NO_NODES = 'no nodes available to schedule pods';

/** Places pods on a cluster, one after the other; the cluster has them afterwards. */
export class Scheduling {
  readonly #cluster: ClusterState;
  readonly #options: SchedulingOptions;
  #queue: PodInfo[] = [];
  readonly #placements: (Placement | undefined)[] = [];
  /** Where the placement of each pod stands; made when the first is taken back. */
  #places: Map<string, number> | undefined;
  readonly #unplaced = new Map<string, PodInfo>();
  readonly #preempted: PreemptedPod[] = [];
  readonly #unknown: { readonly pod: PodInfo; readonly why: string }[] = [];
  readonly #marks: Mark[] = [];
  /** Why no node was found, by class: the same for the next pod of the class, until a pod comes or goes. */
  readonly #refusals = new Map<PodInfo['class'], Decision>();

  constructor(cluster: ClusterState, options: SchedulingOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** Says of a pod why it is not looked at. */
  hold(pod: PodInfo, message: string): void {
    this.#tell(pod, { message });
  }

  /** Takes over what was decided of pods before, one placement each: the cluster has them already. */
  recall({ pods, placements }: { readonly pods: readonly PodInfo[]; readonly placements: readonly Placement[] }): void {
    for (const [index, placement] of placements.entries()) {
      const pod = placement.node === null ? pods[index] : undefined;
      if (pod !== undefined) this.#unplaced.set(pod.key, pod);
      this.#placements.push(placement);
    }
  }

  /** Places these pods in queue order. */
  run(pods: readonly PodInfo[]): Scheduled {
    this.#queue = sortQueue(pods).toReversed();
    let steps = 0;
    const most = this.#queue.length + this.#cluster.podCounts.reduce((sum, count) => sum + count, 0) * 64 + 64;
    for (let pod = this.#queue.pop(); pod !== undefined; pod = this.#queue.pop()) {
      if (++steps > most) throw new KplanError('CORRUPT', 'scheduling does not come to an end: pods keep evicting each other');
      this.#marks.push(this.#cluster.checkpoint());
      this.#attempt(pod);
    }
    return {
      placements: this.#placements.filter((placement) => placement !== undefined),
      preempted: this.#preempted,
      unplaced: [...this.#unplaced.values()],
      unknown: this.#unknown,
      marks: this.#marks,
    };
  }

  /** Places a pod, unless an error ends that or nobody can tell where it goes. */
  #attempt(pod: PodInfo): void {
    try {
      this.#place(pod);
    } catch (problem) {
      if (problem instanceof NotKnown) this.#unknown.push({ pod, why: problem.message });
      else if (problem instanceof CycleError) this.#giveUp(pod, { message: problem.message });
      else throw problem;
    }
  }

  #place(pod: PodInfo): void {
    const { nodeCount } = this.#cluster;
    if (nodeCount === 0) return this.#giveUp(pod, { message: NO_NODES });
    const isAlone = !this.#cluster.nominations.concern(pod);
    const known = isAlone ? this.#refusals.get(pod.class) : undefined;
    if (known !== undefined) return this.#decide(pod, known);
    const { fastPath, namesTies = false } = this.#options;
    const choice = isAlone && !this.#isExplained(pod) ? fastPath?.find(pod, { namesTies }) : undefined;
    if (choice !== undefined) return this.#take(pod, choice);
    const evaluation = prepareFilters(pod, this.#cluster);
    const feasible = findFeasible(evaluation, this.#cluster);
    if (feasible.length === 0 && this.#cluster.storage.provisionFor(pod)) {
      this.#refusals.clear();
      return this.#place(pod);
    }
    if (evaluation.kind === 'rejected') {
      return this.#reject(pod, evaluation);
    }
    if (feasible.length === 0) this.#preempt(pod, evaluation);
    else this.#choose(pod, evaluation, feasible);
  }

  #take(pod: PodInfo, choice: Choice): void {
    const { node, feasible, score, best } = choice;
    this.#note(pod, { pod: pod.key, node: node.name, message: toSuccess(pod, node), feasible, best, score });
    this.#bind(pod, node);
  }

  #choose(pod: PodInfo, evaluation: Evaluation, feasible: Int32Array): void {
    const { nodes } = this.#cluster;
    const scores = feasible.length > 1 ? scoreNodes(pod, this.#cluster, feasible, this.#options) : undefined;
    const score = scores === undefined ? undefined : highest(scores.total);
    const best: NodeInfo[] = [];
    for (let i = 0; i < feasible.length; i++) {
      const node = nodes[feasible[i] ?? 0];
      if (node !== undefined && scores?.total[i] === score) best.push(node);
    }
    const [node] = best;
    if (node === undefined) return;
    this.#decide(pod, {
      message: toSuccess(pod, node),
      node: node.name,
      feasible: feasible.length,
      best: this.#options.namesTies === true || this.#isExplained(pod) ? best.map(({ name }) => name) : node.names,
      score: score ?? null,
      evaluation,
      ...(scores === undefined ? {} : { scored: { feasible, scores } }),
    });
    this.#bind(pod, node);
  }

  #bind(pod: PodInfo, node: NodeInfo): void {
    reserve(pod, this.#cluster, node);
    this.#cluster.nominations.remove(pod);
    this.#cluster.add(pod, node);
    if (this.#refusals.size > 0) this.#refusals.clear();
  }

  /** Says why a pod finds no node. Where preemption finds nothing to do for it, no room is kept for it any more. */
  #refuse(pod: PodInfo, decision: Decision, preemption: Preemption | undefined): void {
    const { nominations } = this.#cluster;
    if (!nominations.concern(pod)) this.#refusals.set(pod.class, decision);
    this.#decide(pod, decision);
    const hasWaysOut = this.#cluster.profileOf(pod).postFilters.length > 0;
    if (!hasWaysOut || preemption?.kind === 'none') nominations.remove(pod);
  }

  /** Says of a pod what ended the search for a node before it was over. */
  #giveUp(pod: PodInfo, decision: Decision): void {
    this.#decide(pod, decision);
    this.#cluster.nominations.remove(pod);
  }

  /** Says of a pod that was refused before any node was looked at. */
  #reject(pod: PodInfo, evaluation: Evaluation & { readonly kind: 'rejected' }): void {
    const cluster = this.#cluster;
    const { plugin, verdict } = evaluation;
    const verdicts = cluster.presentNodes().map(() => verdict);
    let preemption: Preemption | undefined;
    const end = describePostFilter(cluster.profileOf(pod), {
      rejectedBy: plugin,
      // What it knows of the pod's claims it forgets where it refuses the pod itself.
      claims: plugin === 'DynamicResources' ? NO_CLAIMS : (describeClaims(pod, cluster, verdicts) ?? NO_CLAIMS),
      preemption: () => (preemption = preempt(pod, cluster, verdicts)),
    });
    this.#refuse(pod, { message: `${formatRejection(cluster.nodeCount, verdict.reasons)}${end}`, evaluation }, preemption);
  }

  #preempt(pod: PodInfo, evaluation: Evaluation): void {
    const cluster = this.#cluster;
    const profile = cluster.profileOf(pod);
    const verdicts = cluster.presentNodes().map((node) => filterNode(evaluation, cluster, node.index));
    const isTried = profile.postFilters.includes('DefaultPreemption');
    const preemption: Preemption = isTried ? preempt(pod, cluster, verdicts) : NOT_TRIED;
    if (preemption.kind !== 'victims') {
      const refusal = formatReasons(verdicts.length, countReasons(verdicts.map(({ reasons }) => reasons)));
      const end = describePostFilter(profile, {
        rejectedBy: undefined,
        claims: describeClaims(pod, cluster, verdicts) ?? NO_CLAIMS,
        preemption: () => preemption,
      });
      return this.#refuse(pod, { message: `${refusal}${end}`, evaluation }, preemption);
    }
    const { node, victims } = preemption;
    cluster.nominations.removeBelow(pod, node);
    for (const victim of victims) {
      cluster.remove(victim, node);
      if (!victim.isTerminating) this.#preempted.push({ pod: victim.key, node: node.name, by: pod.key });
      this.#forget(victim);
      this.#requeue(victim);
    }
    this.#choose(pod, prepareFilters(pod, cluster), Int32Array.of(node.index));
  }

  /** What its controller makes in the place of an evicted pod; a pod without one is gone for good. */
  #requeue(victim: PodInfo): void {
    const { metadata } = victim.object;
    if (!getArray(metadata, 'ownerReferences').some((reference) => getBoolean(reference, 'controller') === true)) return;
    const successor = toSuccessor(victim);
    const at = this.#queue.findLastIndex((queued) => compareQueued(successor, queued) < 0);
    this.#queue.splice(at + 1, 0, successor);
  }

  #decide(pod: PodInfo, decision: Decision): void {
    if (decision.node === undefined) this.#unplaced.set(pod.key, pod);
    this.#tell(pod, decision);
  }

  #tell(pod: PodInfo, decision: Decision): void {
    const { message, node = null, feasible = 0, best = [], score = null } = decision;
    const nodes = this.#isExplained(pod) ? this.#explainNodes(pod, decision) : undefined;
    this.#note(pod, { pod: pod.key, node, message, feasible, best, score, ...(nodes === undefined ? {} : { nodes }) });
  }

  #note(pod: PodInfo, placement: Placement): void {
    this.#places?.set(pod.key, this.#placements.length);
    this.#placements.push(placement);
  }

  /** What was said of a pod that is evicted is not so any more. */
  #forget({ key }: PodInfo): void {
    this.#places ??= new Map(this.#placements.map((placement, place) => [placement?.pod ?? '', place]));
    const place = this.#places.get(key);
    if (place !== undefined) this.#placements[place] = undefined;
  }

  #isExplained(pod: PodInfo): boolean {
    const { explain } = this.#options;
    return explain === '*' || explain === pod.key;
  }

  /** What is said of each node that was looked at: of the others none where the node took the pod that it is nominated to. */
  #explainNodes(pod: PodInfo, { node: chosen, evaluation, scored }: Decision): readonly NodeExplanation[] | undefined {
    if (evaluation === undefined) return undefined;
    const nominated = this.#cluster.nominations.nodeOf(pod);
    const nodes = nominated !== undefined && nominated.name === chosen ? [nominated] : this.#cluster.presentNodes();
    return nodes.map((node) => {
      const { plugin, verdict } = explainNode(evaluation, this.#cluster, node.index);
      const at = scored?.feasible.indexOf(node.index) ?? -1;
      const scores = at < 0 ? [] : [...(scored?.scores.byPlugin ?? [])].map(([name, values]) => [name, values[at] ?? 0] as const);
      const also = listRefusals(evaluation, this.#cluster, node.index).filter((refusal) => refusal.plugin !== plugin);
      const said = { node: node.name, verdict: verdict.verdict, plugin, reasons: verdict.reasons, scores: Object.fromEntries(scores) };
      return also.length === 0 ? said : { ...said, also };
    });
  }
}

/** A pod that takes the place of one that was evicted: the same, but for its node. */
export function toSuccessor(pod: PodInfo): PodInfo {
  const { object } = pod;
  const { nodeName: _, ...spec } = getObject(object, 'spec') ?? {};
  return { ...pod, object: { ...object, spec } };
}

function toSuccess(pod: PodInfo, node: NodeInfo): string {
  return `Successfully assigned ${pod.key} to ${node.name}`;
}

function highest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i] ?? 0);
  return most;
}

interface Decision {
  readonly message: string;
  readonly node?: string;
  readonly feasible?: number;
  readonly best?: readonly string[];
  readonly score?: number | null;
  readonly evaluation?: Evaluation;
  readonly scored?: { readonly feasible: Int32Array; readonly scores: Scores };
}
