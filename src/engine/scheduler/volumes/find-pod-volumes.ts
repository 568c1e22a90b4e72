import {
  isSelected,
  nameOf,
  parseQuantity,
  readLabelSelector,
  toUnits,
  type KubernetesObject,
  type NodeFace,
} from '../../../model/index.ts';
import { getArray, getAt, getObject, getString, type JsonValue } from '../../../std/index.ts';
import { toNodeAffinity } from './csi-migration.ts';
import { classNameOf, findMatchingVolume, isReachableFrom, requestedSizeOf } from './match-volume.ts';
import { hasProvisioner } from './settle-claim.ts';
import type { Storage } from './storage.ts';

/** The claims of a pod that have their volume, and those whose volume is found with the node. */
export interface PodClaims {
  readonly bound: readonly KubernetesObject[];
  readonly delayed: readonly KubernetesObject[];
}

/** What a node means for the claims of a pod: which volumes they would be bound to, which would be made, or why neither. */
export interface PodVolumes {
  readonly reasons: readonly string[];
  readonly bindings: readonly { readonly claim: KubernetesObject; readonly volume: KubernetesObject }[];
  readonly provisions: readonly KubernetesObject[];
}

const AFFINITY = "node(s) didn't match PersistentVolume's node affinity";
const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";
const NO_SPACE = 'node(s) did not have enough free storage';
const NO_PV = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

/** Looks for the volumes of a pod on one node (`FindPodVolumes`). */
export function findPodVolumes({ bound, delayed }: PodClaims, node: NodeFace, storage: Storage): PodVolumes {
  const reasons = checkBound(bound, node, storage);
  const selected = delayed.map((claim) => ({ claim, on: storage.selectedNodeOf(claim) }));
  if (selected.some(({ on }) => on !== undefined && on !== node.name)) return refuse(...inOrder([...reasons, NO_VOLUME]));
  const { bindings, unbound } = matchAll(
    selected.flatMap(({ claim, on }) => (on === undefined ? [claim] : [])),
    node,
    storage,
  );
  const provisions = [...selected.flatMap(({ claim, on }) => (on === undefined ? [] : [claim])), ...unbound];
  const refusal = findRefusal(provisions, node, storage);
  return { reasons: inOrder(refusal === undefined ? reasons : [...reasons, refusal]), bindings, provisions };
}

function refuse(...reasons: readonly string[]): PodVolumes {
  return { reasons, bindings: [], provisions: [] };
}

function inOrder(reasons: readonly string[]): readonly string[] {
  return [AFFINITY, NO_VOLUME, NO_SPACE, NO_PV].filter((reason) => reasons.includes(reason));
}

/** The first claim that cannot be served from the node decides. */
function checkBound(claims: readonly KubernetesObject[], node: NodeFace, storage: Storage): readonly string[] {
  for (const claim of claims) {
    const volume = storage.volume(getString(claim, 'spec', 'volumeName') ?? '');
    if (volume === undefined) return [NO_PV];
    if (!isReachableFrom(toNodeAffinity(volume, storage.csiNode(node.name)), node)) return [AFFINITY];
  }
  return [];
}

function matchAll(
  claims: readonly KubernetesObject[],
  node: NodeFace,
  storage: Storage,
): { readonly bindings: PodVolumes['bindings']; readonly unbound: readonly KubernetesObject[] } {
  const chosen = new Set<string>();
  const bindings: { claim: KubernetesObject; volume: KubernetesObject }[] = [];
  const unbound: KubernetesObject[] = [];
  const compareSizes = (a: KubernetesObject, b: KubernetesObject): number => compare(requestedSizeOf(a), requestedSizeOf(b));
  for (const claim of claims.toSorted(compareSizes)) {
    const volumes = storage.volumesOfClass(classNameOf(claim));
    const volume = findMatchingVolume(claim, volumes, node, { excluded: chosen, claimRefOf: storage.claimRefOf });
    if (volume === undefined) unbound.push(claim);
    else {
      chosen.add(nameOf(volume));
      bindings.push({ claim, volume });
    }
  }
  return { bindings, unbound };
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Why one of the volumes cannot be made for the node (`checkVolumeProvisions`). */
function findRefusal(claims: readonly KubernetesObject[], node: NodeFace, storage: Storage): string | undefined {
  for (const claim of claims) {
    const storageClass = storage.storageClass(classNameOf(claim));
    if (storageClass === undefined || !hasProvisioner(storageClass)) return NO_VOLUME;
    const topologies = getArray(storageClass, 'allowedTopologies');
    if (topologies.length > 0 && !topologies.some((term) => isTopologyMatched(term, node))) return NO_VOLUME;
    if (!hasCapacity(claim, storageClass, node, storage)) return NO_SPACE;
  }
  return undefined;
}

function isTopologyMatched(term: JsonValue, node: NodeFace): boolean {
  const expressions = getArray(term, 'matchLabelExpressions');
  return (
    expressions.length > 0 &&
    expressions.every((item) => getArray(item, 'values').includes(node.labels.get(getString(item, 'key') ?? '') ?? null))
  );
}

/** Whether a driver that tells of its free room has enough of it for a claim, within reach of the node (`hasEnoughCapacity`). */
function hasCapacity(claim: KubernetesObject, storageClass: KubernetesObject, node: NodeFace, storage: Storage): boolean {
  if (getAt(claim, 'spec', 'resources', 'requests', 'storage') === undefined) return true;
  const capacities = storage.capacitiesOf(storageClass);
  const size = toUnits(requestedSizeOf(claim));
  return (
    capacities === undefined ||
    capacities.some((capacity) => {
      const limit = parseQuantity(capacity['maximumVolumeSize'] ?? capacity['capacity']);
      const topology = getObject(capacity, 'nodeTopology');
      return limit !== undefined && toUnits(limit) >= size && isSelected(readLabelSelector(topology), node.labels);
    })
  );
}
