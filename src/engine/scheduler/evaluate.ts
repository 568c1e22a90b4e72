import type { ClusterState } from './cluster-state.ts';
import type { NodeInfo } from './node-info.ts';
import type { NodeFilter, PluginContext } from './plugin.ts';
import { PLUGINS } from './plugins/index.ts';
import type { PodInfo } from './pod-class.ts';
import { SUCCESS, unresolvable, type Verdict } from './verdict.ts';

/** The filters of all plugins, prepared for one pod on the cluster as it is now. */
export type Evaluation =
  | { readonly kind: 'rejected'; readonly plugin: string; readonly verdict: Verdict }
  | { readonly kind: 'filters'; readonly filters: readonly NamedFilter[]; readonly candidates: ReadonlySet<string> | undefined };

interface NamedFilter {
  readonly plugin: string;
  readonly filter: NodeFilter;
}

const NAMED_ELSEWHERE: Verdict = unresolvable("node(s) didn't satisfy plugin(s) [NodeAffinity]");

/** Prepares the filters for a pod. */
export function prepareFilters(pod: PodInfo, cluster: ClusterState): Evaluation {
  const filters: NamedFilter[] = [];
  let candidates: ReadonlySet<string> | undefined;
  for (const plugin of PLUGINS) {
    if (plugin.concerns?.(pod) === false) continue;
    const prepared = plugin.isStatic === true ? cluster.statics.prepare(plugin, pod) : plugin.filter?.(pod, cluster);
    if (prepared === undefined || prepared.kind === 'skip') continue;
    if (prepared.kind === 'reject') return { kind: 'rejected', plugin: plugin.name, verdict: prepared.verdict };
    candidates ??= prepared.candidates;
    filters.push({ plugin: plugin.name, filter: prepared.filter });
  }
  return { kind: 'filters', filters, candidates };
}

/** The nodes that pass all filters, in order. */
export function findFeasible(evaluation: Evaluation, cluster: ClusterState): Int32Array {
  const asked = evaluation.kind === 'rejected' ? [] : listCandidates(evaluation.candidates, cluster);
  const feasible = new Int32Array(asked.length);
  let count = 0;
  for (const { index } of asked) if (filterNode(evaluation, cluster, index) === SUCCESS) feasible[count++] = index;
  return feasible.subarray(0, count);
}

function listCandidates(names: ReadonlySet<string> | undefined, cluster: ClusterState): readonly NodeInfo[] {
  if (names === undefined) return cluster.presentNodes();
  const nodes = [...names].flatMap((name) => cluster.node(name) ?? []);
  return nodes.toSorted((a, b) => a.index - b.index);
}

/** The verdict of the first filter that refuses a node, or success. */
export function filterNode(evaluation: Evaluation, cluster: ClusterState, node: number): Verdict {
  if (evaluation.kind === 'rejected') return evaluation.verdict;
  if (evaluation.candidates?.has(cluster.nodes[node]?.name ?? '') === false) return NAMED_ELSEWHERE;
  for (const { filter } of evaluation.filters) {
    const verdict = filter(node);
    if (verdict !== SUCCESS) return verdict;
  }
  return SUCCESS;
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
  return { plugin: evaluation.filters.find(({ filter }) => filter(node) !== SUCCESS)?.plugin ?? '', verdict };
}

/** Every filter that refuses a node, in the order of the profile; the first is the one that counts. */
export function listRefusals(
  evaluation: Evaluation,
  cluster: ClusterState,
  node: number,
): readonly { readonly plugin: string; readonly reasons: readonly string[] }[] {
  if (evaluation.kind === 'rejected') return [{ plugin: evaluation.plugin, reasons: evaluation.verdict.reasons }];
  const isNamed = evaluation.candidates?.has(cluster.nodes[node]?.name ?? '') !== false;
  const elsewhere = isNamed ? [] : [{ plugin: 'NodeAffinity', reasons: NAMED_ELSEWHERE.reasons }];
  const refusals = evaluation.filters.flatMap(({ plugin, filter }) => {
    const verdict = filter(node);
    return verdict === SUCCESS || (!isNamed && plugin === 'NodeAffinity') ? [] : [{ plugin, reasons: verdict.reasons }];
  });
  return [...elsewhere, ...refusals];
}

const PASSED = { plugin: '', verdict: SUCCESS };

/** Notes what a pod takes on the node that it goes to, for the pods after it. */
export function reserve(pod: PodInfo, cluster: ClusterState, node: NodeInfo): void {
  for (const plugin of RESERVING) if (plugin.concerns?.(pod) !== false) plugin.reserve?.(pod, cluster, node);
}

/** Weighted scores of the feasible nodes: by plugin, and their sum. */
export interface Scores {
  readonly total: Float64Array;
  readonly byPlugin: ReadonlyMap<string, Float64Array>;
}

const RESERVING = PLUGINS.filter((plugin) => plugin.reserve !== undefined);

/** Scores the feasible nodes, in their order. */
export function scoreNodes(pod: PodInfo, cluster: ClusterState, feasible: Int32Array, context: PluginContext): Scores {
  const total = new Float64Array(feasible.length);
  const byPlugin = new Map<string, Float64Array>();
  for (const plugin of PLUGINS) {
    const scores = plugin.score?.(pod, cluster, feasible, context);
    if (scores === undefined) continue;
    const weight = plugin.weight ?? 1;
    for (let i = 0; i < scores.length; i++) {
      scores[i] = (scores[i] ?? 0) * weight;
      total[i] = (total[i] ?? 0) + (scores[i] ?? 0);
    }
    byPlugin.set(plugin.name, scores);
  }
  return { total, byPlugin };
}
