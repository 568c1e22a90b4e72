import type { KubernetesObject, PreemptedPod, World } from '../../../model/index.ts';
import { compareBy, getArray, getObject, getString } from '../../../std/index.ts';
import type { ScheduleOptions } from '../schedule.ts';
import { BudgetBook, type EvictionAnswer } from './budget-book.ts';
import { controllerOf, isFinished, podKeyOf, sortPods, type DrainOptions, type PodRemark } from './leaving-pods.ts';
import { findPod, settle, toPodRef, toSuccessor } from './placed-world.ts';

/** A pod that a drain evicts, and what becomes of it. */
export interface EvictedPod {
  /** `namespace/name`; the pod made in its place goes by the same name here. */
  readonly pod: string;
  /** The round of evictions, from 1 on. */
  readonly round: number;
  /** `replaced`: its controller makes another; `gone`: nothing does. */
  readonly fate: 'replaced' | 'gone';
  /** Where the one in its place goes; null for nowhere. Absent where there is none. */
  readonly to?: string | null;
  /** The scheduler's words on that. */
  readonly message?: string;
}

/** A pod that may not be evicted, however long one waits, as things are. */
export type BlockedPod = { readonly pod: string } & Omit<Extract<EvictionAnswer, { kind: 'refused' }>, 'kind'>;

/** How the drain of one node goes. */
export interface NodeDrain {
  readonly node: string;
  /** `refused`: nothing is evicted; `stuck`: some pods may not be evicted. */
  readonly outcome: 'drained' | 'refused' | 'stuck';
  readonly rounds: number;
  readonly refusals: readonly PodRemark[];
  readonly warnings: readonly PodRemark[];
  readonly evicted: readonly EvictedPod[];
  readonly blocked: readonly BlockedPod[];
  readonly preempted: readonly PreemptedPod[];
}

/** How to drain: what the flags of kubectl say, and which scheduler places what is made in the place of the evicted. */
export interface DrainRequest extends DrainOptions {
  readonly nodes: readonly string[];
  readonly schedule: ScheduleOptions;
}

/**
 * Drains nodes as `kubectl drain` does: all are cordoned, then each in turn loses its pods in rounds. In a round as many go as
 * the budgets of its start allow; what controllers make in their place is scheduled and ready before the next. A node that is
 * refused or stuck does not keep the others. `world` is one that controllers have settled (`expandWorld`), `raw` the same as it
 * was given: pods that have ended are evicted, too. Pure.
 */
export function drainNodes(world: World, raw: World, request: DrainRequest): readonly NodeDrain[] {
  let current = cordon(settle(withFinished(world, raw), request.schedule).world, request.nodes);
  return request.nodes.map((node) => {
    const drained = drainNode(node, current, request);
    current = drained.world;
    return drained.result;
  });
}

// The settled world has lost the pods that ended and will be cleaned away, or have another in their place.
function withFinished(world: World, raw: World): World {
  return world.with(raw.byKind('', 'Pod').filter((pod) => isFinished(pod) && findPod(world, podKeyOf(pod)) === undefined));
}

const CORDONED = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** The world with nodes that take no more pods. */
function cordon(world: World, names: readonly string[]): World {
  return world.with(
    names.flatMap((name) => {
      const node = world.get({ group: '', kind: 'Node', name });
      if (node === undefined) return [];
      const taints = getArray(node, 'spec', 'taints').filter((taint) => getString(taint, 'key') !== CORDONED.key);
      return [{ ...node, spec: { ...getObject(node, 'spec'), unschedulable: true, taints: [...taints, CORDONED] } }];
    }),
  );
}

function drainNode(node: string, start: World, request: DrainRequest): { readonly world: World; readonly result: NodeDrain } {
  const pods = start.byKind('', 'Pod').filter((pod) => getString(pod, 'spec', 'nodeName') === node);
  const { leave, refusals, warnings } = sortPods(pods, start, request);
  const said = { node, refusals, warnings };
  const nothing = { rounds: 0, evicted: [], blocked: [], preempted: [] };
  if (refusals.length > 0) return { world: start, result: { ...said, ...nothing, outcome: 'refused' } };
  const state = new Rounds(start, leave, request);
  const { evicted, blocked, preempted, rounds } = state.run();
  const result: NodeDrain = { ...said, outcome: blocked.length > 0 ? 'stuck' : 'drained', rounds, evicted, blocked, preempted };
  return { world: state.world, result };
}

/** The rounds in which the pods of one node leave. */
class Rounds {
  world: World;
  readonly #request: DrainRequest;
  #left: readonly KubernetesObject[];
  readonly #evicted = new Map<string, EvictedPod>();
  readonly #preempted: PreemptedPod[] = [];

  constructor(world: World, pods: readonly KubernetesObject[], request: DrainRequest) {
    this.world = world;
    this.#left = pods;
    this.#request = request;
  }

  run(): Pick<NodeDrain, 'blocked' | 'evicted' | 'preempted' | 'rounds'> {
    let blocked: readonly BlockedPod[] = [];
    let rounds = 0;
    while (this.#left.length > 0) {
      const asked = this.#askAll();
      blocked = asked.blocked;
      if (asked.leaving.length === 0) break;
      this.#replace(asked.leaving, ++rounds);
      const going = new Set(asked.leaving);
      this.#left = this.#left.filter((pod) => !going.has(pod));
    }
    const evicted = [...this.#evicted.values()].toSorted(
      compareBy(
        ({ round }) => round,
        ({ pod }) => pod,
      ),
    );
    return { rounds, evicted, blocked: this.#left.length === 0 ? [] : blocked, preempted: this.#preempted };
  }

  #askAll(): { readonly leaving: readonly KubernetesObject[]; readonly blocked: readonly BlockedPod[] } {
    if (this.#request.disableEviction) return { leaving: this.#left, blocked: [] };
    const book = new BudgetBook(this.world);
    const leaving: KubernetesObject[] = [];
    const blocked: BlockedPod[] = [];
    for (const pod of this.#left) {
      const answer = book.evict(pod);
      if (answer.kind === 'evicted') leaving.push(pod);
      else {
        const { kind: _, ...refusal } = answer;
        blocked.push({ pod: podKeyOf(pod), ...refusal });
      }
    }
    return { leaving, blocked };
  }

  /** Takes pods away, and places what is made in their stead. */
  #replace(pods: readonly KubernetesObject[], round: number): void {
    const replaced = pods.filter((pod) => isReplaced(pod));
    const without = this.world.without(pods.map((pod) => toPodRef(podKeyOf(pod))));
    const { world, placements, preempted } = settle(without.with(replaced.map(toSuccessor)), this.#request.schedule);
    this.world = world;
    this.#preempted.push(...preempted);
    for (const pod of pods) {
      const key = podKeyOf(pod);
      this.#evicted.set(key, { pod: key, round, fate: replaced.includes(pod) ? 'replaced' : 'gone' });
    }
    for (const [key, evicted] of this.#evicted) {
      const placement = placements.get(key);
      if (placement !== undefined && evicted.fate === 'replaced')
        this.#evicted.set(key, { ...evicted, to: placement.node, message: placement.message });
    }
  }
}

/** Whether a controller makes another pod in the place of one that goes. One that ended has done its work or has another already. */
export function isReplaced(pod: KubernetesObject): boolean {
  const isLeaving = isFinished(pod) || getString(pod.metadata, 'deletionTimestamp') !== undefined;
  return controllerOf(pod) !== undefined && getString(controllerOf(pod), 'kind') !== 'DaemonSet' && !isLeaving;
}
