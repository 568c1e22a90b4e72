import { refKeyOf, type KubernetesObject, type RefKey } from '../../model/index.ts';
import { getArray, getString } from '../../std/index.ts';
import type { StoredEvent } from '../store/index.ts';

/** Which objects name which others as their owners, by uid. */
export class Dependents {
  readonly #byOwner = new Map<string, Set<RefKey>>();
  readonly #owners = new Map<RefKey, readonly string[]>();

  /** Takes note of an event; events must come in order. */
  note(event: StoredEvent): void {
    const key = refKeyOf(event.object);
    const owners = event.type === 'deleted' ? [] : ownerUidsOf(event.object);
    const before = this.#owners.get(key) ?? [];
    if (before.length === 0 && owners.length === 0) return;
    for (const uid of before) this.#byOwner.get(uid)?.delete(key);
    for (const uid of owners) {
      const keys = this.#byOwner.get(uid);
      if (keys === undefined) this.#byOwner.set(uid, new Set([key]));
      else keys.add(key);
    }
    if (owners.length === 0) this.#owners.delete(key);
    else this.#owners.set(key, owners);
  }

  /** The keys of the objects that an object owns. */
  of(object: KubernetesObject): readonly RefKey[] {
    return [...(this.#byOwner.get(getString(object.metadata, 'uid') ?? '') ?? [])].toSorted();
  }
}

function ownerUidsOf(object: KubernetesObject): readonly string[] {
  return getArray(object.metadata, 'ownerReferences').flatMap((reference) => getString(reference, 'uid') ?? []);
}
