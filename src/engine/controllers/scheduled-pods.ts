import { nameOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getBoolean } from '../../std/index.ts';
import { podAdmissionOf } from './admission/pod-admission.ts';
import { toJob } from './cron-job.ts';
import { EXPAND_JOB } from './expand-job.ts';
import { findBar } from './refused-pods.ts';

/**
 * A pod of each CronJob that is not suspended, as the Jobs that it makes when its time comes will want it: one stands for all. None
 * of those whose pods LimitRanges, classes or Pod Security refuse.
 */
export function listScheduledPods(world: World): readonly { readonly pod: KubernetesObject; readonly workload: KubernetesObject }[] {
  const admission = podAdmissionOf(world);
  return world.byKind('batch', 'CronJob').flatMap((workload) => {
    if (getBoolean(workload, 'spec', 'suspend') === true || findBar(workload, admission, world) !== undefined) return [];
    // No part of a pod says when its Job was due, but the name, which nobody knows.
    const job = toJob(workload, `${nameOf(workload)}-0`, 0, undefined);
    const [pod] = EXPAND_JOB.expand(job, { world, admission }).add;
    return pod === undefined ? [] : [{ pod, workload }];
  });
}
