import {
  findUntoleratedTaint,
  readTaints,
  readTolerations,
  toNodeFace,
  toRequiredNodeMatcher,
  type KubernetesObject,
} from '../../model/index.ts';
import { getString, type JsonObject } from '../../std/index.ts';
import { toDaemonPodSpec } from './pod-factory.ts';

/** The nodes that a DaemonSet wants a pod on: those that its node rules match and whose taints it tolerates (`NodeShouldRunDaemonPod`). */
export function listDaemonNodes(podSpec: JsonObject, nodes: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const named = getString(podSpec, 'nodeName') ?? '';
  const matches = toRequiredNodeMatcher(podSpec);
  const tolerations = readTolerations(toDaemonPodSpec(podSpec));
  return nodes.filter((node) => {
    const face = toNodeFace(node);
    if (named !== '' && named !== face.name) return false;
    return matches(face) && findUntoleratedTaint(readTaints(node), tolerations) === undefined;
  });
}
