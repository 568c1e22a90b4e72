import type { PreemptedPod } from '../model/index.ts';
import type { JsonObject } from '../std/index.ts';
import type { QuestionReport } from './schedule.ts';

/** A sentence of kubectl's, and the pods that it is said of. */
interface Remark {
  readonly message: string;
  readonly pods: readonly string[];
}

/** A pod that a drain evicts, and where the one in its place goes. */
interface EvictedEntry {
  readonly pod: string;
  readonly round: number;
  readonly fate: 'replaced' | 'gone';
  readonly to?: string | null;
  readonly message?: string;
}

/** A pod that may not be evicted. */
interface BlockedEntry {
  readonly pod: string;
  readonly code: 429 | 500;
  readonly budgets: readonly string[];
  readonly message: string;
  readonly cause: string;
}

/** How the drain of one node goes. */
export interface DrainEntry {
  readonly node: string;
  readonly outcome: 'drained' | 'refused' | 'stuck';
  readonly rounds: number;
  readonly refusals: readonly Remark[];
  readonly warnings: readonly Remark[];
  readonly evicted: readonly EvictedEntry[];
  readonly blocked: readonly BlockedEntry[];
  readonly preempted: readonly PreemptedPod[];
}

/** A pod of a lost node. */
interface LostEntry {
  readonly pod: string;
  readonly from: string;
  readonly recovery: 'replaced' | 'waits-for-node' | 'tolerates' | 'gone';
  readonly after?: number;
  readonly to?: string | null;
  readonly message?: string;
}

/** What the loss of a node or a zone leads to. */
export interface LossEntry {
  readonly kind: 'node' | 'zone';
  readonly name: string;
  readonly nodes: readonly string[];
  readonly lost: readonly LostEntry[];
  readonly preempted: readonly PreemptedPod[];
  readonly displaced: readonly { readonly pod: string; readonly message: string }[];
}

/** The answer of `kplan drain`. */
export interface DrainReport extends QuestionReport {
  readonly kind: 'DrainReport';
  readonly nodes: number;
  readonly drains: readonly DrainEntry[];
  readonly losses: readonly LossEntry[];
}

/** A pod that finds no other place, with the scheduler's words. */
export interface Homeless {
  readonly pod: string;
  readonly message: string;
}

/** The pods of a drain that find no other place. */
export function homelessOfDrain({ evicted }: DrainEntry): readonly Homeless[] {
  return evicted.flatMap(({ pod, to, message = '' }) => (to === null ? [{ pod, message }] : []));
}

/** The pods that find no other place after a loss. */
export function homelessOfLoss({ lost, displaced }: LossEntry): readonly Homeless[] {
  return [...lost.flatMap(({ pod, to, message = '' }) => (to === null ? [{ pod, message }] : [])), ...displaced];
}

/** Whether every node can be drained and lost, and every pod finds another place. */
export function isDrainable({ drains, losses }: DrainReport): boolean {
  return (
    drains.every((drain) => drain.outcome === 'drained' && homelessOfDrain(drain).length === 0) &&
    losses.every((loss) => homelessOfLoss(loss).length === 0)
  );
}

/** The fields of a drain's document besides those of every question. */
export function drainFields(report: DrainReport): JsonObject {
  const { drains, losses } = report;
  return {
    summary: {
      nodes: report.nodes,
      drained: drains.filter(({ outcome }) => outcome === 'drained').length,
      refused: drains.filter(({ outcome }) => outcome === 'refused').length,
      stuck: drains.filter(({ outcome }) => outcome === 'stuck').length,
      unplaced: drains.flatMap(homelessOfDrain).length,
      losses: losses.length,
      unsafe: losses.filter((loss) => homelessOfLoss(loss).length > 0).length,
    },
    drains: drains.map(({ refusals, warnings, evicted, blocked, preempted, ...drain }) => ({
      ...drain,
      refusals: refusals.map((item) => ({ ...item })),
      warnings: warnings.map((item) => ({ ...item })),
      evicted: evicted.map((item) => ({ ...item })),
      blocked: blocked.map((item) => ({ ...item })),
      preempted: preempted.map((item) => ({ ...item })),
    })),
    losses: losses.map(({ lost, preempted, displaced, ...loss }) => ({
      ...loss,
      lost: lost.map((item) => ({ ...item })),
      preempted: preempted.map((item) => ({ ...item })),
      displaced: displaced.map((item) => ({ ...item })),
    })),
  };
}
