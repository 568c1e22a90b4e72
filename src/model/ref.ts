import { compareBy } from '../std/index.ts';
import { nameOf, namespaceOf, parseApiVersion, type GroupVersionKind, type KubernetesObject } from './object.ts';

/** Names one object. Cluster-scoped refs have no `namespace` key. The version is that of the manifest; identity leaves it out. */
export interface ObjectRef extends GroupVersionKind {
  readonly namespace?: string;
  readonly name: string;
}

/** The identity of an object within a cluster, `group/Kind/namespace/name`: equal for equal objects of any version. */
export type RefKey = string & { readonly refKey: unique symbol };

/** The identity of the object that a ref names. */
export function toRefKey(ref: {
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}): RefKey {
  const key = `${ref.group}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
  return asRefKey(key);
}

function asRefKey(key: string): RefKey {
  // The one place that makes keys: the brand keeps other strings out of maps of objects.
  return key as RefKey;
}

/** The ref of an object, with the namespace that stands in it. */
export function refOf(object: KubernetesObject): ObjectRef {
  const { group, version } = parseApiVersion(object.apiVersion);
  const namespace = namespaceOf(object);
  const name = nameOf(object);
  return namespace === undefined ? { group, version, kind: object.kind, name } : { group, version, kind: object.kind, namespace, name };
}

/** The identity of an object, with the namespace that stands in it. */
export function refKeyOf(object: KubernetesObject): RefKey {
  return toRefKey(refOf(object));
}

/** The ref as people read it: `Deployment shop/web`, `Namespace shop`. */
export function formatRef(ref: ObjectRef): string {
  return `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`;
}

/** The ref of a sentence as people read it, where the sentence does not name it itself; undefined where it does, or there is none. */
export function findUnnamed(ref: ObjectRef | undefined, sentence: string): string | undefined {
  if (ref === undefined) return undefined;
  const name = formatRef(ref);
  const at = sentence.indexOf(name);
  return at >= 0 && !/^[\w-]|^\.\w/.test(sentence.slice(at + name.length)) ? undefined : name;
}

/** Orders refs by group, kind, namespace, name and version. */
export const compareRefs: (a: ObjectRef, b: ObjectRef) => number = compareBy(
  (ref) => ref.group,
  (ref) => ref.kind,
  (ref) => ref.namespace ?? '',
  (ref) => ref.name,
  (ref) => ref.version,
);
