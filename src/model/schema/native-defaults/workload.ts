import { getObject } from '../../../std/index.ts';
import { ensureAt, fieldsAt, fill, itemsAt, type Draft } from './draft.ts';
import { defaultTemplate } from './pod.ts';

export function defaultDeployment(object: Draft, minor: number): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  const strategy = ensureAt(spec, 'strategy');
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') fill(ensureAt(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' });
  defaultTemplate(spec, minor, 'template');
}

export function defaultDaemonSet(object: Draft, minor: number): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { revisionHistoryLimit: 10 });
  const strategy = ensureAt(spec, 'updateStrategy');
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') fill(ensureAt(strategy, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 });
  defaultTemplate(spec, minor, 'template');
}

export function defaultStatefulSet(object: Draft, minor: number): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' });
  const strategy = ensureAt(spec, 'updateStrategy');
  if (strategy['type'] === undefined || strategy['type'] === '') fill(strategy, { type: 'RollingUpdate', rollingUpdate: {} });
  const rollingUpdate = strategy['type'] === 'RollingUpdate' ? fieldsAt(strategy, 'rollingUpdate') : undefined;
  if (rollingUpdate !== undefined) fill(rollingUpdate, { partition: 0 });
  fill(ensureAt(spec, 'persistentVolumeClaimRetentionPolicy'), { whenDeleted: 'Retain', whenScaled: 'Retain' });
  for (const claim of itemsAt(spec, 'volumeClaimTemplates')) {
    Object.assign(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
    fill(ensureAt(claim, 'spec'), { volumeMode: 'Filesystem' });
  }
  defaultTemplate(spec, minor, 'template');
}

export function defaultReplicaSet(object: Draft, minor: number): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { replicas: 1 });
  defaultTemplate(spec, minor, 'template');
}

export function defaultReplicationController(object: Draft, minor: number): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { replicas: 1 });
  const labels = getObject(spec, 'template', 'metadata', 'labels');
  if (labels !== undefined && Object.keys(fieldsAt(spec, 'selector') ?? {}).length === 0) spec['selector'] = { ...labels };
  inheritLabels(object, labels);
  defaultTemplate(spec, minor, 'template');
}

export function defaultJob(object: Draft, minor: number): void {
  const spec = ensureAt(object, 'spec');
  inheritLabels(object, getObject(spec, 'template', 'metadata', 'labels'));
  defaultJobSpec(spec);
  defaultTemplate(spec, minor, 'template');
}

/** Completes a CronJob; the Job in it is completed only when it is made, except for its pods. */
export function defaultCronJob(object: Draft, minor: number): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
  if (minor >= 34) defaultFailurePolicy(fieldsAt(spec, 'jobTemplate', 'spec') ?? {});
  defaultTemplate(spec, minor, 'jobTemplate', 'spec', 'template');
}

export function defaultPodTemplate(object: Draft, minor: number): void {
  defaultTemplate(object, minor, 'template');
}

function defaultJobSpec(spec: Draft): void {
  if (spec['parallelism'] === undefined) fill(spec, { completions: 1 });
  fill(spec, {
    parallelism: 1,
    backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : 2 ** 31 - 1,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
  });
  defaultFailurePolicy(spec);
}

function defaultFailurePolicy(spec: Draft): void {
  for (const rule of itemsAt(spec, 'podFailurePolicy', 'rules')) {
    for (const condition of itemsAt(rule, 'onPodConditions')) fill(condition, { status: 'True' });
  }
}

function inheritLabels(object: Draft, labels: Draft | undefined): void {
  const metadata = ensureAt(object, 'metadata');
  if (labels !== undefined && Object.keys(fieldsAt(metadata, 'labels') ?? {}).length === 0) metadata['labels'] = { ...labels };
}
