import { refOf, toRefKey, withMetadata, type KubernetesObject, type ObjectRef, type RefKey, type World } from '../../model/index.ts';
import { compareStrings, shuffle, toKubernetesTime } from '../../std/index.ts';
import { simulate, type ScheduleOptions, type ScheduleResult } from './schedule.ts';
import { findWorkload } from './workload-of-pod.ts';

/** How the pods of one workload fare when pods arrive in other orders. */
export interface WorkloadOrders {
  readonly workload: ObjectRef;
  readonly pods: number;
  /** The number of orders in which all of them find a node. */
  readonly fits: number;
  /** The fewest and the most that find one. */
  readonly least: number;
  readonly most: number;
}

/** What comes of trying orders. */
export interface OrderTrials {
  readonly orders: number;
  readonly seed: number;
  /** By identity. */
  readonly workloads: readonly WorkloadOrders[];
  /** The order with the most pods that find no node, the first of them; with those pods. Both by `namespace/name`. */
  readonly worst: { readonly order: readonly string[]; readonly unplaced: readonly string[] };
}

/** How many orders are tried, and the seed that they follow from. */
export interface OrderRequest {
  readonly orders: number;
  readonly seed: number;
}

/**
 * Schedules the pods that wait in other orders of their arrival: controllers create side by side, so that the real order is
 * chance. The first order is the one that `simulate` takes; the others are drawn. Priorities count in all of them.
 */
export function tryOrders(world: World, { orders, seed }: OrderRequest, options: ScheduleOptions): OrderTrials {
  const first = simulate(world, options).result;
  const waiting = first.placements.map(({ pod }) => pod);
  const tally = new Tally(world, waiting);
  let worst: OrderTrials['worst'] | undefined;
  for (let trial = 0; trial < orders; trial++) {
    const order = trial === 0 ? waiting : shuffle(waiting, seed + trial);
    const { placements } = trial === 0 ? first : simulate(inOrder(world, order), options).result;
    const unplaced = placements.flatMap(({ pod, node }) => (node === null ? [pod] : []));
    tally.count(placements);
    if (worst === undefined || unplaced.length > worst.unplaced.length) worst = { order, unplaced: unplaced.toSorted(compareStrings) };
  }
  return { orders, seed, workloads: tally.toList(), worst: worst ?? { order: [], unplaced: [] } };
}

/** Long after everything that is there was created. */
const LATER = 4_102_444_800_000;

/** The world in which pods have been created in this order. */
function inOrder(world: World, order: readonly string[]): World {
  return world.with(
    order.flatMap((key, index) => {
      const pod = findPod(world, key);
      return pod === undefined ? [] : [withMetadata(pod, { creationTimestamp: toKubernetesTime(LATER + index * 1000) })];
    }),
  );
}

function findPod(world: World, key: string): KubernetesObject | undefined {
  const [namespace = '', name = ''] = key.split('/');
  return world.get({ group: '', kind: 'Pod', namespace, name });
}

/** Counts, order by order, how many pods of each workload found a node. */
class Tally {
  readonly #workloads = new Map<RefKey, { readonly workload: ObjectRef; pods: number; fits: number; least: number; most: number }>();
  readonly #keys = new Map<string, RefKey>();

  constructor(world: World, waiting: readonly string[]) {
    for (const key of waiting) {
      const pod = findPod(world, key);
      if (pod === undefined) continue;
      const workload = refOf(findWorkload(world, pod));
      const workloadKey = toRefKey(workload);
      this.#keys.set(key, workloadKey);
      const entry = this.#workloads.get(workloadKey) ?? { workload, pods: 0, fits: 0, least: Infinity, most: 0 };
      this.#workloads.set(workloadKey, { ...entry, pods: entry.pods + 1 });
    }
  }

  count(placements: ScheduleResult['placements']): void {
    const placed = new Map<RefKey, number>();
    for (const { pod, node } of placements) {
      const key = this.#keys.get(pod);
      if (key !== undefined && node !== null) placed.set(key, (placed.get(key) ?? 0) + 1);
    }
    for (const [key, entry] of this.#workloads) {
      const count = placed.get(key) ?? 0;
      entry.least = Math.min(entry.least, count);
      entry.most = Math.max(entry.most, count);
      if (count >= entry.pods) entry.fits++;
    }
  }

  toList(): readonly WorkloadOrders[] {
    return [...this.#workloads].toSorted(([a], [b]) => compareStrings(a, b)).map(([, entry]) => ({ ...entry }));
  }
}
