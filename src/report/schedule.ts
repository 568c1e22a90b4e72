import type { JsonObject } from '../std/index.ts';
import type { Finding, WorldSource } from '../model/index.ts';

/** What is said of one node for one pod. */
export interface NodeVerdict {
  readonly node: string;
  readonly verdict: 'Success' | 'Unschedulable' | 'UnschedulableAndUnresolvable';
  /** The plugin that refused; the empty string for success. */
  readonly plugin: string;
  readonly reasons: readonly string[];
  /** Weighted, by plugin; empty where nothing was scored. */
  readonly scores: Readonly<Record<string, number>>;
}

/** Where one pod goes. */
export interface PodPlacement {
  /** `namespace/name`. */
  readonly pod: string;
  /** Null where no node takes it. */
  readonly node: string | null;
  /** What the pod's condition or event would say. */
  readonly message: string;
  /** How many nodes would take it. */
  readonly feasible: number;
  /** The nodes with the highest score, by name. */
  readonly best: readonly string[];
  /** Null where there was nothing to compare. */
  readonly score: number | null;
  /** Every node, for the pod that is explained. */
  readonly nodes?: readonly NodeVerdict[];
}

/** A pod that the scheduler does not look at. */
export interface HeldPodEntry {
  readonly pod: string;
  readonly why: 'gates' | 'node' | 'scheduler' | 'unknown';
  readonly message: string;
}

/** A pod evicted to make room for another. */
export interface EvictedForRoom {
  readonly pod: string;
  readonly node: string;
  readonly by: string;
}

/** What every answer to a question about a world has. */
export interface QuestionReport {
  /** The world that was asked: before, or after the manifests are applied. */
  readonly which: 'before' | 'after';
  readonly before: WorldSource;
  /** Absent where no manifests were read. */
  readonly after?: WorldSource;
  readonly findings: readonly Finding[];
  readonly next: string;
  readonly notes: readonly string[];
}

/** The answer of `kplan schedule`. */
export interface ScheduleReport extends QuestionReport {
  readonly kind: 'ScheduleReport';
  readonly nodes: number;
  readonly placements: readonly PodPlacement[];
  readonly preempted: readonly EvictedForRoom[];
  readonly held: readonly HeldPodEntry[];
}

/** How many pods have a place, and how many have none. */
export function countPlaced({ placements, held }: ScheduleReport): { readonly placed: number; readonly unplaced: number } {
  const gated = new Set(held.map(({ pod }) => pod));
  const placed = placements.filter(({ node }) => node !== null).length;
  return { placed, unplaced: placements.filter(({ node, pod }) => node === null && !gated.has(pod)).length };
}

/** The fields of a schedule's document besides those of every question. */
export function scheduleFields(report: ScheduleReport): JsonObject {
  return {
    summary: { nodes: report.nodes, ...countPlaced(report), preempted: report.preempted.length, held: report.held.length },
    placements: report.placements.map(({ nodes, ...placement }) => ({
      ...placement,
      ...(nodes === undefined ? {} : { nodes: nodes.map((node) => ({ ...node, scores: { ...node.scores } })) }),
    })),
    preempted: report.preempted.map((item) => ({ ...item })),
    held: report.held.map((item) => ({ ...item })),
  };
}
