import { isEqualJson } from '../std/index.ts';
import { nameOf, namespaceOf, type KubernetesObject } from './object.ts';
import type { RefKey } from './ref.ts';
import { KindIndex, World } from './world.ts';

/**
 * What a computation sees of each object: the object with all that it does not read left out. The identity (group, kind,
 * namespace, name) stays.
 */
export type View = (object: KubernetesObject) => KubernetesObject;

/** How many of the last worlds, and of the last states of a kind, are compared with: the two sides of a comparison. */
const REMEMBERED = 2;

/** A state of a kind, and how it is shown. */
interface ShownKind {
  readonly index: KindIndex;
  readonly shown: KindIndex;
}

/**
 * Shows worlds as a computation sees them. Worlds that look alike are shown as one and the same, so that what was derived
 * from the one (`World.derive`) need not be derived from the other: a change that is not seen costs nothing.
 */
export class Lens {
  readonly #view: View;
  readonly #objects = new WeakMap<KubernetesObject, KubernetesObject>();
  readonly #indexes = new WeakMap<KindIndex, KindIndex>();
  readonly #worlds = new WeakMap<World, World>();
  readonly #recentKinds = new Map<string, readonly ShownKind[]>();
  #recentWorlds: readonly World[] = [];

  constructor(view: View) {
    this.#view = view;
  }

  /** The world as it is seen; the same value for worlds that look alike, as long as they are among the last. */
  show(world: World): World {
    const known = this.#worlds.get(world);
    if (known !== undefined && known === this.#recentWorlds[0]) return known;
    const kinds = this.#showKinds(world);
    const shown = known ?? this.#recentWorlds.find((recent) => recent.order === world.order && isSameWorld(recent, kinds));
    return this.#remember(world, shown ?? World.ofKinds(kinds, world.order));
  }

  #remember(world: World, shown: World): World {
    this.#worlds.set(world, shown);
    this.#recentWorlds = remember(this.#recentWorlds, shown);
    return shown;
  }

  /**
   * Whether two worlds look alike: whether `show` would give the same for both. Only objects that differ are looked at, and neither
   * world is shown.
   */
  isAlike(a: World, b: World): boolean {
    if (a === b) return true;
    if (a.order !== b.order) return false;
    return [...a.kinds(), ...b.kinds()].every(({ group, kind }) => this.#isAlikeKind(a.kind(group, kind), b.kind(group, kind)));
  }

  #isAlikeKind(a: KindIndex, b: KindIndex): boolean {
    if (a === b) return true;
    if (a.byKey.size !== b.byKey.size) return false;
    for (const key of a.listDifferent(b) ?? a.byKey.keys()) {
      const [object, other] = [a.byKey.get(key), b.byKey.get(key)];
      if (object === other) continue;
      if (object === undefined || other === undefined || !isEqualJson(this.#view(object), this.#view(other))) return false;
    }
    return true;
  }

  /** The kinds of a world as they are seen, which are the last from now on. */
  #showKinds(world: World): ReadonlyMap<string, KindIndex> {
    const kinds = new Map<string, KindIndex>();
    for (const { group, kind } of world.kinds()) kinds.set(`${group}/${kind}`, this.#showKind(world.kind(group, kind), `${group}/${kind}`));
    return kinds;
  }

  #showKind(index: KindIndex, name: string): KindIndex {
    const recent = this.#recentKinds.get(name) ?? [];
    const known = this.#indexes.get(index);
    const shown = known ?? this.#showChanged(index, recent) ?? this.#showObjects(index, recent);
    if (known === undefined) this.#indexes.set(index, shown);
    this.#recentKinds.set(name, rememberKind(recent, { index, shown }));
    return shown;
  }

  /** Only what differs from one of the last states is looked at; undefined where that cannot be told. */
  #showChanged(index: KindIndex, recent: readonly ShownKind[]): KindIndex | undefined {
    const known = recent.map(({ shown }) => shown);
    let fewest: { readonly shown: KindIndex; readonly changes: ReadonlyMap<RefKey, KubernetesObject | undefined> } | undefined;
    for (const { index: other, shown } of recent) {
      const keys = index.listDifferent(other);
      if (keys === undefined) return undefined;
      const changes = this.#listChanges(keys, index, shown, known);
      if (changes.size === 0) return shown;
      if (fewest === undefined || changes.size < fewest.changes.size) fewest = { shown, changes };
    }
    return fewest?.shown.changed(fewest.changes);
  }

  #listChanges(
    keys: ReadonlySet<RefKey>,
    { byKey }: KindIndex,
    shown: KindIndex,
    known: readonly KindIndex[],
  ): ReadonlyMap<RefKey, KubernetesObject | undefined> {
    const changes = new Map<RefKey, KubernetesObject | undefined>();
    for (const key of keys) {
      const object = byKey.get(key);
      const seen = object === undefined ? undefined : this.#showObject(object, key, known);
      if (seen !== shown.byKey.get(key)) changes.set(key, seen);
    }
    return changes;
  }

  #showObjects(index: KindIndex, recent: readonly ShownKind[]): KindIndex {
    const known = recent.map(({ shown }) => shown);
    const byKey = new Map<RefKey, KubernetesObject>();
    for (const [key, object] of index.byKey) byKey.set(key, this.#showObject(object, key, known));
    return known.find((other) => isSameKind(other, byKey)) ?? new KindIndex(byKey);
  }

  #showObject(object: KubernetesObject, key: RefKey, recent: readonly KindIndex[]): KubernetesObject {
    const known = this.#objects.get(object);
    if (known !== undefined) return known;
    const seen = this.#view(object);
    const alike = recent.map(({ byKey }) => byKey.get(key)).find((other) => other !== undefined && isEqualJson(other, seen));
    this.#objects.set(object, alike ?? seen);
    return alike ?? seen;
  }
}

function remember<T>(recent: readonly T[], item: T): readonly T[] {
  return recent[0] === item ? recent : [item, ...recent.filter((other) => other !== item)].slice(0, REMEMBERED);
}

/** One state of those that are shown alike is enough: the last. */
function rememberKind(recent: readonly ShownKind[], item: ShownKind): readonly ShownKind[] {
  const [first] = recent;
  if (first?.index === item.index && first.shown === item.shown) return recent;
  return [item, ...recent.filter(({ shown }) => shown !== item.shown)].slice(0, REMEMBERED);
}

function isSameWorld(world: World, kinds: ReadonlyMap<string, KindIndex>): boolean {
  const names = world.kinds();
  return names.length === kinds.size && names.every(({ group, kind }) => kinds.get(`${group}/${kind}`) === world.kind(group, kind));
}

function isSameKind(index: KindIndex, byKey: ReadonlyMap<RefKey, KubernetesObject>): boolean {
  if (index.byKey.size !== byKey.size) return false;
  for (const [key, object] of byKey) if (index.byKey.get(key) !== object) return false;
  return true;
}

/** All that a computation sees of an object that it only looks up: that it is there. */
export function nameOnly(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind } = object;
  const namespace = namespaceOf(object);
  return { apiVersion, kind, metadata: { name: nameOf(object), ...(namespace === undefined ? {} : { namespace }) } };
}
