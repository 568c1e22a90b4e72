import { KplanError, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getBoolean, getObject } from '../../std/index.ts';
import { ClusterState, type NodeInfo } from './cluster-state.ts';
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
import { countReasons, formatReasons, formatRejection, NO_CLAIMS } from './fit-error.ts';
import type { PluginContext } from './plugin.ts';
import { PodClassTable, type PodInfo } from './pod-class.ts';
import { readPod } from './pod-reading.ts';
import { preempt } from './preemption.ts';
import { compareQueued } from './queue.ts';
import type { Verdict } from './verdict.ts';

/** How to schedule. */
export interface ScheduleOptions {
  /** The minor version whose scheduler is simulated; `1.36` if absent. */
  readonly kubernetesVersion?: string;
  /**
   * Whether claims count as the volume controller, the ephemeral volume controller and the provisioners will have left them, instead
   * of as they are: for worlds in which nobody runs these.
   */
  readonly settlesClaims?: boolean;
  /** The pod (`namespace/name`) whose every node is to be explained; `*` for all. */
  readonly explain?: string;
}

/** What is said of one node for one pod. */
export interface NodeExplanation {
  readonly node: string;
  readonly verdict: Verdict['verdict'];
  /** The plugin that refused; the empty string for success. */
  readonly plugin: string;
  readonly reasons: readonly string[];
  /** Weighted, by plugin; empty where nothing was scored. */
  readonly scores: Readonly<Record<string, number>>;
  /** What other plugins would say, which kube-scheduler does not ask after the first; absent where none would refuse. */
  readonly also?: readonly { readonly plugin: string; readonly reasons: readonly string[] }[];
}

/** Where one pod goes, as `ScheduleReport.placements` shows it. */
export interface Placement {
  /** `namespace/name`. */
  readonly pod: string;
  readonly node: string | null;
  /** What the pod's condition or event would say. */
  readonly message: string;
  /** How many nodes passed the filters. */
  readonly feasible: number;
  /** The nodes with the highest score, by name; `node` is the first. */
  readonly best: readonly string[];
  /** Null where there was nothing to compare. */
  readonly score: number | null;
  readonly nodes?: readonly NodeExplanation[];
}

/** A pod evicted to make room. */
export interface PreemptedPod {
  readonly pod: string;
  readonly node: string;
  readonly by: string;
}

/** What scheduling a world's pending pods leads to. */
export interface ScheduleResult {
  /** One for each pod that had no node, in the order in which they were decided. */
  readonly placements: readonly Placement[];
  readonly preempted: readonly PreemptedPod[];
  /** Pods (`namespace/name`) that wait for another scheduler than `default-scheduler`. */
  readonly foreign: readonly string[];
}

const GATED = 'Scheduling is blocked due to non-empty scheduling gates';
const NOWHERE = new Int32Array(0);
const NO_NODES = 'no nodes available to schedule pods';

/**
 * Places the pods of an expanded world that have no node, one after the other in queue order, as kube-scheduler's
 * default profile would with every node looked at; among equal scores the first name in code-unit order. What is not
 * simulated is listed by `NOT_SIMULATED`.
 */
export function schedule(world: World, options: ScheduleOptions = {}): ScheduleResult {
  return simulate(world, options).result;
}

/** A pod that the scheduler does not look at, and why: it names a node that is not there, is gated, or waits for another scheduler. */
export interface HeldPod {
  readonly pod: PodInfo;
  readonly why:
    | { readonly kind: 'node'; readonly name: string }
    | { readonly kind: 'gates'; readonly names: readonly string[] }
    | { readonly kind: 'scheduler'; readonly name: string };
}

/** The result of scheduling with the cluster as it is afterwards: what hints are worked out on. */
export interface Simulation {
  readonly result: ScheduleResult;
  readonly cluster: ClusterState;
  /** The pods that found no node, in the order in which they were decided. */
  readonly unplaced: readonly PodInfo[];
  readonly held: readonly HeldPod[];
}

