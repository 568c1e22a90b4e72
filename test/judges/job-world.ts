import type { JsonObject, JsonValue } from '../../src/std/index.ts';
import type { Random } from './random.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
/** Ages stand well beside the waits after failures (10 s, 20 s, 40 s ...) and deadlines; each pod adds a second or so, to be told apart. */
const AGES = [1, 11, 24, 45, 95, 400];
const INDEX = 'batch.kubernetes.io/job-completion-index';

/** A Job that the controller sees for the first time, with pods in all states. */
export function makeJobCase(random: Random): JsonValue {
  const isIndexed = random.once(2);
  const completions = isIndexed ? 1 + random.below(8) : random.pick([undefined, 1, 3, 5]);
  const parallelism = random.below(7);
  const isSick = random.once(3);
  const count = random.below(8);
  const job = makeJob(random, { isIndexed, completions, parallelism });
  const pods = random.list(count, (i) => makePod(random, { name: `p${i}`, number: i, isIndexed, completions: completions ?? 1, isSick }));
  return { now: time(0), job, pods };
}

interface JobTraits {
  readonly isIndexed: boolean;
  readonly completions: number | undefined;
  readonly parallelism: number;
}

function makeJob(random: Random, { isIndexed, completions, parallelism }: JobTraits): JsonObject {
  const hasPerIndex = isIndexed && random.once(2);
  const hasPolicy = random.once(2);
  const restartPolicy = hasPolicy || random.once(2) ? 'Never' : 'OnFailure';
  const replacement = hasPolicy ? 'Failed' : random.pick(['TerminatingOrFailed', 'Failed']);
  const isSuspended = random.once(10);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j', namespace: 'n', uid: 'job' },
    spec: {
      parallelism,
      ...(completions === undefined ? {} : { completions }),
      completionMode: isIndexed ? 'Indexed' : 'NonIndexed',
      backoffLimit: hasPerIndex && !random.once(5) ? 2_147_483_647 : random.pick([0, 1, 2, 6]),
      ...(hasPerIndex ? { backoffLimitPerIndex: random.pick([0, 1, 2, 9]) } : {}),
      ...(hasPerIndex && random.once(2) ? { maxFailedIndexes: random.below(3) } : {}),
      ...(isIndexed && random.once(3) ? { successPolicy: { rules: random.list(1 + random.below(2), () => makeSuccess(random)) } } : {}),
      ...(hasPolicy ? { podFailurePolicy: { rules: random.list(1 + random.below(3), () => makeRule(random, hasPerIndex)) } } : {}),
      podReplacementPolicy: replacement,
      suspend: isSuspended,
      ...(random.once(5) ? { activeDeadlineSeconds: random.pick([30, 100, 1000]) } : {}),
      selector: { matchLabels: { job: 'j' } },
      template: { metadata: { labels: { job: 'j' } }, spec: { restartPolicy, containers: [{ name: 'c', image: 'i' }] } },
    },
    status: {
      ...(random.once(6) ? {} : { startTime: time(random.pick(AGES)) }),
      ...(random.once(8) ? { conditions: [makeSuspended(random)] } : {}),
    },
  };
}

function makeSuspended(random: Random): JsonObject {
  const isSuspended = random.once(2);
  const words = isSuspended ? { reason: 'JobSuspended', message: 'Job suspended' } : { reason: 'JobResumed', message: 'Job resumed' };
  return { type: 'Suspended', status: isSuspended ? 'True' : 'False', ...words, lastTransitionTime: time(100), lastProbeTime: time(100) };
}

function makeSuccess(random: Random): JsonObject {
  const indexes = { succeededIndexes: random.pick(['0', '0-1', '1,3', '2-9']) };
  const count = { succeededCount: 1 + random.below(3) };
  return random.pick([indexes, count, { ...indexes, ...count }]);
}

function makeRule(random: Random, hasPerIndex: boolean): JsonObject {
  const action = random.pick(['Ignore', 'Ignore', 'Count', 'FailJob', ...(hasPerIndex ? ['FailIndex'] : [])]);
  if (random.once(3)) return { action, onPodConditions: [{ type: 'DisruptionTarget', status: random.pick(['True', 'False']) }] };
  const operator = random.pick(['In', 'In', 'NotIn']);
  const named = random.once(2) ? { containerName: random.pick(['c', 'd']) } : {};
  return { action, onExitCodes: { ...named, operator, values: random.pick([[1], [3], [1, 3], [42]]) } };
}

interface PodTraits {
  readonly name: string;
  readonly number: number;
  readonly isIndexed: boolean;
  readonly completions: number;
  readonly isSick: boolean;
}

function makePod(random: Random, { name, number, isIndexed, completions, isSick }: PodTraits): JsonObject {
  const since = (): string => time(random.pick(AGES) + number);
  const phase = random.pick(
    isSick ? ['Failed', 'Failed', 'Running', 'Succeeded'] : ['Pending', 'Running', 'Running', 'Succeeded', 'Failed'],
  );
  const isEnded = phase === 'Failed' || phase === 'Succeeded';
  const isReady = phase === 'Running' && !random.once(3);
  const index = random.once(10) ? random.pick(['-1', 'x', String(completions), undefined]) : String(random.below(completions));
  const annotations = {
    ...(isIndexed && index !== undefined ? { [INDEX]: index } : {}),
    ...(isIndexed && random.once(2) ? { 'batch.kubernetes.io/job-index-failure-count': String(random.below(3)) } : {}),
    ...(isIndexed && random.once(3) ? { 'batch.kubernetes.io/job-index-ignored-failure-count': String(random.below(3)) } : {}),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'n',
      uid: name,
      labels: { job: 'j' },
      annotations,
      creationTimestamp: time(1000 + number),
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'job', controller: true }],
      ...(random.once(7) ? { deletionTimestamp: since(), deletionGracePeriodSeconds: random.pick([0, 30]) } : {}),
    },
    spec: { containers: [{ name: 'c' }], ...(phase === 'Pending' && random.once(2) ? {} : { nodeName: 'x' }) },
    status: {
      phase,
      conditions: [
        ...(random.once(8) ? [] : [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: since() }]),
        ...(random.once(4) ? [{ type: 'DisruptionTarget', status: random.pick(['True', 'False']) }] : []),
      ],
      ...(random.once(6) ? {} : { containerStatuses: [makeStatus(random, { isEnded, phase, finishedAt: since() })] }),
    },
  };
}

function makeStatus(
  random: Random,
  { isEnded, phase, finishedAt }: { readonly isEnded: boolean; readonly phase: string; readonly finishedAt: string },
): JsonObject {
  const ended = { exitCode: phase === 'Failed' ? random.pick([0, 1, 3, 42]) : 0, finishedAt };
  return { name: 'c', restartCount: random.once(3) ? random.below(4) : 0, state: isEnded && !random.once(6) ? { terminated: ended } : {} };
}

/** So many seconds before now. */
function time(ago: number): string {
  return new Date(NOW - ago * 1000).toISOString().replace('.000', '');
}
