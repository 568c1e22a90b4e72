import { boundReplicas, expandWorld } from '../../../../src/engine/controllers/index.ts';
import {
  findCapacity,
  parseNodesSpec,
  parseShapeSpec,
  type CapacityAnswer,
  type CapacityQuestion,
} from '../../../../src/engine/scheduler/index.ts';
import { World, type KubernetesObject, type ObjectRef } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';

export interface WorkloadFields {
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly replicas?: number;
  readonly requests?: JsonObject;
  readonly spec?: JsonObject;
}

/** A workload of one container in the namespace `shop`, whose pods are labelled `app: NAME`. */
export function workload(name: string, { kind = 'Deployment', replicas = 1, requests = {}, spec = {} }: WorkloadFields): KubernetesObject {
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests } }], ...spec },
  };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'shop' },
    spec: { ...(kind === 'DaemonSet' ? {} : { replicas }), selector: { matchLabels: { app: name } }, template },
  };
}

/** Keeps pods of a workload on different nodes. */
export function apart(name: string): JsonObject {
  const term = { labelSelector: { matchLabels: { app: name } }, topologyKey: 'kubernetes.io/hostname' };
  return { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
}

/** The capacity of some workloads on nodes and shapes in their shorthand. */
export function capacityOf(
  objects: readonly KubernetesObject[],
  {
    nodes,
    shapes = [],
    wanted,
    ...rest
  }: { readonly nodes?: string; readonly shapes?: readonly string[]; readonly wanted?: ObjectRef } & Partial<
    Pick<CapacityQuestion, 'expander' | 'groups' | 'open'>
  > = {},
): CapacityAnswer {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  return findCapacity(World.of([namespace, ...(nodes === undefined ? [] : parseNodesSpec(nodes)), ...objects]), {
    kubernetesVersion: '1.36',
    expand: expandWorld,
    listOverlarge: (asked) => boundReplicas(asked).overlarge,
    shapes: shapes.map(parseShapeSpec),
    ...(wanted === undefined ? {} : { wanted }),
    ...rest,
  });
}

/** The identity of a Deployment in the namespace `shop`. */
export function deploymentRef(name: string): ObjectRef {
  return { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name };
}
