import { podTemplateOf, type KubernetesObject } from '../../model/index.ts';
import { getAt, getNumber, isArray, toPointer, type Path } from '../../std/index.ts';
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
  const specPath = [...template.path, 'spec'];
  const evaluation = prepareFilters(pod, cluster);
  const refusals =
    evaluation.kind === 'rejected' ? [evaluation] : cluster.presentNodes().map((node) => explainNode(evaluation, cluster, node.index));
  const paths: Path[] = [];
  for (const plugin of new Set(refusals.map((refusal) => refusal.plugin))) {
    const reasons = refusals.filter((refusal) => refusal.plugin === plugin).flatMap(({ verdict }) => verdict.reasons);
    const fields = plugin === 'NodeResourcesFit' ? listRequestPaths(object, specPath, reasons) : listFieldPaths(object, specPath, plugin);
    paths.push(...fields);
  }
  if (getNumber(object, 'spec', 'replicas') !== undefined) paths.push(['spec', 'replicas']);
  return [...new Set([...paths, specPath].map(toPointer))];
}

function listFieldPaths(object: KubernetesObject, specPath: Path, plugin: string): Path[] {
  if (plugin === 'NodePorts') return listContainerPaths(object, specPath).map((path) => [...path, 'ports']);
  return (FIELDS[plugin] ?? []).map((field) => [...specPath, ...field]).filter((path) => getAt(object, ...path) !== undefined);
}

/** Where containers ask for the resources that are lacking, the most demanding container first. */
function listRequestPaths(object: KubernetesObject, specPath: Path, reasons: readonly string[]): Path[] {
  const resources = [...new Set(reasons)].flatMap((reason) =>
    reason.startsWith('Insufficient ') ? [reason.slice('Insufficient '.length)] : [],
  );
  return resources.flatMap((resource) => {
    const weigh = (path: Path): number => toPodRequests({ containers: [getAt(object, ...path) ?? {}] }).amounts.get(resource) ?? 0;
    const fields = ['requests', 'limits'].map((list) => ['resources', list, resource]);
    return [...listContainerPaths(object, specPath)]
      .toSorted((a, b) => weigh(b) - weigh(a))
      .flatMap((path) =>
        fields
          .map((field) => [...path, ...field])
          .filter((field) => getAt(object, ...field) !== undefined)
          .slice(0, 1),
      );
  });
}

function listContainerPaths(object: KubernetesObject, specPath: Path): Path[] {
  const containers = getAt(object, ...specPath, 'containers');
  return isArray(containers) ? containers.map((_, index) => [...specPath, 'containers', index]) : [];
}
