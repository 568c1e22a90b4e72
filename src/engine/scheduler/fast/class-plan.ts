import type { Aspect } from '../aspect.ts';
import type { LogReader, Mark } from '../change-log.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { NodeFilter, PluginContext } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { isPassing, type ClassRules } from './class-rules.ts';
import type { Grouping } from './grouping.ts';
import { MaxTree, NOTHING } from './max-tree.ts';
import { NumberPairs } from './number-pairs.ts';

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
  readonly aspects: readonly Aspect[];
  /** Of the fixed aspects. */
  readonly grouping: Grouping;
}

/**
 * What is known of every node for one class of pods: whether it is open to them, its own score, and its group. Catches up with
 * the cluster's log when it is asked, so that only nodes where something changed are looked at again.
 */
export class ClassPlan implements LogReader {
  readonly #input: PlanInput;
  readonly #changing: readonly Aspect[];
  readonly #numbers: readonly NumberPairs[];
  /** Whether the filters that look at the node alone let it pass. */
  readonly #open: Uint8Array;
  readonly #groupOf: Int32Array;
  readonly #groups: (NodeGroup | undefined)[] = [];
  /** Trees of groups that have no node any more, by base. */
  readonly #spare: MaxTree[][] = [];
  readonly #stale: number[] = [];
  readonly #isStale: Uint8Array;
  #ofNode: readonly NodeFilter[];
  /** Whether some stale node changed itself. */
  #isReopening = false;
  #position: Mark;

  constructor(input: PlanInput) {
    const { aspects, cluster } = input;
    const { length } = cluster.nodes;
    this.#input = input;
    this.#changing = aspects.filter(({ isFixed }) => !isFixed);
    this.#numbers = this.#changing.map(() => new NumberPairs());
    this.#open = new Uint8Array(length);
    this.#isStale = new Uint8Array(length);
    this.#groupOf = new Int32Array(length).fill(NOTHING);
    this.#position = cluster.log.mark();
    this.#open.fill(1);
    this.#ofNode = input.rules.ofNode();
    if (cluster.nodeCount < length || this.#ofNode.length > 0) for (let node = 0; node < length; node++) this.#reopen(node);
    const all = new Int32Array(length);
    for (let node = 0; node < length; node++) all[node] = node;
    this.#evaluate(all);
    cluster.log.join(this);
  }

  get rules(): ClassRules {
    return this.#input.rules;
  }

  get aspects(): readonly Aspect[] {
    return this.#input.aspects;
  }

  /** About how many bytes it takes. */
  get bytes(): number {
    const trees = [...this.#groups.map((group) => group?.tree), ...this.#spare.flat()];
    return trees.reduce((sum, tree) => sum + (tree?.bytes ?? 0), 6 * this.#open.length);
  }

  /** The groups that have a feasible node. */
  listGroups(): NodeGroup[] {
    const found: NodeGroup[] = [];
    for (const group of this.#groups) if (group !== undefined) found.push(group);
    return found;
  }

  /** Looks again at the nodes where something changed. */
  catchUp(): void {
    const end = this.#input.cluster.log.mark();
    this.#noteChanges(this.#position, end);
    this.#position = end;
    if (this.#stale.length === 0) return;
    if (this.#isReopening) this.#ofNode = this.#input.rules.ofNode();
    this.#isReopening = false;
    const nodes = new Int32Array(this.#stale.length);
    for (let i = 0; i < nodes.length; i++) nodes[i] = this.#stale[i] ?? 0;
    this.#evaluate(nodes);
    for (let i = 0; i < nodes.length; i++) this.#isStale[nodes[i] ?? 0] = 0;
    this.#stale.length = 0;
  }

  rewind(mark: Mark): void {
    if (this.#position <= mark) return;
    this.#noteChanges(mark, this.#position);
    this.#position = mark;
  }

  /** Does not follow the cluster any longer. */
  end(): void {
    this.#input.cluster.log.leave(this);
  }

  #noteChanges(from: number, to: number): void {
    const { log } = this.#input.cluster;
    for (let place = from; place < to; place++) {
      const change = log.at(place);
      if (change === undefined) continue;
      const { index } = change.node;
      const was = this.#isStale[index];
      if (was === 0) this.#stale.push(index);
      // 2: the node itself changed.
      if (change.pod === undefined) this.#isStale[index] = 2;
      else if (was === 0) this.#isStale[index] = 1;
      this.#isReopening ||= change.pod === undefined;
    }
  }

  #reopen(node: number): void {
    const { cluster } = this.#input;
    this.#open[node] = cluster.isPresent(node) && isPassing(this.#ofNode, node) ? 1 : 0;
  }

  #evaluate(nodes: Int32Array): void {
    const { pod, cluster, context, rules } = this.#input;
    const feasible = new Int32Array(nodes.length);
    let count = 0;
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i] ?? 0;
      if (this.#isStale[node] === 2) this.#reopen(node);
      if (this.#open[node] === 1 && isPassing(rules.ofOwnPods, node)) feasible[count++] = node;
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
    const place = this.#input.grouping.placeOf[node] ?? 0;
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
      const base = this.#input.grouping.baseOf[node] ?? 0;
      const members = this.#input.grouping.members[base] ?? new Int32Array(0);
      group = { base, members, tree: this.#spare[base]?.pop() ?? new MaxTree(members.length) };
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
