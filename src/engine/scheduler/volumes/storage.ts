import { annotationsOf, nameOf, namespaceOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { compareBy, getBoolean, getObject, getString, type JsonObject } from '../../../std/index.ts';
import type { ChangeLog, LogReader, Mark } from '../change-log.ts';
import type { PodInfo } from '../pod-class.ts';
import { classNameOf } from './match-volume.ts';
import type { PodVolume } from './pod-volume.ts';
import { isBound, provision, settleClaim, toClaimRef, toEphemeralClaim } from './settle-claim.ts';

/** What a pod needs of a claim: its name, and the claim if there is one. */
export interface ClaimUse {
  readonly name: string;
  readonly isEphemeral: boolean;
  readonly claim: KubernetesObject | undefined;
}

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** Claims, volumes and classes of a world, with what the pods placed so far have reserved (the assume caches of `VolumeBinding`). */
export class Storage implements LogReader {
  readonly #world: World;
  readonly #settles: boolean;
  readonly #log: ChangeLog;
  /** How to take back what was reserved, each with the place of the log before which it was not so. */
  readonly #undo: { readonly until: number; readonly undo: () => void }[] = [];
  readonly #volumes = new Map<string, KubernetesObject>();
  readonly #byClass = new Map<string, KubernetesObject[]>();
  readonly #claims = new Map<string, KubernetesObject>();
  readonly #claimRefs = new Map<string, JsonObject>();
  readonly #selectedNodes = new Map<string, string>();

  /** With `settles`, claims are as the volume controller and the provisioners will have left them by the time a pod is looked at. */
  constructor(world: World, { settles, log }: { readonly settles: boolean; readonly log: ChangeLog }) {
    this.#world = world;
    this.#settles = settles;
    this.#log = log;
    log.join(this);
    for (const volume of world.byKind('', 'PersistentVolume')) this.#keep(settles ? withPhase(volume) : volume);
    const claims = world.byKind('', 'PersistentVolumeClaim').toSorted(compareBy((claim) => namespaceOf(claim) ?? '', nameOf));
    for (const claim of claims) this.#claims.set(keyOf(claim), settles ? this.#settle(claim) : claim);
  }

  /** The claim of a namespace and name, as the API has it. */
  claim(namespace: string, name: string): KubernetesObject | undefined {
    return this.#claims.get(`${namespace}/${name}`);
  }

  /** The claims that a pod's volumes stand for, in their order. */
  claimsOf(pod: PodInfo): readonly ClaimUse[] {
    return pod.class.volumes.flatMap((volume) => this.#toUse(pod, volume));
  }

  volume(name: string): KubernetesObject | undefined {
    return this.#volumes.get(name);
  }

  /** The volumes of a class, by name. */
  volumesOfClass(name: string): readonly KubernetesObject[] {
    return this.#byClass.get(name) ?? [];
  }

  storageClass(name: string): KubernetesObject | undefined {
    return this.#world.get({ group: 'storage.k8s.io', kind: 'StorageClass', name });
  }

  csiNode(name: string): KubernetesObject | undefined {
    return this.#world.get({ group: 'storage.k8s.io', kind: 'CSINode', name });
  }

  /** The volumes attached to a node, whether or not a pod uses them. */
  attachmentsOf(node: string): readonly KubernetesObject[] {
    return this.#world.byKind('storage.k8s.io', 'VolumeAttachment').filter((item) => getString(item, 'spec', 'nodeName') === node);
  }

  /** The free room that a driver tells of, for a class; undefined where the driver tells none. */
  capacitiesOf(storageClass: KubernetesObject): readonly KubernetesObject[] | undefined {
    const driver = this.#world.get({
      group: 'storage.k8s.io',
      kind: 'CSIDriver',
      name: getString(storageClass, 'provisioner') ?? '',
    });
    if (getBoolean(driver, 'spec', 'storageCapacity') !== true) return undefined;
    const name = nameOf(storageClass);
    return this.#world.byKind('storage.k8s.io', 'CSIStorageCapacity').filter((item) => getString(item, 'storageClassName') === name);
  }

  /** The claim that a volume is for, by its own word or since a pod was placed. */
  readonly claimRefOf = (volume: KubernetesObject): JsonObject | undefined =>
    this.#claimRefs.get(nameOf(volume)) ?? getObject(volume, 'spec', 'claimRef');

  /** The node on which a claim's volume is to be made, once that is decided. */
  selectedNodeOf(claim: KubernetesObject): string | undefined {
    return this.#selectedNodes.get(keyOf(claim)) ?? annotationsOf(claim).get(SELECTED_NODE);
  }

  /** Keeps a volume for a claim (`AssumePodVolumes`). */
  bind(claim: KubernetesObject, volume: KubernetesObject): void {
    this.#set(this.#claimRefs, nameOf(volume), toClaimRef(claim));
  }

  /** Has the volume of a claim made on a node. */
  select(claim: KubernetesObject, node: string): void {
    this.#set(this.#selectedNodes, keyOf(claim), node);
  }

  rewind(mark: Mark): void {
    for (let last = this.#undo.at(-1); last !== undefined && last.until > mark; last = this.#undo.at(-1)) {
      this.#undo.pop();
      last.undo();
    }
  }

  /** Lets the volumes be made that earlier pods have asked for, of the claims of a pod; whether there was any. */
  provisionFor(pod: PodInfo): boolean {
    let isChanged = false;
    for (const { claim } of this.#settles ? this.claimsOf(pod) : []) {
      if (claim === undefined || isBound(claim) || !this.#selectedNodes.has(keyOf(claim))) continue;
      const made = provision(claim, this.storageClass(classNameOf(claim)));
      this.#keep(made.volume);
      // What was asked for earlier stays made where no more is taken back than what was tried since.
      this.#set(this.#claims, keyOf(claim), made.claim, this.#log.mark());
      isChanged = true;
    }
    return isChanged;
  }

  /** Sets a value until a mark before a place of the log is gone back to: of what a pod has reserved, the place after it has come. */
  #set<T>(map: Map<string, T>, key: string, value: T, until: number = this.#log.mark() + 1): void {
    const was = map.get(key);
    map.set(key, value);
    this.#undo.push({ until, undo: () => void (was === undefined ? map.delete(key) : map.set(key, was)) });
  }

  #toUse(pod: PodInfo, volume: PodVolume): ClaimUse[] {
    const { namespace } = pod.class.face;
    if (volume.kind === 'inline') return [];
    if (volume.kind === 'claim') return [{ name: volume.claim, isEphemeral: false, claim: this.claim(namespace, volume.claim) }];
    const name = `${nameOf(pod.object)}-${volume.volume}`;
    const known = this.claim(namespace, name);
    if (known !== undefined || !this.#settles) return [{ name, isEphemeral: true, claim: known }];
    const claim = this.#settle(toEphemeralClaim(pod.object, name, volume.template));
    this.#claims.set(keyOf(claim), claim);
    return [{ name, isEphemeral: true, claim }];
  }

  #settle(claim: KubernetesObject): KubernetesObject {
    const volumes = [...this.#volumes.values()].toSorted(compareBy(nameOf));
    return this.#apply(settleClaim(claim, { world: this.#world, volumes, claimRefOf: this.claimRefOf }));
  }

  #apply({ claim, volume }: { readonly claim: KubernetesObject; readonly volume?: KubernetesObject }): KubernetesObject {
    if (volume !== undefined) this.#keep(volume);
    this.#claims.set(keyOf(claim), claim);
    return claim;
  }

  #keep(volume: KubernetesObject): void {
    const name = classNameOf(volume);
    const others = (this.#byClass.get(name) ?? []).filter((item) => nameOf(item) !== nameOf(volume));
    this.#byClass.set(name, [...others, volume].toSorted(compareBy(nameOf)));
    this.#volumes.set(nameOf(volume), volume);
  }
}

function keyOf(claim: KubernetesObject): string {
  return `${namespaceOf(claim) ?? ''}/${nameOf(claim)}`;
}

/** A volume as the volume controller marks it. */
function withPhase(volume: KubernetesObject): KubernetesObject {
  const status = getObject(volume, 'status');
  return getString(status, 'phase') === undefined ? { ...volume, status: { ...status, phase: 'Available' } } : volume;
}
