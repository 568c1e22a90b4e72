import type { JsonObject } from '../std/index.ts';
import type { Finding, NodeExplanation, ObjectRef, Placement, PreemptedPod, WorldSource } from '../model/index.ts';

/** A pod that the scheduler does not look at. */
export interface HeldPodEntry {
  readonly pod: string;
  readonly why: 'gates' | 'node' | 'scheduler' | 'unknown';
  readonly message: string;
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
  readonly placements: readonly Placement[];
  readonly preempted: readonly PreemptedPod[];
  readonly held: readonly HeldPodEntry[];
  /** Pods without a place that are only counted: no nodes could hold so many. */
  readonly omitted: readonly { readonly workload: ObjectRef; readonly pods: number }[];
  /** What the pods need of any nodes; absent where nodes are known. */
  readonly needed?: Needed;
  /** How it goes when pods arrive in other orders; absent where that was not asked. */
  readonly orders?: OrderSensitivity;
}

/** A lower bound: with less of anything not all pods can have a place. */
export interface Needed {
  readonly pods: number;
  readonly nodes: number;
  readonly requests: Readonly<Record<string, string>>;
  readonly largest: Readonly<Record<string, string>>;
}

/** What comes of other orders of arrival. */
export interface OrderSensitivity {
  readonly orders: number;
  readonly seed: number;
  readonly workloads: readonly {
    readonly workload: ObjectRef;
    readonly pods: number;
    readonly fits: number;
    readonly least: number;
    readonly most: number;
  }[];
  readonly worst: { readonly order: readonly string[]; readonly unplaced: readonly string[] };
}

/** Whether all pods of a workload find a node in every order, in some, or in none. */
export function verdictOf({ fits }: { readonly fits: number }, { orders }: OrderSensitivity): 'always' | 'never' | 'sometimes' {
  return fits === orders ? 'always' : fits === 0 ? 'never' : 'sometimes';
}

/** How many pods have a place, and how many have none. */
export function countPlaced({ placements, held, omitted }: ScheduleReport): { readonly placed: number; readonly unplaced: number } {
  const gated = new Set(held.map(({ pod }) => pod));
  const placed = placements.filter(({ node }) => node !== null).length;
  const unplaced = placements.filter(({ node, pod }) => node === null && !gated.has(pod)).length;
  return { placed, unplaced: omitted.reduce((sum, { pods }) => sum + pods, unplaced) };
}

function orderFields(orders: OrderSensitivity, refFields: (ref: ObjectRef) => JsonObject): JsonObject {
  return {
    orders: orders.orders,
    seed: orders.seed,
    workloads: orders.workloads.map(({ workload, ...counts }) => ({
      workload: refFields(workload),
      verdict: verdictOf(counts, orders),
      ...counts,
    })),
    worst: { ...orders.worst },
  };
}

function nodeFields({ scores, also, ...node }: NodeExplanation): JsonObject {
  return { ...node, scores: { ...scores }, ...(also === undefined ? {} : { also: also.map((refusal) => ({ ...refusal })) }) };
}

/** The fields of a schedule's document besides those of every question. */
export function scheduleFields(report: ScheduleReport, refFields: (ref: ObjectRef) => JsonObject): JsonObject {
  const { orders } = report;
  return {
    summary: { nodes: report.nodes, ...countPlaced(report), preempted: report.preempted.length, held: report.held.length },
    placements: report.placements.map(({ nodes, ...placement }) => ({
      ...placement,
      ...(nodes === undefined ? {} : { nodes: nodes.map(nodeFields) }),
    })),
    preempted: report.preempted.map((item) => ({ ...item })),
    held: report.held.map((item) => ({ ...item })),
    ...(report.omitted.length === 0
      ? {}
      : { omitted: report.omitted.map(({ workload, pods }) => ({ workload: refFields(workload), pods })) }),
    ...(report.needed === undefined
      ? {}
      : { needed: { ...report.needed, requests: { ...report.needed.requests }, largest: { ...report.needed.largest } } }),
    ...(orders === undefined ? {} : { orders: orderFields(orders, refFields) }),
  };
}
