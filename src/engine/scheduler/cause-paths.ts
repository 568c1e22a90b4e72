import { podTemplateOf, type KubernetesObject } from '../../model/index.ts';
import { getAt, getNumber, toPointer, type Path } from '../../std/index.ts';
import type { ClusterState } from './cluster-state.ts';
import { explainNode, prepareFilters } from './evaluate.ts';
import type { PodInfo } from './pod-class.ts';
import { toPodRequests } from './pod-requests.ts';

/** Where in a pod spec each plugin's reasons stand. */
const FIELDS: Readonly<Record<string, readonly Path[]>> = {
  InterPodAffinity: [
    ['affinity', 'podAntiAffinity'],
    ['affinity', 'podAffinity'],
  ],
  NodeAffinity: [['nodeSelector'], ['affinity', 'nodeAffinity']],
  NodeName: [['nodeName']],
  NodeUnschedulable: [['tolerations']],
  PodTopologySpread: [['topologySpreadConstraints']],
  TaintToleration: [['tolerations']],
  VolumeBinding: [['volumes']],
  VolumeRestrictions: [['volumes']],
};

/** The fields of a workload that a pod of it finds no node for, most telling first, as JSON pointers; only those that are there. */
export function listCausePaths(object: KubernetesObject, cluster: ClusterState, pod: PodInfo): readonly string[] {
  const template = podTemplateOf(object);
  if (template === undefined) return [];
  const evaluation = prepareFilters(pod, cluster);
  const plugins =
    evaluation.kind === 'rejected' ? [evaluation.plugin] : cluster.nodes.map((node) => explainNode(evaluation, cluster, node.index).plugin);
  const specPath = [...template.path, 'spec'];
  const paths: Path[] = [];
  for (const plugin of new Set(plugins)) {
    const fields = plugin === 'NodeResourcesFit' ? listRequestPaths(object, specPath) : listFieldPaths(object, specPath, plugin);
    paths.push(...fields);
  }
  if (getNumber(object, 'spec', 'replicas') !== undefined) paths.push(['spec', 'replicas']);
  return [...new Set([...paths, specPath].map(toPointer))];
}

function listFieldPaths(object: KubernetesObject, specPath: Path, plugin: string): Path[] {
  if (plugin === 'NodePorts') return listContainerPaths(object, specPath).map((path) => [...path, 'ports']);
  return (FIELDS[plugin] ?? []).map((field) => [...specPath, ...field]).filter((path) => getAt(object, ...path) !== undefined);
}

/** The resources of the containers, the most demanding in memory first. */
function listRequestPaths(object: KubernetesObject, specPath: Path): Path[] {
  const weigh = (path: Path): number => {
    const container = getAt(object, ...path);
    return container === undefined ? 0 : toPodRequests({ containers: [container] }).nonZeroMemory;
  };
  return listContainerPaths(object, specPath)
    .filter((path) => getAt(object, ...path, 'resources') !== undefined)
    .toSorted((a, b) => weigh(b) - weigh(a))
    .flatMap((path) => {
      const requests = [...path, 'resources', 'requests'];
      return [getAt(object, ...requests) === undefined ? [...path, 'resources'] : requests];
    });
}

function listContainerPaths(object: KubernetesObject, specPath: Path): Path[] {
  const containers = getAt(object, ...specPath, 'containers');
  return Array.isArray(containers) ? containers.map((_, index) => [...specPath, 'containers', index]) : [];
}
