import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getNumber, getString, isObject } from '../../std/index.ts';

/** A status condition with the fields that verdicts use. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number | undefined;
}

/** The status conditions of an object, in the order in which they stand. */
export function listConditions(object: KubernetesObject): readonly Condition[] {
  return getArray(object, 'status', 'conditions').flatMap((item) =>
    isObject(item)
      ? [
          {
            type: getString(item, 'type') ?? '',
            status: getString(item, 'status') ?? '',
            reason: getString(item, 'reason') ?? '',
            message: getString(item, 'message') ?? '',
            observedGeneration: getNumber(item, 'observedGeneration'),
          },
        ]
      : [],
  );
}

/** The first condition of a type and status. */
export function findCondition(object: KubernetesObject, type: string, status: string): Condition | undefined {
  return listConditions(object).find((condition) => condition.type === type && condition.status === status);
}

/** The number at a path of the object, or the default. */
export function readCount(object: KubernetesObject, path: readonly string[], absent: number): number {
  return getNumber(object, ...path) ?? absent;
}
