import { KplanError, refKeyOf, refOf, toRefKey, World, type KubernetesObject, type ObjectRef, type RefKey } from '../model/index.ts';
import { compareStrings, getString, type Clock } from '../std/index.ts';
import { FieldSets } from './field-sets.ts';
import type { Cluster, ResourceType } from './port.ts';
import { isHelmRelease, listKind, toKinds, type WorldReading } from './read-world.ts';

/** Milliseconds after the change of a definition in which the server may not tell of it yet. */
const DISCOVERY_LAG = 5_000;
/** Who stays waits for more answers rather than hold large ones: what they take is not given back. */
const PAGE = 250;
/** Whose objects say what else is served. */
const SERVERS: ReadonlySet<string> = new Set(['apiextensions.k8s.io/CustomResourceDefinition', 'apiregistration.k8s.io/APIService']);

/** One kind as it is followed. `lost`: its watch has ended, so it is listed again. */
interface Followed {
  readonly type: ResourceType;
  readonly abort: AbortController;
  state: 'followed' | 'lost' | 'unread';
}

/** For how many milliseconds the kinds that are served are taken for the same, unless a definition changes. */
interface DiscoveryOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly age: number;
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
  readonly #fieldSets = new FieldSets();
  readonly #onChange: (before: KubernetesObject | undefined, after: KubernetesObject | undefined) => void;
  readonly #discovery: DiscoveryOptions;
  #world = World.EMPTY;
  #fault: unknown;
  #served: { readonly at: number; readonly types: readonly ResourceType[] } | undefined;
  #serversChangedAt = -Infinity;
  #joining: Promise<readonly ResourceType[]> | undefined;

  /** `onChange` is told of every object that has come (then there is no `before`), has changed or is gone (then there is no `after`). */
  constructor(
    cluster: Cluster,
    onChange: (before: KubernetesObject | undefined, after: KubernetesObject | undefined) => void = () => undefined,
    discovery: DiscoveryOptions = { clock: { now: () => 0 }, age: 0 },
  ) {
    this.#cluster = cluster;
    this.#onChange = onChange;
    this.#discovery = discovery;
  }

  /** The cluster as the watches have told it by now; those who ask at once are answered at once. Throws `KplanError` where it cannot be reached. */
  async read(): Promise<WorldReading> {
    this.#joining ??= this.#joinAll().finally(() => (this.#joining = undefined));
    const types = await this.#joining;
    if (this.#fault !== undefined) throw this.#fault;
    this.#settle();
    const unread = [...this.#kinds].flatMap(([key, { state }]) => (state === 'unread' ? [key] : []));
    return { world: this.#world, unread: unread.toSorted(compareStrings), types };
  }

  /** Whether each change of an object is told. Helm's Secrets are not, so that no Secret is. */
  follows({ group, version, kind }: ObjectRef): boolean {
    const followed = this.#kinds.get(`${group}/${kind}`);
    return followed?.state === 'followed' && followed.type.version === version && !(group === '' && kind === 'Secret');
  }

  /** An object as the watches have told it by now. */
  get(ref: ObjectRef): KubernetesObject | undefined {
    const last = this.#changed.get(toRefKey(ref));
    if (last === undefined) return this.#world.get(ref);
    return last.isGone ? undefined : last.object;
  }

  /** Ends all watches and waits for their end. */
  async close(): Promise<void> {
    for (const { abort } of this.#kinds.values()) abort.abort();
    await Promise.all(this.#watches);
  }

  async #joinAll(): Promise<readonly ResourceType[]> {
    const types = await this.#discover();
    const kinds = toKinds(types);
    for (const [key, kind] of this.#kinds) if (!kinds.has(key)) this.#forget(key, kind);
    await Promise.all([...kinds].map(([key, type]) => this.#join(key, type)));
    return types;
  }

  async #discover(): Promise<readonly ResourceType[]> {
    const at = this.#discovery.clock.now();
    const known = this.#served;
    if (known !== undefined && at - known.at < this.#discovery.age && known.at - this.#serversChangedAt >= DISCOVERY_LAG)
      return known.types;
    this.#served = { at, types: await this.#cluster.resources() };
    return this.#served.types;
  }

  async #join(key: string, type: ResourceType): Promise<void> {
    const known = this.#kinds.get(key);
    if (known?.state === 'followed') return;
    const list = await listKind(this.#cluster, type, { page: PAGE });
    const kind: Followed = { type, abort: new AbortController(), state: list === undefined ? 'unread' : 'followed' };
    this.#kinds.set(key, kind);
    this.#replace(type, list?.items.map((item) => this.#fieldSets.share(item)) ?? []);
    if (list === undefined) return;
    const watch = this.#follow(kind, list.resourceVersion).finally(() => this.#watches.delete(watch));
    this.#watches.add(watch);
  }

  async #follow(kind: Followed, resourceVersion: string): Promise<void> {
    const { signal } = kind.abort;
    try {
      for await (const event of this.#cluster.watch(kind.type, { resourceVersion, signal })) {
        if (event.type === 'expired') break;
        if (event.type === 'bookmark' || isHelmRelease(event.object)) continue;
        if (SERVERS.has(`${kind.type.group}/${kind.type.kind}`)) this.#serversChangedAt = this.#discovery.clock.now();
        this.#note(this.#fieldSets.share(event.object), event.type === 'deleted');
      }
    } catch (error) {
      if (!(error instanceof KplanError)) this.#fault ??= error;
    }
    kind.state = 'lost';
  }

  #note(object: KubernetesObject, isGone: boolean): void {
    const before = this.get(refOf(object));
    this.#changed.set(refKeyOf(object), { object, isGone });
    this.#onChange(before, isGone ? undefined : object);
  }

  /** Objects that are as they were stay the same objects, so that what was made of them stays known. */
  #replace({ group, kind }: ResourceType, items: readonly KubernetesObject[]): void {
    // What the watch told last is older than the list.
    this.#settle();
    const known = this.#world.kind(group, kind).byKey;
    const listed = new Map(items.map((item) => [refKeyOf(item), item]));
    const gone = [...known].flatMap(([key, object]) => (listed.has(key) ? [] : [refOf(object)]));
    const news = [...listed].flatMap(([key, item]) => (versionOf(known.get(key)) === versionOf(item) ? [] : [item]));
    const before = this.#world;
    this.#world = before.without(gone).with(news);
    for (const ref of gone) this.#onChange(before.get(ref), undefined);
    for (const item of news) this.#onChange(before.get(refOf(item)), item);
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
