import { nameOf, namespaceOf, type KubernetesObject, type ObjectRef } from '../model/index.ts';
import { getArray, getNumber, getString } from '../std/index.ts';

/** The ordinals of a StatefulSet's pods (`spec.ordinals`, `spec.replicas`), without the end. */
export function ordinalsOf(set: KubernetesObject): { readonly start: number; readonly end: number } {
  const start = getNumber(set, 'spec', 'ordinals', 'start') ?? 0;
  return { start, end: start + (getNumber(set, 'spec', 'replicas') ?? 1) };
}

/** The claims of one pod of a StatefulSet, as its controller names them: template, set and ordinal (`getPersistentVolumeClaimName`). */
export function listClaims(set: KubernetesObject, ordinal: number): readonly ObjectRef[] {
  const namespace = namespaceOf(set);
  return getArray(set, 'spec', 'volumeClaimTemplates').map((template) => ({
    group: '',
    version: 'v1',
    kind: 'PersistentVolumeClaim',
    name: `${getString(template, 'metadata', 'name') ?? ''}-${nameOf(set)}-${ordinal}`,
    ...(namespace === undefined ? {} : { namespace }),
  }));
}
