import { getArray, getString, isObject, type JsonValue } from '../std/index.ts';
import { isKubernetesObject, World } from '../model/index.ts';
import { hashSecret } from '../planner/index.ts';
import { stringifyYaml } from '../report/index.ts';

const API_VERSION = 'kplan.dev/v1';
const KIND = 'Snapshot';

/** What a snapshot says of the cluster it was taken of. */
export interface SnapshotHead {
  readonly clusterUid: string;
  readonly kubernetesVersion: string;
  /** The salt of the hashes that stand for Secret values, so that a plan can compare them. */
  readonly salt: string;
}

/** A world as one YAML document: a head, and the objects as its items, so that no repository takes them for manifests. */
export function writeSnapshot(world: World, head: SnapshotHead): string {
  const items = world.objects().map((object) => hashSecret(object, head.salt));
  return stringifyYaml({ apiVersion: API_VERSION, kind: KIND, metadata: { name: 'cluster' }, ...head, items });
}

/** Whether a text is what `writeSnapshot` writes. */
export function isSnapshotText(text: string): boolean {
  return text.startsWith(`apiVersion: ${API_VERSION}\nkind: ${KIND}\n`);
}

/** What a snapshot holds. */
export function readSnapshot(document: JsonValue): { readonly head: SnapshotHead; readonly world: World } {
  const text = (key: keyof SnapshotHead): string => getString(document, key) ?? '';
  const objects = getArray(document, 'items').flatMap((item) => (isObject(item) && isKubernetesObject(item) ? [item] : []));
  return {
    head: { clusterUid: text('clusterUid'), kubernetesVersion: text('kubernetesVersion'), salt: text('salt') },
    world: World.of(objects),
  };
}
