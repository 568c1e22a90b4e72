import { getArray } from '../../../std/index.ts';
import { SKIP, type Plugin } from '../plugin.ts';
import { SUCCESS, unresolvable } from '../verdict.ts';

const REFUSAL = unresolvable("node(s) didn't match Pod's required features");

/** Holds pods that use what not every kubelet knows to nodes that say they do (since 1.36). */
export const NODE_DECLARED_FEATURES: Plugin = {
  name: 'NodeDeclaredFeatures',
  concerns: (pod) => pod.class.neededFeatures.length > 0,
  filter: (pod, cluster) => {
    const needed = pod.class.neededFeatures;
    if (needed.length === 0) return SKIP;
    return {
      kind: 'filter',
      filter: (index) => {
        const declared = getArray(cluster.nodes[index]?.object, 'status', 'declaredFeatures');
        return needed.every((feature) => declared.includes(feature)) ? SUCCESS : REFUSAL;
      },
    };
  },
};
