import { toScaledValue, type KubernetesObject } from '../../model/index.ts';
import { resolveFenceposts, type Fenceposts } from '../../engine/controllers/index.ts';
import { getAt, getNumber, getString } from '../../std/index.ts';

/**
 * How a Deployment, DaemonSet or StatefulSet of so many pods replaces them, in words: how many are down at once and, where
 * none is, how many new ones come before old ones go (`deployment/util.ResolveFenceposts`, `daemon/util.SurgeCount`,
 * `stateful_set_control.go`).
 */
export function describePace(workload: KubernetesObject, count: number): string {
  if (getString(workload, 'spec', 'strategy', 'type') === 'Recreate') return 'all at once';
  const { maxSurge, maxUnavailable } = fencepostsOf(workload, count);
  const partition = partitionOf(workload);
  const rest = partition > 0 ? `, ordinals from ${partition} on` : '';
  if (maxUnavailable > 0) return `rolling, at most ${Math.min(maxUnavailable, Math.max(1, count))} at a time${rest}`;
  const fresh = Math.min(maxSurge, Math.max(1, count));
  return `rolling, none unavailable, up to ${fresh} new ${fresh === 1 ? 'one' : 'ones'} at once${rest}`;
}

/** The first ordinal of a StatefulSet that takes a new template; 0 for all other kinds. */
export function partitionOf(workload: KubernetesObject): number {
  return getNumber(workload, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
}

function fencepostsOf(workload: KubernetesObject, count: number): Fenceposts {
  if (workload.kind === 'Deployment') {
    const replicas = getNumber(workload, 'spec', 'replicas') ?? 1;
    return resolveFenceposts(getAt(workload, 'spec', 'strategy', 'rollingUpdate'), replicas);
  }
  const rolling = getAt(workload, 'spec', 'updateStrategy', 'rollingUpdate');
  const isDaemon = workload.kind === 'DaemonSet';
  const maxSurge = isDaemon ? (toScaledValue(getAt(rolling, 'maxSurge') ?? 0, count, 'up') ?? 0) : 0;
  const fallback = maxSurge > 0 ? 0 : 1;
  const rounding = isDaemon ? 'up' : 'down';
  const maxUnavailable = toScaledValue(getAt(rolling, 'maxUnavailable') ?? fallback, count, rounding) ?? fallback;
  return { maxSurge, maxUnavailable: Math.max(maxUnavailable, fallback) };
}
