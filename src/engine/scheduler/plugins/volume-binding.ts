import { namespaceOf, type KubernetesObject } from '../../../model/index.ts';
import { getString } from '../../../std/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import { SKIP, type Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { SUCCESS, unresolvable, type Verdict } from '../verdict.ts';
import { findPodVolumes, type PodClaims } from '../volumes/find-pod-volumes.ts';
import { classNameOf } from '../volumes/match-volume.ts';
import { isBound, isClaimFor, waitsForConsumer } from '../volumes/settle-claim.ts';
import type { ClaimUse } from '../volumes/storage.ts';

const IMMEDIATE = unresolvable('pod has unbound immediate PersistentVolumeClaims');

/** Holds a pod to the nodes from which its volumes can be reached, or on which volumes for its claims can be found or made. */
export const VOLUME_BINDING: Plugin = {
  name: 'VolumeBinding',
  concerns: (pod) => pod.class.volumes.length > 0,
  filter: (pod, cluster) => {
    const claims = sortClaims(pod, cluster);
    if (claims === undefined) return SKIP;
    if ('verdict' in claims) return { kind: 'reject', verdict: claims };
    return {
      kind: 'filter',
      filter: (index) => {
        const node = cluster.nodes[index];
        const reasons = node === undefined ? [] : findPodVolumes(claims, node, cluster.storage).reasons;
        return reasons.length === 0 ? SUCCESS : unresolvable(...reasons);
      },
    };
  },
  reserve: (pod, cluster, node) => {
    const claims = sortClaims(pod, cluster);
    if (claims === undefined || 'verdict' in claims) return;
    const { bindings, provisions } = findPodVolumes(claims, node, cluster.storage);
    for (const { claim, volume } of bindings) cluster.storage.bind(claim, volume);
    for (const claim of provisions) cluster.storage.select(claim, node.name);
  },
};

/** The claims of a pod, or why it has to wait for them; undefined for a pod without any. */
function sortClaims(pod: PodInfo, { storage }: ClusterState): PodClaims | Verdict | undefined {
  const uses = storage.claimsOf(pod);
  if (uses.length === 0) return undefined;
  const bound: KubernetesObject[] = [];
  const delayed: KubernetesObject[] = [];
  let isWaiting = false;
  for (const use of uses) {
    const refusal = findRefusal(use, pod);
    if (refusal !== undefined) return unresolvable(refusal);
    const { claim } = use;
    if (claim === undefined) continue;
    if (isBound(claim)) bound.push(claim);
    else if ((getString(claim, 'spec', 'volumeName') ?? '') === '' && waitsForConsumer(storage.storageClass(classNameOf(claim))))
      delayed.push(claim);
    else isWaiting = true;
  }
  return isWaiting ? IMMEDIATE : { bound, delayed };
}

function findRefusal({ name, isEphemeral, claim }: ClaimUse, pod: PodInfo): string | undefined {
  if (claim === undefined) {
    return isEphemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
      : `persistentvolumeclaim "${name}" not found`;
  }
  if (getString(claim, 'status', 'phase') === 'Lost') {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${getString(claim, 'spec', 'volumeName') ?? ''}"`;
  }
  if (getString(claim.metadata, 'deletionTimestamp') !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
  if (!isEphemeral || isClaimFor(claim, pod.object)) return undefined;
  return `PVC ${namespaceOf(claim) ?? ''}/${name} was not created for pod ${pod.key} (pod is not owner)`;
}
