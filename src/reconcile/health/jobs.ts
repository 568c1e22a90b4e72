import type { KubernetesObject } from '../../model/index.ts';
import { getBoolean, getString } from '../../std/index.ts';
import { findCondition, listConditions, readCount } from './conditions.ts';
import { toCurrent, toFailed, toInProgress, type Health } from './health.ts';

export function assessJob(object: KubernetesObject): Health {
  const ended = assessEnd(object);
  if (ended !== undefined) return ended;
  if ((getString(object, 'status', 'startTime') ?? '') === '') return toInProgress('JobNotStarted', 'Job not started');
  return toCurrent(describeProgress(object));
}

/** A Job is done when it is complete, not when it has begun. */
export function assessJobStrictly(object: KubernetesObject): Health {
  const health = assessJob(object);
  const running = health.status === 'Current' && assessEnd(object) === undefined;
  return running ? toInProgress('JobRunning', describeProgress(object)) : health;
}

function assessEnd(object: KubernetesObject): Health | undefined {
  const completions = readCount(object, ['spec', 'completions'], readCount(object, ['spec', 'parallelism'], 1));
  const ended = listConditions(object).find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
  if (ended?.type === 'Complete') {
    return toCurrent(`Job Completed. succeeded: ${readCount(object, ['status', 'succeeded'], 0)}/${completions}`);
  }
  if (ended !== undefined) {
    return toFailed('JobFailed', `Job Failed. failed: ${readCount(object, ['status', 'failed'], 0)}/${completions}`);
  }
  if (findCondition(object, 'Suspended', 'True') !== undefined && getBoolean(object, 'spec', 'suspend') === true) {
    return toCurrent('Job is suspended');
  }
  return undefined;
}

function describeProgress(object: KubernetesObject): string {
  const count = (field: string): number => readCount(object, ['status', field], 0);
  return `Job in progress. success:${count('succeeded')}, active: ${count('active')}, failed: ${count('failed')}`;
}
