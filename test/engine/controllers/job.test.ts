import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsOf, World, type KubernetesObject } from '../../../src/model/index.ts';
import { JOB } from '../../../src/engine/controllers/job.ts';
import { getArray, getObject, getString, sortedUnique, type JsonObject } from '../../../src/std/index.ts';
import { LittleCluster, live } from './little-cluster.ts';
import { job, NODES } from './workloads.ts';

function settled(...objects: readonly KubernetesObject[]): LittleCluster {
  const cluster = new LittleCluster();
  cluster.apply(...NODES, ...objects);
  cluster.settle();
  return cluster;
}

function statusOf(cluster: LittleCluster): JsonObject {
  return getObject(live(cluster, 'Job', 'app', 'batch'), 'status') ?? {};
}

const conditionsOf = (status: JsonObject): readonly unknown[] =>
  getArray(status, 'conditions').map((item) => [getString(item, 'type'), getString(item, 'reason')]);

test('a Job completes', () => {
  const status = statusOf(settled(job({ completions: 3, parallelism: 2 })));
  assert.deepEqual([status['succeeded'], status['active'], typeof status['completionTime']], [3, undefined, 'string']);
  assert.deepEqual(conditionsOf(status), [
    ['SuccessCriteriaMet', 'CompletionsReached'],
    ['Complete', 'CompletionsReached'],
  ]);
});

test('an indexed Job runs each index once', () => {
  const cluster = settled(job({ completions: 4, parallelism: 2, completionMode: 'Indexed' }));
  assert.equal(statusOf(cluster)['completedIndexes'], '0-3');
  const indexes = cluster.world.byKind('', 'Pod').map((pod) => labelsOf(pod).get('batch.kubernetes.io/job-completion-index') ?? '');
  assert.equal(indexes.length, 4);
  assert.deepEqual(sortedUnique(indexes), ['0', '1', '2', '3']);
});

test('a Job that keeps failing gives up', () => {
  const status = statusOf(settled(job({ backoffLimit: 2 }, 'app:kplan-fail')));
  assert.equal(status['failed'], 3);
  assert.deepEqual(conditionsOf(status), [
    ['FailureTarget', 'BackoffLimitExceeded'],
    ['Failed', 'BackoffLimitExceeded'],
  ]);
});

const INDEXED = { completions: 4, parallelism: 2, completionMode: 'Indexed' };

const INDEXES: readonly { readonly name: string; readonly spec: JsonObject; readonly image?: string; readonly want: JsonObject }[] = [
  {
    name: 'each index fails after as many pods as it may have',
    spec: { ...INDEXED, backoffLimitPerIndex: 1 },
    image: 'app:kplan-fail',
    want: { failed: 8, failedIndexes: '0-3', reason: 'FailedIndexes' },
  },
  {
    name: 'more indexes fail than may',
    spec: { ...INDEXED, parallelism: 1, backoffLimitPerIndex: 0, maxFailedIndexes: 1 },
    image: 'app:kplan-fail',
    want: { failed: 2, failedIndexes: '0,1', reason: 'MaxFailedIndexesExceeded' },
  },
  {
    name: 'as many succeed as its policy asks for',
    spec: {
      ...INDEXED,
      parallelism: 1,
      successPolicy: { rules: [{ succeededIndexes: '3' }, { succeededIndexes: '0-2', succeededCount: 2 }] },
    },
    want: { succeeded: 2, completedIndexes: '0,1', reason: 'SuccessPolicy' },
  },
  {
    name: 'without a limit for each index all pods count',
    spec: { ...INDEXED, parallelism: 1, backoffLimit: 1 },
    image: 'app:kplan-fail',
    want: { failed: 2, reason: 'BackoffLimitExceeded' },
  },
];

for (const { name, spec, image, want } of INDEXES) {
  test(`an indexed Job ends: ${name}`, () => {
    const status = statusOf(settled(job(spec, image)));
    const fields = { ...status, reason: getString(getArray(status, 'conditions')[0], 'reason') ?? null };
    assert.deepEqual(Object.fromEntries(Object.entries(fields).filter(([field]) => field in want)), want);
  });
}

test('a Job that waits for its pods to end makes no other before', () => {
  const start = (more: JsonObject): number => {
    const cluster = new LittleCluster();
    const owner = { ...job(more), metadata: { name: 'run', namespace: 'shop', uid: 'j' } };
    const metadata = {
      name: 'run-x',
      namespace: 'shop',
      deletionTimestamp: '2025-12-31T23:00:00Z',
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'run', uid: 'j', controller: true }],
    };
    const ending = { apiVersion: 'v1', kind: 'Pod', metadata, spec: {}, status: { phase: 'Running' } };
    return JOB.reconcile(World.of([owner, ending]), owner, { now: cluster.now }).filter(({ type }) => type === 'create').length;
  };
  assert.deepEqual([start({}), start({ podReplacementPolicy: 'Failed' })], [1, 0]);
});

test('a Job that takes too long fails', () => {
  const slow = job({ activeDeadlineSeconds: 5 });
  const template = getObject(slow, 'spec', 'template') ?? {};
  const patient = { ...template, metadata: { annotations: { 'kplan.dev/run-for': '60000' } } };
  const status = statusOf(settled({ ...slow, spec: { activeDeadlineSeconds: 5, template: patient } }));
  assert.deepEqual(conditionsOf(status), [
    ['FailureTarget', 'DeadlineExceeded'],
    ['Failed', 'DeadlineExceeded'],
  ]);
});

test('a finished Job is deleted when its time to live is over', () => {
  assert.equal(settled(job({ ttlSecondsAfterFinished: 30 })).world.byKind('batch', 'Job').length, 0);
});

test('a suspended Job has no pods', () => {
  const cluster = settled(job({ suspend: true }));
  assert.deepEqual([cluster.world.byKind('', 'Pod'), conditionsOf(statusOf(cluster))], [[], [['Suspended', 'JobSuspended']]]);
});

test('a Job makes no other pod after one whose exit code its policy ends it for', () => {
  const policy = { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }] };
  const status = statusOf(settled(job({ backoffLimit: 5, podFailurePolicy: policy }, 'app:kplan-fail')));
  assert.deepEqual(conditionsOf(status), [
    ['FailureTarget', 'PodFailurePolicy'],
    ['Failed', 'PodFailurePolicy'],
  ]);
  assert.equal(status['failed'], 1);
});
