import type { KubernetesObject } from '../model/index.ts';
import { hashSecret, restoreSecret } from '../planner/index.ts';
import { getObject, isEqualJson } from '../std/index.ts';
import type { SecretAnswer } from './apply-options.ts';

/**
 * A plan's Secret with its values put back from the manifest that it was made of; refused where the manifest's values are
 * not the ones whose hashes the plan holds. Everything but the values comes from the plan.
 */
export function revealSecret(desired: KubernetesObject, source: KubernetesObject, salt: string): SecretAnswer {
  if (!isEqualJson(getObject(desired, 'data') ?? {}, getObject(hashSecret(source, salt), 'data') ?? {})) {
    return { kind: 'refused', reason: 'its secret values are not the ones of the plan' };
  }
  const restored = restoreSecret(desired, source, salt);
  return typeof restored === 'string' ? { kind: 'refused', reason: restored } : { kind: 'ok', object: restored };
}
