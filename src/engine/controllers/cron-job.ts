import { nameOf, namespaceOf, refOf, type KubernetesObject, type World } from '../../model/index.ts';
import { compareBy, getArray, getBoolean, getNumber, getObject, getString, toKubernetesTime, type JsonValue } from '../../std/index.ts';
import { concernsOwner, toDelete, toStatusUpdate, type Controller, type ControllerContext, type Intent } from './controller.ts';
import { isConditionTrue } from './conditions.ts';
import { findDue, findNext } from './cron-due.ts';
import { formatInZone, isTimeZone, parseCronSchedule } from './cron-schedule.ts';
import { isFinishedJob } from './expand-job.ts';
import { controllerReferenceOf, isControlledBy, toControllerReference } from './ownership.ts';

/**
 * Makes Jobs at the times of a schedule (`pkg/controller/cronjob`, v2). A Job that was made enters the status at the next look,
 * as where the controller of Kubernetes ends in between.
 */
export const CRON_JOB: Controller = {
  name: 'cron-job',
  kind: { group: 'batch', kind: 'CronJob' },
  isBackground: true,
  watches: [{ group: 'batch', kind: 'Job' }],
  concerns: concernsOwner('batch', 'CronJob'),
  reconcile: (world, cronJob, { now }) => {
    const jobs = world
      .kind('batch', 'Job')
      .inNamespace(namespaceOf(cronJob))
      .filter((job) => getString(controllerReferenceOf(job), 'name') === nameOf(cronJob));
    const surplus = listSurplus(cronJob, jobs);
    const gone = new Set(surplus.map(uidOf));
    const finished = new Set(jobs.filter(isFinishedJob).map(uidOf));
    const active = getArray(cronJob, 'status', 'active').filter((reference) => {
      const uid = getString(reference, 'uid');
      if (gone.has(uid) || finished.has(uid)) return false;
      return jobs.some((job) => uidOf(job) === uid) || findJob(world, reference) !== undefined;
    });
    const run = schedule(world, cronJob, active, { now });
    const status = {
      active: run.active.length === 0 ? undefined : run.active,
      lastScheduleTime: run.lastRun,
      lastSuccessfulTime: findLastSuccess(cronJob, jobs),
    };
    return [...surplus.map((job) => toDelete(job)), ...run.intents, ...toStatusUpdate(cronJob, status)];
  },
};

const uidOf = (object: KubernetesObject): string | undefined => getString(object.metadata, 'uid');

function findJob(world: World, reference: JsonValue): KubernetesObject | undefined {
  const [name = '', namespace] = [getString(reference, 'name'), getString(reference, 'namespace')];
  return world.get({ group: 'batch', kind: 'Job', name, ...(namespace === undefined ? {} : { namespace }) });
}

interface Run {
  readonly intents: readonly Intent[];
  readonly active: readonly JsonValue[];
  readonly lastRun: string | undefined;
}

function schedule(world: World, cronJob: KubernetesObject, active: readonly JsonValue[], { now }: ControllerContext): Run {
  const lastRun = getString(cronJob, 'status', 'lastScheduleTime');
  const idle: Run = { intents: [], active, lastRun };
  const parsed = parseCronSchedule(getString(cronJob, 'spec', 'schedule') ?? '');
  const zone = getString(cronJob, 'spec', 'timeZone');
  if (getString(cronJob.metadata, 'deletionTimestamp') !== undefined || getBoolean(cronJob, 'spec', 'suspend') === true) return idle;
  if (parsed === undefined || (zone !== undefined && !isTimeZone(zone))) return idle;
  const found = findDue(cronJob, parsed, zone, now);
  if (found === undefined) return idle;
  const { due } = found;
  const waiting: Run = { ...idle, intents: [{ type: 'requeueAt', time: found.again }] };
  if (due === undefined || lastRun === toKubernetesTime(due)) return waiting;
  const name = `${nameOf(cronJob)}-${Math.floor(due / 60_000)}`;
  if (active.some((reference) => getString(reference, 'name') === name)) return waiting;
  const policy = getString(cronJob, 'spec', 'concurrencyPolicy') ?? 'Allow';
  if (policy === 'Forbid' && active.length > 0) return waiting;
  const replaced = policy === 'Replace' ? active.flatMap((reference) => findJob(world, reference) ?? []) : [];
  const kept = policy === 'Replace' ? [] : active;
  const deletions = replaced.map((job) => toDelete(job));
  const made = findJob(world, { name, namespace: namespaceOf(cronJob) ?? '' });
  const again: Intent = { type: 'requeueAt', time: findNext(due, parsed, zone, now) };
  if (made === undefined) {
    const creation: Intent = { type: 'create', object: toJob(cronJob, name, due, zone) };
    return { intents: [...deletions, creation, again], active: kept, lastRun };
  }
  if (!isControlledBy(made, cronJob) || kept.some((reference) => getString(reference, 'uid') === uidOf(made))) {
    return { intents: deletions, active: kept, lastRun };
  }
  return { intents: [...deletions, again], active: [...kept, toReference(made)], lastRun: toKubernetesTime(due) };
}

/** The Job that is due at a time, in milliseconds; `zone` is that of the schedule. */
export function toJob(cronJob: KubernetesObject, name: string, due: number, zone: string | undefined): KubernetesObject {
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
        'batch.kubernetes.io/cronjob-scheduled-timestamp': formatInZone(due, zone),
      },
      ownerReferences: [toControllerReference(cronJob)],
    },
    spec: getObject(template, 'spec') ?? {},
  };
}

/** The ended Jobs that are more than the limits of the history, those that started first. */
function listSurplus(cronJob: KubernetesObject, jobs: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const of = (type: string, limit: number | undefined): readonly KubernetesObject[] => {
    if (limit === undefined) return [];
    const ended = jobs
      .filter((job) => endOf(job) === type)
      .toSorted(
        compareBy(
          (job) => (getString(job, 'status', 'startTime') === undefined ? 1 : 0),
          (job) => getString(job, 'status', 'startTime') ?? '',
          nameOf,
        ),
      );
    return ended.slice(0, Math.max(0, ended.length - limit));
  };
  const limits = ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'].map((field) => getNumber(cronJob, 'spec', field));
  return [...of('Complete', limits[0]), ...of('Failed', limits[1])];
}

/** How a Job ended: of conditions that hold, the first. */
function endOf(job: KubernetesObject): string | undefined {
  const types = getArray(job, 'status', 'conditions').filter((item) => getString(item, 'status') === 'True');
  return types.map((item) => getString(item, 'type')).find((type) => type === 'Complete' || type === 'Failed');
}

function findLastSuccess(cronJob: KubernetesObject, jobs: readonly KubernetesObject[]): string | undefined {
  const known = getString(cronJob, 'status', 'lastSuccessfulTime');
  const ended = jobs.filter((job) => isConditionTrue(job, 'Complete')).flatMap((job) => getString(job, 'status', 'completionTime') ?? []);
  return [...ended, ...(known === undefined ? [] : [known])].toSorted(compareBy((time) => time)).at(-1);
}

function toReference(job: KubernetesObject): JsonValue {
  const { kind, name, namespace = '' } = refOf(job);
  const [uid, resourceVersion] = [uidOf(job), getString(job.metadata, 'resourceVersion')];
  return {
    apiVersion: job.apiVersion,
    kind,
    name,
    namespace,
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}
