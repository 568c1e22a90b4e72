import { annotationsOf, withMetadata, type KubernetesObject } from '../model/index.ts';
import { hashSecret, isSecretHash } from '../planner/index.ts';
import { getObject, getString, isEqualJson, type JsonValue } from '../std/index.ts';
import type { SecretAnswer } from './apply-options.ts';

/**
 * A plan's Secret with its values put back from the manifest that it was made of; refused where the manifest's values are
 * not the ones whose hashes the plan holds. Everything but the values comes from the plan.
 */
export function revealSecret(desired: KubernetesObject, source: KubernetesObject, salt: string): SecretAnswer {
  const hashed = getObject(desired, 'data') ?? {};
  if (!isEqualJson(hashed, getObject(hashSecret(source, salt), 'data') ?? {})) {
    return { kind: 'refused', reason: 'its secret values are not the ones of the plan' };
  }
  const data: Record<string, JsonValue> = {};
  for (const [key, hash] of Object.entries(hashed)) data[key] = isSecretHash(hash) ? (valueOf(source, key) ?? '') : hash;
  const hidden = [...annotationsOf(desired)].filter(([, value]) => isSecretHash(value)).map(([name]) => name);
  const revealed = { ...desired, data };
  if (hidden.length === 0) return { kind: 'ok', object: revealed };
  const values = Object.fromEntries(hidden.map((name) => [name, annotationsOf(source).get(name) ?? '']));
  return { kind: 'ok', object: withMetadata(revealed, { annotations: { ...getObject(desired.metadata, 'annotations'), ...values } }) };
}

function valueOf(source: KubernetesObject, key: string): string | undefined {
  const text = getString(source, 'stringData', key);
  if (text !== undefined) return Buffer.from(text, 'utf8').toString('base64');
  return getString(source, 'data', key)?.replaceAll(/\s/g, '');
}
