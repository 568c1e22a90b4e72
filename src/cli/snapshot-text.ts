import { getString, type JsonObject } from '../std/index.ts';
import { World, type KubernetesObject } from '../model/index.ts';
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

/** A world as multi-document YAML: a head, then the objects. */
export function writeSnapshot(world: World, head: SnapshotHead): string {
  const first: JsonObject = { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'cluster' }, ...head };
  return [first, ...world.objects().map((object) => hashSecret(object, head.salt))].map(stringifyYaml).join('---\n');
}

/** Takes the head out of a snapshot's objects; there is none in a dump of another tool. */
export function readSnapshot(objects: readonly KubernetesObject[]): { readonly head?: SnapshotHead; readonly world: World } {
  const isHead = (object: KubernetesObject): boolean => object.apiVersion === API_VERSION && object.kind === KIND;
  const found = objects.find(isHead);
  const world = World.of(objects.filter((object) => !isHead(object)));
  if (found === undefined) return { world };
  return {
    world,
    head: {
      clusterUid: getString(found, 'clusterUid') ?? '',
      kubernetesVersion: getString(found, 'kubernetesVersion') ?? '',
      salt: getString(found, 'salt') ?? '',
    },
  };
}
