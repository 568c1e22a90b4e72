import { getObject, getString, isArray, isObject, type JsonObject } from '../std/index.ts';
import type { Path } from '../std/index.ts';
import { gvkOf, type GroupKind, type KubernetesObject } from './object.ts';

/** Labels that controllers put on pods: no template has them, and what their values will be is not known. */
export const CONTROLLER_LABELS: ReadonlySet<string> = new Set([
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-completion-index',
  'batch.kubernetes.io/job-name',
  'controller-revision-hash',
  'controller-uid',
  'job-name',
  'pod-template-hash',
  'statefulset.kubernetes.io/pod-name',
]);

/** Where each workload kind keeps its pod template; a Pod is its own template. */
const TEMPLATE_PATHS: Readonly<Record<string, readonly string[]>> = {
  '/Pod': [],
  '/PodTemplate': ['template'],
  '/ReplicationController': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'apps/Deployment': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  'batch/Job': ['spec', 'template'],
};

/** What runs pods, or is one. */
export const WORKLOAD_KINDS: readonly GroupKind[] = [
  { group: '', kind: 'Pod' },
  { group: '', kind: 'ReplicationController' },
  { group: 'apps', kind: 'DaemonSet' },
  { group: 'apps', kind: 'Deployment' },
  { group: 'apps', kind: 'ReplicaSet' },
  { group: 'apps', kind: 'StatefulSet' },
  { group: 'batch', kind: 'CronJob' },
  { group: 'batch', kind: 'Job' },
];

/** The pod template of a workload: its metadata and spec, and the path to it within the object. */
export interface PodTemplate {
  readonly metadata: JsonObject;
  readonly spec: JsonObject;
  readonly path: Path;
}

/** The pod template of a workload object (a Pod is its own); undefined for other kinds or where it has no pod spec. */
export function podTemplateOf(object: KubernetesObject): PodTemplate | undefined {
  const { group, kind } = gvkOf(object);
  const path = TEMPLATE_PATHS[`${group}/${kind}`];
  if (path === undefined) return undefined;
  const spec = getObject(object, ...path, 'spec');
  return spec === undefined ? undefined : { metadata: getObject(object, ...path, 'metadata') ?? {}, spec, path };
}

/** A container of a pod spec, with its path from the pod spec. */
export interface ContainerEntry {
  readonly type: 'init' | 'container' | 'ephemeral';
  readonly name: string;
  readonly container: JsonObject;
  readonly path: Path;
}

/** Init, main and ephemeral containers of a pod spec, in the order in which they stand. */
export function containersOf(podSpec: JsonObject): readonly ContainerEntry[] {
  const entries: ContainerEntry[] = [];
  addContainers(podSpec, 'initContainers', 'init', entries);
  addContainers(podSpec, 'containers', 'container', entries);
  addContainers(podSpec, 'ephemeralContainers', 'ephemeral', entries);
  return entries;
}

function addContainers(podSpec: JsonObject, field: string, type: ContainerEntry['type'], entries: ContainerEntry[]): void {
  const containers = podSpec[field];
  if (!isArray(containers)) return;
  for (const [index, container] of containers.entries())
    if (isObject(container)) entries.push({ type, name: getString(container, 'name') ?? '', container, path: [field, index] });
}
