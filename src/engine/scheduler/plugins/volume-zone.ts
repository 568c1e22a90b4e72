import { labelsOf, type KubernetesObject } from '../../../model/index.ts';
import { getString } from '../../../std/index.ts';
import { SKIP, type Plugin } from '../plugin.ts';
import { SUCCESS, unresolvable, type Verdict } from '../verdict.ts';
import { classNameOf } from '../volumes/match-volume.ts';
import { waitsForConsumer } from '../volumes/settle-claim.ts';
import type { Storage } from '../volumes/storage.ts';

const ELSEWHERE = unresolvable('node(s) had no available volume zone');

/** The labels of volumes and nodes that say where they are, each with the node label that may stand in for it. */
const LABELS: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
    'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
    'topology.kubernetes.io/zone': 'topology.kubernetes.io/zone',
    'topology.kubernetes.io/region': 'topology.kubernetes.io/region',
  }),
);
const NAMES = [...LABELS.keys()];

/** Where a volume is, by one label: the values of it, of which a node must have one. */
interface Place {
  readonly label: string;
  readonly values: ReadonlySet<string>;
}

/** Holds a pod to the zones and regions that its volumes' labels name. */
export const VOLUME_ZONE: Plugin = {
  name: 'VolumeZone',
  concerns: (pod) => pod.class.volumes.length > 0,
  filter: (pod, cluster) => {
    const places: Place[] = [];
    for (const { name, claim, isEphemeral } of cluster.storage.claimsOf(pod)) {
      if (isEphemeral) continue;
      const found = name === '' ? unresolvable('PersistentVolumeClaim had no name') : listPlaces(name, claim, cluster.storage);
      if ('verdict' in found) return { kind: 'reject', verdict: found };
      places.push(...found);
    }
    if (places.length === 0) return SKIP;
    return {
      kind: 'filter',
      filter: (index) => {
        const labels = cluster.nodes[index]?.labels ?? new Map<string, string>();
        if (!NAMES.some((label) => labels.has(label))) return SUCCESS;
        return places.every(({ label, values }) => values.has(labels.get(label) ?? labels.get(LABELS.get(label) ?? '') ?? '\u0000'))
          ? SUCCESS
          : ELSEWHERE;
      },
    };
  },
};

function listPlaces(name: string, claim: KubernetesObject | undefined, storage: Storage): readonly Place[] | Verdict {
  if (claim === undefined) return unresolvable(`persistentvolumeclaim "${name}" not found`);
  const volumeName = getString(claim, 'spec', 'volumeName') ?? '';
  if (volumeName === '') return listPlacesOfUnbound(claim, storage);
  const volume = storage.volume(volumeName);
  if (volume === undefined) return unresolvable(`persistentvolume "${volumeName}" not found`);
  return [...labelsOf(volume)].flatMap(([label, value]) => {
    const values = value.split('__').map((zone) => zone.trim());
    return !LABELS.has(label) || values.includes('') ? [] : [{ label, values: new Set(values) }];
  });
}

function listPlacesOfUnbound(claim: KubernetesObject, storage: Storage): readonly Place[] | Verdict {
  const className = classNameOf(claim);
  if (className === '') return unresolvable('PersistentVolumeClaim had no pv name and storageClass name');
  const storageClass = storage.storageClass(className);
  if (storageClass === undefined) return unresolvable(`storageclass.storage.k8s.io "${className}" not found`);
  return waitsForConsumer(storageClass) ? [] : unresolvable('PersistentVolume had no name');
}
