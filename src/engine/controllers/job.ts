import { nameOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getBoolean, getNumber, getObject, getString, toKubernetesTime, type JsonValue } from '../../std/index.ts';
import { isConditionTrue, withCondition, withoutCondition } from './conditions.ts';
import { concernsOwner, namesOf, toDelete, toStatusUpdate, type Controller, type ControllerContext, type Intent } from './controller.ts';
import { COMPLETION_INDEX, isFinishedJob, toJobLabels } from './expand-job.ts';
import { listFreeNames } from './generated-name.ts';
import {
  FAILURE_COUNT,
  failureCountOf,
  findSuccess,
  formatIndexes,
  indexOf,
  lastFailures,
  listCompleted,
  listFailed,
} from './job-indexes.ts';
import { childrenOf } from './ownership.ts';
import { podAdmissionOf } from './admission/pod-admission.ts';
import { toPod, type PodIdentity } from './pod-factory.ts';
import { isActivePod, isReadyPod } from './replicas.ts';
import { templateOf } from './template.ts';

const BACK_OFF = 10_000;
const MAX_BACK_OFF = 600_000;

/** Runs pods until so many have succeeded, or too many failed (`pkg/controller/job`). */
export const JOB: Controller = {
  name: 'job',
  kind: { group: 'batch', kind: 'Job' },
  watches: [{ group: '', kind: 'Pod' }],
  concerns: concernsOwner('batch', 'Job'),
  reconcile: (world, job, context) => {
    if (getString(job.metadata, 'deletionTimestamp') !== undefined) return [];
    if (isFinishedJob(job)) return expire(job, context);
    const state = toState(world, job, context);
    return [...manage(state), ...toStatus(state)];
  },
};

interface State {
  readonly world: World;
  readonly job: KubernetesObject;
  readonly now: number;
  readonly pods: readonly KubernetesObject[];
  readonly active: readonly KubernetesObject[];
  readonly succeeded: number;
  readonly failed: number;
  /** The indexes that have failed for good; undefined where indexes do not fail alone. */
  readonly failedIndexes: readonly number[] | undefined;
  /** Pods that end, where they are replaced only when they have (`podReplacementPolicy: Failed`). */
  readonly terminating: readonly KubernetesObject[];
  /** Undefined: any success completes the job once all pods have ended. */
  readonly completions: number | undefined;
  readonly parallelism: number;
  readonly isIndexed: boolean;
  readonly isSuspended: boolean;
  readonly startedAt: number;
  readonly end: End | undefined;
}

