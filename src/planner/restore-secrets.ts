import { refKeyOf, stepsOf, type KubernetesObject, type Manifest, type ObjectRef, type Plan, type RefKey } from '../model/index.ts';
import { compareStrings, isObject, type JsonObject, type JsonValue } from '../std/index.ts';
import { foldSecret, hashSecretValue, holdsSecretHashes, isSecret, isSecretHash } from './secret.ts';

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
  if (!holdsSecretHashes(desired)) return desired;
  if (source === undefined) return 'its source does not hold it any more';
  const restored = restoreFields(desired, foldSecret(source), salt, []);
  return typeof restored === 'string' ? restored : { ...desired, ...restored };
}

function restoreFields(planned: JsonObject, source: JsonValue | undefined, salt: string, path: readonly string[]): JsonObject | string {
  const restored: [string, JsonValue][] = [];
  for (const key of Object.keys(planned).toSorted(compareStrings)) {
    const value = planned[key];
    const original = isObject(source) && Object.hasOwn(source, key) ? source[key] : undefined;
    if (isObject(value)) {
      const inner = restoreFields(value, original, salt, [...path, key]);
      if (typeof inner === 'string') return inner;
      restored.push([key, inner]);
    } else if (value !== undefined) {
      const reason = isSecretHash(value) ? findRefusal(value, original, salt) : undefined;
      if (reason !== undefined) return reason(path[0] === 'data' ? key : [...path, key].join('.'));
      restored.push([key, isSecretHash(value) ? (original ?? null) : value]);
    }
  }
  return Object.fromEntries(restored);
}

function findRefusal(planned: JsonValue, value: JsonValue | undefined, salt: string): ((name: string) => string) | undefined {
  if (value === undefined) return (name) => `its source holds no value for ${name}`;
  return hashSecretValue(salt, value) === planned ? undefined : (name) => `the value of ${name} is not the planned one`;
}
