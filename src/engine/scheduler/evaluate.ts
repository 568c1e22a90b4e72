import { CycleError, NotKnown } from './cycle-error.ts';
import type { ClusterState } from './cluster-state.ts';
import type { NodeInfo } from './node-info.ts';
import { scoreAll, type NodeFilter, type Plugin, type PluginContext } from './plugin.ts';
import type { PodInfo } from './pod-class.ts';
import { SUCCESS, unresolvable, type Verdict } from './verdict.ts';

/** The filters of all plugins, prepared for one pod on the cluster as it is now. */
export type Evaluation =
  | { readonly kind: 'rejected'; readonly plugin: string; readonly verdict: Verdict }
  | {
      readonly kind: 'filters';
      readonly pod: PodInfo;
      readonly filters: readonly NamedFilter[];
      readonly candidates: ReadonlySet<string> | undefined;
      /** What was prepared for the pod before pods were taken away on trial, where some were. */
      readonly untried: NamedFilters | undefined;
    };

type Filters = Extract<Evaluation, { readonly kind: 'filters' }>;
type NamedFilters = readonly NamedFilter[];

interface NamedFilter {
  readonly plugin: string;
  readonly filter: NodeFilter;
}

const NOWHERE = new Int32Array(0);
const NAMED_ELSEWHERE: Verdict = unresolvable("node(s) didn't satisfy plugin(s) [NodeAffinity]");

/** Prepares the filters for a pod; `untried` is what was prepared before pods were taken away on trial. */
export function prepareFilters(pod: PodInfo, cluster: ClusterState, untried?: Evaluation): Evaluation {
  const filters: NamedFilter[] = [];
  let candidates: ReadonlySet<string> | undefined;
  const { plugins, filters: order } = cluster.profileOf(pod);
  for (const plugin of plugins) {
    if (plugin.concerns?.(pod) === false) continue;
    const prepared = plugin.isStatic === true ? cluster.statics.prepare(plugin, pod) : plugin.filter?.(pod, cluster);
    if (prepared === undefined || prepared.kind === 'skip') continue;
    if (prepared.kind === 'reject') return { kind: 'rejected', plugin: plugin.name, verdict: prepared.verdict };
    candidates ??= prepared.candidates;
    filters.push({ plugin: plugin.name, filter: prepared.filter });
  }
  return {
    kind: 'filters',
    pod,
    filters: inOrder(filters, plugins, order),
    candidates,
    untried: untried?.kind === 'filters' ? untried.filters : undefined,
  };
}

function inOrder(filters: readonly NamedFilter[], plugins: readonly Plugin[], order: readonly string[]): readonly NamedFilter[] {
  if (plugins.length === order.length && plugins.every(({ name }, index) => name === order[index])) return filters;
  return order.flatMap((name) => filters.filter(({ plugin }) => plugin === name));
}

/** The nodes that pass all filters, in order; where the pod is nominated to one that does, that alone (`evaluateNominatedNode`). */
export function findFeasible(evaluation: Evaluation, cluster: ClusterState): Int32Array {
  if (evaluation.kind === 'rejected') return NOWHERE;
  const nominated = cluster.nominations.nodeOf(evaluation.pod);
  if (nominated !== undefined && takes(evaluation, cluster, nominated.index)) return Int32Array.of(nominated.index);
  const asked = listCandidates(evaluation.candidates, cluster);
  const feasible = new Int32Array(asked.length);
  let count = 0;
  for (const { index } of asked) if (filterNode(evaluation, cluster, index) === SUCCESS) feasible[count++] = index;
  return feasible.subarray(0, count);
}

/** Whether a node takes the pod; an error ends only this question. */
function takes(evaluation: Evaluation, cluster: ClusterState, node: number): boolean {
  try {
    return filterNode(evaluation, cluster, node) === SUCCESS;
  } catch (problem) {
    if (problem instanceof CycleError) return false;
    throw problem;
  }
}

function listCandidates(names: ReadonlySet<string> | undefined, cluster: ClusterState): readonly NodeInfo[] {
  if (names === undefined) return cluster.presentNodes();
  const nodes = [...names].flatMap((name) => cluster.node(name) ?? []);
  return nodes.toSorted((a, b) => a.index - b.index);
}

/** The verdict of the first filter that refuses a node, or success. */
export function filterNode(evaluation: Evaluation, cluster: ClusterState, node: number): Verdict {
  if (evaluation.kind === 'rejected') return evaluation.verdict;
  if (!isAsked(evaluation, cluster, node)) return NAMED_ELSEWHERE;
  const beside = besideNominated(evaluation, cluster, node, (filters) => askInTurn(filters, node));
  return beside === undefined || beside === SUCCESS ? askInTurn(evaluation.filters, node) : beside;
}

function askInTurn(filters: readonly NamedFilter[], node: number): Verdict {
  for (const { filter } of filters) {
    const verdict = filter(node);
    if (verdict !== SUCCESS) return verdict;
  }
  return SUCCESS;
}

