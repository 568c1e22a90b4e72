import type { ClusterState } from './cluster-state.ts';
import type { NodeFilter, Plugin, PluginContext } from './plugin.ts';
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
    const prepared = plugin.filter?.(pod, cluster);
    if (prepared === undefined || prepared.kind === 'skip') continue;
    if (prepared.kind === 'reject') return { kind: 'rejected', plugin: plugin.name, verdict: prepared.verdict };
    candidates ??= prepared.candidates;
    filters.push({ plugin: plugin.name, filter: prepared.filter });
  }
  return { kind: 'filters', filters, candidates };
}

/** The verdict of the first filter that refuses a node, or success. */
export function filterNode(evaluation: Evaluation, cluster: ClusterState, node: number): Verdict {
  return explainNode(evaluation, cluster, node).verdict;
}

/** Like `filterNode`, with the plugin that decided. */
export function explainNode(
  evaluation: Evaluation,
  cluster: ClusterState,
  node: number,
): { readonly plugin: string; readonly verdict: Verdict } {
  if (evaluation.kind === 'rejected') return evaluation;
  if (evaluation.candidates?.has(cluster.nodes[node]?.name ?? '') === false) return { plugin: 'NodeAffinity', verdict: NAMED_ELSEWHERE };
  for (const { plugin, filter } of evaluation.filters) {
    const verdict = filter(node);
    if (verdict !== SUCCESS) return { plugin, verdict };
  }
  return PASSED;
}

const PASSED = { plugin: '', verdict: SUCCESS };

/** Weighted scores of the feasible nodes: by plugin, and their sum. */
export interface Scores {
  readonly total: Float64Array;
  readonly byPlugin: ReadonlyMap<string, Float64Array>;
}

/** Scores the feasible nodes, in their order. */
export function scoreNodes(pod: PodInfo, cluster: ClusterState, feasible: Int32Array, context: PluginContext): Scores {
  const total = new Float64Array(feasible.length);
  const byPlugin = new Map<string, Float64Array>();
  for (const plugin of PLUGINS) {
    const scores = weighedScores(plugin, pod, cluster, feasible, context);
    if (scores === undefined) continue;
    byPlugin.set(plugin.name, scores);
    for (let i = 0; i < total.length; i++) total[i] = (total[i] ?? 0) + (scores[i] ?? 0);
  }
  return { total, byPlugin };
}

function weighedScores(
  plugin: Plugin,
  pod: PodInfo,
  cluster: ClusterState,
  feasible: Int32Array,
  context: PluginContext,
): Float64Array | undefined {
  const weight = plugin.weight ?? 1;
  return plugin.score?.(pod, cluster, feasible, context)?.map((score) => score * weight);
}
