import { refOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getObject, getString } from '../../std/index.ts';
import { toDelete, toStatusUpdate, type Controller } from './controller.ts';

/** Makes volumes available, and releases or deletes those whose claim is gone, by their reclaim policy. */
export const PERSISTENT_VOLUME: Controller = {
  name: 'persistent-volume',
  kind: { group: '', kind: 'PersistentVolume' },
  watches: [{ group: '', kind: 'PersistentVolumeClaim' }],
  concerns: (world, changed) => {
    const { name, namespace } = refOf(changed);
    const isClaimed = (volume: KubernetesObject): boolean =>
      getString(volume, 'spec', 'claimRef', 'name') === name && getString(volume, 'spec', 'claimRef', 'namespace') === namespace;
    return world.byKind('', 'PersistentVolume').filter(isClaimed).map(refOf);
  },
  reconcile: (world, volume) => {
    if (getString(volume.metadata, 'deletionTimestamp') !== undefined) return [];
    const phase = getString(volume, 'status', 'phase');
    const isFree = getObject(volume, 'spec', 'claimRef') === undefined;
    if (isFree || findClaim(world, volume) !== undefined) return phase === undefined ? toStatusUpdate(volume, { phase: 'Available' }) : [];
    if (getString(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete') return [toDelete(volume)];
    return toStatusUpdate(volume, { ...getObject(volume, 'status'), phase: 'Released' });
  },
};

function findClaim(world: World, volume: KubernetesObject): KubernetesObject | undefined {
  const reference = getObject(volume, 'spec', 'claimRef');
  const namespace = getString(reference, 'namespace');
  const claim = world.get({
    group: '',
    kind: 'PersistentVolumeClaim',
    name: getString(reference, 'name') ?? '',
    ...(namespace === undefined ? {} : { namespace }),
  });
  const uid = getString(reference, 'uid');
  return uid === undefined || claim === undefined || uid === claim.metadata['uid'] ? claim : undefined;
}
