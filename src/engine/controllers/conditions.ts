import { getArray, getString, toKubernetesTime, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { KubernetesObject } from '../../model/index.ts';

/** A condition of a status, without its times. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/** The condition of a type. */
export function findCondition(object: KubernetesObject, type: string): JsonValue | undefined {
  return getArray(object, 'status', 'conditions').find((item) => getString(item, 'type') === type);
}

/** Whether a condition is True. */
export function isConditionTrue(object: KubernetesObject, type: string): boolean {
  return getString(findCondition(object, type), 'status') === 'True';
}

/** The list with a condition set in its place; its transition time moves only when its status does. `extra` goes beside. */
export function withCondition(
  conditions: readonly JsonValue[],
  condition: Condition,
  now: number,
  extra: JsonObject = {},
): readonly JsonValue[] {
  const old = conditions.find((item) => getString(item, 'type') === condition.type);
  const isSame = getString(old, 'status') === condition.status;
  const time = (isSame ? getString(old, 'lastTransitionTime') : undefined) ?? toKubernetesTime(now);
  const entry: JsonObject = { ...condition, ...extra, lastTransitionTime: time };
  return old === undefined ? [...conditions, entry] : conditions.map((item) => (item === old ? entry : item));
}

/** The list without a type of condition. */
export function withoutCondition(conditions: readonly JsonValue[], type: string): readonly JsonValue[] {
  return conditions.filter((item) => getString(item, 'type') !== type);
}
