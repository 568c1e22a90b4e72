import type { Intent } from '../../src/engine/controllers/controller.ts';
import { CRON_JOB } from '../../src/engine/controllers/cron-job.ts';
import { annotationsOf, isKubernetesObject, nameOf, World, type KubernetesObject } from '../../src/model/index.ts';
import { getArray, getNumber, getString, getObject, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { makeCronJobCase } from './cronjob-world.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';

const BRANCHES: readonly string[] = [
  'a Job is made',
  'nothing is due',
  'missed more than once',
  'no deadline lets it',
  'Forbid waits',
  'Replace deletes',
  'was made before',
  'is there, of another',
  'history goes',
  'an ended Job leaves the list',
  'a lost Job leaves the list',
  'a foreign Job stays in the list',
  'a later success',
  'in a zone',
  'unknown zone',
  'never',
  'suspended',
  'being deleted',
];

/** Whether a CronJob makes and deletes the same Jobs, says the same and waits as long, at a look of the controller manager's control of it. */
export const cronJobJudge: OracleJudge = {
  subject: 'cronjob',
  cases: 16_000,
  branches: BRANCHES,
  often: { cases: 16_000, times: 20 },
  generate: makeCronJobCase,
  compare,
};

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const cronJob = getObject(input, 'cronJob');
  const jobs = getArray(input, 'jobs').filter(isKubernetesObject);
  const now = Date.parse(getString(input, 'now') ?? '');
  if (!isKubernetesObject(cronJob) || Number.isNaN(now)) return undefined;
  if (new Set(jobs.map(nameOf)).size < jobs.length || jobs.some((job) => getString(job.metadata, 'uid') === undefined)) return undefined;
  const ours = run(cronJob, jobs, now);
  const servers: JsonObject = {
    actions: getArray(answer, 'actions'),
    active: getArray(answer, 'active'),
    lastScheduleTime: getString(answer, 'lastScheduleTime') ?? null,
    lastSuccessfulTime: getString(answer, 'lastSuccessfulTime') ?? null,
    again: toAgain(getNumber(answer, 'again')),
  };
  const coverage = listCoverage(cronJob, jobs, servers);
  const [a, b] = [stringifyJson(ours), stringifyJson(servers)];
  if (a === b) return { coverage };
  const differing = Object.keys(ours).filter((field) => stringifyJson(ours[field] ?? null) !== stringifyJson(servers[field] ?? null));
  return { coverage, difference: { signature: `another ${differing.join(', ')}`, ours: a, servers: b } };
}

/** Without the tenth of a second that the controller adds for clocks that are not quite right. */
function toAgain(milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : milliseconds - 100;
}

/** A look, and a second one at once where a Job was made, which enters the status then. */
function run(cronJob: KubernetesObject, jobs: readonly KubernetesObject[], now: number): JsonObject {
  let [seen, known] = [cronJob, [...jobs]];
  const actions: string[] = [];
  let again: number | null = null;
  for (let look = 0; look < 2; look++) {
    const intents = CRON_JOB.reconcile(World.of([seen, ...known]), seen, { now });
    again = null;
    for (const intent of intents) {
      actions.push(...describe(intent));
      if (intent.type === 'requeueAt') again = intent.time - now;
      if (intent.type === 'updateStatus') seen = intent.object;
      if (intent.type === 'delete') known = known.filter((job) => nameOf(job) !== intent.ref.name);
      if (intent.type === 'create') known = [...known, { ...intent.object, metadata: { ...intent.object.metadata, uid: 'new' } }];
    }
    if (!intents.some(({ type }) => type === 'create')) break;
  }
  return {
    actions: actions.toSorted(),
    active: getArray(seen, 'status', 'active').map((item) => `${getString(item, 'name') ?? ''} ${getString(item, 'uid') ?? ''}`),
    lastScheduleTime: getString(seen, 'status', 'lastScheduleTime') ?? null,
    lastSuccessfulTime: getString(seen, 'status', 'lastSuccessfulTime') ?? null,
    again,
  };
}

