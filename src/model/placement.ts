/** What is said of one node for one pod. */
export interface NodeExplanation {
  readonly node: string;
  readonly verdict: 'Success' | 'Unschedulable' | 'UnschedulableAndUnresolvable';
  /** The plugin that refused; the empty string for success. */
  readonly plugin: string;
  readonly reasons: readonly string[];
  /** Weighted, by plugin; empty where nothing was scored. */
  readonly scores: Readonly<Record<string, number>>;
  /** What other plugins would say, which kube-scheduler does not ask after the first; absent where none would refuse. */
  readonly also?: readonly { readonly plugin: string; readonly reasons: readonly string[] }[];
}

/** Where one pod goes, as the scheduler engine finds it and reports show it. */
export interface Placement {
  /** `namespace/name`. */
  readonly pod: string;
  /** Null where no node takes it. */
  readonly node: string | null;
  /** What the pod's condition or event would say. */
  readonly message: string;
  /** How many nodes passed the filters. */
  readonly feasible: number;
  /** The nodes with the highest score, by name; `node` is the first. */
  readonly best: readonly string[];
  /** Null where there was nothing to compare. */
  readonly score: number | null;
  /** Every node, for a pod that is explained. */
  readonly nodes?: readonly NodeExplanation[];
}

/** A pod evicted to make room. */
export interface PreemptedPod {
  readonly pod: string;
  readonly node: string;
  readonly by: string;
}
