import { getArray } from '../../../std/index.ts';
import { ensureAt, fill, type Draft } from './draft.ts';
import { defaultHostVolume } from './volume.ts';

export function defaultPersistentVolume(object: Draft): void {
  const spec = ensureAt(object, 'spec');
  fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
  defaultHostVolume(spec);
}

export function defaultPersistentVolumeClaim(object: Draft): void {
  fill(ensureAt(object, 'spec'), { volumeMode: 'Filesystem' });
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
