import type { KubernetesObject } from '../../model/index.ts';
import { getBoolean, getNumber, getString } from '../../std/index.ts';
import { findCondition, listConditions, readCount } from './conditions.ts';
import { toCurrent, toFailed, toInProgress, toRecovering, type Health } from './health.ts';

const NO_DEADLINE = 2 ** 31 - 1;

export function assessDeployment(object: KubernetesObject): Health {
  const conditions = listConditions(object);
  if (conditions.some(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded')) {
    return toFailed('ProgressDeadlineExceeded', 'Progress deadline exceeded');
  }
  const wanted = readCount(object, ['spec', 'replicas'], 1);
  const replicas = readCount(object, ['status', 'replicas'], 0);
  const updated = readCount(object, ['status', 'updatedReplicas'], 0);
  const available = readCount(object, ['status', 'availableReplicas'], 0);
  const ready = readCount(object, ['status', 'readyReplicas'], 0);
  if (wanted > replicas) return toInProgress('LessReplicas', `Replicas: ${replicas}/${wanted}`);
  if (wanted > updated) return toInProgress('LessUpdated', `Updated: ${updated}/${wanted}`);
  if (replicas > wanted) return toInProgress('ExtraPods', `Pending termination: ${replicas - wanted}`);
  if (updated > available) return toInProgress('LessAvailable', `Available: ${available}/${updated}`);
  if (wanted > ready) return toInProgress('LessReady', `Ready: ${ready}/${wanted}`);
  const progressed =
    readCount(object, ['spec', 'progressDeadlineSeconds'], NO_DEADLINE) === NO_DEADLINE ||
    conditions.some(({ type, status, reason }) => type === 'Progressing' && status === 'True' && reason === 'NewReplicaSetAvailable');
  if (!progressed) return toInProgress('ReplicaSetNotAvailable', 'ReplicaSet not Available');
  if (findCondition(object, 'Available', 'True') === undefined) return toInProgress('DeploymentNotAvailable', 'Deployment not Available');
  return toCurrent(`Deployment is available. Replicas: ${replicas}`);
}

/** A paused Deployment waits for a person, not for time. Why its pods cannot be made is said besides how many there are. */
export function assessDeploymentStrictly(object: KubernetesObject): Health {
  if (getBoolean(object, 'spec', 'paused') === true) return toCurrent('Deployment is paused', 'Suspended');
  const health = assessDeployment(object);
  const failure = health.status === 'Current' ? '' : (findCondition(object, 'ReplicaFailure', 'True')?.message ?? '');
  return failure === '' ? health : { ...health, message: `${health.message}; ${failure}` };
}

export function assessReplicaSet(object: KubernetesObject): Health {
  if (findCondition(object, 'ReplicaFailure', 'True') !== undefined) {
    return toInProgress('ReplicaFailure', 'Replica Failure condition. Check Pods');
  }
  const wanted = readCount(object, ['spec', 'replicas'], 1);
  const replicas = readCount(object, ['status', 'replicas'], 0);
  const labelled = readCount(object, ['status', 'fullyLabeledReplicas'], 0);
  const available = readCount(object, ['status', 'availableReplicas'], 0);
  const ready = readCount(object, ['status', 'readyReplicas'], 0);
  if (wanted > labelled) return toInProgress('LessLabelled', `Labelled: ${labelled}/${wanted}`);
  if (wanted > available) return toInProgress('LessAvailable', `Available: ${available}/${wanted}`);
  if (wanted > ready) return toInProgress('LessReady', `Ready: ${ready}/${wanted}`);
  if (replicas > wanted) return toInProgress('ExtraPods', `Pending termination: ${replicas - wanted}`);
  return toCurrent(`ReplicaSet is available. Replicas: ${replicas}`);
}

/** Pods that cannot be made are a failure, though the controller goes on trying. */
export function assessReplicaSetStrictly(object: KubernetesObject): Health {
  const failure = findCondition(object, 'ReplicaFailure', 'True');
  if (failure === undefined) return assessReplicaSet(object);
  return toRecovering('ReplicaFailure', failure.message === '' ? 'Replica Failure condition. Check Pods' : failure.message);
}

export function assessStatefulSet(object: KubernetesObject): Health {
  if (getString(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return toCurrent('StatefulSet is using the ondelete update strategy');
  }
  const wanted = readCount(object, ['spec', 'replicas'], 1);
  const replicas = readCount(object, ['status', 'replicas'], 0);
  const ready = readCount(object, ['status', 'readyReplicas'], 0);
  if (wanted > replicas) return toInProgress('LessReplicas', `Replicas: ${replicas}/${wanted}`);
  if (wanted > ready) return toInProgress('LessReady', `Ready: ${ready}/${wanted}`);
  if (replicas > wanted) return toInProgress('ExtraPods', `Pending termination: ${replicas - wanted}`);
  return assessRevision(object, wanted, replicas);
}

function assessRevision(object: KubernetesObject, wanted: number, replicas: number): Health {
  const updated = readCount(object, ['status', 'updatedReplicas'], 0);
  const partition = getNumber(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  if (partition !== undefined && partition !== -1) {
    if (updated < wanted - partition) return toInProgress('PartitionRollout', `updated: ${updated}/${wanted - partition}`);
    return toCurrent(`Partition rollout complete. updated: ${updated}`);
  }
  const current = readCount(object, ['status', 'currentReplicas'], 0);
  if (wanted > current) return toInProgress('LessCurrent', `current: ${current}/${wanted}`);
  if ((getString(object, 'status', 'currentRevision') ?? '') !== (getString(object, 'status', 'updateRevision') ?? '')) {
    return toInProgress('RevisionMismatch', 'Waiting for updated revision to match current');
  }
  return toCurrent(`All replicas scheduled as expected. Replicas: ${replicas}`);
}

export function assessDaemonSet(object: KubernetesObject): Health {
  if (getNumber(object.metadata, 'generation') === undefined) {
    return toInProgress('NoGeneration', `${object.kind} metadata.generation not found`);
  }
  if (getNumber(object, 'status', 'observedGeneration') === undefined) {
    return toInProgress('NoObservedGeneration', `${object.kind} status.observedGeneration not found`);
  }
  const wanted = readCount(object, ['status', 'desiredNumberScheduled'], -1);
  if (wanted === -1) return toInProgress('NoDesiredNumber', 'Missing .status.desiredNumberScheduled');
  const current = readCount(object, ['status', 'currentNumberScheduled'], 0);
  const updated = readCount(object, ['status', 'updatedNumberScheduled'], 0);
  const available = readCount(object, ['status', 'numberAvailable'], 0);
  const ready = readCount(object, ['status', 'numberReady'], 0);
  if (wanted > current) return toInProgress('LessCurrent', `Current: ${current}/${wanted}`);
  if (wanted > updated) return toInProgress('LessUpdated', `Updated: ${updated}/${wanted}`);
  if (wanted > available) return toInProgress('LessAvailable', `Available: ${available}/${wanted}`);
  if (wanted > ready) return toInProgress('LessReady', `Ready: ${ready}/${wanted}`);
  return toCurrent(`All replicas scheduled as expected. Replicas: ${wanted}`);
}

export function assessPodDisruptionBudget(): Health {
  return toCurrent('AllowedDisruptions has been computed.');
}
