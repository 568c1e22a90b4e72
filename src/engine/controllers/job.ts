import { annotationsOf, nameOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getBoolean, getNumber, getString, toKubernetesTime, type JsonValue } from '../../std/index.ts';
import { isConditionTrue, withCondition, withoutCondition } from './conditions.ts';
import { concernsOwner, namesOf, toDelete, toStatusUpdate, type Controller, type ControllerContext, type Intent } from './controller.ts';
import { COMPLETION_INDEX, isFinishedJob, toJobLabels } from './expand-job.ts';
import { listFreeNames } from './generated-name.ts';
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
    completions: getNumber(job, 'spec', 'completions') ?? (hasParallelism ? undefined : 1),
    parallelism: getNumber(job, 'spec', 'parallelism') ?? 1,
    isIndexed,
    isSuspended: getBoolean(job, 'spec', 'suspend') === true,
    startedAt: started === undefined ? now : Date.parse(started),
    end: undefined,
  };
  return { ...state, end: findEnd(state) };
}

function findEnd(state: State): End | undefined {
  const { job, failed, succeeded, completions, active, startedAt, now } = state;
  if (failed > (getNumber(job, 'spec', 'backoffLimit') ?? 6)) {
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const deadline = getNumber(job, 'spec', 'activeDeadlineSeconds');
  if (deadline !== undefined && !state.isSuspended && now >= startedAt + deadline * 1000) {
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  const isDone = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
  if (!isDone) return undefined;
  return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
}

function manage(state: State): readonly Intent[] {
  const { active, end, isSuspended, parallelism, completions, succeeded } = state;
  if (end !== undefined || isSuspended) return active.map((pod) => toDelete(pod));
  const left = completions === undefined ? (succeeded > 0 ? active.length : Infinity) : completions - succeeded;
  const wanted = Math.max(0, Math.min(parallelism, left));
  if (active.length > wanted) return active.slice(wanted).map((pod) => toDelete(pod));
  const ready = backOffEnd(state);
  if (active.length < wanted && ready > state.now) return [{ type: 'requeueAt', time: ready }];
  return create(state, wanted - active.length);
}

/** After failures new pods wait: 10 s, 20 s, 40 s ... from the latest failure. */
function backOffEnd({ pods, failed, isIndexed }: State): number {
  if (failed === 0 || isIndexed) return 0;
  const ends = pods.filter((pod) => getString(pod, 'status', 'phase') === 'Failed').flatMap((pod) => finishedAt(pod) ?? []);
  return ends.length === 0 ? 0 : Math.max(...ends) + Math.min(BACK_OFF * 2 ** (failed - 1), MAX_BACK_OFF);
}

function finishedAt(pod: KubernetesObject): number | undefined {
  const time = getString(getArray(pod, 'status', 'containerStatuses')[0], 'state', 'terminated', 'finishedAt');
  return time === undefined ? undefined : Date.parse(time);
}

function create(state: State, count: number): readonly Intent[] {
  const { world, job, pods, now, isIndexed, active, completions } = state;
  const labels = toJobLabels(job);
  const admission = podAdmissionOf(world);
  const toCreate = (identity: PodIdentity): Intent => ({ type: 'create', object: toPod(job, templateOf(job), identity, admission) });
  if (!isIndexed) return listFreeNames(nameOf(job), count, namesOf(pods), now).map((name) => toCreate({ name, labels }));
  const busy = new Set([...listCompleted(pods), ...active.map(indexOf)]);
  const free = Array.from({ length: completions ?? 0 }, (_, index) => index).filter((index) => !busy.has(index));
  return free.slice(0, count).flatMap((index) =>
    listFreeNames(`${nameOf(job)}-${index}`, 1, namesOf(pods), now).map((name) => {
      const mark = { [COMPLETION_INDEX]: String(index) };
      return toCreate({ name, labels: { ...labels, ...mark }, annotations: mark });
    }),
  );
}

function indexOf(pod: KubernetesObject): number {
  return Number(annotationsOf(pod).get(COMPLETION_INDEX) ?? '-1');
}

function listCompleted(pods: readonly KubernetesObject[]): readonly number[] {
  const done = pods.filter((pod) => getString(pod, 'status', 'phase') === 'Succeeded').map(indexOf);
  return [...new Set(done)].filter((index) => index >= 0).toSorted((a, b) => a - b);
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

/** `0-2,4`, as `status.completedIndexes` writes it. */
function formatIndexes(indexes: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const index of indexes) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
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