/** Whether a node is looked at: those that the pod's terms name, and the one that it is nominated to. */
function isAsked({ candidates, pod }: Filters, cluster: ClusterState, node: number): boolean {
  return candidates === undefined || candidates.has(cluster.nodes[node]?.name ?? '') || cluster.nominations.nodeOf(pod)?.index === node;
}

/**
 * What is answered with the pods on a node that are nominated to it and not of lower priority (`addGENominatedPods`); undefined without
 * any. A filter that had nothing to check without them, before anything was tried, is not asked with them either.
 */
function besideNominated<T>(
  { pod, filters, untried = filters }: Filters,
  cluster: ClusterState,
  index: number,
  ask: (filters: readonly NamedFilter[]) => T,
): T | undefined {
  const node = cluster.nodes[index];
  const rivals = node === undefined ? [] : cluster.nominations.rivalsOf(pod, node);
  if (node === undefined || rivals.length === 0) return undefined;
  const before = cluster.checkpoint();
  // Two pods with one port share its entry: it would go with the first of them.
  const { hostPorts } = node;
  try {
    for (const rival of rivals) cluster.reprieve(rival, node);
    const again = prepareFilters(pod, cluster);
    const isPrepared = ({ plugin }: NamedFilter): boolean => untried.some((known) => known.plugin === plugin);
    return ask(again.kind === 'rejected' ? [] : again.filters.filter(isPrepared));
  } finally {
    cluster.rollback(before);
    node.hostPorts = hostPorts;
  }
}

/** Like `filterNode`, with the plugin that decided. */
export function explainNode(
  evaluation: Evaluation,
  cluster: ClusterState,
  node: number,
): { readonly plugin: string; readonly verdict: Verdict } {
  const verdict = filterNode(evaluation, cluster, node);
  if (verdict === SUCCESS) return PASSED;
  if (evaluation.kind === 'rejected') return evaluation;
  if (verdict === NAMED_ELSEWHERE) return { plugin: 'NodeAffinity', verdict };
  const findRefusing = (filters: readonly NamedFilter[]): string | undefined =>
    filters.find(({ filter }) => filter(node) !== SUCCESS)?.plugin;
  const plugin = besideNominated(evaluation, cluster, node, findRefusing) ?? findRefusing(evaluation.filters);
  return { plugin: plugin ?? '', verdict };
}

/** Every filter that refuses a node, in the order of the profile; the first is the one that counts. */
export function listRefusals(
  evaluation: Evaluation,
  cluster: ClusterState,
  node: number,
): readonly { readonly plugin: string; readonly reasons: readonly string[] }[] {
  if (evaluation.kind === 'rejected') return [{ plugin: evaluation.plugin, reasons: evaluation.verdict.reasons }];
  const isNamed = isAsked(evaluation, cluster, node);
  const elsewhere = isNamed ? [] : [{ plugin: 'NodeAffinity', reasons: NAMED_ELSEWHERE.reasons }];
  const refusals = evaluation.filters.flatMap(({ plugin, filter }) => {
    const verdict = askSafely(filter, node);
    return verdict === SUCCESS || (!isNamed && plugin === 'NodeAffinity') ? [] : [{ plugin, reasons: verdict.reasons }];
  });
  return [...elsewhere, ...refusals];
}

/** Success where the question ends in an error: kube-scheduler would not have asked it. */
function askSafely(filter: NodeFilter, node: number): Verdict {
  try {
    return filter(node);
  } catch (problem) {
    if (problem instanceof CycleError || problem instanceof NotKnown) return SUCCESS;
    throw problem;
  }
}

const PASSED = { plugin: '', verdict: SUCCESS };

/** Notes what a pod takes on the node that it goes to, for the pods after it. */
export function reserve(pod: PodInfo, cluster: ClusterState, node: NodeInfo): void {
  for (const plugin of cluster.profileOf(pod).reserves) if (plugin.concerns?.(pod) !== false) plugin.reserve?.(pod, cluster, node);
}

/** Weighted scores of the feasible nodes: by plugin, and their sum. */
export interface Scores {
  readonly total: Float64Array;
  readonly byPlugin: ReadonlyMap<string, Float64Array>;
}

/** Scores the feasible nodes, in their order. */
export function scoreNodes(pod: PodInfo, cluster: ClusterState, feasible: Int32Array, context: PluginContext): Scores {
  const total = new Float64Array(feasible.length);
  const byPlugin = new Map<string, Float64Array>();
  for (const { plugin, weight } of cluster.profileOf(pod).scores) {
    const scores = scoreAll(plugin, pod, cluster, { feasible, context });
    if (scores === undefined) continue;
    for (let i = 0; i < scores.length; i++) {
      scores[i] = (scores[i] ?? 0) * weight;
      total[i] = (total[i] ?? 0) + (scores[i] ?? 0);
    }
    byPlugin.set(plugin.name, scores);
  }
  return { total, byPlugin };
}
