/** What a filter says of one node. */
export interface Verdict {
  /**
   * `Success`: the pod may go there. `Unschedulable`: other pods are in the way; evicting them may help.
   * `UnschedulableAndUnresolvable`: only a change of the node or of the pod could help.
   */
  readonly verdict: 'Success' | 'Unschedulable' | 'UnschedulableAndUnresolvable';
  /** In kube-scheduler's words; empty for `Success`. */
  readonly reasons: readonly string[];
}

/** The one verdict of success. */
export const SUCCESS: Verdict = { verdict: 'Success', reasons: [] };

/** A refusal that evicting other pods may lift. */
export function unschedulable(...reasons: readonly string[]): Verdict {
  return { verdict: 'Unschedulable', reasons };
}

/** A refusal that evicting other pods cannot lift. */
export function unresolvable(...reasons: readonly string[]): Verdict {
  return { verdict: 'UnschedulableAndUnresolvable', reasons };
}
