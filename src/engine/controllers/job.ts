import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getNumber, getString, toKubernetesTime, type JsonValue } from '../../std/index.ts';
import { isConditionTrue, withCondition, withoutCondition } from './conditions.ts';
import { concernsOwner, toDelete, toStatusUpdate, type Controller, type ControllerContext, type Intent } from './controller.ts';
import { isFinishedJob } from './expand-job.ts';
import { findCompletion, findEnd, FIRST_SAID, type JobEnd } from './job-end.ts';
import { formatIndexes } from './job-indexes.ts';
import { managePods, remove, type PodsStep } from './job-pods.ts';
import { countTold, toJobState, type JobState } from './job-state.ts';
import { isReadyPod } from './replicas.ts';

/** Runs pods until so many have succeeded, or too many failed (`pkg/controller/job`). */
export const JOB: Controller = {
  name: 'job',
  kind: { group: 'batch', kind: 'Job' },
  watches: [{ group: '', kind: 'Pod' }],
  concerns: concernsOwner('batch', 'Job'),
  reconcile: (world, job, context) => {
    if (getString(job.metadata, 'deletionTimestamp') !== undefined) return [];
    if (isFinishedJob(job)) return expire(job, context);
    const state = toJobState(world, job, context);
    const end = findEnd(state);
    const step = end === undefined ? managePods(state) : remove(state.active);
    const outcome = toOutcome(state, end, step);
    return [...step.intents, ...toStatus(state, outcome)];
  },
};

/** What a look at a Job leads to. */
interface Outcome {
  readonly end: JobEnd | undefined;
  /** Whether all pods have ended that were to. */
  readonly isOver: boolean;
  readonly step: PodsStep;
  readonly terminating: number;
}

function toOutcome(state: JobState, given: JobEnd | undefined, step: PodsStep): Outcome {
  const active = state.active.length - step.deleted.length + step.created;
  const terminating = state.terminating.length + step.deleted.length;
  const end = given ?? findCompletion(state, active);
  return { end, isOver: end !== undefined && terminating === 0, step, terminating };
}

/** Pods that run still when a Job fails have failed with it; those that are made now count once they are there: a quota may refuse them. */
function toStatus(state: JobState, outcome: Outcome): readonly Intent[] {
  const { job, now, succeeded, isSuspended, isIndexed, startedAt, completedIndexes, failedIndexes } = state;
  const { end, isOver, step, terminating } = outcome;
  const deleted = new Set(step.deleted);
  const kept = state.active.filter((pod) => !deleted.has(pod));
  const failed = end === undefined ? countTold(state) : end.type === 'Failed' ? state.failing : state.failed;
  const status: Record<string, JsonValue | undefined> = {
    conditions: toConditions(state, outcome),
    startTime: toStartTime(state, outcome),
    completionTime: isOver && end?.type === 'Complete' ? toKubernetesTime(now) : undefined,
    active: kept.length === 0 ? undefined : kept.length,
    ready: kept.filter(isReadyPod).length,
    succeeded: succeeded === 0 ? undefined : succeeded,
    failed: failed === 0 ? undefined : failed,
    terminating,
    failedIndexes: failedIndexes === undefined ? undefined : formatIndexes(failedIndexes),
    completedIndexes: isIndexed && succeeded > 0 ? formatIndexes(completedIndexes) : undefined,
    uncountedTerminatedPods: {},
  };
  const deadline = getNumber(job, 'spec', 'activeDeadlineSeconds');
  const requeue: Intent[] =
    deadline === undefined || end !== undefined || isSuspended ? [] : [{ type: 'requeueAt', time: startedAt + deadline * 1000 }];
  return [...toStatusUpdate(job, status), ...requeue];
}

/** A Job that is suspended has no start, and one that goes on starts anew; one that ends keeps its own. */
function toStartTime({ job, isSuspended, startedAt, now }: JobState, { end }: Outcome): JsonValue | undefined {
  const wasSuspended = isConditionTrue(job, 'Suspended');
  if (end === undefined && !isSuspended && wasSuspended) return toKubernetesTime(now);
  if (end === undefined && isSuspended && !wasSuspended) return undefined;
  return isSuspended ? getString(job, 'status', 'startTime') : toKubernetesTime(startedAt);
}

function toConditions({ job, isSuspended, now }: JobState, { end, isOver }: Outcome): readonly JsonValue[] | undefined {
  let conditions = getArray(job, 'status', 'conditions');
  if (end !== undefined) {
    for (const type of isOver ? [FIRST_SAID[end.type], end.type] : [FIRST_SAID[end.type]]) {
      const condition = { type, status: 'True', reason: end.reason, message: end.message } as const;
      conditions = withCondition(conditions, condition, now, { lastProbeTime: toKubernetesTime(now) });
    }
  } else if (isSuspended) {
    conditions = withCondition(conditions, { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }, now);
  } else if (isConditionTrue(job, 'Suspended')) {
    const resumed = { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' } as const;
    conditions = withCondition(withoutCondition(conditions, 'Suspended'), resumed, now);
  }
  return conditions.length === 0 ? undefined : conditions;
}

function expire(job: KubernetesObject, { now }: ControllerContext): readonly Intent[] {
  const ttl = getNumber(job, 'spec', 'ttlSecondsAfterFinished');
  if (ttl === undefined) return [];
  const ends = getArray(job, 'status', 'conditions')
    .filter((item) => getString(item, 'type') === 'Complete' || getString(item, 'type') === 'Failed')
    .map((item) => Date.parse(getString(item, 'lastTransitionTime') ?? ''));
  const time = Math.max(...ends) + ttl * 1000;
  return now >= time ? [toDelete(job)] : [{ type: 'requeueAt', time }];
}
