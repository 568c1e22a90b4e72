import type { KubernetesObject, World } from '../../model/index.ts';
import { getArray, getBoolean, getNumber, getObject, getString, type JsonValue } from '../../std/index.ts';
import { findCondition } from './conditions.ts';
import type { ControllerContext } from './controller.ts';
import { judgeFailure } from './job-failure-policy.ts';
import { FAILURE_COUNT, failureCountOf, IGNORED_FAILURE_COUNT, indexOf, toIndexes } from './job-indexes.ts';
import { childrenOf } from './ownership.ts';
import { isActivePod } from './replicas.ts';

/** A Job that has not ended, and what has become of its pods. */
export interface JobState {
  readonly world: World;
  readonly job: KubernetesObject;
  readonly now: number;
  readonly pods: readonly KubernetesObject[];
  readonly active: readonly KubernetesObject[];
  /** Pods that end. */
  readonly terminating: readonly KubernetesObject[];
  /** Pods that have failed, or are deleted before they had ended; of an indexed Job those of its indexes. */
  readonly failures: readonly KubernetesObject[];
  readonly successes: readonly KubernetesObject[];
  readonly succeeded: number;
  /** The failures that count. */
  readonly failed: number;
  /** Pods that have not succeeded and count as failed where the Job fails. */
  readonly failing: number;
  /** Of an indexed Job, in order. */
  readonly completedIndexes: readonly number[];
  /** The indexes that have failed for good, in order; undefined where indexes do not fail alone. */
  readonly failedIndexes: readonly number[] | undefined;
  /** Undefined: any success completes the Job once all pods have ended. */
  readonly completions: number | undefined;
  readonly parallelism: number;
  readonly isIndexed: boolean;
  readonly isSuspended: boolean;
  /** Whether pods are replaced only when they have ended (`podReplacementPolicy: Failed`). */
  readonly waitsForPods: boolean;
  /** Now, where it has not started. */
  readonly startedAt: number;
}

/** Reads a Job with its pods. */
export function toJobState(world: World, job: KubernetesObject, { now }: ControllerContext): JobState {
  const pods = childrenOf(world, job, '', 'Pod');
  const isIndexed = getString(job, 'spec', 'completionMode') === 'Indexed';
  const hasParallelism = getNumber(job, 'spec', 'parallelism') !== undefined;
  const completions = getNumber(job, 'spec', 'completions') ?? (hasParallelism ? undefined : 1);
  const waitsForPods =
    (getString(job, 'spec', 'podReplacementPolicy') ?? (getObject(job, 'spec', 'podFailurePolicy') === undefined ? '' : 'Failed')) ===
    'Failed';
  const isOfIndex = (pod: KubernetesObject): boolean => !isIndexed || (indexOf(pod) >= 0 && indexOf(pod) < (completions ?? 0));
  const successes = pods.filter((pod) => getString(pod, 'status', 'phase') === 'Succeeded' && isOfIndex(pod));
  const failures = pods.filter((pod) => hasFailed(pod, waitsForPods) && isOfIndex(pod));
  const completedIndexes = isIndexed ? toIndexes(successes) : [];
  const count = (some: readonly KubernetesObject[]): number =>
    Math.max(some.filter((pod) => judgeFailure(job, pod).isCounted).length, getNumber(job, 'status', 'failed') ?? 0);
  const started = getString(job, 'status', 'startTime');
  return {
    world,
    job,
    now,
    pods,
    active: pods.filter(isActivePod),
    terminating: pods.filter(isTerminating),
    failures,
    successes,
    succeeded: isIndexed ? completedIndexes.length : Math.max(successes.length, getNumber(job, 'status', 'succeeded') ?? 0),
    failed: count(failures),
    failing: count(pods.filter((pod) => getString(pod, 'status', 'phase') !== 'Succeeded' && isOfIndex(pod))),
    completedIndexes,
    failedIndexes: isIndexed ? listFailed(job, failures) : undefined,
    completions,
    parallelism: getNumber(job, 'spec', 'parallelism') ?? 1,
    isIndexed,
    isSuspended: getBoolean(job, 'spec', 'suspend') === true,
    waitsForPods,
    startedAt: started === undefined ? now : Date.parse(started),
  };
}

