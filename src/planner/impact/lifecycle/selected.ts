import { isSelected, podTemplateOf, type GroupKind, type KubernetesObject, type Selector, type World } from '../../../model/index.ts';
import { getArray, getNumber, getStringMap } from '../../../std/index.ts';

/** Workloads whose number of pods is a field of theirs. */
const SCALED: readonly GroupKind[] = [
  { group: '', kind: 'ReplicationController' },
  { group: 'apps', kind: 'Deployment' },
  { group: 'apps', kind: 'ReplicaSet' },
  { group: 'apps', kind: 'StatefulSet' },
];

/** The pods that a workload asks for; one where it does not say. */
export function replicasOf(workload: KubernetesObject): number {
  return getNumber(workload, 'spec', 'replicas') ?? 1;
}

/** The workloads of a namespace that say how many pods they have, and whose pods a selector selects; what controllers made is their owner's. */
export function listSelected(world: World, namespace: string | undefined, selector: Selector): readonly KubernetesObject[] {
  return SCALED.flatMap(({ group, kind }) => world.kind(group, kind).inNamespace(namespace)).filter((workload) => {
    const template = podTemplateOf(workload);
    const isMade = getArray(workload.metadata, 'ownerReferences').length > 0;
    return !isMade && template !== undefined && isSelected(selector, getStringMap(template.metadata, 'labels'));
  });
}
