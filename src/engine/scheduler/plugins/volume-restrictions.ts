import { getArray, getBoolean, getObject, getString, type JsonObject } from '../../../std/index.ts';
import { SKIP, type Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { SUCCESS, unresolvable, unschedulable } from '../verdict.ts';

const TAKEN = unschedulable('node(s) had no available disk');
const IN_USE = unschedulable(
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

/** Refuses claims that do not exist, a second pod on a disk that takes one, and a second pod on a claim of access mode ReadWriteOncePod. */
export const VOLUME_RESTRICTIONS: Plugin = {
  name: 'VolumeRestrictions',
  concerns: (pod) => pod.class.volumes.length > 0,
  filter: (pod, cluster) => {
    const exclusive = new Set<string>();
    for (const { name, isEphemeral, claim } of cluster.storage.claimsOf(pod)) {
      if (isEphemeral) continue;
      if (claim === undefined) return { kind: 'reject', verdict: unresolvable(`persistentvolumeclaim "${name}" not found`) };
      if (getArray(claim, 'spec', 'accessModes').includes('ReadWriteOncePod')) exclusive.add(name);
    }
    const disks = disksOf(pod);
    const isUsed = exclusive.size > 0 && cluster.nodes.some((node) => node.pods.some((other) => isUsing(other, pod, exclusive)));
    if (disks.length === 0 && !isUsed) return SKIP;
    return {
      kind: 'filter',
      filter: (index) => {
        const others = cluster.nodes[index]?.pods ?? [];
        if (disks.length > 0 && others.some((other) => hasConflict(disks, disksOf(other)))) return TAKEN;
        return isUsed ? IN_USE : SUCCESS;
      },
    };
  },
};

function isUsing(other: PodInfo, pod: PodInfo, claims: ReadonlySet<string>): boolean {
  if (other.class.face.namespace !== pod.class.face.namespace) return false;
  return other.class.volumes.some((volume) => volume.kind === 'claim' && claims.has(volume.claim));
}

/** When two inline volumes of the same field are one disk, which not more than one pod may write to. */
const CONFLICTS: Readonly<Record<string, (a: JsonObject, b: JsonObject) => boolean>> = {
  awsElasticBlockStore: (a, b) => isSame('volumeID', a, b),
  gcePersistentDisk: (a, b) => isSame('pdName', a, b) && !areReadOnly(a, b),
  iscsi: (a, b) => isSame('iqn', a, b) && !areReadOnly(a, b),
  rbd: (a, b) => {
    const monitors = getArray(b, 'monitors');
    const isShared = getArray(a, 'monitors').some((monitor) => monitors.includes(monitor));
    return isShared && isSame('pool', a, b, 'rbd') && isSame('image', a, b) && !areReadOnly(a, b);
  },
};

function disksOf(pod: PodInfo): readonly JsonObject[] {
  return pod.class.volumes.flatMap((volume) =>
    volume.kind === 'inline' && Object.keys(CONFLICTS).some((field) => volume.source[field] !== undefined) ? [volume.source] : [],
  );
}

function hasConflict(disks: readonly JsonObject[], others: readonly JsonObject[]): boolean {
  return disks.some((disk) =>
    Object.entries(CONFLICTS).some(([field, isConflict]) => {
      const source = getObject(disk, field);
      return source !== undefined && others.some((item) => isConflictWith(isConflict, source, getObject(item, field)));
    }),
  );
}

function isConflictWith(isConflict: (a: JsonObject, b: JsonObject) => boolean, a: JsonObject, b: JsonObject | undefined): boolean {
  return b !== undefined && isConflict(a, b);
}

function isSame(field: string, a: JsonObject, b: JsonObject, standard = ''): boolean {
  return (getString(a, field) ?? standard) === (getString(b, field) ?? standard);
}

function areReadOnly(a: JsonObject, b: JsonObject): boolean {
  return getBoolean(a, 'readOnly') === true && getBoolean(b, 'readOnly') === true;
}
