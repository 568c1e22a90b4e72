import type { Intent } from '../../src/engine/controllers/controller.ts';
import { judgeFailure } from '../../src/engine/controllers/job-failure-policy.ts';
import { indexOf } from '../../src/engine/controllers/job-indexes.ts';
import { allFailuresOf, finishedAt } from '../../src/engine/controllers/job-state.ts';
import { JOB } from '../../src/engine/controllers/job.ts';
import { annotationsOf, isKubernetesObject, World, type KubernetesObject } from '../../src/model/index.ts';
import { getArray, getNumber, getObject, getString, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { makeJobCase } from './job-world.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';

const BRANCHES: readonly string[] = [
  'Indexed',
  'NonIndexed',
  'any success completes it',
  'pods are made',
  'pods are made with failures before',
  'pods are made with failures before that do not count',
  'pods go',
  'a pod of a double index goes',
  'waits after failures',
  'waits for pods to end',
  'suspended',
  'resumed',
  'index failed',
  'end is said before all pods have ended',
  'BackoffLimitExceeded',
  'CompletionsReached',
  'DeadlineExceeded',
  'FailedIndexes',
  'MaxFailedIndexesExceeded',
  'PodFailurePolicy',
  'SuccessPolicy',
  'Ignore',
  'FailIndex',
  'restarts count',
];

/** Whether a Job does the same, ends for the same reason and counts the same at the first look of the controller manager's control of it. */
export const jobJudge: OracleJudge = {
  subject: 'job',
  cases: 20_000,
  branches: BRANCHES,
  often: { cases: 20_000, times: 20 },
  generate: makeJobCase,
  compare,
};

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const job = getObject(input, 'job');
  const pods = getArray(input, 'pods').filter(isKubernetesObject);
  const now = Date.parse(getString(input, 'now') ?? '');
  const numbers = ['parallelism', 'backoffLimit'].map((field) => getNumber(job, 'spec', field));
  if (!isKubernetesObject(job) || Number.isNaN(now) || numbers.includes(undefined)) return undefined;
  if (pods.some((pod) => ['creationTimestamp', 'name', 'uid'].some((field) => getString(pod.metadata, field) === undefined)))
    return undefined;
  const isIndexed = getString(job, 'spec', 'completionMode') === 'Indexed';
  if (!isIndexed && getNumber(job, 'spec', 'backoffLimitPerIndex') !== undefined) return undefined;
  if (getObject(job, 'spec', 'template', 'spec') === undefined || getString(job.metadata, 'uid') === undefined) return undefined;
  const intents = JOB.reconcile(World.of([job, ...pods]), job, { now });
  const actions = intents.flatMap(describe).toSorted();
  const written = intents.find((intent) => intent.type === 'updateStatus');
  const servers = toServers(answer);
  const described = tell(actions, getObject(written?.type === 'updateStatus' ? written.object : job, 'status') ?? {});
  // The server counts the pods that it makes at once, we do when they are there.
  const made = actions.filter((action) => action.startsWith('create')).length;
  const told: JsonObject = { ...described, active: (getNumber(described, 'active') ?? 0) + made };
  // Of several pods that fail the Job it names the one that its store, which has no order, gives first.
  const isOneOfThem = pods.some((pod) => judgeFailure(job, pod).failsJob === servers['message']);
  const ours = told['reason'] === 'PodFailurePolicy' && isOneOfThem ? { ...told, message: servers['message'] ?? '' } : told;
  const coverage = listCoverage(input, intents, ours);
  if (isOpenWhichWasLast(pods)) return { coverage, isCompared: false };
  const [a, b] = [stringifyJson(ours), stringifyJson(servers)];
  if (a === b) return { coverage };
  const differing = Object.keys(ours).filter((field) => stringifyJson(ours[field] ?? null) !== stringifyJson(servers[field] ?? null));
  return { coverage, difference: { signature: `another ${differing.join(', ')}`, ours: a, servers: b } };
}

/** Of two failures of an index one has more before it and the other ended later: the controller takes the one that its store gives first. */
function isOpenWhichWasLast(pods: readonly KubernetesObject[]): boolean {
  return pods.some((a) =>
    pods.some((b) => indexOf(a) === indexOf(b) && allFailuresOf(a) < allFailuresOf(b) && finishedAt(a) >= finishedAt(b)),
  );
}

