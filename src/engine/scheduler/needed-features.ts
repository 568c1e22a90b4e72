import { containersOf } from '../../model/index.ts';
import { getArray, getBoolean, getString, type JsonObject } from '../../std/index.ts';

/** What a pod needs to be known to its node (`InferForPodScheduling`). */
export function readNeededFeatures(spec: JsonObject): readonly string[] {
  const restartsAll = containersOf(spec).some(
    ({ type, container }) =>
      type !== 'ephemeral' &&
      getArray(container, 'restartPolicyRules').some((rule) => getString(rule, 'action') === 'RestartAllContainers'),
  );
  const maps = getBoolean(spec, 'hostNetwork') === true && getBoolean(spec, 'hostUsers') === false;
  return [...(restartsAll ? ['RestartAllContainersOnContainerExits'] : []), ...(maps ? ['UserNamespacesHostNetworkSupport'] : [])];
}
