import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getNumber, getString } from '../../std/index.ts';
import { findCondition, isConditionTrue } from './conditions.ts';
import { judgeFailure } from './job-failure-policy.ts';
import { findSuccess } from './job-indexes.ts';
import type { JobState } from './job-state.ts';

/** How a Job ends. */
export interface JobEnd {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

/** What is said first of a Job that ends so; that it has ended is said when its pods have. */
export const FIRST_SAID = { Complete: 'SuccessCriteriaMet', Failed: 'FailureTarget' } as const;

/** The end of a Job that goes whatever its pods still do; undefined while it runs. In the order of `syncJob`. */
export function findEnd(state: JobState): JobEnd | undefined {
  return (
    findSaid(state.job, 'Complete') ??
    findSaid(state.job, 'Failed') ??
    findPolicyFailure(state) ??
    findLimit(state) ??
    findIndexFailure(state) ??
    findSuccessOfPolicy(state)
  );
}

/** The end of a Job that has as many successes as it asks for, and no pod left that is active. */
export function findCompletion({ succeeded, completions }: JobState, active: number): JobEnd | undefined {
  if (active > 0 || (completions === undefined ? succeeded === 0 : succeeded < completions)) return undefined;
  return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
}

/** What was decided before. */
function findSaid(job: KubernetesObject, type: JobEnd['type']): JobEnd | undefined {
  if (!isConditionTrue(job, FIRST_SAID[type])) return undefined;
  const said = findCondition(job, FIRST_SAID[type]);
  return { type, reason: getString(said, 'reason') ?? '', message: getString(said, 'message') ?? '' };
}

function findPolicyFailure({ job, pods, failures, isIndexed, waitsForPods }: JobState): JobEnd | undefined {
  if (getArray(job, 'spec', 'podFailurePolicy', 'rules').length === 0) return undefined;
  // Pods without an index of the Job end it too.
  const failed = isIndexed ? pods.filter((pod) => failures.includes(pod) || isFailed(pod, waitsForPods)) : failures;
  for (const pod of failed) {
    const message = judgeFailure(job, pod).failsJob;
    if (message !== undefined) return { type: 'Failed', reason: 'PodFailurePolicy', message };
  }
  return undefined;
}

function isFailed(pod: KubernetesObject, waitsForPods: boolean): boolean {
  const phase = getString(pod, 'status', 'phase');
  return phase === 'Failed' || (!waitsForPods && phase !== 'Succeeded' && getString(pod.metadata, 'deletionTimestamp') !== undefined);
}

function findLimit({ job, failed, failedIndexes, pods, isSuspended, startedAt, now }: JobState): JobEnd | undefined {
  const limit = getNumber(job, 'spec', 'backoffLimit') ?? (failedIndexes === undefined ? 6 : Infinity);
  if (failed > limit || isPastRestarts(job, pods, limit)) {
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const deadline = getNumber(job, 'spec', 'activeDeadlineSeconds');
  if (deadline === undefined || isSuspended || now < startedAt + deadline * 1000) return undefined;
  return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
}

/** Where containers are restarted in their pods, these count (`pastBackoffLimitOnFailure`). */
function isPastRestarts(job: KubernetesObject, pods: readonly KubernetesObject[], limit: number): boolean {
  if (getString(job, 'spec', 'template', 'spec', 'restartPolicy') !== 'OnFailure') return false;
  const running = pods.filter((pod) => ['Running', 'Pending'].includes(getString(pod, 'status', 'phase') ?? ''));
  const containers = running.flatMap((pod) => [
    ...getArray(pod, 'status', 'initContainerStatuses'),
    ...getArray(pod, 'status', 'containerStatuses'),
  ]);
  const restarts = containers.reduce<number>((sum, item) => sum + (getNumber(item, 'restartCount') ?? 0), 0);
  return restarts >= Math.max(limit, 1);
}

function findIndexFailure({ job, failedIndexes = [], succeeded, completions }: JobState): JobEnd | undefined {
  if (failedIndexes.length === 0) return undefined;
  if (failedIndexes.length > (getNumber(job, 'spec', 'maxFailedIndexes') ?? Infinity)) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return { type: 'Failed', reason: 'MaxFailedIndexesExceeded', message };
  }
  if (failedIndexes.length + succeeded < (completions ?? Infinity)) return undefined;
  return { type: 'Failed', reason: 'FailedIndexes', message: 'Job has failed indexes' };
}

function findSuccessOfPolicy({ job, isIndexed, completedIndexes }: JobState): JobEnd | undefined {
  const message = isIndexed ? findSuccess(job, completedIndexes) : undefined;
  return message === undefined ? undefined : { type: 'Complete', reason: 'SuccessPolicy', message };
}
