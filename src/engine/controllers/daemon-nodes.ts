import {
  findUntoleratedTaint,
  readTaints,
  readTolerations,
  toNodeFace,
  toRequiredNodeMatcher,
  type KubernetesObject,
  type Taint,
} from '../../model/index.ts';
import { getString, type JsonObject } from '../../std/index.ts';
import { toDaemonPodSpec } from './pod-factory.ts';

/** What a DaemonSet makes of nodes (`NodeShouldRunDaemonPod`). */
export interface DaemonNodes {
  /** It wants a pod on these: its node rules match them, and it tolerates their taints. */
  readonly run: readonly KubernetesObject[];
  /** A pod that is there stays on these, too: a taint that only closes a node does not drive it away. */
  readonly keep: readonly KubernetesObject[];
}

/** The nodes that a DaemonSet of a pod spec wants a pod on, and those that it keeps one on. */
export function findDaemonNodes(podSpec: JsonObject, nodes: readonly KubernetesObject[]): DaemonNodes {
  const named = getString(podSpec, 'nodeName') ?? '';
  const matches = toRequiredNodeMatcher(podSpec);
  const tolerations = readTolerations(toDaemonPodSpec(podSpec));
  const matched = nodes.filter((node) => {
    const face = toNodeFace(node);
    return (named === '' || named === face.name) && matches(face);
  });
  const bears = (taints: readonly Taint[]): boolean => findUntoleratedTaint(taints, tolerations) === undefined;
  return {
    run: matched.filter((node) => bears(readTaints(node))),
    keep: matched.filter((node) => bears(readTaints(node).filter(({ effect }) => effect === 'NoExecute'))),
  };
}
