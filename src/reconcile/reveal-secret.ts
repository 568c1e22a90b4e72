import type { KubernetesObject } from '../model/index.ts';
import { hashSecret, restoreSecret } from '../planner/index.ts';
import { getObject, isEqualJson } from '../std/index.ts';
import type { SecretAnswer } from './apply-options.ts';

/**
 * A plan's Secret with its values put back from the manifest that it was made of; refused where the manifest's values are
 * not the ones whose hashes the plan holds, or are no text: the server would store none of them. Everything but the values
 * comes from the plan.
 */
export function revealSecret(desired: KubernetesObject, source: KubernetesObject, salt: string): SecretAnswer {
  if (!isEqualJson(getObject(desired, 'data') ?? {}, getObject(hashSecret(source, salt), 'data') ?? {})) {
    return { kind: 'refused', reason: 'its secret values are not the ones of the plan' };
  }
  const restored = restoreSecret(desired, source, salt);
  if (typeof restored === 'string') return { kind: 'refused', reason: restored };
  const odd = Object.entries(getObject(restored, 'data') ?? {}).find(([, value]) => value !== null && typeof value !== 'string');
  if (odd !== undefined) return { kind: 'refused', reason: `its value of "${odd[0]}" is no text in the manifest: quote it` };
  return { kind: 'ok', object: restored };
}
