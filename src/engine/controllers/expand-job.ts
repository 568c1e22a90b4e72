import { nameOf, refOf, type KubernetesObject } from '../../model/index.ts';
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
    const add: KubernetesObject[] = [];
    for (let index = 0; active.length + add.length < wanted; index++) {
      const name = `${nameOf(job)}-${index}`;
      if (!taken.has(name)) add.push(toPod(job, templateOf(job), { name }, admission));
    }
    return { add, remove: active.slice(wanted).map(refOf) };
  },
};

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
