import { toScaledValue } from '../../model/index.ts';
import { getAt, type JsonValue } from '../../std/index.ts';

/** How many pods a rolling update may have beyond, and lack of, the replicas. */
export interface Fenceposts {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Surge rounds up, unavailable down; both 0 makes the latter 1 (`deployment/util.ResolveFenceposts`). Default 25% each. */
export function resolveFenceposts(rollingUpdate: JsonValue | undefined, replicas: number): Fenceposts {
  const maxSurge = toScaledValue(getAt(rollingUpdate, 'maxSurge') ?? '25%', replicas, 'up') ?? 0;
  const maxUnavailable = toScaledValue(getAt(rollingUpdate, 'maxUnavailable') ?? '25%', replicas, 'down') ?? 0;
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : Math.min(maxUnavailable, Math.max(replicas, 1)) };
}
