import {
  annotationsOf,
  isSelected,
  labelsOf,
  nameOf,
  namespaceOf,
  parseQuantity,
  readLabelSelector,
  refOf,
  withMetadata,
  type KubernetesObject,
  type World,
} from '../../model/index.ts';
import { compareBy, getArray, getAt, getObject, getString, type JsonObject, type JsonValue } from '../../std/index.ts';
import { isOfKind, toStatusUpdate, type Controller, type Intent } from './controller.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

/**
 * Binds claims to volumes: to one that is there, the smallest that fits, or to a new one that the class's provisioner is
 * taken to make (`pkg/controller/volume/persistentvolume`). With WaitForFirstConsumer once a pod that uses the claim has
 * a node. A world without any StorageClass provisions too.
 */
export const PERSISTENT_VOLUME_CLAIM: Controller = {
  name: 'persistent-volume-claim',
  kind: { group: '', kind: 'PersistentVolumeClaim' },
  watches: [
    { group: '', kind: 'PersistentVolume' },
    { group: '', kind: 'Pod' },
    { group: 'storage.k8s.io', kind: 'StorageClass' },
  ],
  concerns: (world, changed) => {
    if (isOfKind(changed, '', 'PersistentVolume')) {
      const namespace = getString(changed, 'spec', 'claimRef', 'namespace');
      const claim = world.get({
        group: '',
        kind: 'PersistentVolumeClaim',
        name: getString(changed, 'spec', 'claimRef', 'name') ?? '',
        ...(namespace === undefined ? {} : { namespace }),
      });
      return claim === undefined ? world.byKind('', 'PersistentVolumeClaim').filter(isUnbound).map(refOf) : [refOf(claim)];
    }
    if (isOfKind(changed, '', 'Pod')) {
      const names = claimNamesOf(changed);
      const claims = world.kind('', 'PersistentVolumeClaim').inNamespace(namespaceOf(changed));
      return claims.filter((claim) => names.includes(nameOf(claim)) && isUnbound(claim)).map(refOf);
    }
    return world.byKind('', 'PersistentVolumeClaim').filter(isUnbound).map(refOf);
  },
  reconcile: (world, claim) => {
    if (getString(claim.metadata, 'deletionTimestamp') !== undefined) return [];
    const volume = findBound(world, claim);
    if (volume !== undefined) return bind(claim, volume);
    if (getString(claim, 'spec', 'volumeName') !== undefined)
      return toStatusUpdate(claim, { phase: getString(claim, 'status', 'phase') === 'Bound' ? 'Lost' : 'Pending' });
    return find(world, claim);
  },
};

function isUnbound(claim: KubernetesObject): boolean {
  return getString(claim, 'status', 'phase') !== 'Bound';
}

function claimNamesOf(pod: KubernetesObject): readonly string[] {
  return getArray(pod, 'spec', 'volumes').flatMap((volume) => getString(volume, 'persistentVolumeClaim', 'claimName') ?? []);
}

function findBound(world: World, claim: KubernetesObject): KubernetesObject | undefined {
  const named = getString(claim, 'spec', 'volumeName');
  if (named !== undefined) return world.get({ group: '', kind: 'PersistentVolume', name: named });
  return world.byKind('', 'PersistentVolume').find((volume) => isFor(volume, claim));
}

function isFor(volume: KubernetesObject, claim: KubernetesObject): boolean {
  const reference = getObject(volume, 'spec', 'claimRef');
  if (getString(reference, 'name') !== nameOf(claim) || getString(reference, 'namespace') !== namespaceOf(claim)) return false;
  const [a, b] = [getString(reference, 'uid'), getString(claim.metadata, 'uid')];
  return a === undefined || b === undefined || a === b;
}

/** Volume and claim point at each other; then both are said to be bound. */
function bind(claim: KubernetesObject, volume: KubernetesObject): readonly Intent[] {
  const intents: Intent[] = [];
  if (!isFor(volume, claim))
    intents.push({ type: 'update', object: { ...volume, spec: { ...getObject(volume, 'spec'), claimRef: toClaimReference(claim) } } });
  if (getString(volume, 'status', 'phase') !== 'Bound')
    intents.push(...toStatusUpdate(volume, { ...getObject(volume, 'status'), phase: 'Bound' }));
  if (getString(claim, 'spec', 'volumeName') !== nameOf(volume)) {
    const marks = { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' };
    const marked = withMetadata(claim, { annotations: { ...getObject(claim.metadata, 'annotations'), ...marks } });
    return [...intents, { type: 'update', object: { ...marked, spec: { ...getObject(claim, 'spec'), volumeName: nameOf(volume) } } }];
  }
  const capacity = getObject(volume, 'spec', 'capacity') ?? {};
  const accessModes = getArray(volume, 'spec', 'accessModes');
  return [...intents, ...toStatusUpdate(claim, { phase: 'Bound', accessModes, capacity })];
}

function toClaimReference(claim: KubernetesObject): JsonObject {
  const uid = getString(claim.metadata, 'uid');
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    name: nameOf(claim),
    namespace: namespaceOf(claim) ?? '',
    ...(uid === undefined ? {} : { uid }),
  };
}

