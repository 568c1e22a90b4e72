import { KplanError, refKeyOf, refOf, World, type KubernetesObject, type RefKey } from '../model/index.ts';
import { compareStrings, getString } from '../std/index.ts';
import type { Cluster, ResourceType } from './port.ts';
import { listKind, toKinds, type WorldReading } from './read-world.ts';

/** One kind as it is followed. `lost`: its watch has ended, so it is listed again. */
interface Followed {
  readonly type: ResourceType;
  readonly abort: AbortController;
  state: 'followed' | 'lost' | 'unread';
}

/**
 * A cluster that is read once and then followed by a watch of each kind, for those who read it again and again: each reading
 * costs what has changed since the last. Kinds that may be listed but not watched are listed each time.
 */
export class WatchedWorld {
  readonly #cluster: Cluster;
  readonly #kinds = new Map<string, Followed>();
  readonly #changed = new Map<RefKey, { readonly object: KubernetesObject; readonly isGone: boolean }>();
  readonly #watches = new Set<Promise<void>>();
  #world = World.EMPTY;
  #fault: unknown;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** The cluster as the watches have told it by now. Throws `KplanError` where it cannot be reached. */
  async read(): Promise<WorldReading> {
    const types = toKinds(await this.#cluster.resources());
    for (const [key, kind] of this.#kinds) if (!types.has(key)) this.#forget(key, kind);
    await Promise.all([...types].map(([key, type]) => this.#join(key, type)));
    if (this.#fault !== undefined) throw this.#fault;
    this.#settle();
    const unread = [...this.#kinds].flatMap(([key, { state }]) => (state === 'unread' ? [key] : []));
    return { world: this.#world, unread: unread.toSorted(compareStrings) };
  }

  /** Ends all watches and waits for their end. */
  async close(): Promise<void> {
    for (const { abort } of this.#kinds.values()) abort.abort();
    await Promise.all(this.#watches);
  }

  async #join(key: string, type: ResourceType): Promise<void> {
    const known = this.#kinds.get(key);
    if (known?.state === 'followed') return;
    const list = await listKind(this.#cluster, type);
    const kind: Followed = { type, abort: new AbortController(), state: list === undefined ? 'unread' : 'followed' };
    this.#kinds.set(key, kind);
    this.#replace(type, list?.items ?? []);
    if (list === undefined) return;
    const watch = this.#follow(kind, list.resourceVersion).finally(() => this.#watches.delete(watch));
    this.#watches.add(watch);
  }

  async #follow(kind: Followed, resourceVersion: string): Promise<void> {
    const { signal } = kind.abort;
    try {
      for await (const event of this.#cluster.watch(kind.type, { resourceVersion, signal })) {
        if (event.type === 'expired') break;
        if (event.type === 'bookmark') continue;
        this.#changed.set(refKeyOf(event.object), { object: event.object, isGone: event.type === 'deleted' });
      }
    } catch (error) {
      if (!(error instanceof KplanError)) this.#fault ??= error;
    }
    kind.state = 'lost';
  }

  /** Objects that are as they were stay the same objects, so that what was made of them stays known. */
  #replace({ group, kind }: ResourceType, items: readonly KubernetesObject[]): void {
    const known = this.#world.kind(group, kind).byKey;
    const listed = new Map(items.map((item) => [refKeyOf(item), item]));
    for (const key of this.#changed.keys()) if (known.has(key) || listed.has(key)) this.#changed.delete(key);
    const gone = [...known].flatMap(([key, object]) => (listed.has(key) ? [] : [refOf(object)]));
    const news = [...listed].flatMap(([key, item]) => (versionOf(known.get(key)) === versionOf(item) ? [] : [item]));
    this.#world = this.#world.without(gone).with(news);
  }

  #settle(): void {
    if (this.#changed.size === 0) return;
    const changes = [...this.#changed.values()];
    this.#changed.clear();
    this.#world = this.#world
      .without(changes.flatMap(({ object, isGone }) => (isGone ? [refOf(object)] : [])))
      .with(changes.flatMap(({ object, isGone }) => (isGone ? [] : [object])));
  }

  #forget(key: string, { type, abort }: Followed): void {
    abort.abort();
    this.#kinds.delete(key);
    this.#replace(type, []);
  }
}

function versionOf(object: KubernetesObject | undefined): string | undefined {
  return getString(object?.metadata, 'resourceVersion');
}
