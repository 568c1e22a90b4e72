import { nameOf, type Kind, type KubernetesObject } from '../../model/index.ts';
import { getAt, getBoolean, getNumber, getObject, getString, type JsonValue, type Path } from '../../std/index.ts';
import { judgeLabel } from '../object/names.ts';
import type { Report } from '../problem.ts';
import { failAs, forbidden, invalid, NON_NEGATIVE, required, unsupported, type Fail } from './field-error.ts';

const JOB_SPEC: readonly string[] = ['activeDeadlineSeconds', 'backoffLimit', 'completions', 'parallelism', 'ttlSecondsAfterFinished'];

/** Fields that may not be negative, by kind, below `spec`. */
const COUNTS: Readonly<Record<string, readonly string[]>> = {
  CronJob: ['failedJobsHistoryLimit', 'startingDeadlineSeconds', 'successfulJobsHistoryLimit'],
  DaemonSet: ['minReadySeconds', 'revisionHistoryLimit'],
  Deployment: ['minReadySeconds', 'progressDeadlineSeconds', 'replicas', 'revisionHistoryLimit'],
  Job: JOB_SPEC,
  ReplicaSet: ['minReadySeconds', 'replicas'],
  ReplicationController: ['minReadySeconds', 'replicas'],
  StatefulSet: ['minReadySeconds', 'replicas', 'revisionHistoryLimit'],
};

/** What `apps/validation` and `batch/validation` say of workloads besides their selectors and pods. */
export function checkWorkloadSpec(object: KubernetesObject, { kind }: Kind, report: Report): void {
  checkCounts(object, ['spec'], COUNTS[kind] ?? [], report);
  const name = nameOf(object);
  if (kind === 'Job' && name.length > 63) {
    failAs('KV0121', report)(['metadata', 'name'], invalid(name, 'must be no more than 63 bytes'), 'spec.template.labels');
  }
  if (kind === 'CronJob') checkCounts(object, ['spec', 'jobTemplate', 'spec'], JOB_SPEC, report);
  if (kind === 'Job') {
    checkReplacement(object, ['spec'], report);
    checkLastPod(object, name, report);
  }
  if (kind === 'CronJob') checkReplacement(object, ['spec', 'jobTemplate', 'spec'], report);
  if (kind === 'Deployment') checkStrategy(object, failAs('KV0114', report));
  checkRestartPolicy(object, kind, failAs('KV0106', report));
}

function checkCounts(object: KubernetesObject, at: Path, fields: readonly string[], report: Report): void {
  for (const field of fields) {
    const value = getNumber(object, ...at, field);
    if (value !== undefined && value < 0) failAs('KV0102', report)([...at, field], invalid(value, NON_NEGATIVE));
  }
}

/** The pods of an indexed Job are named after it and their index, and their hosts after them. */
function checkLastPod(object: KubernetesObject, name: string, report: Report): void {
  const completions = getNumber(object, 'spec', 'completions') ?? (getNumber(object, 'spec', 'parallelism') === undefined ? 1 : 0);
  if (getString(object, 'spec', 'completionMode') !== 'Indexed' || name === '' || completions <= 0) return;
  const last = `${name}-${completions - 1}`;
  if (judgeLabel(last).length > 0)
    failAs('KV0121', report)(['metadata', 'name'], invalid(name, `will not able to create pod with invalid DNS label: ${last}`));
}

/** Pods that may have failed by policy are replaced once they have. */
function checkReplacement(object: KubernetesObject, path: Path, report: Report): void {
  const policy = getString(object, ...path, 'podReplacementPolicy');
  if (policy !== 'TerminatingOrFailed' || getObject(object, ...path, 'podFailurePolicy') === undefined) return;
  const field = [...path, 'podReplacementPolicy'];
  report({ code: 'KV0044', path: field, data: { field: field.join('.'), value: JSON.stringify(policy), values: ['"Failed"'] } });
}

function checkStrategy(object: KubernetesObject, fail: Fail): void {
  const path = ['spec', 'strategy'];
  const type = getString(object, ...path, 'type');
  const rolling = getObject(object, ...path, 'rollingUpdate');
  if (rolling === undefined) return;
  if (type === 'Recreate') {
    fail([...path, 'rollingUpdate'], forbidden("may not be specified when strategy `type` is 'Recreate'"));
  } else if (isZero(rolling['maxUnavailable']) && isZero(rolling['maxSurge'])) {
    fail([...path, 'rollingUpdate', 'maxUnavailable'], invalid(rolling['maxUnavailable'] ?? 0, 'may not be 0 when `maxSurge` is 0'));
  }
}

function isZero(value: JsonValue | undefined): boolean {
  return value === 0 || value === '0%';
}

function checkRestartPolicy(object: KubernetesObject, kind: string, fail: Fail): void {
  const path = kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template', 'spec'] : ['spec', 'template', 'spec'];
  const policy = getString(object, ...path, 'restartPolicy');
  const at = [...path, 'restartPolicy'];
  switch (kind) {
    case 'CronJob':
    case 'Job':
      if (policy === undefined || policy === '' || policy === 'Always') fail(at, required('valid values: "OnFailure", "Never"'));
      else if (policy !== 'OnFailure' && policy !== 'Never') fail(at, unsupported(policy, ['OnFailure', 'Never']));
      return;
    case 'DaemonSet':
    case 'Deployment':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'StatefulSet':
      if (policy === 'OnFailure' || policy === 'Never') fail(at, unsupported(policy, ['Always']));
      if (kind !== 'DaemonSet' && getNumber(getAt(object, ...path), 'activeDeadlineSeconds') !== undefined) {
        fail([...path, 'activeDeadlineSeconds'], forbidden('activeDeadlineSeconds in ReplicaSet is not Supported'));
      }
      return;
    default:
      return;
  }
}

/** Whether pods of this spec share the node's network. */
export function usesHostNetwork(spec: JsonValue | undefined): boolean {
  return getBoolean(spec, 'hostNetwork') === true;
}
