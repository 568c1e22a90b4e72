import type { Aspect } from '../aspect.ts';
import type { LogReader, Mark } from '../change-log.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { PluginContext } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { isPassing, listAspects, type ClassRules, type Telling } from './class-rules.ts';
import type { Grouping } from './grouping.ts';
import { MaxTree, NOTHING } from './max-tree.ts';
import { NumberPairs } from './number-pairs.ts';
import type { SeenNodes } from './seen-nodes.ts';

/** Feasible nodes that are alike in all aspects of the class, with the part of their scores that is theirs alone. */
export interface NodeGroup {
  readonly base: number;
  /** The nodes that the places of the tree stand for. */
  readonly members: Int32Array;
  readonly tree: MaxTree;
}

/** What a plan is made from. */
export interface PlanInput {
  readonly pod: PodInfo;
  readonly cluster: ClusterState;
  readonly context: PluginContext;
  readonly rules: ClassRules;
  readonly telling: readonly Telling[];
  /** Of the fixed aspects. */
  readonly grouping: Grouping;
  /** Shared by all plans, which use it one at a time. */
  readonly seen: SeenNodes;
}

/**
 * What is known of every node for one class of pods: whether it is open to them, its own score, and its group. Catches up with
 * the cluster's log when it is asked, so that only nodes where something changed are looked at again.
 */
export class ClassPlan implements LogReader {
  readonly #input: PlanInput;
  readonly #changing: readonly Aspect[];
  readonly #numbers: readonly NumberPairs[];
  /** Whether the filters that look at the node alone let it pass; undefined where they let all. */
  #open: Uint8Array | undefined;
  /** The group of each node; undefined where that is its base for good. */
  readonly #groupOf: Int32Array | undefined;
  readonly #groups: (NodeGroup | undefined)[] = [];
  /** Trees of groups that have no node any more, by base. */
  readonly #spare: MaxTree[][] = [];
  /** What was seen and taken back since: as in the log. */
  readonly #undone: number[] = [];
  #position: Mark;

  constructor(input: PlanInput) {
    const { cluster } = input;
    const { length } = cluster.nodes;
    this.#input = input;
    this.#changing = listAspects(input.telling).filter(({ isFixed }) => !isFixed);
    this.#numbers = this.#changing.map(() => new NumberPairs());
    this.#groupOf = this.#changing.length === 0 ? undefined : new Int32Array(length).fill(NOTHING);
    this.#position = cluster.log.mark();
    const all = new Int32Array(length);
    for (let node = 0; node < length; node++) all[node] = node;
    if (cluster.nodeCount < length || input.rules.ofNode().length > 0) this.#reopen(all);
    this.#evaluate(all);
    cluster.log.join(this);
  }

  get rules(): ClassRules {
    return this.#input.rules;
  }

  get telling(): readonly Telling[] {
    return this.#input.telling;
  }

