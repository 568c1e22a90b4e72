import { getArray, getObject, getString, type JsonObject } from '../../../std/index.ts';

/** A volume of a pod that plugins look at; others (ConfigMaps, emptyDirs) say nothing of nodes. */
export type PodVolume =
  | { readonly kind: 'claim'; readonly claim: string }
  /** A generic ephemeral volume: its claim is named after the pod and the volume. */
  | { readonly kind: 'ephemeral'; readonly volume: string; readonly template: JsonObject }
  /** A disk that the pod names itself. */
  | { readonly kind: 'inline'; readonly source: JsonObject };

const INLINE = [
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cinder',
  'gcePersistentDisk',
  'iscsi',
  'portworxVolume',
  'rbd',
  'vsphereVolume',
];

/** The volumes of a pod spec that have a say in where the pod goes, in their order. */
export function readPodVolumes(spec: JsonObject): readonly PodVolume[] {
  return getArray(spec, 'volumes').flatMap((volume): PodVolume[] => {
    const source = getObject(volume);
    if (source === undefined) return [];
    if (getObject(source, 'persistentVolumeClaim') !== undefined) {
      return [{ kind: 'claim', claim: getString(source, 'persistentVolumeClaim', 'claimName') ?? '' }];
    }
    const template = getObject(source, 'ephemeral');
    if (template !== undefined) return [{ kind: 'ephemeral', volume: getString(source, 'name') ?? '', template }];
    return INLINE.some((field) => source[field] !== undefined) ? [{ kind: 'inline', source }] : [];
  });
}
