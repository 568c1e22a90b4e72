import {
  sha256,
  getArray,
  getObject,
  getString,
  getStringMap,
  isArray,
  isEqualJson,
  isObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../std/index.ts';
import { parseQuantity, type KubernetesObject } from '../../model/index.ts';

/** The label by which a Deployment tells its ReplicaSets apart. */
export const TEMPLATE_HASH = 'pod-template-hash';

/** The label by which StatefulSets and DaemonSets tell their revisions apart. */
export const REVISION_HASH = 'controller-revision-hash';

/** A name for a pod template, of ten of Kubernetes' safe characters: equal templates have equal names. Not the one that Kubernetes computes: see `computeTemplateHash`. */
export function toTemplateHash(template: JsonValue | undefined): string {
  const safe = 'bcdfghjklmnpqrstvwxz2456789';
  const digest = sha256(stringifyJson(template ?? null));
  let hash = '';
  for (let i = 0; i < 20; i += 2) hash += safe[Number.parseInt(digest.slice(i, i + 2), 16) % safe.length] ?? '';
  return hash;
}

/** The pod template of a workload. */
export function templateOf(workload: KubernetesObject): JsonObject {
  return getObject(workload, 'spec', 'template') ?? {};
}

/** Whether two templates are the same but for the hash label (`EqualIgnoreHash`). */
export function isSameTemplate(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return isEqualJson(withoutHash(a), withoutHash(b));
}

function withoutHash(template: JsonValue | undefined): JsonValue {
  const { [TEMPLATE_HASH]: _, ...labels } = getObject(template, 'metadata', 'labels') ?? {};
  const { creationTimestamp: __, labels: ___, ...metadata } = getObject(template, 'metadata') ?? {};
  return { ...getObject(template), metadata: Object.keys(labels).length === 0 ? metadata : { ...metadata, labels } };
}

/** Whether a pod is what a template asks for: everything the template says holds of the pod, which may say more. */
export function isPodOfTemplate(pod: KubernetesObject, template: JsonObject): boolean {
  const labels = getStringMap(pod.metadata, 'labels');
  const annotations = getStringMap(pod.metadata, 'annotations');
  if ([...getStringMap(template, 'metadata', 'labels')].some(([key, value]) => labels.get(key) !== value)) return false;
  if ([...getStringMap(template, 'metadata', 'annotations')].some(([key, value]) => annotations.get(key) !== value)) return false;
  const { affinity: _, ...spec } = getObject(template, 'spec') ?? {};
  return isWithin(spec, getObject(pod, 'spec') ?? {});
}

function isWithin(part: JsonValue, whole: JsonValue | undefined): boolean {
  if (isArray(part)) return isArray(whole) && part.every((item, index) => isWithin(item, findCounterpart(item, index, whole)));
  if (!isObject(part)) return isEqualJson(part, whole) || isSameScalar(part, whole);
  return isObject(whole) && Object.entries(part).every(([key, value]) => isEmpty(value) || isWithin(value, whole[key]));
}

function findCounterpart(item: JsonValue, index: number, list: readonly JsonValue[]): JsonValue | undefined {
  const name = getString(item, 'name');
  if (name !== undefined) return list.find((other) => getString(other, 'name') === name);
  return list.find((other) => isWithin(item, other)) ?? list[index];
}

function isSameScalar(a: JsonValue, b: JsonValue | undefined): boolean {
  if (typeof a === 'object' || b === undefined || typeof b === 'object') return false;
  const quantity = parseQuantity(a);
  return String(a) === String(b) || (quantity !== undefined && quantity === parseQuantity(b));
}

function isEmpty(value: JsonValue): boolean {
  return value === null || (isObject(value) && Object.keys(value).length === 0) || (isArray(value) && value.length === 0);
}

/** The claims that a StatefulSet's pods get, as templates. */
export function claimTemplatesOf(workload: KubernetesObject): readonly JsonObject[] {
  return getArray(workload, 'spec', 'volumeClaimTemplates').filter(isObject);
}
