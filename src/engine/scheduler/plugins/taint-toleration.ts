import { findUntoleratedTaint, FORBIDDING_EFFECTS, isTolerated } from '../../../model/index.ts';
import type { Aspect } from '../aspect.ts';
import type { ClusterState } from '../cluster-state.ts';
import { normalize, type Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { SUCCESS, unresolvable } from '../verdict.ts';

const REFUSAL = unresolvable('node(s) had untolerated taint(s)');

/** Keeps pods off nodes whose taints they do not tolerate, and prefers nodes with fewer taints of effect PreferNoSchedule. */
export const TAINT_TOLERATION: Plugin = {
  name: 'TaintToleration',
  isStatic: true,
  reads: ['tolerations'],
  weight: 3,
  filter: (pod, cluster) => ({
    kind: 'filter',
    filter: (node) => {
      const taints = cluster.nodes[node]?.taints ?? [];
      if (taints.length === 0) return SUCCESS;
      return findUntoleratedTaint(taints, pod.class.tolerations, FORBIDDING_EFFECTS) === undefined ? SUCCESS : REFUSAL;
    },
  }),
  looksAt: { score: 'aspects' },
  aspects: (pod, cluster) => (cluster.hasAvoidedNodes ? [cluster.ofClass(pod, toAvoidance)] : []),
  score: (pod, cluster, feasible) => {
    if (!cluster.hasAvoidedNodes) return new Float64Array(feasible.length).fill(100);
    return normalize(Float64Array.from(feasible, cluster.ofClass(pod, toAvoidance).of), { reverse: true });
  },
};

/** How many taints of effect PreferNoSchedule each node has that the pod does not tolerate. */
function toAvoidance(pod: PodInfo, cluster: ClusterState): Aspect {
  const tolerations = pod.class.tolerations.filter(({ effect }) => effect === '' || effect === 'PreferNoSchedule');
  const values = Int32Array.from(cluster.nodes, ({ taints }) => {
    const avoiding = taints.filter(({ effect }) => effect === 'PreferNoSchedule');
    return avoiding.filter((taint) => !tolerations.some((toleration) => isTolerated(taint, toleration))).length;
  });
  return { isFixed: true, of: (node) => values[node] ?? 0 };
}
