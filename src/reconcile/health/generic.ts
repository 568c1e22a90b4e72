import type { KubernetesObject } from '../../model/index.ts';
import { getNumber, getString } from '../../std/index.ts';
import { listConditions } from './conditions.ts';
import { toCurrent, toFailed, toInProgress, type Health, type HealthMode } from './health.ts';

/** What holds for every kind, before its own rule: deletion, an unobserved generation, Reconciling and Stalled (kstatus generic.go). */
export function assessGeneric(object: KubernetesObject): Health | undefined {
  return assessOutdated(object) ?? assessStandard(object);
}

/** An object that is being deleted, or of which its controller has not seen the last change: its status says nothing. */
export function assessOutdated(object: KubernetesObject): Health | undefined {
  if ((getString(object.metadata, 'deletionTimestamp') ?? '') !== '') {
    return { status: 'Terminating', reason: '', message: 'Resource scheduled for deletion' };
  }
  const generation = getNumber(object.metadata, 'generation');
  const observed = getNumber(object, 'status', 'observedGeneration');
  if (generation !== undefined && observed !== undefined && generation !== observed) {
    return toInProgress(
      'LatestGenerationNotObserved',
      `${object.kind} generation is ${generation}, but latest observed generation is ${observed}`,
    );
  }
  return undefined;
}

function assessStandard(object: KubernetesObject): Health | undefined {
  for (const condition of listConditions(object)) {
    if (condition.status !== 'True') continue;
    if (condition.type === 'Reconciling') return toInProgress(condition.reason, condition.message);
    if (condition.type === 'Stalled') return toFailed(condition.reason, condition.message);
  }
  return undefined;
}

/** What holds for kinds without a rule of their own: the Ready condition, where there is one (kstatus status.go). */
export function assessReady(object: KubernetesObject, mode: HealthMode): Health {
  const ready = listConditions(object).find(({ type, status }) => type === 'Ready' && ['True', 'False', 'Unknown'].includes(status));
  if (ready === undefined) return toCurrent('Resource is current');
  const generation = getNumber(object.metadata, 'generation');
  if (mode === 'strict' && generation !== undefined && ready.observedGeneration !== undefined && ready.observedGeneration < generation) {
    return toInProgress(
      'LatestGenerationNotObserved',
      `Ready speaks of generation ${ready.observedGeneration}, but the generation is ${generation}`,
    );
  }
  return ready.status === 'True' ? toCurrent('Resource is Ready') : toInProgress(ready.reason, ready.message);
}
