import type { KubernetesObject, ObjectRef, World } from '../../model/index.ts';

/** What the controllers and the scheduler do for a rollout: engines do not import each other, so it is handed in. */
export interface RolloutTools {
  /** The world without pods that workloads ask for and no nodes could ever hold. */
  readonly bound: (world: World) => World;
  /** The world that the controllers lead to once everything has settled. */
  readonly expand: (world: World) => World;
  /** The workloads of a world that are refused pods even then. */
  readonly listRefused: (world: World) => readonly { readonly workload: KubernetesObject }[];
  /** Where the pods without a node go. */
  readonly place: (world: World) => Placements;
  /** Whether anything is known of nodes. */
  readonly knowsNodes: (world: World) => boolean;
  /** A world at rest, with the status and marks of these workloads as a rollout finds them. */
  readonly start: (world: World, workloads: readonly ObjectRef[], now: number) => World;
  /** The workload with the replicas that its autoscaler gives it. */
  readonly scale: (world: World, workload: KubernetesObject) => KubernetesObject;
  /** A world without what deleted owners leave behind. */
  readonly sweep: (world: World) => World;
  /** One look of the controllers of these workloads. */
  readonly step: (world: World, workloads: readonly ObjectRef[], now: number) => RolloutStep;
  readonly progress: (workload: KubernetesObject) => RolloutProgress;
}

/** Where pods go, by `namespace/name`, and who is evicted for them. */
export interface Placements {
  readonly placements: readonly { readonly pod: string; readonly node: string | null; readonly message: string }[];
  readonly preempted: readonly { readonly pod: string }[];
}

/** What one look of the controllers led to. */
export interface RolloutStep {
  readonly world: World;
  readonly isChanged: boolean;
  /** When (ms) something will be otherwise, if nothing happens before. */
  readonly next?: number;
  readonly refused: readonly Refusal[];
}

/** An object that a quota did not let a controller make. */
export interface Refusal {
  readonly workload: ObjectRef;
  readonly quota: KubernetesObject;
  readonly why: string;
}

/** How far an update has come. */
export interface RolloutProgress {
  readonly isDone: boolean;
  /** How many new pods there are to be. */
  readonly wanted: number;
}
