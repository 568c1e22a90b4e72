import { annotationsOf, nameOf, namespaceOf, withMetadata, type KubernetesObject, type World } from '../../../model/index.ts';
import { getArray, getBoolean, getObject, getString, type JsonObject } from '../../../std/index.ts';
import { classNameOf, findMatchingVolume, isReferenceTo, type ClaimRefOf } from './match-volume.ts';

const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

/** What binding a claim leads to: the claim as it is then, and the volume, if another one than before. */
export interface SettledClaim {
  readonly claim: KubernetesObject;
  readonly volume?: KubernetesObject;
}

/** Whether a claim has its volume for good (`isPVCFullyBound`). */
export function isBound(claim: KubernetesObject): boolean {
  return (getString(claim, 'spec', 'volumeName') ?? '') !== '' && annotationsOf(claim).has(BIND_COMPLETED);
}

/** Whether a claim's volume is looked for only when a pod has a node. */
export function waitsForConsumer(storageClass: KubernetesObject | undefined): boolean {
  return getString(storageClass, 'volumeBindingMode') === 'WaitForFirstConsumer';
}

/** Whether somebody makes volumes of a class. */
export function hasProvisioner(storageClass: KubernetesObject): boolean {
  const provisioner = getString(storageClass, 'provisioner') ?? '';
  return provisioner !== '' && provisioner !== NO_PROVISIONER;
}

/**
 * What the volume controller and the provisioners make of a claim before a pod asks for it: bound to a volume that is
 * there or to one that is made; unchanged where it has to wait. In a world without any StorageClass nothing is known of
 * provisioners: a claim is taken to be bindable then.
 */
export function settleClaim(
  claim: KubernetesObject,
  { world, volumes, claimRefOf }: { readonly world: World; readonly volumes: readonly KubernetesObject[]; readonly claimRefOf: ClaimRefOf },
): SettledClaim {
  if (isBound(claim) || getString(claim.metadata, 'deletionTimestamp') !== undefined) return { claim };
  const named = getString(claim, 'spec', 'volumeName') ?? '';
  if (named !== '') {
    const volume = volumes.find((item) => nameOf(item) === named);
    const reference = volume === undefined ? undefined : claimRefOf(volume);
    const isFree = volume !== undefined && (reference === undefined || isReferenceTo(reference, claim));
    return isFree ? bind(claim, volume) : { claim };
  }
  const classes = world.byKind('storage.k8s.io', 'StorageClass');
  const admitted = withDefaultClass(claim, classes);
  const storageClass = classes.find((item) => nameOf(item) === classNameOf(admitted));
  if (waitsForConsumer(storageClass)) return { claim: admitted };
  const found = findMatchingVolume(admitted, volumes, undefined, { excluded: new Set(), claimRefOf });
  if (found !== undefined) return bind(admitted, found);
  const isUnknown = classes.length === 0 && getString(claim, 'spec', 'storageClassName') !== '';
  if (!isUnknown && (storageClass === undefined || !hasProvisioner(storageClass))) return { claim: admitted };
  return bind(admitted, makeVolume(admitted, storageClass));
}

function bind(claim: KubernetesObject, volume: KubernetesObject): Required<SettledClaim> {
  const annotations = { ...getObject(claim.metadata, 'annotations'), [BIND_COMPLETED]: 'yes' };
  const spec = { ...getObject(claim, 'spec'), volumeName: nameOf(volume) };
  return { claim: { ...withMetadata(claim, { annotations }), spec }, volume: withClaimRef(volume, claim) };
}

/** A claim with the volume that a provisioner makes for it on a node that the class allows. */
export function provision(claim: KubernetesObject, storageClass: KubernetesObject | undefined): Required<SettledClaim> {
  return bind(claim, makeVolume(claim, storageClass));
}

function withClaimRef(volume: KubernetesObject, claim: KubernetesObject): KubernetesObject {
  return { ...volume, spec: { ...getObject(volume, 'spec'), claimRef: toClaimRef(claim) } };
}

/** How a volume refers to its claim. */
export function toClaimRef(claim: KubernetesObject): JsonObject {
  const uid = getString(claim.metadata, 'uid');
  return { name: nameOf(claim), namespace: namespaceOf(claim) ?? '', ...(uid === undefined ? {} : { uid }) };
}

function withDefaultClass(claim: KubernetesObject, classes: readonly KubernetesObject[]): KubernetesObject {
  if (getString(claim, 'spec', 'storageClassName') !== undefined || classNameOf(claim) !== '') return claim;
  const standard = classes.find((item) => annotationsOf(item).get(DEFAULT_CLASS) === 'true');
  return standard === undefined ? claim : { ...claim, spec: { ...getObject(claim, 'spec'), storageClassName: nameOf(standard) } };
}

function makeVolume(claim: KubernetesObject, storageClass: KubernetesObject | undefined): KubernetesObject {
  const terms = getArray(storageClass, 'allowedTopologies').map((term) => ({
    matchExpressions: getArray(term, 'matchLabelExpressions').map((item) => ({ ...getObject(item), operator: 'In' })),
  }));
  const name = `pvc-${namespaceOf(claim) ?? ''}-${nameOf(claim)}`;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: getObject(claim, 'spec', 'resources', 'requests') ?? {},
      accessModes: getArray(claim, 'spec', 'accessModes'),
      storageClassName: classNameOf(claim),
      csi: { driver: getString(storageClass, 'provisioner') ?? '', volumeHandle: name },
      ...(terms.length === 0 ? {} : { nodeAffinity: { required: { nodeSelectorTerms: terms } } }),
    },
    status: { phase: 'Bound' },
  };
}

/** The claim that the ephemeral volume controller makes of a pod's volume. */
export function toEphemeralClaim(pod: KubernetesObject, name: string, template: JsonObject): KubernetesObject {
  const made = getObject(template, 'volumeClaimTemplate');
  const owner = { apiVersion: 'v1', kind: 'Pod', name: nameOf(pod), uid: getString(pod.metadata, 'uid') ?? '', controller: true };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { ...getObject(made, 'metadata'), name, namespace: namespaceOf(pod) ?? '', ownerReferences: [owner] },
    spec: getObject(made, 'spec') ?? {},
  };
}

/** Whether a claim was made for a pod (`IsControlledBy`); by uid where both are known, else by name. */
export function isClaimFor(claim: KubernetesObject, pod: KubernetesObject): boolean {
  const owner = getArray(claim.metadata, 'ownerReferences').find((item) => getBoolean(item, 'controller') === true);
  const [ours, theirs] = [getString(pod.metadata, 'uid'), getString(owner, 'uid')];
  if (ours !== undefined && theirs !== undefined && theirs !== '') return ours === theirs;
  return getString(owner, 'kind') === 'Pod' && getString(owner, 'name') === nameOf(pod);
}
