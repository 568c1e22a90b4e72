import {
  findEntry,
  labelsOf,
  nameOf,
  toRefKey,
  type Fact,
  type FindingData,
  type KubernetesObject,
  type ObjectRef,
} from '../../../model/index.ts';
import type { Binding } from '../binding.ts';

/** Something worth a look in a role or binding, or in who runs as whom. */
export interface CheckFields {
  readonly ref: ObjectRef;
  /** The field: a JSON pointer. */
  readonly path: string;
  readonly data: FindingData;
  /** Tells facts of one code and object apart, and stays the same when the field moves. */
  readonly detail?: string;
  /** Default: that of the code. */
  readonly severity?: Fact['severity'];
}

/** Which roles and bindings of a world are looked at. */
export interface CheckScope {
  readonly isAskedRole: (role: KubernetesObject) => boolean;
  readonly isAskedBinding: (binding: Binding) => boolean;
}

/** A check's answer as a fact. */
export function toCheck(code: string, { ref, path, data, detail = '', severity = findEntry(code).severity }: CheckFields): Fact {
  return { engine: 'rbac', code, severity, key: `${code} ${toRefKey(ref)} ${detail}`, subject: ref, data, objects: [{ ref, path }] };
}

/** Whether an API server makes and keeps the object by itself, or Kubernetes' own parts bring it. */
export function isOfKubernetes(object: KubernetesObject): boolean {
  return labelsOf(object).has('kubernetes.io/bootstrapping') || nameOf(object).startsWith('system:');
}
