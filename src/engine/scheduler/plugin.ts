import type { Aspect } from './aspect.ts';
import type { ClusterState } from './cluster-state.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-class.ts';
import type { Verdict } from './verdict.ts';

/** A question about one node, by its index in `ClusterState.nodes`. */
export type NodeFilter = (node: number) => Verdict;

/** Some nodes with what they score so far. It has room for all nodes of a cluster and is used again and again. */
export interface NodeBatch {
  readonly nodes: Int32Array;
  readonly scores: Float64Array;
  /** How many of the nodes are meant: the first ones. */
  count: number;
}

/** Adds to each node of a batch how well it suits, 0 to 100, so many times. */
export type AddScores = (batch: NodeBatch, weight: number) => void;

/** What preparing for a pod gives: nothing to check, a refusal on every node, or the question to ask of each node. */
export type PreparedFilter =
  | { readonly kind: 'skip' }
  | { readonly kind: 'reject'; readonly verdict: Verdict }
  | {
      readonly kind: 'filter';
      readonly filter: NodeFilter;
      /** The names of the only nodes to look at, where the pod's terms name them (`PreFilterResult`). */
      readonly candidates?: ReadonlySet<string>;
    };

/** What plugins may rely on beside the pod and the cluster. */
export interface PluginContext {
  /** The minor version whose behaviour is asked for: `1.36`. */
  readonly kubernetesVersion: string;
  /** How many feasible nodes each of those named stands for, all of them equal in the plugin's aspects; one if absent. */
  readonly standsFor?: Int32Array;
}

/**
 * What an answer about a node depends on, beside the node itself and the pod's class: on nothing but the pods of that node,
 * so that it holds until one comes or goes there; or on all pods, but on the node only by the plugin's aspects.
 */
export type Outlook = 'own pods' | 'aspects';

/** One scheduler plugin. Work that is the same for all nodes is done once, when it is prepared for a pod. */
export interface Plugin {
  readonly name: string;
  /** Says where a pod cannot go. */
  readonly filter?: (pod: PodInfo, cluster: ClusterState) => PreparedFilter;
  /** True if the filter looks at nodes alone and not at their pods: then it is asked once for all pods of a class. */
  readonly isStatic?: true;
  /** The fields of the pod spec that a static filter reads: its answers are the same for all pods that are equal in them. */
  readonly reads?: readonly string[];
  /** Notes what a pod takes beside room on the node that it goes to, for the pods after it. */
  readonly reserve?: (pod: PodInfo, cluster: ClusterState, node: NodeInfo) => void;
  /** How far its answers look. A plugin that does not say so is asked anew of every node for every pod. */
  readonly looksAt?: { readonly filter?: Outlook; readonly score?: 'aspects' };
  /** What it tells nodes apart by for pods of this class; grows as carried terms do (`ClusterState.carriers`). */
  readonly aspects?: (pod: PodInfo, cluster: ClusterState) => readonly Aspect[];
  /** False for pods of which it never has anything to say, whatever the cluster is like. */
  readonly concerns?: (pod: PodInfo) => boolean;
  /** The factor of its score. */
  readonly weight?: number;
  /** 0 to 100 for each feasible node, in their order, normalised; undefined where it has nothing to say (`Skip`). */
  readonly score?: (pod: PodInfo, cluster: ClusterState, feasible: Int32Array, context: PluginContext) => Float64Array | undefined;
  /**
   * In place of `score`, where a node's score depends on nothing but the node, its pods and the pod's class: undefined where it has nothing
   * to say. The answer reads what the cluster is like when it is asked, and serves all pods of the class.
   */
  readonly ownScore?: (pod: PodInfo, cluster: ClusterState, context: PluginContext) => AddScores | undefined;
}

/** Nothing to check for this pod. */
export const SKIP: PreparedFilter = { kind: 'skip' };

/** What a plugin gives each of these nodes; undefined where it has nothing to say. */
export function scoreAll(
  { score, ownScore }: Plugin,
  pod: PodInfo,
  cluster: ClusterState,
  { feasible, context }: { readonly feasible: Int32Array; readonly context: PluginContext },
): Float64Array | undefined {
  if (ownScore === undefined) return score?.(pod, cluster, feasible, context);
  const own = ownScore(pod, cluster, context);
  if (own === undefined) return undefined;
  const scores = new Float64Array(feasible.length);
  own({ nodes: feasible, scores, count: feasible.length }, 1);
  return scores;
}

/** Adds what is told of each node alone. */
export function addEach(scoreOf: (node: number) => number): AddScores {
  return ({ nodes, scores, count }, weight) => {
    for (let i = 0; i < count; i++) scores[i] = (scores[i] ?? 0) + weight * scoreOf(nodes[i] ?? 0);
  };
}

/** Scales raw scores to 0..100 by the highest, in integers; `reverse` makes the lowest the best (`DefaultNormalizeScore`). */
export function normalize(scores: Float64Array, options: { readonly reverse: boolean }): Float64Array {
  let highest = 0;
  for (const score of scores) highest = Math.max(highest, score);
  return scores.map((score) => {
    const scaled = highest === 0 ? 0 : Math.trunc((100 * score) / highest);
    return options.reverse ? 100 - scaled : scaled;
  });
}
