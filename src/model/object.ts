import { getObject, getStringMap, isObject, type JsonObject, type JsonValue } from '../std/index.ts';

/**
 * One Kubernetes object, as JSON values: `apiVersion`, `kind` and `metadata.name` (or `generateName`) are known to be
 * there; the rest is what its author or the server wrote. Immutable.
 */
export interface KubernetesObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject;
}

/** Decodes a JSON value: true if it has an apiVersion, a kind and a metadata object. */
export function isKubernetesObject(value: JsonValue | undefined): value is KubernetesObject {
  return isObject(value) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string' && isObject(value['metadata']);
}

/** A kind of a group: what RBAC, selectors and references speak of, whatever the version. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** A kind in one version of its group; the core group is the empty string. */
export interface GroupVersionKind extends GroupKind {
  readonly version: string;
}

/** Splits `apps/v1` into group and version; `v1` is of the core group. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** Joins group and version as `apiVersion` writes them. */
export function toApiVersion(of: { readonly group: string; readonly version: string }): string {
  return of.group === '' ? of.version : `${of.group}/${of.version}`;
}

/** The group, version and kind of an object. */
export function gvkOf(object: KubernetesObject): GroupVersionKind {
  const { group, version } = parseApiVersion(object.apiVersion);
  return { group, version, kind: object.kind };
}

/** The object's name; the empty string where it only has a `generateName`. */
export function nameOf(object: KubernetesObject): string {
  const { name } = object.metadata;
  return typeof name === 'string' ? name : '';
}

/** The object's namespace as written; undefined if it names none. */
export function namespaceOf(object: KubernetesObject): string | undefined {
  const { namespace } = object.metadata;
  return typeof namespace === 'string' && namespace !== '' ? namespace : undefined;
}

/** The object's labels. */
export function labelsOf(object: KubernetesObject): ReadonlyMap<string, string> {
  return getStringMap(object.metadata, 'labels');
}

/** The object's annotations. */
export function annotationsOf(object: KubernetesObject): ReadonlyMap<string, string> {
  return getStringMap(object.metadata, 'annotations');
}

/** A copy of the object with some metadata fields set, or removed where the value is undefined. */
export function withMetadata(object: KubernetesObject, fields: Readonly<Record<string, JsonValue | undefined>>): KubernetesObject {
  const metadata: Record<string, JsonValue> = { ...object.metadata };
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) delete metadata[key];
    else metadata[key] = value;
  }
  return { ...object, metadata };
}

/** The object's `spec`; an empty one if it has none. */
export function specOf(object: KubernetesObject): JsonObject {
  return getObject(object, 'spec') ?? {};
}
