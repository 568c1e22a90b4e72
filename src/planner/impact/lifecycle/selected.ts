import {
  isSelected,
  namespaceOf,
  podTemplateOf,
  type GroupKind,
  type KubernetesObject,
  type Selector,
  type World,
} from '../../../model/index.ts';
import { getArray, getNumber, getOrAdd, getStringMap } from '../../../std/index.ts';

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
  const exact = selector.requirements.find(({ operator, values }) => operator === 'In' && values.length === 1);
  const group = toGroup(namespace, exact?.key, exact?.values[0]);
  return SCALED.flatMap(({ group: api, kind }) => world.kind(api, kind).derive(groupByLabels).get(group) ?? []).flatMap(
    ({ workload, labels }) => (isSelected(selector, labels) ? [workload] : []),
  );
}

/** Of some objects that select pods, those that select the pods of each workload, in their order. */
export function listSelecting(
  world: World,
  selecting: readonly KubernetesObject[],
  selectorOf: (object: KubernetesObject) => Selector,
): ReadonlyMap<KubernetesObject, readonly KubernetesObject[]> {
  const byWorkload = new Map<KubernetesObject, KubernetesObject[]>();
  for (const object of selecting)
    for (const workload of listSelected(world, namespaceOf(object), selectorOf(object)))
      getOrAdd(byWorkload, workload, (): KubernetesObject[] => []).push(object);
  return byWorkload;
}

/** A workload that no other one made, with the labels of its pods. */
interface Labelled {
  readonly workload: KubernetesObject;
  readonly labels: ReadonlyMap<string, string>;
}

/** The workloads of each namespace, and of each namespace those with a label. */
function groupByLabels(objects: readonly KubernetesObject[]): ReadonlyMap<string, readonly Labelled[]> {
  const groups = new Map<string, Labelled[]>();
  for (const workload of objects) {
    const template = podTemplateOf(workload);
    if (template === undefined || getArray(workload.metadata, 'ownerReferences').length > 0) continue;
    const namespace = namespaceOf(workload);
    const labels = getStringMap(template.metadata, 'labels');
    for (const group of [toGroup(namespace), ...[...labels].map(([key, value]) => toGroup(namespace, key, value))])
      getOrAdd(groups, group, (): Labelled[] => []).push({ workload, labels });
  }
  return groups;
}

function toGroup(namespace: string | undefined, key?: string, value?: string): string {
  return key === undefined || value === undefined ? (namespace ?? '') : `${namespace ?? ''} ${key}=${value}`;
}
