import { annotationsOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getNumber, getObject, getString, type JsonValue } from '../../std/index.ts';
import { COMPLETION_INDEX } from './expand-job.ts';

/** How many pods of its index have failed before a pod, and count. */
export const FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';
/** How many have that do not count. */
export const IGNORED_FAILURE_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** Indexes from the first to the last. */
type Range = readonly [number, number];

/** The index of an indexed pod; -1 if it has none. */
export function indexOf(pod: KubernetesObject): number {
  const index = annotationsOf(pod).get(COMPLETION_INDEX) ?? '';
  return /^\d{1,9}$/.test(index) ? Number(index) : -1;
}

/** The indexes of pods, each once, in order. */
export function toIndexes(pods: readonly KubernetesObject[]): readonly number[] {
  return [...new Set(pods.map(indexOf))].toSorted((a, b) => a - b);
}

/** How many pods of a pod's index failed before it, as an annotation of these tells. */
export function failureCountOf(pod: KubernetesObject, ...annotations: readonly string[]): number {
  return annotations.reduce((sum, annotation) => {
    const count = annotationsOf(pod).get(annotation) ?? '0';
    return sum + (/^\d{1,9}$/.test(count) ? Number(count) : 0);
  }, 0);
}

/** Says which rule of a Job's success policy the indexes that have succeeded meet (`matchSuccessPolicy`). */
export function findSuccess(job: KubernetesObject, succeeded: readonly number[]): string | undefined {
  if (succeeded.length === 0) return undefined;
  const rule = getArray(job, 'spec', 'successPolicy', 'rules').findIndex((item) => isMet(item, job, succeeded));
  return rule < 0 ? undefined : `Matched rules at index ${rule}`;
}

function isMet(rule: JsonValue, job: KubernetesObject, succeeded: readonly number[]): boolean {
  const count = getNumber(rule, 'succeededCount') ?? Infinity;
  const text = getString(getObject(rule), 'succeededIndexes');
  if (text === undefined) return succeeded.length >= count;
  const ranges = readRanges(text, getNumber(job, 'spec', 'completions') ?? 0);
  const wanted = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const met = succeeded.filter((index) => ranges.some(([first, last]) => index >= first && index <= last)).length;
  return wanted > 0 && (met === wanted || met >= count);
}

/** `0-2,4`; what is not below the completions is left out. */
function readRanges(text: string, completions: number): readonly Range[] {
  return text.split(',').flatMap((part): Range[] => {
    const [first = NaN, last = first] = part.split('-').map(Number);
    return first < completions && last >= first ? [[first, Math.min(last, completions - 1)]] : [];
  });
}

/** `0-2,4,6,7`, as `status.completedIndexes` writes it: two that follow each other are no range. */
export function formatIndexes(indexes: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const index of indexes) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}${to === from + 1 ? ',' : '-'}${to}`)).join(',');
}
