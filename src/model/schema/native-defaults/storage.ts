import { getArray, getString, isObject, type JsonObject } from '../../../std/index.ts';
import { ensureAt, fieldsAt, fill, type Draft } from './draft.ts';
import { defaultHostVolume } from './volume.ts';

export function defaultPersistentVolume(object: Draft): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
  defaultHostVolume(spec);
}

export function defaultPersistentVolumeClaim(object: Draft): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { volumeMode: 'Filesystem' });
  settleSources(spec);
}

/**
 * A claim's source is said twice, in dataSource and dataSourceRef, and whoever says it once has said it in the other, too. Forgotten is
 * what only a feature gate allows, a source of another namespace, and a dataSource that is neither a claim nor a snapshot
 * (`pkg/api/persistentvolumeclaim`).
 */
function settleSources(spec: Draft): void {
  const reference = fieldsAt(spec, 'dataSourceRef');
  if (reference !== undefined && isElsewhere(reference)) delete spec['dataSourceRef'];
  const { dataSource, dataSourceRef } = spec;
  if (isObject(dataSourceRef)) {
    const { namespace: _, ...source } = dataSourceRef;
    if (dataSource === undefined) spec['dataSource'] = source;
  } else if (isObject(dataSource)) {
    if (isClaimOrSnapshot(dataSource)) spec['dataSourceRef'] = { ...dataSource };
    else delete spec['dataSource'];
  }
}

function isElsewhere(reference: Draft): boolean {
  return (getString(reference, 'namespace') ?? '') !== '';
}

/** Whether a claim may name this as its dataSource. */
export function isClaimOrSnapshot(source: JsonObject): boolean {
  const type = `${getString(source, 'apiGroup') ?? ''}/${getString(source, 'kind') ?? ''}`;
  return type === '/PersistentVolumeClaim' || type === 'snapshot.storage.k8s.io/VolumeSnapshot';
}

export function defaultStorageClass(object: Draft): void {
  fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
}

export function defaultCsiDriver(object: Draft): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
  });
  if (getArray(spec, 'volumeLifecycleModes').length === 0) spec['volumeLifecycleModes'] = ['Persistent'];
}