  /** About how many bytes it takes. */
  get bytes(): number {
    const trees = [...this.#groups.map((group) => group?.tree), ...this.#spare.flat()];
    return trees.reduce((sum, tree) => sum + (tree?.bytes ?? 0), (this.#open?.length ?? 0) + 4 * (this.#groupOf?.length ?? 0));
  }

  /** The groups that have a feasible node. */
  listGroups(): NodeGroup[] {
    const found: NodeGroup[] = [];
    for (const group of this.#groups) if (group !== undefined && group.tree.count > 0) found.push(group);
    return found;
  }

  /** Looks again at the nodes where something changed. */
  catchUp(): void {
    const { cluster, seen } = this.#input;
    const { log } = cluster;
    const end = log.mark();
    const changed: number[] = [];
    const reopened: number[] = [];
    seen.begin();
    const note = (told: number): void => {
      const node = told < 0 ? ~told : told;
      if (seen.isNew(node)) changed.push(node);
      if (told < 0) reopened.push(node);
    };
    for (const told of this.#undone) note(told);
    this.#undone.length = 0;
    const { nodes } = log;
    for (let place: number = this.#position; place < end; place++) note(nodes[place] ?? 0);
    this.#position = end;
    if (reopened.length > 0) this.#reopen(reopened);
    if (changed.length > 0) this.#evaluate(changed);
  }

  rewind(mark: Mark): void {
    const { nodes } = this.#input.cluster.log;
    for (let place: number = mark; place < this.#position; place++) this.#undone.push(nodes[place] ?? 0);
    if (this.#position > mark) this.#position = mark;
  }

  /** Does not follow the cluster any longer. */
  end(): void {
    this.#input.cluster.log.leave(this);
  }

  #reopen(nodes: Iterable<number>): void {
    const { cluster, rules } = this.#input;
    const filters = rules.ofNode();
    this.#open ??= new Uint8Array(cluster.nodes.length).fill(1);
    for (const node of nodes) this.#open[node] = cluster.isPresent(node) && isPassing(filters, node) ? 1 : 0;
  }

  #evaluate(nodes: ArrayLike<number>): void {
    const { pod, cluster, context, rules } = this.#input;
    const open = this.#open;
    const feasible = new Int32Array(nodes.length);
    let count = 0;
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i] ?? 0;
      if ((open === undefined || open[node] === 1) && isPassing(rules.ofOwnPods, node)) feasible[count++] = node;
      else this.#put(node, NOTHING);
    }
    if (count === 0) return;
    const asked = count === nodes.length ? feasible : feasible.subarray(0, count);
    const values = new Float64Array(count);
    for (const { score, weight = 1 } of rules.ownScores) {
      const scores = score?.(pod, cluster, asked, context);
      if (scores !== undefined) for (let i = 0; i < count; i++) values[i] = (values[i] ?? 0) + (scores[i] ?? 0) * weight;
    }
    for (let i = 0; i < count; i++) this.#put(asked[i] ?? 0, values[i] ?? 0);
  }

  /** Puts a node with its own score into the group that it belongs to now; one that is not feasible into none. */
  #put(node: number, value: number): void {
    const { baseOf, placeOf } = this.#input.grouping;
    const place = placeOf[node] ?? 0;
    if (this.#groupOf === undefined) {
      this.#groupAt(baseOf[node] ?? 0, node).tree.set(place, value);
      return;
    }
    const was = this.#groupOf[node] ?? NOTHING;
    const is = value === NOTHING ? NOTHING : this.#numberOf(node);
    if (was !== is && was !== NOTHING) this.#take(was, place);
    if (is !== NOTHING) this.#groupAt(is, node).tree.set(place, value);
    this.#groupOf[node] = is;
  }

  #take(number: number, place: number): void {
    const group = this.#groups[number];
    if (group === undefined) return;
    group.tree.set(place, NOTHING);
    if (group.tree.count > 0) return;
    (this.#spare[group.base] ??= []).push(group.tree);
    this.#groups[number] = undefined;
  }

  #groupAt(number: number, node: number): NodeGroup {
    let group = this.#groups[number];
    if (group === undefined) {
      const { grouping, rules } = this.#input;
      const base = grouping.baseOf[node] ?? 0;
      const members = grouping.members[base] ?? new Int32Array(0);
      const most = 100 * rules.ownScores.reduce((sum, { weight = 1 }) => sum + weight, 0);
      group = { base, members, tree: this.#spare[base]?.pop() ?? new MaxTree(members.length, most) };
      while (this.#groups.length < number) this.#groups.push(undefined);
      this.#groups[number] = group;
    }
    return group;
  }

  #numberOf(node: number): number {
    let number = this.#input.grouping.baseOf[node] ?? 0;
    for (let i = 0; i < this.#changing.length; i++) {
      number = this.#numbers[i]?.numberOf(number, this.#changing[i]?.of(node) ?? 0) ?? 0;
    }
    return number;
  }
}
