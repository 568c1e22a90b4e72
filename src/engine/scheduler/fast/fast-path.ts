import type { ClusterState } from '../cluster-state.ts';
import type { NodeInfo } from '../node-info.ts';
import type { NodeBatch, NodeFilter, Plugin, PluginContext } from '../plugin.ts';
import type { PodClass, PodInfo } from '../pod-class.ts';
import { ClassPlan, type NodeGroup } from './class-plan.ts';
import { isPassing, isSameList, isSameTelling, listAspects, listTelling, sortPlugins } from './class-rules.ts';
import { groupNodes, type Grouping } from './grouping.ts';
import { SeenNodes } from './seen-nodes.ts';

/** The node that a pod goes to. */
export interface Choice {
  readonly node: NodeInfo;
  readonly feasible: number;
  /** Null where there was nothing to compare. */
  readonly score: number | null;
  /** The names of the nodes with the highest score, in order; of the one that is taken alone if ties are not named. */
  readonly best: readonly string[];
}

/** With more groups than so many, asking about each of them is no faster than asking about each node. */
const MOST_GROUPS = 256;
/** What all plans may take together. */
const MOST_BYTES = 128 * 2 ** 20;

interface Known {
  readonly plan: ClassPlan | undefined;
  /** How many carried terms were known when its aspects were listed. */
  terms: number;
}

/**
 * Finds the nodes of pods without asking every plugin about every node: the same answers as the plain way gives, from what is
 * kept of each class. What is kept follows from what the plugins say of how far they look (`Plugin.looksAt`).
 */
export class FastPath {
  readonly #cluster: ClusterState;
  readonly #context: PluginContext;
  readonly #known = new Map<PodClass, Known>();
  readonly #groupings: Grouping[] = [];
  readonly #seen: SeenNodes;
  readonly #batch: NodeBatch;
  /** By the number of groups. */
  readonly #sheets: (ScoreSheet | undefined)[] = [];

  constructor(cluster: ClusterState, context: PluginContext) {
    this.#cluster = cluster;
    this.#context = context;
    const { length } = cluster.nodes;
    this.#seen = new SeenNodes(length);
    this.#batch = { nodes: new Int32Array(length), scores: new Float64Array(length), count: 0 };
  }

