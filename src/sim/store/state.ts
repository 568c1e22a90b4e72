import { refKeyOf, refOf, World, type KubernetesObject, type RefKey } from '../../model/index.ts';
import { getString, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { Commit, LogHeader, StateChange, StoredEvent } from './commit.ts';

/** How many events a process remembers for its watches, at most. */
const HISTORY_LIMIT = 20_000;

/** What the log says: the objects, the settings and the recent past. Changed only by applying commits, in order. */
export class State {
  readonly clusterId: string;
  sequence: number;
  revision: number;
  time: number;
  /** Watches from before this revision have expired. */
  oldest: number;
  readonly events: StoredEvent[] = [];
  readonly #kinds = new Map<string, Map<RefKey, KubernetesObject>>();
  readonly #settings: Map<string, JsonValue>;
  #world: World = World.EMPTY;
  #unseen = new Map<RefKey, StateChange & { readonly type: 'put' | 'remove' }>();

  constructor(header: LogHeader) {
    this.clusterId = header.clusterId;
    this.sequence = header.sequence;
    this.revision = header.revision;
    this.oldest = header.revision;
    this.time = header.time;
    this.#settings = new Map(Object.entries(header.settings));
  }

  get(key: RefKey): KubernetesObject | undefined {
    return this.#kinds.get(kindOfKey(key))?.get(key);
  }

  /** The objects of a kind, in no particular order. */
  list(group: string, kind: string): Iterable<KubernetesObject> {
    return this.#kinds.get(`${group}/${kind}`)?.values() ?? [];
  }

  *objects(): Iterable<KubernetesObject> {
    for (const objects of this.#kinds.values()) yield* objects.values();
  }

  get size(): number {
    let size = 0;
    for (const objects of this.#kinds.values()) size += objects.size;
    return size;
  }

  setting(name: string): JsonValue | undefined {
    return this.#settings.get(name);
  }

  settings(): JsonObject {
    return Object.fromEntries(this.#settings);
  }

  /** The same objects as a world; costs what has changed since the last time. */
  world(): World {
    const changes = [...this.#unseen.values()];
    this.#unseen = new Map();
    this.#world = this.#world
      .with(changes.filter((change) => change.type === 'put').map((change) => change.object))
      .without(changes.filter((change) => change.type === 'remove').map((change) => refOf(change.object)));
    return this.#world;
  }

  /** Puts an object that a compacted log starts with. */
  load(object: KubernetesObject): void {
    this.#put(refKeyOf(object), object);
  }

  /** Takes over an event that a compacted log starts with. */
  loadEvent(event: StoredEvent): void {
    if (this.events.length === 0) this.oldest = event.revision - 1;
    this.events.push(event);
  }

  apply(commit: Commit): void {
    this.sequence = commit.sequence;
    this.time = Math.max(this.time, commit.time);
    for (const change of commit.changes) this.#applyChange(change);
    if (this.events.length > HISTORY_LIMIT) this.#forget(HISTORY_LIMIT / 2);
  }

  #applyChange(change: StateChange): void {
    if (change.type === 'set') {
      if (change.value === null) this.#settings.delete(change.name);
      else this.#settings.set(change.name, change.value);
      return;
    }
    const key = refKeyOf(change.object);
    const before = this.get(key);
    this.revision = revisionOf(change.object);
    if (change.type === 'put') this.#put(key, change.object);
    else {
      this.#kinds.get(kindOfKey(key))?.delete(key);
      this.#unseen.set(key, change);
    }
    const type = change.type === 'remove' ? 'deleted' : before === undefined ? 'added' : 'modified';
    this.events.push({ type, revision: this.revision, object: change.object });
  }

  #put(key: RefKey, object: KubernetesObject): void {
    const kind = kindOfKey(key);
    let objects = this.#kinds.get(kind);
    if (objects === undefined) this.#kinds.set(kind, (objects = new Map()));
    objects.set(key, object);
    this.#unseen.set(key, { type: 'put', object });
  }

  #forget(keep: number): void {
    const gone = this.events.splice(0, this.events.length - keep);
    this.oldest = gone.at(-1)?.revision ?? this.oldest;
  }
}

/** The resourceVersion of a stored object, as the number that it is in this cluster. */
export function revisionOf(object: KubernetesObject): number {
  return Number(getString(object.metadata, 'resourceVersion') ?? '0');
}

/** The events after a revision, by binary search: they are in its order. */
export function eventsAfter(state: State, revision: number): readonly StoredEvent[] {
  const { events } = state;
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.revision ?? 0) > revision) high = middle;
    else low = middle + 1;
  }
  return events.slice(low);
}

function kindOfKey(key: RefKey): string {
  const slash = key.indexOf('/', key.indexOf('/') + 1);
  return key.slice(0, slash);
}