/** Like `schedule`, keeping the cluster. */
export function simulate(world: World, options: ScheduleOptions = {}): Simulation {
  return new Scheduling(world, options).run();
}

class Scheduling {
  readonly #cluster: ClusterState;
  readonly #context: PluginContext;
  readonly #explain: string | undefined;
  readonly #queue: PodInfo[] = [];
  readonly #placements = new Map<string, Placement>();
  readonly #unplaced = new Map<string, PodInfo>();
  readonly #preempted: PreemptedPod[] = [];
  readonly #foreign: string[] = [];
  readonly #held: HeldPod[] = [];
  /** Why no node was found, by class: the same for the next pod of the class, until a pod comes or goes. */
  readonly #refusals = new Map<number, Decision>();

  constructor(world: World, options: ScheduleOptions) {
    this.#cluster = new ClusterState(world, { settlesClaims: options.settlesClaims ?? false });
    this.#context = { kubernetesVersion: options.kubernetesVersion ?? '1.36' };
    this.#explain = options.explain;
    const table = new PodClassTable(world);
    const nodes = new Map(this.#cluster.nodes.map((node) => [node.name, node]));
    for (const object of world.byKind('', 'Pod')) this.#sort(object, table, nodes);
    this.#queue = this.#queue.toSorted(compareQueued);
  }

  #sort(object: KubernetesObject, table: PodClassTable, nodes: ReadonlyMap<string, NodeInfo>): void {
    const { isFinished, node, scheduler, gates } = readPod(object);
    if (isFinished) return;
    const pod = table.toPodInfo(object);
    if (node !== '') {
      const info = nodes.get(node);
      if (info === undefined) this.#held.push({ pod, why: { kind: 'node', name: node } });
      else this.#cluster.add(pod, info);
    } else if (scheduler !== 'default-scheduler') {
      this.#foreign.push(pod.key);
      this.#held.push({ pod, why: { kind: 'scheduler', name: scheduler } });
    } else if (gates.length > 0) {
      this.#decide(pod, { message: GATED });
      this.#held.push({ pod, why: { kind: 'gates', names: gates } });
    } else if (!pod.isTerminating) this.#queue.push(pod);
  }

