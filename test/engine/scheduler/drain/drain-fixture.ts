import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { drainNodes } from '../../../../src/engine/scheduler/index.ts';
import type { JsonObject, JsonValue } from '../../../../src/std/index.ts';
import { pod } from '../cluster-fixture.ts';

/** What a drained pod has beside its name and node. */
export interface PodFields {
  readonly owner?: 'ReplicaSet' | 'StatefulSet' | 'DaemonSet' | 'Job';
  /** The owner's name; `app` if it has one and says nothing. */
  readonly of?: string;
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly ready?: boolean;
  readonly requests?: JsonObject;
  readonly spec?: JsonObject;
  readonly labels?: JsonObject;
  readonly metadata?: JsonObject;
}

const GROUPS = { DaemonSet: 'apps/v1', Job: 'batch/v1', ReplicaSet: 'apps/v1', StatefulSet: 'apps/v1' };

/** A pod that runs on a node and is ready, unless it says otherwise. */
export function running(name: string, on: string, fields: PodFields = {}): KubernetesObject {
  const { owner, of = 'app', phase = 'Running', ready = phase === 'Running', metadata = {}, requests, spec, labels = { app: of } } = fields;
  const references =
    owner === undefined ? {} : { ownerReferences: [{ apiVersion: GROUPS[owner], kind: owner, name: of, controller: true }] };
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  const made = pod(name, {
    on,
    labels,
    metadata: { name, namespace: 'test', labels, ...references, ...metadata },
    ...optional({ requests, spec }),
  });
  return { ...made, status: { phase, conditions } };
}

function optional(fields: { readonly requests: JsonObject | undefined; readonly spec: JsonObject | undefined }): {
  requests?: JsonObject;
  spec?: JsonObject;
} {
  const { requests, spec } = fields;
  return { ...(requests === undefined ? {} : { requests }), ...(spec === undefined ? {} : { spec }) };
}

/** A workload of a kind with so many replicas. */
export function workload(kind: keyof typeof GROUPS, name: string, replicas = 1): KubernetesObject {
  return { apiVersion: GROUPS[kind], kind, metadata: { name, namespace: 'test' }, spec: { replicas } };
}

/** A budget for the pods of an app. */
export function budget(name: string, app: string, spec: Readonly<Record<string, JsonValue>>): KubernetesObject {
  const metadata = { name, namespace: 'test' };
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { selector: { matchLabels: { app } }, ...spec } };
}

const NO_FLAGS = { force: false, ignoreDaemonSets: false, deleteEmptyDirData: false, disableEviction: false };

/** How the drain of nodes goes, with no flags but the given ones. */
export function drain(
  objects: readonly KubernetesObject[],
  nodes: readonly string[],
  flags: Partial<typeof NO_FLAGS> = {},
): ReturnType<typeof drainNodes> {
  const world = World.of(objects);
  return drainNodes(world, world, { nodes, ...NO_FLAGS, ...flags, schedule: {} });
}
