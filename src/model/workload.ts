import { getArray, getObject, getString, isObject, type JsonObject } from '../std/index.ts';
import type { Path } from '../std/index.ts';
import { gvkOf, type KubernetesObject } from './object.ts';

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
  return [
    ...listContainers(podSpec, 'initContainers', 'init'),
    ...listContainers(podSpec, 'containers', 'container'),
    ...listContainers(podSpec, 'ephemeralContainers', 'ephemeral'),
  ];
}

function listContainers(podSpec: JsonObject, field: string, type: ContainerEntry['type']): ContainerEntry[] {
  return getArray(podSpec, field).flatMap((container, index) =>
    isObject(container) ? [{ type, name: getString(container, 'name') ?? '', container, path: [field, index] }] : [],
  );
}