  run(): Simulation {
    let steps = 0;
    const most = this.#queue.length + this.#cluster.podCounts.reduce((sum, count) => sum + count, 0) * 64 + 64;
    for (let pod = this.#queue.shift(); pod !== undefined; pod = this.#queue.shift()) {
      if (++steps > most) throw new KplanError('CORRUPT', 'scheduling does not come to an end: pods keep evicting each other');
      this.#place(pod);
    }
    return {
      result: { placements: [...this.#placements.values()], preempted: this.#preempted, foreign: this.#foreign },
      cluster: this.#cluster,
      unplaced: [...this.#unplaced.values()],
      held: this.#held,
    };
  }

  #place(pod: PodInfo): void {
    const { nodes } = this.#cluster;
    if (nodes.length === 0) return this.#decide(pod, { message: NO_NODES });
    const known = this.#refusals.get(pod.class.id);
    if (known !== undefined) return this.#decide(pod, known);
    const evaluation = prepareFilters(pod, this.#cluster);
    const feasible = evaluation.kind === 'rejected' ? NOWHERE : findFeasible(evaluation, this.#cluster);
    if (feasible.length === 0 && this.#cluster.storage.provisionFor(pod)) {
      this.#refusals.clear();
      return this.#place(pod);
    }
    if (evaluation.kind === 'rejected') {
      return this.#refuse(pod, { message: formatRejection(nodes.length, evaluation.verdict.reasons), evaluation });
    }
    if (feasible.length === 0) this.#preempt(pod, evaluation);
    else this.#choose(pod, evaluation, feasible);
  }

  #choose(pod: PodInfo, evaluation: Evaluation, feasible: Int32Array): void {
    const { nodes } = this.#cluster;
    const scores = feasible.length > 1 ? scoreNodes(pod, this.#cluster, feasible, this.#context) : undefined;
    const score = scores === undefined ? undefined : highest(scores.total);
    const best: NodeInfo[] = [];
    for (let i = 0; i < feasible.length; i++) {
      const node = nodes[feasible[i] ?? 0];
      if (node !== undefined && scores?.total[i] === score) best.push(node);
    }
    const [node] = best;
    if (node === undefined) return;
    this.#decide(pod, {
      message: `Successfully assigned ${pod.key} to ${node.name}`,
      node: node.name,
      feasible: feasible.length,
      best: best.map(({ name }) => name),
      score: score ?? null,
      evaluation,
      ...(scores === undefined ? {} : { scored: { feasible, scores } }),
    });
    reserve(pod, this.#cluster, node);
    this.#cluster.add(pod, node);
    this.#refusals.clear();
  }

  #refuse(pod: PodInfo, decision: Decision): void {
    this.#refusals.set(pod.class.id, decision);
    this.#decide(pod, decision);
  }

  #preempt(pod: PodInfo, evaluation: Evaluation): void {
    const verdicts = this.#cluster.nodes.map((node) => filterNode(evaluation, this.#cluster, node.index));
    const preemption = preempt(pod, this.#cluster, verdicts);
    if (preemption.kind === 'none') {
      const refusal = formatReasons(verdicts.length, countReasons(verdicts.map(({ reasons }) => reasons)));
      return this.#refuse(pod, { message: `${refusal} ${NO_CLAIMS}, ${preemption.message}`, evaluation });
    }
    const { node, victims } = preemption;
    for (const victim of victims) {
      this.#cluster.remove(victim, node);
      if (!victim.isTerminating) this.#preempted.push({ pod: victim.key, node: node.name, by: pod.key });
      this.#placements.delete(victim.key);
      this.#requeue(victim);
    }
    this.#choose(pod, prepareFilters(pod, this.#cluster), Int32Array.of(node.index));
  }

  /** What its controller makes in the place of an evicted pod; a pod without one is gone for good. */
  #requeue(victim: PodInfo): void {
    const { object } = victim;
    if (!getArray(object.metadata, 'ownerReferences').some((reference) => getBoolean(reference, 'controller') === true)) return;
    const { nodeName: _, ...spec } = getObject(object, 'spec') ?? {};
    const successor = { ...victim, object: { ...object, spec } };
    const at = this.#queue.findIndex((queued) => compareQueued(successor, queued) < 0);
    this.#queue.splice(at < 0 ? this.#queue.length : at, 0, successor);
  }

  #decide(pod: PodInfo, decision: Decision): void {
    const { message, node = null, feasible = 0, best = [], score = null } = decision;
    if (node === null && message !== GATED) this.#unplaced.set(pod.key, pod);
    const isExplained = this.#explain === '*' || this.#explain === pod.key;
    const nodes = isExplained ? this.#explainNodes(decision) : undefined;
    this.#placements.set(pod.key, { pod: pod.key, node, message, feasible, best, score, ...(nodes === undefined ? {} : { nodes }) });
  }

  #explainNodes({ evaluation, scored }: Decision): readonly NodeExplanation[] | undefined {
    if (evaluation === undefined) return undefined;
    return this.#cluster.nodes.map((node) => {
      const { plugin, verdict } = explainNode(evaluation, this.#cluster, node.index);
      const at = scored?.feasible.indexOf(node.index) ?? -1;
      const scores = at < 0 ? [] : [...(scored?.scores.byPlugin ?? [])].map(([name, values]) => [name, values[at] ?? 0] as const);
      const also = listRefusals(evaluation, this.#cluster, node.index).filter((refusal) => refusal.plugin !== plugin);
      const said = { node: node.name, verdict: verdict.verdict, plugin, reasons: verdict.reasons, scores: Object.fromEntries(scores) };
      return also.length === 0 ? said : { ...said, also };
    });
  }
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

/** Whether a world says anything of nodes: without any, where pods go is unknown and nothing is reported. */
export function schedulingKnown(world: World): boolean {
  return world.byKind('', 'Node').some((node) => getObject(node, 'status') !== undefined);
}
