import { findUntoleratedTaint } from '../../../model/index.ts';
import type { Plugin } from '../plugin.ts';
import { SUCCESS, unresolvable } from '../verdict.ts';

const CORDONED = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };
const REFUSAL = unresolvable('node(s) were unschedulable');

/** Keeps pods off cordoned nodes unless they tolerate the taint of cordoning. */
export const NODE_UNSCHEDULABLE: Plugin = {
  name: 'NodeUnschedulable',
  isStatic: true,
  reads: ['tolerations'],
  filter: (pod, cluster) => {
    if (findUntoleratedTaint([CORDONED], pod.class.tolerations) === undefined) return { kind: 'skip' };
    return { kind: 'filter', filter: (node) => (cluster.nodes[node]?.isUnschedulable === true ? REFUSAL : SUCCESS) };
  },
};
