import type { ClusterState } from '../cluster-state.ts';
import type { NodeInfo } from '../node-info.ts';
import type { NodeFilter, PluginContext } from '../plugin.ts';
import type { PodClass, PodInfo } from '../pod-class.ts';
import { SUCCESS } from '../verdict.ts';
import { ClassPlan, type NodeGroup } from './class-plan.ts';
import { isSameList, isSameTelling, listAspects, listTelling, sortPlugins } from './class-rules.ts';
import { groupNodes, type Grouping } from './grouping.ts';
import { SeenNodes } from './seen-nodes.ts';

/** The node that a pod goes to. */
export interface Choice {
  readonly node: NodeInfo;
  readonly feasible: number;
  /** Null where there was nothing to compare. */
  readonly score: number | null;
  /** The nodes with the highest score, in order. */
  readonly listBest: () => readonly NodeInfo[];
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

  constructor(cluster: ClusterState, context: PluginContext) {
    this.#cluster = cluster;
    this.#context = context;
    this.#seen = new SeenNodes(cluster.nodes.length);
  }

  /** Where a pod goes; undefined where nothing is kept that says so, or no node is feasible: the plain way tells why. */
  find(pod: PodInfo): Choice | undefined {
    const plan = this.#planOf(pod);
    if (plan === undefined || plan.rules.asked.some(({ filter }) => filter?.(pod, this.#cluster).kind !== 'skip')) return undefined;
    plan.catchUp();
    const groups = this.#filter(pod, plan, plan.listGroups());
    if (groups === undefined || groups.length === 0 || groups.length > MOST_GROUPS) return undefined;
    return this.#choose(pod, plan, groups);
  }

  #filter(pod: PodInfo, plan: ClassPlan, groups: readonly NodeGroup[]): readonly NodeGroup[] | undefined {
    const filters: NodeFilter[] = [];
    for (const { filter } of plan.rules.alikeFilters) {
      const prepared = filter?.(pod, this.#cluster);
      if (prepared?.kind === 'reject') return undefined;
      if (prepared?.kind === 'filter') filters.push(prepared.filter);
    }
    if (filters.length === 0) return groups;
    return groups.filter((group) => filters.every((filter) => filter(firstOf(group)) === SUCCESS));
  }

  #choose(pod: PodInfo, plan: ClassPlan, groups: readonly NodeGroup[]): Choice | undefined {
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
    const equal = groups.filter((_, i) => totals[i] === score);
    return { node, feasible, score: feasible === 1 ? null : score, listBest: () => this.#listBest(equal) };
  }

  #listBest(groups: readonly NodeGroup[]): readonly NodeInfo[] {
    const indexes = groups.flatMap(({ tree, members }) => tree.listHighest().map((place) => members[place] ?? 0));
    return indexes.toSorted((a, b) => a - b).flatMap((index) => this.#cluster.nodes[index] ?? []);
  }

  #score(pod: PodInfo, plan: ClassPlan, groups: readonly NodeGroup[]): Float64Array {
    const { alikeScores, constant } = plan.rules;
    const totals = new Float64Array(groups.length);
    for (let i = 0; i < totals.length; i++) totals[i] = (groups[i]?.tree.highest ?? 0) + constant;
    if (alikeScores.length === 0) return totals;
    const firsts = new Int32Array(groups.length);
    const standsFor = new Int32Array(groups.length);
    for (let i = 0; i < groups.length; i++) {
      firsts[i] = firstOf(groups[i]);
      standsFor[i] = groups[i]?.tree.count ?? 0;
    }
    const context = { ...this.#context, standsFor };
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
    return new ClassPlan({ pod, cluster, context, rules, telling, grouping, seen: this.#seen });
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

/** What plans take is added up after so many new ones. */
const CHECKED = 16;
const MOST_GROUPINGS = 32;

/** The first of the nodes of a group with the highest score. */
function firstOf(group: NodeGroup | undefined): number {
  return group === undefined ? 0 : (group.members[group.tree.first()] ?? 0);
}
