import { type KubernetesObject } from '../../../model/index.ts';
import { getArray, getNumber, getObject, getString } from '../../../std/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import { CycleError } from '../cycle-error.ts';
import type { NodeInfo } from '../node-info.ts';
import { SKIP, type Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { SUCCESS, unresolvable, unschedulable, type Verdict } from '../verdict.ts';
import { toCsiVolume, toDriver, toInlineCsiVolume } from '../volumes/csi-migration.ts';
import { classNameOf } from '../volumes/match-volume.ts';
import type { ClaimUse } from '../volumes/storage.ts';
import { isClaimFor } from '../volumes/settle-claim.ts';

const TOO_MANY = unschedulable('node(s) exceed max volume count');

/** Keeps a node from having more volumes of a CSI driver attached than its CSINode allows. */
export const NODE_VOLUME_LIMITS: Plugin = {
  name: 'NodeVolumeLimits',
  concerns: (pod) => pod.class.volumes.length > 0,
  filter: (pod, cluster) => {
    const bad = cluster.storage
      .claimsOf(pod)
      .find(({ claim, isEphemeral }) => claim === undefined || (isEphemeral && !isClaimFor(claim, pod.object)));
    if (bad !== undefined) return { kind: 'filter', filter: () => refuse(bad, pod) };
    const wanted = listVolumes(pod, cluster);
    if (wanted.size === 0) return SKIP;
    return {
      kind: 'filter',
      filter: (index) => {
        const node = cluster.nodes[index];
        const limits = readLimits(node === undefined ? undefined : cluster.storage.csiNode(node.name));
        return node === undefined || limits.size === 0 || hasRoom(wanted, listOnNode(node, cluster), limits) ? SUCCESS : TOO_MANY;
      },
    };
  },
};

function refuse({ name, claim }: ClaimUse, pod: PodInfo): Verdict {
  const { namespace } = pod.class.face;
  if (claim === undefined) return unresolvable(`looking up PVC ${namespace}/${name}: persistentvolumeclaim "${name}" not found`);
  throw new CycleError(
    `running "NodeVolumeLimits" filter plugin: PVC ${namespace}/${name} was not created for pod ${pod.key} (pod is not owner)`,
  );
}

/** Drivers by volume. */
type Volumes = ReadonlyMap<string, string>;

/** A volume that is attached without a pod that uses it counts beside the new one, even if it is the same. */
function hasRoom(wanted: Volumes, { used, attached }: OnNode, limits: ReadonlyMap<string, number>): boolean {
  const news = [...wanted].filter(([volume]) => !used.has(volume));
  const counts = new Map<string, number>();
  for (const [, driver] of [...new Map([...attached, ...used]), ...news]) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  return news.every(([, driver]) => (counts.get(driver) ?? 0) <= (limits.get(driver) ?? Infinity));
}

function readLimits(csiNode: KubernetesObject | undefined): ReadonlyMap<string, number> {
  const drivers = getArray(csiNode, 'spec', 'drivers').flatMap((driver): [string, number][] => {
    const count = getNumber(driver, 'allocatable', 'count');
    return count === undefined ? [] : [[getString(driver, 'name') ?? '', count]];
  });
  return new Map(drivers);
}

/** The volumes of a node: those that its pods use, and those that are attached. */
interface OnNode {
  readonly used: Volumes;
  readonly attached: Volumes;
}

function listOnNode(node: NodeInfo, cluster: ClusterState): OnNode {
  const pods = node.pods.filter((pod) => pod.class.volumes.length > 0);
  return { used: new Map(pods.flatMap((pod) => [...listVolumes(pod, cluster)])), attached: listAttached(node, cluster) };
}

function listAttached(node: NodeInfo, { storage }: ClusterState): Volumes {
  const attached = new Map<string, string>();
  for (const attachment of storage.attachmentsOf(node.name)) {
    const driver = getString(attachment, 'spec', 'attacher') ?? '';
    const csi = getObject(storage.volume(getString(attachment, 'spec', 'source', 'persistentVolumeName') ?? ''), 'spec', 'csi');
    if (driver !== '' && csi !== undefined) attached.set(`${driver}/${getString(csi, 'volumeHandle') ?? ''}`, driver);
  }
  return attached;
}

/** The volumes of a pod that count against limits, one entry a volume. */
function listVolumes(pod: PodInfo, cluster: ClusterState): Volumes {
  const volumes = new Map<string, string>();
  for (const volume of pod.class.volumes) {
    const csi = volume.kind === 'inline' ? toInlineCsiVolume(volume.source) : undefined;
    if (csi !== undefined) volumes.set(`${csi.driver}/${csi.handle}`, csi.driver);
  }
  for (const { claim } of cluster.storage.claimsOf(pod)) {
    const csi = claim === undefined ? undefined : toVolumeOfClaim(claim, cluster, pod);
    if (csi !== undefined && csi.driver !== '' && csi.handle !== '') volumes.set(`${csi.driver}/${csi.handle}`, csi.driver);
  }
  return volumes;
}

function toVolumeOfClaim(claim: KubernetesObject, { storage }: ClusterState, pod: PodInfo): ReturnType<typeof toCsiVolume> {
  const name = getString(claim, 'spec', 'volumeName') ?? '';
  const volume = name === '' ? undefined : storage.volume(name);
  if (volume !== undefined) return toCsiVolume(volume);
  const storageClass = storage.storageClass(classNameOf(claim));
  const driver = storageClass === undefined ? undefined : toDriver(getString(storageClass, 'provisioner') ?? '');
  // No volume of a driver has such a handle: it stands for one that is yet to be made.
  return driver === undefined ? undefined : { driver, handle: `-${pod.class.face.namespace}/${getString(claim.metadata, 'name') ?? ''}` };
}
