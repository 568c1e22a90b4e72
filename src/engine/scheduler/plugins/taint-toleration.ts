import { findUntoleratedTaint, FORBIDDING_EFFECTS, isTolerated } from '../../../model/index.ts';
import { normalize, type Plugin } from '../plugin.ts';
import { SUCCESS, unresolvable } from '../verdict.ts';

const REFUSAL = unresolvable('node(s) had untolerated taint(s)');

/** Keeps pods off nodes whose taints they do not tolerate, and prefers nodes with fewer taints of effect PreferNoSchedule. */
export const TAINT_TOLERATION: Plugin = {
  name: 'TaintToleration',
  isStatic: true,
  weight: 3,
  filter: (pod, cluster) => ({
    kind: 'filter',
    filter: (node) => {
      const taints = cluster.nodes[node]?.taints ?? [];
      if (taints.length === 0) return SUCCESS;
      return findUntoleratedTaint(taints, pod.class.tolerations, FORBIDDING_EFFECTS) === undefined ? SUCCESS : REFUSAL;
    },
  }),
  score: (pod, cluster, feasible) => {
    if (!cluster.hasAvoidedNodes) return new Float64Array(feasible.length).fill(100);
    const tolerations = pod.class.tolerations.filter(({ effect }) => effect === '' || effect === 'PreferNoSchedule');
    const raw = Float64Array.from(feasible, (node) => {
      const taints = (cluster.nodes[node]?.taints ?? []).filter(({ effect }) => effect === 'PreferNoSchedule');
      return taints.filter((taint) => !tolerations.some((toleration) => isTolerated(taint, toleration))).length;
    });
    return normalize(raw, { reverse: true });
  },
};
