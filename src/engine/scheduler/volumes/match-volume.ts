import {
  annotationsOf,
  isNodeSelected,
  isSelected,
  labelsOf,
  nameOf,
  parseQuantity,
  readLabelSelector,
  type KubernetesObject,
  type NodeFace,
} from '../../../model/index.ts';
import { getArray, getAt, getObject, getString, type JsonObject } from '../../../std/index.ts';

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** The storage class that a claim or a volume names; the empty string where it names none. */
export function classNameOf(object: KubernetesObject): string {
  return annotationsOf(object).get(BETA_CLASS) ?? getString(object, 'spec', 'storageClassName') ?? '';
}

/** What a claim asks for. */
export function requestedSizeOf(claim: KubernetesObject): bigint {
  return parseQuantity(getAt(claim, 'spec', 'resources', 'requests', 'storage')) ?? 0n;
}

/** Whether a volume's node affinity, if it has one, selects a node by its labels (`CheckNodeAffinity`). */
export function isReachableFrom(required: JsonObject | undefined, node: NodeFace): boolean {
  return required === undefined || isNodeSelected(required, { name: '', labels: node.labels });
}

/** Which claim a volume is for; undefined where it is free. */
export type ClaimRefOf = (volume: KubernetesObject) => JsonObject | undefined;

/** Whether a claim reference names a claim (`IsVolumeBoundToClaim`). */
export function isReferenceTo(reference: JsonObject | undefined, claim: KubernetesObject): boolean {
  if (reference === undefined) return false;
  const { name, namespace, uid } = claim.metadata;
  if (getString(reference, 'name') !== name || (getString(reference, 'namespace') ?? '') !== (namespace ?? '')) return false;
  const wanted = getString(reference, 'uid') ?? '';
  return wanted === '' || wanted === uid;
}

/**
 * The volume that a claim would be bound to on a node: one that is meant for it, or the smallest of those that fit
 * (`FindMatchingVolume`); the first by name among equals, where the real one takes any.
 */
export function findMatchingVolume(
  claim: KubernetesObject,
  volumes: readonly KubernetesObject[],
  node: NodeFace | undefined,
  { excluded, claimRefOf }: { readonly excluded: ReadonlySet<string>; readonly claimRefOf: ClaimRefOf },
): KubernetesObject | undefined {
  let smallest: { readonly volume: KubernetesObject; readonly size: bigint } | undefined;
  for (const volume of volumes) {
    if (excluded.has(nameOf(volume))) continue;
    const reference = claimRefOf(volume);
    const isMeant = isReferenceTo(reference, claim);
    const size = parseQuantity(getAt(volume, 'spec', 'capacity', 'storage')) ?? 0n;
    if ((reference !== undefined && !isMeant) || !isSuitable(claim, volume, size)) continue;
    const isReachable = node === undefined || isReachableFrom(getObject(volume, 'spec', 'nodeAffinity', 'required'), node);
    if (isMeant) return isReachable ? volume : undefined;
    if (!isReachable || !isAvailable(claim, volume)) continue;
    if (smallest === undefined || smallest.size > size) smallest = { volume, size };
  }
  return smallest?.volume;
}

function isSuitable(claim: KubernetesObject, volume: KubernetesObject, size: bigint): boolean {
  const modeOf = (object: KubernetesObject): string => getString(object, 'spec', 'volumeMode') ?? 'Filesystem';
  const attributesOf = (object: KubernetesObject): string => getString(object, 'spec', 'volumeAttributesClassName') ?? '';
  if (size < requestedSizeOf(claim) || modeOf(claim) !== modeOf(volume) || attributesOf(claim) !== attributesOf(volume)) return false;
  return getString(volume.metadata, 'deletionTimestamp') === undefined;
}

function isAvailable(claim: KubernetesObject, volume: KubernetesObject): boolean {
  if (getString(volume, 'status', 'phase') !== 'Available' || classNameOf(volume) !== classNameOf(claim)) return false;
  const selector = getObject(claim, 'spec', 'selector');
  if (selector !== undefined && !isSelected(readLabelSelector(selector), labelsOf(volume))) return false;
  const modes = getArray(volume, 'spec', 'accessModes');
  return getArray(claim, 'spec', 'accessModes').every((mode) => modes.includes(mode));
}
