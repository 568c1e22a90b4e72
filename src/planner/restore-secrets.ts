import { refKeyOf, stepsOf, type KubernetesObject, type Manifest, type ObjectRef, type Plan, type RefKey } from '../model/index.ts';
import { compareStrings, getObject, type JsonValue } from '../std/index.ts';
import { foldSecret, hashSecretValue, isSecret } from './secret.ts';

/** Secrets of a plan with their values, or those whose values could not be had. */
export type RestoredSecrets =
  | { readonly kind: 'ok'; readonly objects: ReadonlyMap<RefKey, KubernetesObject> }
  | { readonly kind: 'refused'; readonly refusals: readonly { readonly ref: ObjectRef; readonly reason: string }[] };

/**
 * The desired Secrets of a plan with the values that their manifests hold, each checked by its salted hash. Manifests are
 * those of the plan's source, namespaces filled in; refused where one is missing or says something else now.
 */
export function restoreSecrets(plan: Plan, manifests: readonly Manifest[]): RestoredSecrets {
  const sources = new Map(manifests.filter(({ object }) => isSecret(object)).map(({ object }) => [refKeyOf(object), foldSecret(object)]));
  const objects = new Map<RefKey, KubernetesObject>();
  const refusals: { ref: ObjectRef; reason: string }[] = [];
  for (const { ref, desired } of stepsOf(plan)) {
    if (desired === undefined || !isSecret(desired)) continue;
    const restored = restoreSecret(desired, sources.get(refKeyOf(desired)), plan.salt);
    if (typeof restored === 'string') refusals.push({ ref, reason: restored });
    else objects.set(refKeyOf(desired), restored);
  }
  return refusals.length > 0 ? { kind: 'refused', refusals } : { kind: 'ok', objects };
}

/** One planned Secret with the values of its source; a sentence where they are not the planned ones. */
export function restoreSecret(desired: KubernetesObject, source: KubernetesObject | undefined, salt: string): KubernetesObject | string {
  const planned = getObject(desired, 'data');
  if (planned === undefined) return desired;
  if (source === undefined) return 'its source does not hold it any more';
  const values = getObject(foldSecret(source), 'data') ?? {};
  const data: Record<string, JsonValue> = {};
  for (const key of Object.keys(planned).toSorted(compareStrings)) {
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (typeof value !== 'string') return `its source holds no value for ${key}`;
    if (hashSecretValue(salt, value) !== planned[key]) return `the value of ${key} is not the planned one`;
    data[key] = value;
  }
  return { ...desired, data };
}
