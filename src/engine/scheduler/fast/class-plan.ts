import type { Aspect } from '../aspect.ts';
import type { LogReader, Mark } from '../change-log.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { NodeBatch, NodeFilter } from '../plugin.ts';
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
  readonly cluster: ClusterState;
  readonly rules: ClassRules;
  readonly telling: readonly Telling[];
  /** Of the fixed aspects. */
  readonly grouping: Grouping;
  /** Shared by all plans, which use them one at a time. */
  readonly seen: SeenNodes;
  readonly batch: NodeBatch;
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
  #filters: readonly NodeFilter[] = [];
  /** Of which state of the nodes these filters are. */
  #version = -1;
  /** The group of each node; undefined where that is its base for good. */
  readonly #groupOf: Int32Array | undefined;
  readonly #groups: (NodeGroup | undefined)[] = [];
  /** Those that have a feasible node; undefined where they are to be listed again. */
  #listed: readonly NodeGroup[] | undefined;
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
    if (cluster.nodeCount < length || this.#ofNode().length > 0) for (let node = 0; node < length; node++) this.#reopen(node);
    for (let node = 0; node < length; node++) input.batch.nodes[node] = node;
    input.batch.count = length;
    this.#evaluate();
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
  listGroups(): readonly NodeGroup[] {
    this.#listed ??= this.#groups.flatMap((group) => (group !== undefined && group.tree.count > 0 ? [group] : []));
    return this.#listed;
  }

  /** Looks again at the nodes where something changed. */
  catchUp(): void {
    const { cluster, seen, batch } = this.#input;
    const { log } = cluster;
    const end = log.mark();
    if (this.#position === end && this.#undone.length === 0) return;
    seen.begin();
    batch.count = 0;
    if (this.#undone.length > 0) {
      for (const told of this.#undone) this.#look(told);
      this.#undone.length = 0;
    }
    const { nodes } = log;
    for (let place: number = this.#position; place < end; place++) this.#look(nodes[place] ?? 0);
    this.#position = end;
    this.#evaluate();
  }

  #look(told: number): void {
    const { seen, batch } = this.#input;
    const node = told < 0 ? ~told : told;
    if (told < 0) this.#reopen(node);
    if (seen.isNew(node)) batch.nodes[batch.count++] = node;
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

  #reopen(node: number): void {
    const { cluster } = this.#input;
    this.#open ??= new Uint8Array(cluster.nodes.length).fill(1);
    this.#open[node] = cluster.isPresent(node) && isPassing(this.#ofNode(), node) ? 1 : 0;
  }

  #ofNode(): readonly NodeFilter[] {
    const { cluster, rules } = this.#input;
    const { version } = cluster.statics;
    if (this.#version !== version) [this.#filters, this.#version] = [rules.ofNode(), version];
    return this.#filters;
  }

  /** Looks at the nodes of the batch. */
  #evaluate(): void {
    const { rules, batch } = this.#input;
    const { nodes, scores } = batch;
    const open = this.#open;
    let count = 0;
    for (let i = 0; i < batch.count; i++) {
      const node = nodes[i] ?? 0;
      if ((open === undefined || open[node] === 1) && isPassing(rules.ofOwnPods, node)) {
        scores[count] = 0;
        nodes[count++] = node;
      } else this.#put(node, NOTHING);
    }
    batch.count = count;
    for (const { add, weight } of rules.ownScores) add(batch, weight);
    for (let i = 0; i < count; i++) this.#put(nodes[i] ?? 0, scores[i] ?? 0);
  }

  /** Puts a node with its own score into the group that it belongs to now; one that is not feasible into none. */
  #put(node: number, value: number): void {
    const { baseOf, placeOf } = this.#input.grouping;
    const place = placeOf[node] ?? 0;
    if (this.#groupOf === undefined) {
      this.#set(this.#groupAt(baseOf[node] ?? 0, node), place, value);
      return;
    }
    const was = this.#groupOf[node] ?? NOTHING;
    const is = value === NOTHING ? NOTHING : this.#numberOf(node);
    if (was !== is && was !== NOTHING) this.#take(was, place);
    if (is !== NOTHING) this.#set(this.#groupAt(is, node), place, value);
    this.#groupOf[node] = is;
  }

  #set({ tree }: NodeGroup, place: number, value: number): void {
    const wasEmpty = tree.count === 0;
    tree.set(place, value);
    if (wasEmpty !== (tree.count === 0)) this.#listed = undefined;
  }

  #take(number: number, place: number): void {
    const group = this.#groups[number];
    if (group === undefined) return;
    this.#set(group, place, NOTHING);
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
      const most = 100 * rules.ownScores.reduce((sum, { weight }) => sum + weight, 0);
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