  /** Where a pod goes; undefined where nothing is kept that says so, or no node is feasible: the plain way tells why. */
  find(pod: PodInfo, { namesTies }: { readonly namesTies: boolean }): Choice | undefined {
    const plan = this.#planOf(pod);
    if (plan === undefined || isAsked(plan.rules.asked, pod, this.#cluster)) return undefined;
    plan.catchUp();
    const groups = this.#filter(pod, plan, plan.listGroups());
    if (groups === undefined || groups.length === 0 || groups.length > MOST_GROUPS) return undefined;
    const totals = this.#score(pod, plan, groups);
    let feasible = 0;
    let best = 0;
    for (let i = 0; i < groups.length; i++) {
      feasible += groups[i]?.tree.count ?? 0;
      const more = (totals[i] ?? 0) - (totals[best] ?? 0);
      if (more > 0 || (more === 0 && firstOf(groups[i]) < firstOf(groups[best]))) best = i;
    }
    const score = totals[best] ?? 0;
    const node = this.#cluster.nodes[firstOf(groups[best])];
    if (node === undefined) return undefined;
    const names = namesTies ? this.#listBest(groups.filter((_, i) => totals[i] === score)) : node.names;
    return { node, feasible, score: feasible === 1 ? null : score, best: names };
  }

  /** Forgets what is kept: nothing follows the cluster any longer. */
  end(): void {
    for (const { plan } of this.#known.values()) plan?.end();
    this.#known.clear();
  }

  #filter(pod: PodInfo, plan: ClassPlan, groups: readonly NodeGroup[]): readonly NodeGroup[] | undefined {
    const { alikeFilters } = plan.rules;
    if (alikeFilters.length === 0) return groups;
    const filters: NodeFilter[] = [];
    for (const { filter } of alikeFilters) {
      const prepared = filter?.(pod, this.#cluster);
      if (prepared?.kind === 'reject') return undefined;
      if (prepared?.kind === 'filter') filters.push(prepared.filter);
    }
    return filters.length === 0 ? groups : groups.filter((group) => isPassing(filters, firstOf(group)));
  }

  #listBest(groups: readonly NodeGroup[]): readonly string[] {
    const indexes = groups.flatMap(({ tree, members }) => tree.listHighest().map((place) => members[place] ?? 0));
    return indexes.toSorted((a, b) => a - b).flatMap((index) => this.#cluster.nodes[index]?.name ?? []);
  }

  /** The scores of the best nodes of groups; good until it is asked again. */
  #score(pod: PodInfo, plan: ClassPlan, groups: readonly NodeGroup[]): Float64Array {
    const { alikeScores, constant } = plan.rules;
    const { totals, firsts, standsFor, context } = (this.#sheets[groups.length] ??= createSheet(groups.length, this.#context));
    for (let i = 0; i < totals.length; i++) totals[i] = (groups[i]?.tree.highest ?? 0) + constant;
    if (alikeScores.length === 0) return totals;
    for (let i = 0; i < groups.length; i++) {
      firsts[i] = firstOf(groups[i]);
      standsFor[i] = groups[i]?.tree.count ?? 0;
    }
    for (const { score, weight = 1 } of alikeScores) {
      const scores = score?.(pod, this.#cluster, firsts, context);
      if (scores !== undefined) for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] ?? 0) + (scores[i] ?? 0) * weight;
    }
    return totals;
  }

  #planOf(pod: PodInfo): ClassPlan | undefined {
    const terms = this.#cluster.carriers.size;
    const known = this.#known.get(pod.class);
    if (known !== undefined && (known.terms === terms || this.#isCurrent(pod, known))) {
      known.terms = terms;
      return known.plan;
    }
    known?.plan?.end();
    const plan = this.#makePlan(pod);
    this.#known.set(pod.class, { plan, terms });
    if (this.#known.size % CHECKED === 0) this.#forget();
    return plan;
  }

  #isCurrent(pod: PodInfo, { plan }: Known): boolean {
    return plan === undefined || isSameTelling(listTelling(pod, this.#cluster), plan.telling);
  }

  #makePlan(pod: PodInfo): ClassPlan | undefined {
    const [cluster, context] = [this.#cluster, this.#context];
    const telling = listTelling(pod, cluster);
    const rules = sortPlugins({ pod, cluster, context, telling });
    const grouping = this.#groupingOf(listAspects(telling).filter(({ isFixed }) => isFixed));
    if (rules === undefined || grouping === undefined) return undefined;
    return new ClassPlan({ cluster, rules, telling, grouping, seen: this.#seen, batch: this.#batch });
  }

  #groupingOf(aspects: Grouping['aspects']): Grouping | undefined {
    const known = this.#groupings.find((grouping) => isSameList(grouping.aspects, aspects));
    if (known !== undefined) return known;
    const made = groupNodes(this.#cluster.nodes.length, aspects, MOST_GROUPS);
    if (made !== undefined) this.#groupings.unshift(made);
    if (this.#groupings.length > MOST_GROUPINGS) this.#groupings.pop();
    return made;
  }

  /** Gives up the plans made first where all take too much. */
  #forget(): void {
    let bytes = 0;
    for (const { plan } of this.#known.values()) bytes += plan?.bytes ?? 0;
    for (const [id, { plan }] of this.#known) {
      if (bytes <= MOST_BYTES || this.#known.size === 1) return;
      if (plan === undefined) continue;
      bytes -= plan.bytes;
      plan.end();
      this.#known.delete(id);
    }
  }
}

/** What so many groups are scored on, again and again. */
interface ScoreSheet {
  readonly totals: Float64Array;
  /** The best node of each group, and how many nodes it stands for. */
  readonly firsts: Int32Array;
  readonly standsFor: Int32Array;
  readonly context: PluginContext;
}

function createSheet(groups: number, context: PluginContext): ScoreSheet {
  const standsFor = new Int32Array(groups);
  return { totals: new Float64Array(groups), firsts: new Int32Array(groups), standsFor, context: { ...context, standsFor } };
}

/** Whether a plugin that has to be asked for each pod has something to say. */
function isAsked(plugins: readonly Plugin[], pod: PodInfo, cluster: ClusterState): boolean {
  for (const { filter } of plugins) if (filter?.(pod, cluster).kind !== 'skip') return true;
  return false;
}

/** What plans take is added up after so many new ones. */
const CHECKED = 16;
const MOST_GROUPINGS = 32;

/** The first of the nodes of a group with the highest score. */
function firstOf(group: NodeGroup | undefined): number {
  return group === undefined ? 0 : (group.members[group.tree.first()] ?? 0);
}
