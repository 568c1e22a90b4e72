import type { Aspect } from '../aspect.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { AddScores, NodeFilter, Plugin, PluginContext, PreparedFilter } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { SUCCESS } from '../verdict.ts';

/**
 * What the plugins have to say about one class of pods, sorted by how far their answers look: what can be kept for a node,
 * what can be kept for all nodes that are alike, and what must be asked for every pod.
 */
export interface ClassRules {
  /** The filters that look at the node alone: asked anew, since a node may change. */
  readonly ofNode: () => readonly NodeFilter[];
  /** Filters and scores that hold for a node until a pod comes or goes there. */
  readonly ofOwnPods: readonly NodeFilter[];
  readonly ownScores: readonly OwnScore[];
  /** Plugins of which nodes that are alike get the same answer. */
  readonly alikeFilters: readonly Plugin[];
  readonly alikeScores: readonly Plugin[];
  /** What such plugins add to the score of every node alike. */
  readonly constant: number;
  /** Plugins whose filter is asked for each pod, in case that it has something to say. */
  readonly asked: readonly Plugin[];
}

/** A score that is the node's alone, and its factor. */
export interface OwnScore {
  readonly add: AddScores;
  readonly weight: number;
}

/** A plugin that tells nodes apart by these. */
export interface Telling {
  readonly plugin: Plugin;
  readonly aspects: readonly Aspect[];
}

/** What rules are made for. */
interface RulesInput {
  readonly pod: PodInfo;
  readonly cluster: ClusterState;
  readonly context: PluginContext;
  readonly telling: readonly Telling[];
}

/** Sorts the plugins for a class; undefined where some plugin has to be asked about every node. */
export function sortPlugins(input: RulesInput): ClassRules | undefined {
  const { pod, cluster, context } = input;
  const concerned = cluster.profileOf(pod).all.filter((plugin) => plugin.concerns?.(pod) !== false);
  if (concerned.some((plugin) => plugin.score !== undefined && plugin.looksAt?.score === undefined)) return undefined;
  const filtering = concerned.filter((plugin) => plugin.filter !== undefined);
  const fixed = filtering.filter((plugin) => plugin.isStatic === true);
  const prepareFixed = (): readonly NodeFilter[] | undefined => prepareAll(fixed, (plugin) => cluster.statics.prepare(plugin, pod));
  const ownPods = filtering.filter((plugin) => plugin.looksAt?.filter === 'own pods');
  const ofOwnPods = prepareAll(ownPods, (plugin) => plugin.filter?.(pod, cluster));
  if (prepareFixed() === undefined || ofOwnPods === undefined) return undefined;
  const telling = new Set(input.telling.map(({ plugin }) => plugin));
  const alike = concerned.filter((plugin) => plugin.looksAt?.score === 'aspects');
  return {
    ofNode: () => prepareFixed() ?? [],
    ofOwnPods,
    ownScores: concerned.flatMap(({ ownScore, weight = 1 }) => {
      const add = ownScore?.(pod, cluster, context);
      return add === undefined ? [] : [{ add, weight }];
    }),
    alikeFilters: filtering.filter((plugin) => plugin.looksAt?.filter === 'aspects' && telling.has(plugin)),
    alikeScores: alike.filter((plugin) => telling.has(plugin)),
    constant: sumConstants(
      alike.filter((plugin) => !telling.has(plugin)),
      input,
    ),
    asked: filtering.filter((plugin) => plugin.isStatic !== true && plugin.looksAt?.filter === undefined),
  };
}

/** The plugins that tell nodes apart for this class, each with what it tells them apart by. */
export function listTelling(pod: PodInfo, cluster: ClusterState): readonly Telling[] {
  return cluster.profileOf(pod).all.flatMap((plugin) => {
    const aspects = plugin.concerns?.(pod) === false ? [] : (plugin.aspects?.(pod, cluster) ?? []);
    return aspects.length === 0 ? [] : [{ plugin, aspects }];
  });
}

/** All that nodes are told apart by, each once. */
export function listAspects(telling: readonly Telling[]): readonly Aspect[] {
  return [...new Set(telling.flatMap(({ aspects }) => aspects))];
}

/** Whether the same plugins tell nodes apart by the same. */
export function isSameTelling(a: readonly Telling[], b: readonly Telling[]): boolean {
  return a.length === b.length && a.every(({ plugin, aspects }, i) => plugin === b[i]?.plugin && isSameList(aspects, b[i].aspects));
}

/** Whether two lists have the same items. */
export function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** The filters of plugins whose answers last; undefined where one refuses the pod before any node is looked at. */
function prepareAll(
  plugins: readonly Plugin[],
  prepare: (plugin: Plugin) => PreparedFilter | undefined,
): readonly NodeFilter[] | undefined {
  const filters: NodeFilter[] = [];
  for (const plugin of plugins) {
    const prepared = prepare(plugin);
    if (prepared?.kind === 'reject') return undefined;
    if (prepared?.kind !== 'filter') continue;
    const { candidates, filter } = prepared;
    if (candidates !== undefined) return undefined;
    filters.push(filter);
  }
  return filters;
}

/** What plugins that tell no nodes apart give each of them. */
function sumConstants(plugins: readonly Plugin[], { pod, cluster, context }: RulesInput): number {
  const any = Int32Array.of(0);
  return plugins.reduce((sum, plugin) => sum + (plugin.score?.(pod, cluster, any, context)?.[0] ?? 0) * (plugin.weight ?? 1), 0);
}

/** Whether a node passes all of these. */
export function isPassing(filters: readonly NodeFilter[], node: number): boolean {
  for (const filter of filters) if (filter(node) !== SUCCESS) return false;
  return true;
}