function hasEnded(pod: KubernetesObject): boolean {
  const phase = getString(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

function isTerminating(pod: KubernetesObject): boolean {
  return getString(pod.metadata, 'deletionTimestamp') !== undefined && !hasEnded(pod);
}

function hasFailed(pod: KubernetesObject, waitsForPods: boolean): boolean {
  return getString(pod, 'status', 'phase') === 'Failed' || (!waitsForPods && isTerminating(pod));
}

/** The indexes of which more pods have failed than may (`backoffLimitPerIndex`), or one that its policy lets no other follow. */
function listFailed(job: KubernetesObject, failures: readonly KubernetesObject[]): readonly number[] | undefined {
  const limit = getNumber(job, 'spec', 'backoffLimitPerIndex');
  if (limit === undefined) return undefined;
  return toIndexes(
    failures.filter((pod) => {
      const { isCounted, failsIndex } = judgeFailure(job, pod);
      return failsIndex || (isCounted && failureCountOf(pod, FAILURE_COUNT) >= limit);
    }),
  );
}

/** The pod of each open index that failed last: another takes its place (`getPodsWithDelayedDeletionPerIndex`). */
export function lastFailures({ failures }: JobState): ReadonlyMap<number, KubernetesObject> {
  const last = new Map<number, KubernetesObject>();
  for (const pod of failures) {
    const known = last.get(indexOf(pod));
    const isLater = known === undefined || (allFailuresOf(pod) >= allFailuresOf(known) && finishedAt(pod) >= finishedAt(known));
    if (isLater) last.set(indexOf(pod), pod);
  }
  return last;
}

/** How many pods of a pod's index failed before it, whether they count or not. */
export function allFailuresOf(pod: KubernetesObject): number {
  return failureCountOf(pod, FAILURE_COUNT, IGNORED_FAILURE_COUNT);
}

/** How many failures the status tells: one that waits for another pod of its index is told with that one. */
export function countTold(state: JobState): number {
  const { job, active, completedIndexes, failedIndexes, failures } = state;
  if (failedIndexes === undefined) return state.failed;
  const closed = new Set([...completedIndexes, ...failedIndexes, ...active.map(indexOf)]);
  const waiting = new Set([...lastFailures(state)].flatMap(([index, pod]) => (closed.has(index) ? [] : [pod])));
  const told = failures.filter((pod) => !waiting.has(pod) && judgeFailure(job, pod).isCounted).length;
  return Math.max(told, getNumber(job, 'status', 'failed') ?? 0);
}

/** When a pod has ended: all its containers, or when it was unready, or deleted, or made (`getFinishedTime`). */
export function finishedAt(pod: KubernetesObject): number {
  const ends = listEnds(pod);
  if (ends.length > 0 && ends.every((end) => end !== undefined)) return Math.max(...ends);
  const ready = findCondition(pod, 'Ready');
  const since = getString(ready, 'status') === 'False' ? getString(ready, 'lastTransitionTime') : undefined;
  if (since !== undefined) return Date.parse(since);
  const deleted = getString(pod.metadata, 'deletionTimestamp');
  const grace = (getNumber(pod, 'metadata', 'deletionGracePeriodSeconds') ?? 0) * 1000;
  return deleted === undefined ? Date.parse(getString(pod.metadata, 'creationTimestamp') ?? '') || 0 : Date.parse(deleted) - grace;
}

function listEnds(pod: KubernetesObject): readonly (number | undefined)[] {
  const sidecars = getArray(pod, 'spec', 'initContainers').flatMap((container) =>
    getString(container, 'restartPolicy') === 'Always' ? [getString(container, 'name')] : [],
  );
  const beside = getArray(pod, 'status', 'initContainerStatuses').filter((item) => sidecars.includes(getString(item, 'name')));
  return [...getArray(pod, 'status', 'containerStatuses'), ...beside].map(toEnd);
}

function toEnd(status: JsonValue): number | undefined {
  const time = getString(status, 'state', 'terminated', 'finishedAt');
  return time === undefined ? undefined : Date.parse(time);
}
