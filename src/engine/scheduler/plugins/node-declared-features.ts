import { containersOf } from '../../../model/index.ts';
import { getArray, getBoolean, getString, type JsonObject } from '../../../std/index.ts';
import { SKIP, type Plugin } from '../plugin.ts';
import { SUCCESS, unresolvable } from '../verdict.ts';

const REFUSAL = unresolvable("node(s) didn't match Pod's required features");

/** Holds pods that use what not every kubelet knows to nodes that say they do (since 1.36). */
export const NODE_DECLARED_FEATURES: Plugin = {
  name: 'NodeDeclaredFeatures',
  isStatic: true,
  filter: (pod, cluster) => {
    const needed = listNeeded(pod.class.spec);
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

/** What a pod needs to be known to its node (`InferForPodScheduling`). */
function listNeeded(spec: JsonObject): readonly string[] {
  const restartsAll = containersOf(spec).some(
    ({ type, container }) =>
      type !== 'ephemeral' &&
      getArray(container, 'restartPolicyRules').some((rule) => getString(rule, 'action') === 'RestartAllContainers'),
  );
  const maps = getBoolean(spec, 'hostNetwork') === true && getBoolean(spec, 'hostUsers') === false;
  return [...(restartsAll ? ['RestartAllContainersOnContainerExits'] : []), ...(maps ? ['UserNamespacesHostNetworkSupport'] : [])];
}
