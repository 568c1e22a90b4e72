import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getString, type JsonValue } from '../../std/index.ts';
import { findCondition } from './conditions.ts';
import { toCurrent, toFailed, toInProgress, toRecovering, type Health, type HealthContext } from './health.ts';

const SCHEDULE_WINDOW = 15_000;

export function assessPod(object: KubernetesObject, context: HealthContext): Health {
  const phase = getString(object, 'status', 'phase') ?? '';
  switch (phase) {
    case 'Succeeded':
      return toCurrent('Pod has completed successfully');
    case 'Failed':
      return toCurrent('Pod has completed, but not successfully');
    case 'Running':
      return assessRunning(object);
    case 'Pending':
      return assessPending(object, context);
    case '':
      return toInProgress('PodNotObserved', 'Pod phase not available');
    default:
      return { status: 'Unknown', reason: 'UnknownPhase', message: `unknown phase ${phase}` };
  }
}

function assessRunning(object: KubernetesObject): Health {
  if (findCondition(object, 'Ready', 'True') !== undefined) return toCurrent('Pod is Ready');
  const looping = listStatuses(object, ['containerStatuses']).filter((status) => waitingReason(status) === 'CrashLoopBackOff');
  if (looping.length > 0) {
    const names = looping.map((status) => getString(status, 'name') ?? '');
    return toFailed('ContainerCrashLooping', `Containers in CrashLoop state: ${names.join(',')}`);
  }
  return toInProgress('PodRunningNotReady', 'Pod is running but is not Ready');
}

function assessPending(object: KubernetesObject, context: HealthContext): Health {
  if (findCondition(object, 'PodScheduled', 'False')?.reason !== 'Unschedulable') {
    return toInProgress('PodPending', 'Pod is in the Pending phase');
  }
  const created = Date.parse(getString(object.metadata, 'creationTimestamp') ?? '');
  if (context.now - SCHEDULE_WINDOW < created) return toInProgress('PodNotScheduled', 'Pod has not been scheduled');
  return toFailed('PodUnschedulable', 'Pod could not be scheduled');
}

/** A Pod that has failed has failed, and one whose image cannot be pulled is failing, though the kubelet goes on trying. */
export function assessPodStrictly(object: KubernetesObject, context: HealthContext): Health {
  const phase = getString(object, 'status', 'phase');
  if (phase === 'Failed') return toFailed('PodFailed', getString(object, 'status', 'message') ?? describeExit(object));
  const failing = listStatuses(object, ['containerStatuses', 'initContainerStatuses']).find((status) =>
    /^Err|Error$|BackOff$/.test(waitingReason(status)),
  );
  if (failing !== undefined && (phase === 'Pending' || phase === 'Running') && findCondition(object, 'Ready', 'True') === undefined) {
    const message = getString(failing, 'state', 'waiting', 'message');
    const name = getString(failing, 'name') ?? '';
    return toRecovering(waitingReason(failing), `container ${name}: ${message ?? waitingReason(failing)}`);
  }
  const health = assessPod(object, context);
  if (health.reason !== 'PodUnschedulable' && health.reason !== 'PodNotScheduled') return health;
  const message = findCondition(object, 'PodScheduled', 'False')?.message ?? health.message;
  return health.reason === 'PodUnschedulable' ? toRecovering(health.reason, message) : toInProgress(health.reason, message);
}

function describeExit(object: KubernetesObject): string {
  for (const status of listStatuses(object, ['containerStatuses', 'initContainerStatuses'])) {
    const name = getString(status, 'name') ?? '';
    const reason = getString(status, 'state', 'terminated', 'reason');
    if (reason !== undefined && reason !== 'Completed') return `container ${name}: ${reason}`;
  }
  return 'Pod has completed, but not successfully';
}

function listStatuses(object: KubernetesObject, fields: readonly string[]): readonly JsonValue[] {
  return fields.flatMap((field) => getArray(object, 'status', field));
}

function waitingReason(status: JsonValue): string {
  return getString(status, 'state', 'waiting', 'reason') ?? '';
}
