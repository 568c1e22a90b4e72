import { nameOf, type KubernetesObject } from '../../model/index.ts';
import { podAdmissionOf } from './admission/pod-admission.ts';
import { namesOf, toDelete, type Intent } from './controller.ts';
import { COMPLETION_INDEX, toJobLabels } from './expand-job.ts';
import { listFreeNames } from './generated-name.ts';
import { judgeFailure } from './job-failure-policy.ts';
import { FAILURE_COUNT, failureCountOf, IGNORED_FAILURE_COUNT, indexOf } from './job-indexes.ts';
import { allFailuresOf, finishedAt, lastFailures, type JobState } from './job-state.ts';
import { toPod, type PodIdentity } from './pod-factory.ts';
import { templateOf } from './template.ts';
import { orderActive } from './victims.ts';

const BACK_OFF = 10_000;
const MAX_BACK_OFF = 600_000;

/** What is to be done about the pods of a Job that runs on. */
export interface PodsStep {
  readonly intents: readonly Intent[];
  readonly deleted: readonly KubernetesObject[];
  readonly created: number;
}

const NOTHING: PodsStep = { intents: [], deleted: [], created: 0 };

/** The pods that a Job is to have less or more of (`manageJob`). */
export function managePods(state: JobState): PodsStep {
  const { active, isSuspended, parallelism, completions, succeeded } = state;
  if (isSuspended) return remove(active);
  const left = completions === undefined ? (succeeded > 0 ? active.length : Infinity) : completions - succeeded;
  // Without completions those that run are left to run once one has succeeded.
  const wanted = completions === undefined && succeeded > 0 ? active.length : Math.max(0, Math.min(parallelism, left));
  const surplus = listSurplus(state, Math.max(0, active.length - wanted));
  if (surplus.length > 0) return remove(surplus);
  const missing = wanted - active.length - (state.waitsForPods ? state.terminating.length : 0);
  if (missing <= 0) return NOTHING;
  const ready = state.failedIndexes === undefined ? backOffEnd(state) : 0;
  if (ready > state.now) return { ...NOTHING, intents: [{ type: 'requeueAt', time: ready }] };
  const intents = state.isIndexed ? createIndexed(state, missing) : create(state, missing);
  return { intents, deleted: [], created: intents.filter(({ type }) => type === 'create').length };
}

/** Deletes pods. */
export function remove(pods: readonly KubernetesObject[]): PodsStep {
  return { intents: pods.map((pod) => toDelete(pod)), deleted: pods, created: 0 };
}

/** Pods that are one too many for their index or have none, and then as many as are to go (`activePodsForRemoval`). */
function listSurplus({ active, isIndexed, completions }: JobState, least: number): readonly KubernetesObject[] {
  const kept = new Set(isIndexed ? onePerIndex(active, completions ?? 0) : active);
  const doubled = active.filter((pod) => !kept.has(pod));
  return [...doubled, ...orderActive([...kept]).slice(0, Math.max(0, least - doubled.length))];
}

function onePerIndex(active: readonly KubernetesObject[], completions: number): readonly KubernetesObject[] {
  const best = new Map<number, KubernetesObject>();
  for (const pod of orderActive(active)) {
    const index = indexOf(pod);
    if (index >= 0 && index < completions) best.set(index, pod);
  }
  return [...best.values()];
}

/** After failures new pods wait: 10 s, 20 s, 40 s ... from the latest, by how many there were since the last success (`newBackoffRecord`). */
function backOffEnd({ failures, successes }: JobState): number {
  const success = Math.max(-Infinity, ...successes.map(finishedAt));
  const since = failures.map(finishedAt).filter((time) => time > success);
  return since.length === 0 ? 0 : Math.max(...since) + backOffAfter(since.length);
}

function backOffAfter(failures: number): number {
  return Math.min(BACK_OFF * 2 ** (failures - 1), MAX_BACK_OFF);
}

function create({ world, job, pods, now }: JobState, count: number): readonly Intent[] {
  const labels = toJobLabels(job);
  const admission = podAdmissionOf(world);
  return listFreeNames(nameOf(job), count, namesOf(pods), now).map((name) => ({
    type: 'create',
    object: toPod(job, templateOf(job), { name, labels }, admission),
  }));
}

/** Pods of the first indexes that are open; where indexes fail alone, each waits for itself after its failures. */
function createIndexed(state: JobState, count: number): readonly Intent[] {
  const { pods, active, completions, completedIndexes, terminating, waitsForPods, failedIndexes, now } = state;
  const taken = new Set([...completedIndexes, ...[...active, ...(waitsForPods ? terminating : [])].map(indexOf), ...(failedIndexes ?? [])]);
  const open: number[] = [];
  for (let index = 0; index < (completions ?? 0) && open.length < count; index++) if (!taken.has(index)) open.push(index);
  const names = namesOf(pods);
  if (failedIndexes === undefined) return open.flatMap((index) => createIndex(state, index, { names }));
  const failures = lastFailures(state);
  const waits = new Map(open.map((index) => [index, readyAt(failures.get(index))]));
  const due = open.filter((index) => (waits.get(index) ?? 0) <= now);
  if (due.length === 0) return open.length === 0 ? [] : [{ type: 'requeueAt', time: Math.min(...waits.values()) }];
  return due.flatMap((index) => createIndex(state, index, { names, annotations: toFailureCounts(state.job, failures.get(index)) }));
}

function readyAt(failure: KubernetesObject | undefined): number {
  return failure === undefined ? 0 : finishedAt(failure) + backOffAfter(allFailuresOf(failure) + 1);
}

/** How many pods of an index have failed, for the next to know. */
function toFailureCounts(job: KubernetesObject, last: KubernetesObject | undefined): Readonly<Record<string, string>> {
  if (last === undefined) return { [FAILURE_COUNT]: '0' };
  const { isCounted } = judgeFailure(job, last);
  const ignored = failureCountOf(last, IGNORED_FAILURE_COUNT) + (isCounted ? 0 : 1);
  const counted = { [FAILURE_COUNT]: String(failureCountOf(last, FAILURE_COUNT) + (isCounted ? 1 : 0)) };
  return ignored === 0 ? counted : { ...counted, [IGNORED_FAILURE_COUNT]: String(ignored) };
}

function createIndex(
  { world, job, now }: JobState,
  index: number,
  { names, annotations = {} }: { readonly names: ReadonlySet<string>; readonly annotations?: Readonly<Record<string, string>> },
): readonly Intent[] {
  const mark = { [COMPLETION_INDEX]: String(index) };
  return listFreeNames(`${nameOf(job)}-${index}`, 1, names, now).map((name) => {
    const identity: PodIdentity = { name, labels: { ...toJobLabels(job), ...mark }, annotations: { ...mark, ...annotations } };
    return { type: 'create', object: toPod(job, templateOf(job), identity, podAdmissionOf(world)) };
  });
}