function describe(intent: Intent): readonly string[] {
  if (intent.type === 'delete') return [`delete ${intent.ref.name}`];
  if (intent.type !== 'create') return [];
  const time = annotationsOf(intent.object).get('batch.kubernetes.io/cronjob-scheduled-timestamp') ?? '';
  return [`create ${nameOf(intent.object)} ${time}`];
}

function listCoverage(cronJob: KubernetesObject, jobs: readonly KubernetesObject[], told: JsonObject): readonly string[] {
  const actions = getArray(told, 'actions').map(String);
  const made = actions.find((action) => action.startsWith('create'));
  const deleted = actions.filter((action) => action.startsWith('delete')).map((action) => action.split(' ')[1] ?? '');
  const spec = getObject(cronJob, 'spec');
  const before = getArray(cronJob, 'status', 'active').map((item) => getString(item, 'name') ?? '');
  const after = getArray(told, 'active').flatMap((item) => (typeof item === 'string' ? (item.split(' ')[0] ?? '') : []));
  const zone = getString(spec, 'timeZone');
  const isDeleted = getString(cronJob.metadata, 'deletionTimestamp') !== undefined;
  const isWaiting = told['again'] !== null && made === undefined;
  const ofName = (name: string): KubernetesObject | undefined => jobs.find((job) => nameOf(job) === name);
  const isEnded = (job: KubernetesObject | undefined): boolean => getArray(job, 'status', 'conditions').length > 0;
  const isOfOther = (job: KubernetesObject | undefined): boolean =>
    job !== undefined && getString(getArray(job.metadata, 'ownerReferences')[0], 'name') !== nameOf(cronJob);
  const lastRun = getString(cronJob, 'status', 'lastScheduleTime');
  const lost = before.filter((name) => !after.includes(name) && !deleted.includes(name));
  const holds: Readonly<Record<string, boolean>> = {
    'a Job is made': made !== undefined,
    'nothing is due': isWaiting && before.length === 0 && jobs.length === 0,
    'missed more than once':
      made !== undefined &&
      getString(cronJob, 'spec', 'schedule') === '*/5 * * * *' &&
      lastRun !== undefined &&
      Number(made.split(' ')[1]?.split('-').at(-1)) * 60_000 - Date.parse(lastRun) > 300_000,
    'no deadline lets it':
      isWaiting && getNumber(spec, 'startingDeadlineSeconds') !== undefined && before.length === 0 && lastRun !== undefined,
    'Forbid waits': isWaiting && spec?.['concurrencyPolicy'] === 'Forbid' && after.length > 0,
    'Replace deletes': spec?.['concurrencyPolicy'] === 'Replace' && deleted.some((name) => !isEnded(ofName(name))),
    'was made before': made === undefined && after.some((name) => !before.includes(name)),
    'is there, of another':
      made === undefined &&
      told['again'] === null &&
      !isDeleted &&
      spec?.['suspend'] !== true &&
      jobs.some((job) => isOfOther(job) && /-\d+$/.test(nameOf(job))),
    'history goes': deleted.some((name) => isEnded(ofName(name))),
    'an ended Job leaves the list': lost.some((name) => isEnded(ofName(name))),
    'a lost Job leaves the list': lost.some((name) => ofName(name) === undefined),
    'a foreign Job stays in the list': after.some((name) => isOfOther(ofName(name))),
    'a later success': told['lastSuccessfulTime'] !== (getString(cronJob, 'status', 'lastSuccessfulTime') ?? null),
    'in a zone': made !== undefined && zone !== undefined && !made.endsWith('Z'),
    'unknown zone': zone === 'Mars/Base',
    never: getString(spec, 'schedule') === '0 0 31 2 *',
    suspended: spec?.['suspend'] === true,
    'being deleted': isDeleted,
  };
  return Object.entries(holds).flatMap(([name, isSo]) => (isSo ? [name] : []));
}
