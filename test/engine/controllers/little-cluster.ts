import { nameOf, refOf, toRefKey, World, withMetadata, type KubernetesObject } from '../../../src/model/index.ts';
import { getArray, getNumber, getString, isEqualJson, toKubernetesTime } from '../../../src/std/index.ts';
import { CONTROLLERS, stepScheduler, type Intent } from '../../../src/engine/controllers/index.ts';
import { schedule } from '../../../src/engine/scheduler/index.ts';

/** A store and a loop that are just enough to see controllers converge: no admission, no watches, every object looked at each round. */
export class LittleCluster {
  now: number = Date.UTC(2026, 0, 1);
  world: World = World.EMPTY;
  /** The worlds after each round, for assertions about what held all along. */
  readonly seen: World[] = [];
  #revision = 0;

  apply(...objects: readonly KubernetesObject[]): void {
    for (const object of objects) {
      const old = this.world.get(refOf(object));
      this.#put(old === undefined ? object : { ...object, metadata: { ...old.metadata, ...object.metadata }, ...toStatus(old) }, old);
    }
  }

  /** Runs rounds until nothing changes and nothing waits, or the time is over. */
  settle(within = 3_600_000): void {
    const end = this.now + within;
    for (let round = 0; round < 20_000; round++) {
      const { wrote, next } = this.#round();
      this.seen.push(this.world);
      if (wrote) continue;
      if (next === undefined || next > end) return;
      this.now = Math.max(next, this.now + 1);
    }
    throw new Error('does not settle');
  }

  /** After every so many intents the rest of an answer is lost, as in a crash; everything is looked at again afterwards. */
  crashEvery = 0;
  #count = 0;
  #crashes = 0;

  #round(): { wrote: boolean; next: number | undefined } {
    let wrote = false;
    let next: number | undefined;
    const carryOut = (intents: readonly Intent[]): void => {
      for (const intent of intents) {
        if (this.crashEvery > 0 && this.#crashes < 500 && ++this.#count % this.crashEvery === 0) {
          this.#crashes++;
          wrote = true;
          return;
        }
        if (intent.type === 'requeueAt') next = Math.min(next ?? Infinity, intent.time);
        else wrote = this.#do(intent) || wrote;
      }
    };
    for (const controller of CONTROLLERS) {
      for (const object of this.world.byKind(controller.kind.group, controller.kind.kind)) {
        const live = this.world.get(refOf(object));
        if (live !== undefined) carryOut(controller.reconcile(this.world, live, { now: this.now }));
      }
    }
    const isWaiting = this.world.byKind('', 'Pod').some((pod) => getString(pod, 'spec', 'nodeName') === undefined);
    if (isWaiting) carryOut(stepScheduler(this.world, (world) => schedule(world, { settlesClaims: true }), { now: this.now }));
    return { wrote, next };
  }

  #do(intent: Exclude<Intent, { type: 'requeueAt' }>): boolean {
    if (intent.type === 'delete') return this.#delete(intent);
    const old = this.world.get(refOf(intent.object));
    if (intent.type === 'create') return old === undefined && this.#put(intent.object, undefined);
    if (old === undefined || old.metadata['resourceVersion'] !== intent.object.metadata['resourceVersion']) return false;
    const { status: _, ...rest } = intent.object;
    const wanted = intent.type === 'update' ? { ...rest, ...toStatus(old) } : { ...old, ...toStatus(intent.object) };
    return this.#put(wanted, old);
  }

  #delete(intent: Extract<Intent, { type: 'delete' }>): boolean {
    const old = this.world.get(intent.ref);
    if (old === undefined || (intent.uid !== undefined && old.metadata['uid'] !== intent.uid)) return false;
    if (old.kind !== 'Pod' || intent.gracePeriodSeconds === 0) {
      this.world = this.world.without([intent.ref]);
      const children = this.world.objects().filter((child) => isOwned(child, old));
      for (const child of children) this.#delete({ type: 'delete', ref: refOf(child) });
      return true;
    }
    if (old.metadata['deletionTimestamp'] !== undefined) return false;
    const gone = { deletionTimestamp: toKubernetesTime(this.now + 30_000), deletionGracePeriodSeconds: 30 };
    return this.#put(withMetadata(old, gone), old);
  }

  #put(object: KubernetesObject, old: KubernetesObject | undefined): boolean {
    if (old !== undefined && isEqualJson(old, object)) return false;
    const generation = getNumber(old, 'metadata', 'generation') ?? 0;
    const isChanged = old === undefined || !isEqualJson(old['spec'], object['spec']);
    const metadata = {
      uid: getString(old, 'metadata', 'uid') ?? `uid-${++this.#revision}`,
      creationTimestamp: getString(old, 'metadata', 'creationTimestamp') ?? toKubernetesTime(this.now),
      generation: isChanged ? generation + 1 : generation,
      resourceVersion: String(++this.#revision),
    };
    this.world = this.world.with([withMetadata(object, metadata)]);
    return true;
  }
}

function toStatus(object: KubernetesObject): { status?: KubernetesObject[string] } {
  return object['status'] === undefined ? {} : { status: object['status'] };
}

function isOwned(child: KubernetesObject, owner: KubernetesObject): boolean {
  return getArray(child.metadata, 'ownerReferences').some((reference) => getString(reference, 'uid') === owner.metadata['uid']);
}

/** The live object of an identity, which must be there. */
export function live(cluster: LittleCluster, kind: string, name: string, group = 'apps', namespace = 'shop'): KubernetesObject {
  const object = cluster.world.get({ group, kind, name, ...(namespace === '' ? {} : { namespace }) });
  if (object === undefined) throw new Error(`${kind} ${name} is not there: ${toRefKey({ group, kind, namespace, name })}`);
  return object;
}

/** The pods whose names begin with a stem, by name. */
export function podsOf(world: World, stem: string): readonly KubernetesObject[] {
  return world.byKind('', 'Pod').filter((pod) => nameOf(pod).startsWith(`${stem}-`));
}
