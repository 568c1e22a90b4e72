import type { KubernetesObject } from '../../../model/index.ts';
import { getArray, getString } from '../../../std/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import { SKIP, type Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { SUCCESS, unresolvable, unschedulable } from '../verdict.ts';

const IN_USE = unschedulable(
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

/** Refuses claims that do not exist, and a second pod on a claim of access mode ReadWriteOncePod. */
export const VOLUME_RESTRICTIONS: Plugin = {
  name: 'VolumeRestrictions',
  concerns: (pod) => claimNamesOf(pod).length > 0,
  filter: (pod, cluster) => {
    const exclusive = new Set<string>();
    for (const name of claimNamesOf(pod)) {
      const claim = findClaim(cluster, pod, name);
      if (claim === undefined) return { kind: 'reject', verdict: unresolvable(`persistentvolumeclaim "${name}" not found`) };
      if (getArray(claim, 'spec', 'accessModes').includes('ReadWriteOncePod')) exclusive.add(name);
    }
    if (exclusive.size === 0) return SKIP;
    const isUsed = cluster.nodes.some((node) => [...node.pods].some((other) => isUsing(other, pod, exclusive)));
    return isUsed ? { kind: 'filter', filter: () => IN_USE } : { kind: 'filter', filter: () => SUCCESS };
  },
};

function isUsing(other: PodInfo, pod: PodInfo, claims: ReadonlySet<string>): boolean {
  return other.class.face.namespace === pod.class.face.namespace && claimNamesOf(other).some((name) => claims.has(name));
}

/** The claims that a pod's volumes name, without those of generic ephemeral volumes. */
export function claimNamesOf(pod: PodInfo): readonly string[] {
  return getArray(pod.class.spec, 'volumes').flatMap((volume) => getString(volume, 'persistentVolumeClaim', 'claimName') ?? []);
}

/** The claim of a name in the pod's namespace. */
export function findClaim(cluster: ClusterState, pod: PodInfo, name: string): KubernetesObject | undefined {
  return cluster.world.get({ group: '', kind: 'PersistentVolumeClaim', namespace: pod.class.face.namespace, name });
}
