import { nameOf, type KubernetesObject } from '../../model/index.ts';
import { getArray, getString } from '../../std/index.ts';
import type { PodSample } from './autoscaler-metrics.ts';

/** While a pod is young (ms), what it uses of the processor says little (`--horizontal-pod-autoscaler-cpu-initialization-period`). */
const YOUNG = 300_000;
/** A pod that is not ready and was not after this time (ms) never has been (`--horizontal-pod-autoscaler-initial-readiness-delay`). */
const FIRST_READY = 30_000;

/** How the pods of an autoscaler's target count for a metric. */
export interface PodCounts {
  readonly ready: number;
  readonly unready: ReadonlySet<string>;
  /** Those of which the metric says nothing. */
  readonly missing: ReadonlySet<string>;
  /** Whose samples do not count: those not ready, and those that end. */
  readonly left: ReadonlySet<string>;
}

/** Sorts pods by how they count for a metric (`groupPods`); only of `cpu` is it asked whether they have been ready. */
export function toPodCounts(
  pods: readonly KubernetesObject[],
  samples: ReadonlyMap<string, PodSample>,
  resource: string,
  now: number,
): PodCounts {
  const [unready, missing, left] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let ready = 0;
  for (const pod of pods) {
    const name = nameOf(pod);
    const phase = getString(pod, 'status', 'phase');
    const sample = samples.get(name);
    if (getString(pod.metadata, 'deletionTimestamp') !== undefined || phase === 'Failed') left.add(name);
    else if (phase === 'Pending') unready.add(name);
    else if (sample === undefined) missing.add(name);
    else if (resource === 'cpu' && isUnready(pod, sample, now)) unready.add(name);
    else ready++;
  }
  return { ready, unready, missing, left: new Set([...left, ...unready]) };
}

function isUnready(pod: KubernetesObject, { at, window }: PodSample, now: number): boolean {
  const condition = getArray(pod, 'status', 'conditions').find((item) => getString(item, 'type') === 'Ready');
  const start = Date.parse(getString(pod, 'status', 'startTime') ?? '');
  if (condition === undefined || Number.isNaN(start)) return true;
  const changed = Date.parse(getString(condition, 'lastTransitionTime') ?? '') || 0;
  const isFalse = getString(condition, 'status') === 'False';
  if (start + YOUNG > now) return isFalse || at < changed + window;
  return isFalse && start + FIRST_READY > changed;
}
