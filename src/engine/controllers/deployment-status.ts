import { nameOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getNumber, getString, isObject, toKubernetesTime, type JsonValue } from '../../std/index.ts';
import { findCondition, withCondition, withoutCondition, type Condition } from './conditions.ts';
import { observedGeneration, toStatusUpdate, type ControllerContext, type Intent } from './controller.ts';
import type { DeploymentState } from './deployment-revisions.ts';
import { availableOf, replicasOf, sum } from './deployment-scaling.ts';

const FAILURE = 'ReplicaFailure';

/** The pods of a Deployment, counted from its ReplicaSets. */
interface Counts {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
}

/** Whether every pod is of the new template and available (`DeploymentComplete`, without the generation). */
export function isComplete({ replicas }: DeploymentState, counts: Counts): boolean {
  return counts.updatedReplicas === replicas && counts.replicas === replicas && counts.availableReplicas === replicas;
}

/** Counts a Deployment's pods as its status does. */
export function countPods({ all, current }: DeploymentState): Counts {
  const available = sum(all, availableOf);
  return {
    replicas: sum(all, (set) => getNumber(set, 'status', 'replicas') ?? 0),
    updatedReplicas: current === undefined ? 0 : (getNumber(current, 'status', 'replicas') ?? 0),
    readyReplicas: sum(all, (set) => getNumber(set, 'status', 'readyReplicas') ?? 0),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(all, replicasOf) - available),
  };
}

/** Writes the status with the conditions Available and Progressing, and asks to be called when the deadline is over. */
export function toDeploymentStatus(state: DeploymentState, created: string | undefined, { now }: ControllerContext): readonly Intent[] {
  const { deployment, all } = state;
  const counts = countPods(state);
  const available = toAvailable(state, counts);
  const progressing = toProgressing(state, counts, created, now);
  let conditions = withCondition(getArray(deployment, 'status', 'conditions'), available, now, keepUpdateTime(deployment, available, now));
  if (progressing !== undefined)
    conditions = withCondition(conditions, progressing.condition, now, { lastUpdateTime: progressing.updated });
  const failure = findFailure(state);
  conditions = [...withoutCondition(conditions, FAILURE), ...(failure === undefined ? [] : [failure])];
  const status: Record<string, JsonValue | undefined> = {
    ...observedGeneration(deployment),
    ...counts,
    terminatingReplicas: sum(all, (set) => getNumber(set, 'status', 'terminatingReplicas') ?? 0),
    conditions,
  };
  return [...toStatusUpdate(deployment, status), ...toRequeue(state, counts, progressing?.updated, now)];
}

/** The failure of a ReplicaSet, of the new one first (`getReplicaFailures`). */
function findFailure({ current, old }: DeploymentState): JsonValue | undefined {
  const sets = current === undefined ? old : [current, ...old];
  const failure = sets.flatMap((set) => findCondition(set, FAILURE) ?? [])[0];
  if (!isObject(failure)) return undefined;
  return { ...failure, lastUpdateTime: failure['lastTransitionTime'] ?? null };
}

function keepUpdateTime(deployment: KubernetesObject, condition: Condition, now: number): { lastUpdateTime: string } {
  const old = findCondition(deployment, condition.type);
  const isSame = getString(old, 'status') === condition.status && getString(old, 'reason') === condition.reason;
  return { lastUpdateTime: (isSame ? getString(old, 'lastUpdateTime') : undefined) ?? toKubernetesTime(now) };
}

function toAvailable({ replicas, fenceposts }: DeploymentState, counts: Counts): Condition {
  return counts.availableReplicas >= replicas - fenceposts.maxUnavailable
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

interface Progress {
  readonly condition: Condition;
  readonly updated: string;
}

function toProgressing(state: DeploymentState, counts: Counts, created: string | undefined, now: number): Progress | undefined {
  const { deployment, current } = state;
  const deadline = deadlineOf(deployment);
  if (deadline === undefined) return undefined;
  const old = findCondition(deployment, 'Progressing');
  const time = toKubernetesTime(now);
  const name = created ?? (current === undefined ? undefined : nameOf(current));
  const subject = name === undefined ? `Deployment "${nameOf(deployment)}"` : `ReplicaSet "${name}"`;
  const say = (status: Condition['status'], reason: string, message: string): Progress => {
    const isSame = getString(old, 'status') === status && getString(old, 'reason') === reason && getString(old, 'message') === message;
    return {
      condition: { type: 'Progressing', status, reason, message },
      updated: isSame && reason !== 'ReplicaSetUpdated' ? (getString(old, 'lastUpdateTime') ?? time) : time,
    };
  };
  if (created !== undefined) return say('True', 'NewReplicaSetCreated', `Created new replica set "${created}"`);
  if (isComplete(state, counts) && current !== undefined) {
    return say('True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`);
  }
  if (old === undefined || isProgressing(deployment, counts) || isNewRollout(old, current)) {
    return say('True', 'ReplicaSetUpdated', `${subject} is progressing.`);
  }
  const since = Date.parse(getString(old, 'lastUpdateTime') ?? time);
  if (getString(old, 'reason') === 'ProgressDeadlineExceeded' || (isUnfinished(old) && now >= since + deadline * 1000)) {
    return say('False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`);
  }
  return undefined;
}

function isUnfinished(progressing: JsonValue): boolean {
  return getString(progressing, 'reason') !== 'NewReplicaSetAvailable';
}

/** A finished rollout whose current ReplicaSet is another now: its condition speaks of the one before. */
function isNewRollout(progressing: JsonValue, current: KubernetesObject | undefined): boolean {
  return (
    !isUnfinished(progressing) && current !== undefined && getString(progressing, 'message')?.includes(`"${nameOf(current)}"`) !== true
  );
}

function isProgressing(deployment: KubernetesObject, counts: Counts): boolean {
  const old = (field: string): number => getNumber(deployment, 'status', field) ?? 0;
  return (
    counts.updatedReplicas > old('updatedReplicas') ||
    counts.replicas - counts.updatedReplicas < old('replicas') - old('updatedReplicas') ||
    counts.readyReplicas > old('readyReplicas') ||
    counts.availableReplicas > old('availableReplicas')
  );
}

function deadlineOf(deployment: KubernetesObject): number | undefined {
  const deadline = getNumber(deployment, 'spec', 'progressDeadlineSeconds') ?? 600;
  return deadline >= 2 ** 31 - 1 ? undefined : deadline;
}

function toRequeue(state: DeploymentState, counts: Counts, updated: string | undefined, now: number): readonly Intent[] {
  const deadline = deadlineOf(state.deployment);
  const last = updated ?? getString(findCondition(state.deployment, 'Progressing'), 'lastUpdateTime');
  if (deadline === undefined || last === undefined || isComplete(state, counts)) return [];
  const time = Date.parse(last) + deadline * 1000;
  return time > now ? [{ type: 'requeueAt', time }] : [];
}