function find(world: World, claim: KubernetesObject): readonly Intent[] {
  const pending = toStatusUpdate(claim, { phase: 'Pending' });
  const storageClass = findClass(world, claim);
  if (storageClass === 'missing') return pending;
  if (getString(storageClass, 'volumeBindingMode') === 'WaitForFirstConsumer' && !isConsumed(world, claim)) return pending;
  const volume = findAvailable(world, claim, storageClass);
  if (volume !== undefined) return bind(claim, volume);
  const isProvisioned = storageClass !== 'none' && getString(storageClass, 'provisioner') !== NO_PROVISIONER;
  return isProvisioned ? [...pending, { type: 'create', object: toVolume(claim, storageClass) }] : pending;
}

/** The class of a claim: by name, or the default; `none` where the claim says the empty name, `missing` where there is none of the name. */
function findClass(world: World, claim: KubernetesObject): KubernetesObject | undefined | 'missing' | 'none' {
  const classes = world.byKind('storage.k8s.io', 'StorageClass');
  const name = getString(claim, 'spec', 'storageClassName') ?? annotationsOf(claim).get('volume.beta.kubernetes.io/storage-class');
  if (name === '') return 'none';
  if (classes.length === 0) return undefined;
  if (name !== undefined) return classes.find((item) => nameOf(item) === name) ?? 'missing';
  return classes.find((item) => annotationsOf(item).get(DEFAULT_CLASS) === 'true') ?? 'missing';
}

function isConsumed(world: World, claim: KubernetesObject): boolean {
  const pods = world.kind('', 'Pod').inNamespace(namespaceOf(claim));
  return pods.some((pod) => (getString(pod, 'spec', 'nodeName') ?? '') !== '' && claimNamesOf(pod).includes(nameOf(claim)));
}

function sizeOf(amount: JsonValue | undefined): bigint {
  return parseQuantity(amount) ?? 0n;
}

function findAvailable(
  world: World,
  claim: KubernetesObject,
  storageClass: KubernetesObject | undefined | 'none',
): KubernetesObject | undefined {
  const className = storageClass === undefined || storageClass === 'none' ? '' : nameOf(storageClass);
  const wanted = sizeOf(getAt(claim, 'spec', 'resources', 'requests', 'storage'));
  const modes = getArray(claim, 'spec', 'accessModes');
  const selector = getObject(claim, 'spec', 'selector');
  return world
    .byKind('', 'PersistentVolume')
    .filter(
      (volume) =>
        getObject(volume, 'spec', 'claimRef') === undefined && (getString(volume, 'spec', 'storageClassName') ?? '') === className,
    )
    .filter((volume) => sizeOf(getAt(volume, 'spec', 'capacity', 'storage')) >= wanted)
    .filter((volume) => modes.every((mode) => getArray(volume, 'spec', 'accessModes').includes(mode)))
    .filter((volume) => selector === undefined || isSelected(readLabelSelector(selector), labelsOf(volume)))
    .toSorted(compareBy((volume) => Number(sizeOf(getAt(volume, 'spec', 'capacity', 'storage'))), nameOf))[0];
}

function toVolume(claim: KubernetesObject, storageClass: KubernetesObject | undefined): KubernetesObject {
  const id = getString(claim.metadata, 'uid') ?? `${namespaceOf(claim) ?? ''}-${nameOf(claim)}`;
  const provisioner = getString(storageClass, 'provisioner') ?? 'simulated.kplan.dev/volumes';
  const mode = getString(claim, 'spec', 'volumeMode') ?? 'Filesystem';
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${id}`, annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
    spec: {
      capacity: getObject(claim, 'spec', 'resources', 'requests') ?? {},
      accessModes: getArray(claim, 'spec', 'accessModes'),
      claimRef: toClaimReference(claim),
      persistentVolumeReclaimPolicy: getString(storageClass, 'reclaimPolicy') ?? 'Delete',
      ...(storageClass === undefined ? {} : { storageClassName: nameOf(storageClass) }),
      volumeMode: mode,
      // A provisioner may have a slash in its name, a driver may not.
      csi: { driver: provisioner.replaceAll('/', '.'), volumeHandle: id },
    },
  };
}
