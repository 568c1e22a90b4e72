import { getAt, type JsonValue } from '../../std/index.ts';

/** A number or a percentage of a total (`GetScaledValueFromIntOrPercent`); undefined if it is neither. */
export function toScaledValue(value: JsonValue | undefined, total: number, rounding: 'up' | 'down'): number | undefined {
  if (typeof value === 'number') return value;
  const match = /^(\d+)%$/.exec(typeof value === 'string' ? value : '');
  if (match === null) return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
  const exact = (Number(match[1]) * total) / 100;
  return rounding === 'up' ? Math.ceil(exact) : Math.floor(exact);
}

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
