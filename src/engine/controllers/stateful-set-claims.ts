import { nameOf, refOf, withMetadata, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getObject, getString, type JsonValue } from '../../std/index.ts';
import type { Intent } from './controller.ts';
import { toClaims } from './expand-stateful-set.ts';
import { toControllerReference } from './ownership.ts';

/** The claims that the pod of an ordinal lacks, as the retention policy has them: it is looked at where all are there to stay. */
export function createClaims(world: World, set: KubernetesObject, ordinal: number): readonly Intent[] {
  const missing = toClaims(set, ordinal).filter((claim) => world.get(refOf(claim)) === undefined);
  const isOwned = isDeletedWhen(set, 'whenDeleted') && !isClaimGoing(world, set, ordinal);
  const owners = isOwned ? { ownerReferences: [toControllerReference(set)] } : {};
  return missing.map((claim) => ({ type: 'create', object: withMetadata(claim, owners) }));
}

/** Whether a claim of an ordinal is being deleted: no pod can be made on it. */
export function isClaimGoing(world: World, set: KubernetesObject, ordinal: number): boolean {
  return listClaims(world, set, ordinal).some(({ metadata }) => getString(metadata, 'deletionTimestamp') !== undefined);
}

/** Whether a claim of an ordinal is to go with a pod that was there before (`PodClaimIsStale`). */
export function hasStaleClaim(world: World, set: KubernetesObject, ordinal: number): boolean {
  if (!isDeletedWhen(set, 'whenScaled')) return false;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `${nameOf(set)}-${ordinal}` } };
  return listClaims(world, set, ordinal).some((claim) => ownersOf(claim).some((owner) => isNamed(owner, pod)));
}

/**
 * Who takes the claims of a pod along, as the set's retention policy has it: the set, or a pod that is surplus. Claims that something
 * else controls are left alone (`UpdatePodClaimForRetentionPolicy`).
 */
export function ownClaims(world: World, set: KubernetesObject, pod: KubernetesObject, isSurplus: boolean): readonly Intent[] {
  const ordinal = Number(nameOf(pod).slice(nameOf(set).length + 1));
  const owner = findOwner(set, pod, isSurplus);
  return listClaims(world, set, ordinal).flatMap((claim): Intent[] => {
    const kept = toOwners(claim, { set, pod, owner });
    return kept === undefined ? [] : [{ type: 'update', object: withMetadata(claim, { ownerReferences: kept }) }];
  });
}

function findOwner(set: KubernetesObject, pod: KubernetesObject, isSurplus: boolean): KubernetesObject | undefined {
  if (isSurplus && isDeletedWhen(set, 'whenScaled')) return pod;
  return isDeletedWhen(set, 'whenDeleted') ? set : undefined;
}

interface Owners {
  readonly set: KubernetesObject;
  readonly pod: KubernetesObject;
  readonly owner: KubernetesObject | undefined;
}

/** The owners that a claim is to have; undefined where it has them, or is not to be touched (`isClaimOwnerUpToDate`). */
function toOwners(claim: KubernetesObject, { set, pod, owner }: Owners): readonly JsonValue[] | undefined {
  const owners = ownersOf(claim);
  const isOurs = (reference: JsonValue): boolean => isNamed(reference, set) || isNamed(reference, pod);
  const isStale = [set, pod].some((one) => owners.some((reference) => isNamed(reference, one) && uidOf(reference) !== uidOfObject(one)));
  if (isStale) return undefined;
  const isManaged = isDeletedWhen(set, 'whenScaled') || isDeletedWhen(set, 'whenDeleted');
  const isForeign = isManaged && owners.some((reference) => !isOurs(reference) && isController(reference));
  const wanted = isForeign ? undefined : owner;
  const held = owners.filter(isOurs);
  const isAsWanted =
    wanted === undefined ? held.length === 0 : held.length === 1 && held.every((item) => isNamed(item, wanted) && isController(item));
  if (isAsWanted) return undefined;
  const others = owners.filter((reference) => !isOurs(reference));
  return wanted === undefined ? others : [...others, toControllerReference(wanted)];
}

function listClaims(world: World, set: KubernetesObject, ordinal: number): readonly KubernetesObject[] {
  return toClaims(set, ordinal).flatMap((claim) => world.get(refOf(claim)) ?? []);
}

function isDeletedWhen(set: KubernetesObject, occasion: 'whenScaled' | 'whenDeleted'): boolean {
  return getString(set, 'spec', 'persistentVolumeClaimRetentionPolicy', occasion) === 'Delete';
}

function ownersOf(claim: KubernetesObject): readonly JsonValue[] {
  return getArray(claim.metadata, 'ownerReferences');
}

/** Whether a reference names an object, whatever its uid. */
function isNamed(reference: JsonValue, { apiVersion, kind, metadata }: KubernetesObject): boolean {
  return (
    getString(reference, 'apiVersion') === apiVersion &&
    getString(reference, 'kind') === kind &&
    getString(reference, 'name') === getString(metadata, 'name')
  );
}

function isController(reference: JsonValue): boolean {
  return getObject(reference)?.['controller'] === true;
}

function uidOf(reference: JsonValue): string {
  return getString(reference, 'uid') ?? '';
}

function uidOfObject({ metadata }: KubernetesObject): string {
  return getString(metadata, 'uid') ?? '';
}
