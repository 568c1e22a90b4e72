import { refKeyOf, withMetadata, type KubernetesObject, type RefKey } from '../../model/index.ts';
import type { JsonValue } from '../../std/index.ts';
import type { StateChange } from './commit.ts';
import type { State } from './state.ts';

/** A transaction under way: the state as it will be if the draft is committed. */
export class Draft {
  readonly clusterId: string;
  /** Milliseconds since 1970, of the cluster's own time. */
  readonly now: number;
  readonly changes: StateChange[] = [];
  readonly #state: State;
  readonly #written = new Map<RefKey, KubernetesObject | undefined>();
  readonly #settings = new Map<string, JsonValue>();
  #revision: number;

  constructor(state: State, now: number) {
    this.#state = state;
    this.clusterId = state.clusterId;
    this.now = now;
    this.#revision = state.revision;
  }

  get(key: RefKey): KubernetesObject | undefined {
    return this.#written.has(key) ? this.#written.get(key) : this.#state.get(key);
  }

  /** The objects of a kind, in no particular order. */
  *list(group: string, kind: string): Iterable<KubernetesObject> {
    for (const object of this.#state.list(group, kind)) if (!this.#written.has(refKeyOf(object))) yield object;
    for (const object of this.#written.values()) if (object !== undefined && isOfKind(object, group, kind)) yield object;
  }

  /** All objects, in no particular order. */
  *objects(): Iterable<KubernetesObject> {
    for (const object of this.#state.objects()) if (!this.#written.has(refKeyOf(object))) yield object;
    for (const object of this.#written.values()) if (object !== undefined) yield object;
  }

  /** Stores an object under the next resourceVersion and answers it as stored. */
  put(object: KubernetesObject): KubernetesObject {
    const stored = withMetadata(object, { resourceVersion: String(this.nextRevision) });
    this.#revision++;
    this.#written.set(refKeyOf(stored), stored);
    this.changes.push({ type: 'put', object: stored });
    return stored;
  }

  /** Removes an object; watchers see it as it is given, with the resourceVersion of its removal. */
  remove(object: KubernetesObject): KubernetesObject {
    const removed = withMetadata(object, { resourceVersion: String(this.nextRevision) });
    this.#revision++;
    this.#written.set(refKeyOf(removed), undefined);
    this.changes.push({ type: 'remove', object: removed });
    return removed;
  }

  /** Forgets everything that was written. */
  discard(): void {
    this.#written.clear();
    this.#settings.clear();
    this.#revision = this.#state.revision;
    this.changes.length = 0;
  }

  /** The resourceVersion that the next change will have. */
  get nextRevision(): number {
    return this.#revision + 1;
  }

  setting(name: string): JsonValue | undefined {
    return this.#settings.has(name) ? this.#settings.get(name) : this.#state.setting(name);
  }

  set(name: string, value: JsonValue): void {
    this.#settings.set(name, value);
    this.changes.push({ type: 'set', name, value });
  }
}

function isOfKind(object: KubernetesObject, group: string, kind: string): boolean {
  const slash = object.apiVersion.indexOf('/');
  return object.kind === kind && (slash < 0 ? '' : object.apiVersion.slice(0, slash)) === group;
}
