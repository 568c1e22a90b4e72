import { isPortConflict } from '../host-ports.ts';
import { SKIP, type Plugin } from '../plugin.ts';
import { SUCCESS, unschedulable } from '../verdict.ts';

const REFUSAL = unschedulable("node(s) didn't have free ports for the requested pod ports");

/** Keeps two pods from taking the same host port of a node. */
export const NODE_PORTS: Plugin = {
  name: 'NodePorts',
  looksAt: { filter: 'own pods' },
  filter: (pod, cluster) => {
    const wanted = pod.class.hostPorts;
    if (wanted.length === 0) return SKIP;
    return {
      kind: 'filter',
      filter: (node) => {
        const taken = cluster.nodes[node]?.hostPorts ?? [];
        return wanted.some((port) => taken.some((other) => isPortConflict(port, other))) ? REFUSAL : SUCCESS;
      },
    };
  },
};
