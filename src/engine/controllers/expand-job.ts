import { annotationsOf, nameOf, refOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getBoolean, getNumber, getString } from '../../std/index.ts';
import type { Expander } from './expansion.ts';
import { childrenOf } from './ownership.ts';
import { toPod } from './pod-factory.ts';
import { isActivePod } from './replicas.ts';
import { templateOf } from './template.ts';

/** A Job's pods while it runs: as many side by side as its parallelism and what is left to complete allow. */
export const EXPAND_JOB: Expander = {
  group: 'batch',
  kind: 'Job',
  inputs: (job, world) => childrenOf(world, job, '', 'Pod'),
  expand: (job, { world, admission }) => {
    const pods = childrenOf(world, job, '', 'Pod');
    const active = pods.filter(isActivePod);
    const wanted = wantedPods(job);
    const taken = new Set(pods.map(nameOf));
    const indexes = getString(job, 'spec', 'completionMode') === 'Indexed' ? listFreeIndexes(job, pods) : undefined;
    const add: KubernetesObject[] = [];
    for (let number = 0; active.length + add.length < wanted; number++) {
      const index = indexes === undefined ? number : indexes[number];
      if (index === undefined) break;
      const name = `${nameOf(job)}-${index}`;
      if (taken.has(name)) continue;
      const mark = indexes === undefined ? {} : { [COMPLETION_INDEX]: String(index) };
      add.push(toPod(job, templateOf(job), { name, labels: { ...toJobLabels(job), ...mark }, annotations: mark }, admission));
    }
    return { add, remove: active.slice(wanted).map(refOf) };
  },
};

/** The label and annotation that tells an indexed pod which part of the work is its own. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

/** The labels by which a Job finds its pods; the older names are kept beside the newer. */
export function toJobLabels(job: KubernetesObject): Readonly<Record<string, string>> {
  const uid = getString(job.metadata, 'uid');
  const name = nameOf(job);
  const names = { 'batch.kubernetes.io/job-name': name, 'job-name': name };
  return uid === undefined ? names : { ...names, 'batch.kubernetes.io/controller-uid': uid, 'controller-uid': uid };
}

/** The indexes that no pod has completed or is working at. */
function listFreeIndexes(job: KubernetesObject, pods: readonly KubernetesObject[]): readonly number[] {
  const busy = new Set(
    pods
      .filter((pod) => isActivePod(pod) || getString(pod, 'status', 'phase') === 'Succeeded')
      .map((pod) => annotationsOf(pod).get(COMPLETION_INDEX)),
  );
  const completions = getNumber(job, 'spec', 'completions') ?? 0;
  return Array.from({ length: Math.min(completions, MOST_INDEXES) }, (_, index) => index).filter((index) => !busy.has(String(index)));
}

/** More completions than these an indexed Job must not have (`maxParallelismForIndexedJob`). */
const MOST_INDEXES = 100_000;

function wantedPods(job: KubernetesObject): number {
  if (isFinishedJob(job) || getBoolean(job, 'spec', 'suspend') === true) return 0;
  const parallelism = getNumber(job, 'spec', 'parallelism') ?? 1;
  const completions = getNumber(job, 'spec', 'completions') ?? (getNumber(job, 'spec', 'parallelism') === undefined ? 1 : Infinity);
  return Math.max(0, Math.min(parallelism, completions - (getNumber(job, 'status', 'succeeded') ?? 0)));
}

/** Whether a Job has ended, well or not. */
export function isFinishedJob(job: KubernetesObject): boolean {
  return getArray(job, 'status', 'conditions').some((item) => {
    const type = getString(item, 'type');
    return (type === 'Complete' || type === 'Failed') && getString(item, 'status') === 'True';
  });
}
