import type { KubernetesObject } from '../../model/index.ts';
import { getNumber, getString } from '../../std/index.ts';
import { findCondition } from './conditions.ts';
import { isReadyPod } from './replicas.ts';
import type { ControllerContext, Intent } from './controller.ts';

/** When a ready pod has been so for `minReadySeconds` (ms); undefined if it is not ready. */
export function availableAt(pod: KubernetesObject, minReadySeconds: number): number | undefined {
  if (!isReadyPod(pod)) return undefined;
  if (minReadySeconds === 0) return 0;
  const since = getString(findCondition(pod, 'Ready'), 'lastTransitionTime');
  return since === undefined ? undefined : Date.parse(since) + minReadySeconds * 1000;
}

/** How many pods are available now, and when to look again for those that soon will be. */
export function countAvailable(
  pods: readonly KubernetesObject[],
  owner: KubernetesObject,
  { now }: ControllerContext,
): { readonly available: number; readonly requeue: readonly Intent[] } {
  const minReadySeconds = getNumber(owner, 'spec', 'minReadySeconds') ?? 0;
  const times = pods.flatMap((pod) => availableAt(pod, minReadySeconds) ?? []);
  const waiting = times.filter((time) => time > now);
  const requeue: Intent[] = waiting.length === 0 ? [] : [{ type: 'requeueAt', time: Math.min(...waiting) }];
  return { available: times.length - waiting.length, requeue };
}