interface End {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

function toState(world: World, job: KubernetesObject, { now }: ControllerContext): State {
  const pods = childrenOf(world, job, '', 'Pod');
  const countPhase = (phase: string): number => pods.filter((pod) => getString(pod, 'status', 'phase') === phase).length;
  const isIndexed = getString(job, 'spec', 'completionMode') === 'Indexed';
  const succeeded = isIndexed ? listCompleted(pods).length : Math.max(countPhase('Succeeded'), getNumber(job, 'status', 'succeeded') ?? 0);
  const hasParallelism = getNumber(job, 'spec', 'parallelism') !== undefined;
  const started = getString(job, 'status', 'startTime');
  const state = {
    world,
    job,
    now,
    pods,
    active: pods.filter(isActivePod),
    succeeded,
    failed: Math.max(countPhase('Failed'), getNumber(job, 'status', 'failed') ?? 0),
    failedIndexes: isIndexed ? listFailed(job, pods) : undefined,
    terminating: waitsForPods(job) ? pods.filter(isEnding) : [],
    completions: getNumber(job, 'spec', 'completions') ?? (hasParallelism ? undefined : 1),
    parallelism: getNumber(job, 'spec', 'parallelism') ?? 1,
    isIndexed,
    isSuspended: getBoolean(job, 'spec', 'suspend') === true,
    startedAt: started === undefined ? now : Date.parse(started),
    end: undefined,
  };
  return { ...state, end: findEnd(state) };
}

function waitsForPods(job: KubernetesObject): boolean {
  return getString(job, 'spec', 'podReplacementPolicy') === 'Failed' || getObject(job, 'spec', 'podFailurePolicy') !== undefined;
}

function isEnding(pod: KubernetesObject): boolean {
  const phase = getString(pod, 'status', 'phase');
  return getString(pod.metadata, 'deletionTimestamp') !== undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

function findEnd(state: State): End | undefined {
  const { job, failed, succeeded, completions, active, startedAt, now, failedIndexes, isIndexed, pods } = state;
  if (failed > (getNumber(job, 'spec', 'backoffLimit') ?? (failedIndexes === undefined ? 6 : Infinity))) {
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const deadline = getNumber(job, 'spec', 'activeDeadlineSeconds');
  if (deadline !== undefined && !state.isSuspended && now >= startedAt + deadline * 1000) {
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  const failure = findIndexFailure(state);
  if (failure !== undefined) return failure;
  const success = isIndexed ? findSuccess(job, listCompleted(pods)) : undefined;
  if (success !== undefined) return { type: 'Complete', reason: 'SuccessPolicy', message: success };
  const isDone = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
  if (!isDone) return undefined;
  return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
}

function findIndexFailure({ job, failedIndexes = [], succeeded, completions }: State): End | undefined {
  if (failedIndexes.length === 0) return undefined;
  if (failedIndexes.length > (getNumber(job, 'spec', 'maxFailedIndexes') ?? Infinity)) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return { type: 'Failed', reason: 'MaxFailedIndexesExceeded', message };
  }
  if (failedIndexes.length + succeeded < (completions ?? Infinity)) return undefined;
  return { type: 'Failed', reason: 'FailedIndexes', message: 'Job has failed indexes' };
}

function manage(state: State): readonly Intent[] {
  const { active, end, isSuspended, parallelism, completions, succeeded } = state;
  if (end !== undefined || isSuspended) return active.map((pod) => toDelete(pod));
  const left = completions === undefined ? (succeeded > 0 ? active.length : Infinity) : completions - succeeded;
  const wanted = Math.max(0, Math.min(parallelism, left));
  if (active.length > wanted) return active.slice(wanted).map((pod) => toDelete(pod));
  const ready = backOffEnd(state);
  const missing = wanted - active.length - state.terminating.length;
  if (missing <= 0) return [];
  if (ready > state.now) return [{ type: 'requeueAt', time: ready }];
  return state.isIndexed ? createIndexed(state, missing) : create(state, missing);
}

/** After failures new pods wait: 10 s, 20 s, 40 s ... from the latest failure. */
function backOffEnd({ pods, failed, failedIndexes }: State): number {
  if (failed === 0 || failedIndexes !== undefined) return 0;
  const ends = pods.filter((pod) => getString(pod, 'status', 'phase') === 'Failed').flatMap((pod) => finishedAt(pod) ?? []);
  return ends.length === 0 ? 0 : Math.max(...ends) + backOffAfter(failed);
}

function backOffAfter(failures: number): number {
  return Math.min(BACK_OFF * 2 ** (failures - 1), MAX_BACK_OFF);
}

function finishedAt(pod: KubernetesObject): number | undefined {
  const time = getString(getArray(pod, 'status', 'containerStatuses')[0], 'state', 'terminated', 'finishedAt');
  return time === undefined ? undefined : Date.parse(time);
}

function create({ world, job, pods, now }: State, count: number): readonly Intent[] {
  const labels = toJobLabels(job);
  const admission = podAdmissionOf(world);
  return listFreeNames(nameOf(job), count, namesOf(pods), now).map((name) => ({
    type: 'create',
    object: toPod(job, templateOf(job), { name, labels }, admission),
  }));
}

/** Pods of the first indexes that are open; where indexes fail alone, each waits for itself after its failures. */
function createIndexed(state: State, count: number): readonly Intent[] {
  const { pods, active, completions, terminating, failedIndexes, now } = state;
  const busy = new Set([...listCompleted(pods), ...[...active, ...terminating].map(indexOf), ...(failedIndexes ?? [])]);
  const open = Array.from({ length: completions ?? 0 }, (_, index) => index)
    .filter((index) => !busy.has(index))
    .slice(0, count);
  const taken = namesOf(pods);
  if (failedIndexes === undefined) return open.flatMap((index) => createIndex(state, index, { taken }));
  const failures = lastFailures(pods);
  const waits = new Map(open.map((index) => [index, readyAt(failures.get(index))]));
  const due = open.filter((index) => (waits.get(index) ?? 0) <= now);
  if (due.length === 0) return open.length === 0 ? [] : [{ type: 'requeueAt', time: Math.min(...waits.values()) }];
  return due.flatMap((index) => {
    const last = failures.get(index);
    const annotations = { [FAILURE_COUNT]: String(last === undefined ? 0 : failureCountOf(last) + 1) };
    return createIndex(state, index, { taken, annotations });
  });
}

function readyAt(failure: KubernetesObject | undefined): number {
  if (failure === undefined) return 0;
  return (finishedAt(failure) ?? 0) + backOffAfter(failureCountOf(failure) + 1);
}

function createIndex(
  { world, job, now }: State,
  index: number,
  { taken, annotations = {} }: { readonly taken: ReadonlySet<string>; readonly annotations?: Readonly<Record<string, string>> },
): readonly Intent[] {
  const mark = { [COMPLETION_INDEX]: String(index) };
  return listFreeNames(`${nameOf(job)}-${index}`, 1, taken, now).map((name) => {
    const identity: PodIdentity = { name, labels: { ...toJobLabels(job), ...mark }, annotations: { ...mark, ...annotations } };
    return { type: 'create', object: toPod(job, templateOf(job), identity, podAdmissionOf(world)) };
  });
}

function toStatus(state: State): readonly Intent[] {
  const { job, now, active, succeeded, failed, end, isSuspended, isIndexed, pods, startedAt } = state;
  const isOver = end !== undefined;
  const status: Record<string, JsonValue | undefined> = {
    conditions: toConditions(state),
    startTime: isSuspended ? undefined : (getString(job, 'status', 'startTime') ?? toKubernetesTime(now)),
    completionTime: end?.type === 'Complete' ? toKubernetesTime(now) : undefined,
    active: isOver || isSuspended || active.length === 0 ? undefined : active.length,
    ready: isOver || isSuspended ? 0 : active.filter(isReadyPod).length,
    succeeded: succeeded === 0 ? undefined : succeeded,
    failed: failed === 0 ? undefined : failed,
    terminating: pods.filter((pod) => getString(pod.metadata, 'deletionTimestamp') !== undefined).length,
    failedIndexes: state.failedIndexes === undefined ? undefined : formatIndexes(state.failedIndexes),
    completedIndexes: isIndexed && succeeded > 0 ? formatIndexes(listCompleted(pods)) : undefined,
    uncountedTerminatedPods: {},
  };
  const deadline = getNumber(job, 'spec', 'activeDeadlineSeconds');
  const requeue: Intent[] =
    deadline === undefined || isOver || isSuspended ? [] : [{ type: 'requeueAt', time: startedAt + deadline * 1000 }];
  return [...toStatusUpdate(job, status), ...requeue];
}

function toConditions({ job, end, isSuspended, now }: State): readonly JsonValue[] | undefined {
  let conditions = getArray(job, 'status', 'conditions');
  if (end !== undefined) {
    const first = end.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
    for (const type of [first, end.type]) {
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