/** What an intent does to pods, in the words of the oracle. */
function describe(intent: Intent): readonly string[] {
  if (intent.type === 'delete') return [`delete ${intent.ref.name}`];
  if (intent.type !== 'create') return [];
  const annotations = annotationsOf(intent.object);
  const [index, failures, ignored] = ['completion-index', 'index-failure-count', 'index-ignored-failure-count'].map(
    (name) => annotations.get(`batch.kubernetes.io/job-${name}`) ?? '',
  );
  return [`create ${index} ${failures} ${ignored}`.trim()];
}

function tell(actions: readonly string[], status: JsonObject): JsonObject {
  const conditions = getArray(status, 'conditions');
  const suspended = conditions.find((item) => getString(item, 'type') === 'Suspended');
  const end = conditions.findLast((item) => item !== suspended && getString(item, 'status') === 'True');
  return {
    actions,
    type: getString(end, 'type') ?? '',
    reason: getString(end, 'reason') ?? '',
    message: getString(end, 'message') ?? '',
    isStarted: getString(status, 'startTime') !== undefined,
    suspended: getString(suspended, 'status') ?? '',
    ...Object.fromEntries(COUNTS.map((field) => [field, getNumber(status, field) ?? 0])),
    completedIndexes: getString(status, 'completedIndexes') ?? '',
    failedIndexes: getString(status, 'failedIndexes') ?? null,
  };
}

const COUNTS = ['active', 'ready', 'terminating', 'succeeded', 'failed'];

function toServers(answer: JsonValue): JsonObject {
  const words = ['type', 'reason', 'message', 'suspended', 'completedIndexes'].map(
    (field) => [field, getString(answer, field) ?? ''] as const,
  );
  return {
    actions: getArray(answer, 'actions'),
    ...Object.fromEntries(words),
    isStarted: getObject(answer)?.['isStarted'] === true,
    ...Object.fromEntries(COUNTS.map((field) => [field, getNumber(answer, field) ?? 0])),
    failedIndexes: getString(answer, 'failedIndexes') ?? null,
  };
}

function listCoverage(input: JsonValue, intents: readonly Intent[], ours: JsonObject): readonly string[] {
  const job = getObject(input, 'job');
  const pods = getArray(input, 'pods');
  const actions = getArray(ours, 'actions').map(String);
  const rules = getArray(job, 'spec', 'podFailurePolicy', 'rules');
  const hasRule = (action: string): boolean => rules.some((rule) => getString(rule, 'action') === action);
  const hasFailed = pods.some((pod) => getString(pod, 'status', 'phase') === 'Failed');
  const isOpen = getString(ours, 'reason') === '';
  const holds: Readonly<Record<string, boolean>> = {
    'any success completes it': getNumber(job, 'spec', 'completions') === undefined,
    'pods are made': actions.some((action) => action.startsWith('create')),
    'pods are made with failures before': actions.some((action) => /^create \d+ [1-9]/.test(action)),
    'pods are made with failures before that do not count': actions.some((action) => /^create \d+ \d+ [1-9]/.test(action)),
    'pods go': actions.some((action) => action.startsWith('delete')),
    'a pod of a double index goes':
      isOpen && getString(job, 'spec', 'completionMode') === 'Indexed' && actions.some((action) => action.startsWith('delete')),
    'waits after failures': isOpen && hasFailed && intents.some(({ type }) => type === 'requeueAt'),
    'waits for pods to end':
      isOpen && getString(job, 'spec', 'podReplacementPolicy') === 'Failed' && (getNumber(ours, 'terminating') ?? 0) > 0,
    suspended: getString(ours, 'suspended') === 'True',
    resumed: getString(ours, 'suspended') === 'False',
    'index failed': (getString(ours, 'failedIndexes') ?? '') !== '',
    'end is said before all pods have ended': ['FailureTarget', 'SuccessCriteriaMet'].includes(getString(ours, 'type') ?? ''),
    Ignore: hasFailed && hasRule('Ignore'),
    FailIndex: hasFailed && hasRule('FailIndex'),
    'restarts count':
      getString(ours, 'reason') === 'BackoffLimitExceeded' && getString(job, 'spec', 'template', 'spec', 'restartPolicy') === 'OnFailure',
  };
  const reason = getString(ours, 'reason') ?? '';
  return [
    getString(job, 'spec', 'completionMode') ?? '',
    ...(reason === '' ? [] : [reason]),
    ...Object.entries(holds).flatMap(([name, isSo]) => (isSo ? [name] : [])),
  ];
}
