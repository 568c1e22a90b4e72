import { gvkOf, labelsOf, nameOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getNumber, getString, getStringMap, type JsonValue } from '../../std/index.ts';
import { countAvailable } from './availability.ts';
import {
  concernsOwner,
  namesOf,
  observedGeneration,
  toDelete,
  toStatusUpdate,
  type Controller,
  type ControllerContext,
  type Intent,
} from './controller.ts';
import { listFreeNames } from './generated-name.ts';
import { childrenOf } from './ownership.ts';
import { podAdmissionOf } from './admission/pod-admission.ts';
import { toPod } from './pod-factory.ts';
import { isActivePod, isReadyPod } from './replicas.ts';
import { templateOf } from './template.ts';
import { listRelatedPods, orderVictims } from './victims.ts';

/** Keeps so many pods of a template alive (`pkg/controller/replicaset`). */
export const REPLICA_SET: Controller = {
  name: 'replica-set',
  kind: { group: 'apps', kind: 'ReplicaSet' },
  watches: [{ group: '', kind: 'Pod' }],
  concerns: concernsOwner('apps', 'ReplicaSet'),
  reconcile: reconcileReplicas,
};

/** The same of the ReplicationController kind. */
export function reconcileReplicas(world: World, set: KubernetesObject, context: ControllerContext): readonly Intent[] {
  const pods = childrenOf(world, set, '', 'Pod');
  const active = pods.filter(isActivePod);
  const manage = getString(set.metadata, 'deletionTimestamp') === undefined ? managePods(world, set, pods, active, context) : [];
  return [...manage, ...toStatus(set, active, pods, context)];
}

function managePods(
  world: World,
  set: KubernetesObject,
  pods: readonly KubernetesObject[],
  active: readonly KubernetesObject[],
  { now }: ControllerContext,
): readonly Intent[] {
  const missing = (getNumber(set, 'spec', 'replicas') ?? 1) - active.length;
  if (missing < 0)
    return orderVictims(active, { related: listRelatedPods(world, set), now })
      .slice(0, -missing)
      .map((pod) => toDelete(pod));
  const admission = podAdmissionOf(world);
  return listFreeNames(nameOf(set), missing, namesOf(pods), now).map((name) => ({
    type: 'create',
    object: toPod(set, templateOf(set), { name }, admission),
  }));
}

function toStatus(
  set: KubernetesObject,
  active: readonly KubernetesObject[],
  pods: readonly KubernetesObject[],
  context: ControllerContext,
): readonly Intent[] {
  const { available, requeue } = countAvailable(active, set, context);
  const labels = [...getStringMap(templateOf(set), 'metadata', 'labels')];
  const terminating = pods.filter((pod) => getString(pod.metadata, 'deletionTimestamp') !== undefined).length;
  const conditions = getArray(set, 'status', 'conditions');
  const status: Record<string, JsonValue | undefined> = {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => labels.every(([key, value]) => labelsOf(pod).get(key) === value)).length,
    readyReplicas: active.filter(isReadyPod).length,
    availableReplicas: available,
    ...(gvkOf(set).group === 'apps' ? { terminatingReplicas: terminating } : {}),
    ...observedGeneration(set),
    conditions: conditions.length === 0 ? undefined : conditions,
  };
  return [...toStatusUpdate(set, status), ...requeue];
}
