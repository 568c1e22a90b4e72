import { getString } from '../../../std/index.ts';
import { SKIP, type Plugin } from '../plugin.ts';
import { SUCCESS, unresolvable } from '../verdict.ts';

const REFUSAL = unresolvable("node(s) didn't match the requested node name");

/** Holds a pod that names its node to that node. */
export const NODE_NAME: Plugin = {
  name: 'NodeName',
  looksAt: { filter: 'own pods' },
  filter: (pod, cluster) => {
    const name = getString(pod.object, 'spec', 'nodeName');
    if (name === undefined || name === '') return SKIP;
    return { kind: 'filter', filter: (node) => (cluster.nodes[node]?.name === name ? SUCCESS : REFUSAL) };
  },
};
