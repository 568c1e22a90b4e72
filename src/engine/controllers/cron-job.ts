import { nameOf, namespaceOf, refOf, type KubernetesObject } from '../../model/index.ts';
import { compareBy, getBoolean, getNumber, getObject, getString, toKubernetesTime, type JsonValue } from '../../std/index.ts';
import { concernsOwner, toDelete, toStatusUpdate, type Controller, type ControllerContext, type Intent } from './controller.ts';
import { isConditionTrue } from './conditions.ts';
import { nextRun, parseCronSchedule, type CronSchedule } from './cron-schedule.ts';
import { isFinishedJob } from './expand-job.ts';
import { childrenOf, toControllerReference } from './ownership.ts';

/** Makes Jobs at the times of a schedule (`pkg/controller/cronjob`, v2). */
export const CRON_JOB: Controller = {
  name: 'cron-job',
  kind: { group: 'batch', kind: 'CronJob' },
  isBackground: true,
  watches: [{ group: 'batch', kind: 'Job' }],
  concerns: concernsOwner('batch', 'CronJob'),
  reconcile: (world, cronJob, context) => {
    if (getString(cronJob.metadata, 'deletionTimestamp') !== undefined) return [];
    const jobs = childrenOf(world, cronJob, 'batch', 'Job').toSorted(
      compareBy((job) => getString(job.metadata, 'creationTimestamp') ?? '', nameOf),
    );
    const run = schedule(cronJob, jobs, context);
    return [...cleanUp(cronJob, jobs), ...run.intents, ...toStatus(cronJob, jobs, run.lastRun)];
  },
};

interface Run {
  readonly intents: readonly Intent[];
  readonly lastRun: string | undefined;
}

function schedule(cronJob: KubernetesObject, jobs: readonly KubernetesObject[], { now }: ControllerContext): Run {
  const lastRun = getString(cronJob, 'status', 'lastScheduleTime');
  const parsed = parseCronSchedule(getString(cronJob, 'spec', 'schedule') ?? '');
  if (parsed === undefined || getBoolean(cronJob, 'spec', 'suspend') === true) return { intents: [], lastRun };
  const zone = getString(cronJob, 'spec', 'timeZone');
  const next = nextRun(parsed, now, zone);
  const wake: Intent[] = next === undefined ? [] : [{ type: 'requeueAt', time: next }];
  const due = findDue(cronJob, parsed, zone, now);
  if (due === undefined) return { intents: wake, lastRun };
  const active = jobs.filter((job) => !isFinishedJob(job));
  const policy = getString(cronJob, 'spec', 'concurrencyPolicy') ?? 'Allow';
  const name = `${nameOf(cronJob)}-${Math.floor(due / 60_000)}`;
  const isMade = jobs.some((job) => nameOf(job) === name);
  if (isMade || (policy === 'Forbid' && active.length > 0)) return { intents: wake, lastRun: isMade ? toKubernetesTime(due) : lastRun };
  const replaced = policy === 'Replace' ? active.map((job) => toDelete(job)) : [];
  return { intents: [...replaced, { type: 'create', object: toJob(cronJob, name, due) }, ...wake], lastRun: toKubernetesTime(due) };
}

/** The latest time missed since the last run, if it is not later than the starting deadline allows. */
function findDue(cronJob: KubernetesObject, parsed: CronSchedule, zone: string | undefined, now: number): number | undefined {
  const since = getString(cronJob, 'status', 'lastScheduleTime') ?? getString(cronJob.metadata, 'creationTimestamp');
  const deadline = getNumber(cronJob, 'spec', 'startingDeadlineSeconds');
  const earliest = Math.max(since === undefined ? now : Date.parse(since), deadline === undefined ? 0 : now - deadline * 1000);
  let due: number | undefined;
  for (let at = nextRun(parsed, earliest, zone), count = 0; at !== undefined && at <= now; at = nextRun(parsed, at, zone)) {
    due = at;
    if (++count > 1000) at = Math.max(at, now - 3_600_000);
  }
  return due;
}

function toJob(cronJob: KubernetesObject, name: string, due: number): KubernetesObject {
  const template = getObject(cronJob, 'spec', 'jobTemplate');
  const namespace = namespaceOf(cronJob);
  const labels = getObject(template, 'metadata', 'labels');
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      annotations: {
        ...getObject(template, 'metadata', 'annotations'),
        'batch.kubernetes.io/cronjob-scheduled-timestamp': toKubernetesTime(due),
      },
      ownerReferences: [toControllerReference(cronJob)],
    },
    spec: getObject(template, 'spec') ?? {},
  };
}

function cleanUp(cronJob: KubernetesObject, jobs: readonly KubernetesObject[]): readonly Intent[] {
  const surplus = (type: string, limit: number): readonly KubernetesObject[] => {
    const ended = jobs.filter((job) => isConditionTrue(job, type));
    return ended.slice(0, Math.max(0, ended.length - limit));
  };
  const succeeded = surplus('Complete', getNumber(cronJob, 'spec', 'successfulJobsHistoryLimit') ?? 3);
  const failed = surplus('Failed', getNumber(cronJob, 'spec', 'failedJobsHistoryLimit') ?? 1);
  return [...succeeded, ...failed].map((job) => toDelete(job));
}

function toStatus(cronJob: KubernetesObject, jobs: readonly KubernetesObject[], lastRun: string | undefined): readonly Intent[] {
  const active = jobs.filter((job) => !isFinishedJob(job));
  const successes = jobs
    .filter((job) => isConditionTrue(job, 'Complete'))
    .flatMap((job) => getString(job, 'status', 'completionTime') ?? []);
  const known = getString(cronJob, 'status', 'lastSuccessfulTime');
  const lastSuccess = [...successes, ...(known === undefined ? [] : [known])].toSorted(compareBy((time) => time)).at(-1);
  return toStatusUpdate(cronJob, {
    active: active.length === 0 ? undefined : active.map(toReference),
    lastScheduleTime: lastRun,
    lastSuccessfulTime: lastSuccess,
  });
}

function toReference(job: KubernetesObject): JsonValue {
  const { kind, name, namespace = '' } = refOf(job);
  const uid = getString(job.metadata, 'uid');
  return { apiVersion: job.apiVersion, kind, name, namespace, ...(uid === undefined ? {} : { uid }) };
}
