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

/**
 * Shows worlds as a computation sees them. Worlds that look alike are shown as one and the same, so that what was derived
 * from the one (`World.derive`) need not be derived from the other: a change that is not seen costs nothing.
 */
export class Lens {
  readonly #view: View;
  readonly #objects = new WeakMap<KubernetesObject, KubernetesObject>();
  readonly #indexes = new WeakMap<KindIndex, KindIndex>();
  readonly #worlds = new WeakMap<World, World>();
  readonly #recentIndexes = new Map<string, readonly KindIndex[]>();
  #recentWorlds: readonly World[] = [];

  constructor(view: View) {
    this.#view = view;
  }

  /** The world as it is seen; the same value for worlds that look alike, as long as they are among the last. */
  show(world: World): World {
    const shown = this.#worlds.get(world) ?? this.#showWorld(world);
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
    return [...a.kinds(), ...b.kinds()].every(({ group, kind }) => this.#isAlikeKind(a.kind(group, kind), b.kind(group, kind)));
  }

  #isAlikeKind(a: KindIndex, b: KindIndex): boolean {
    if (a === b) return true;
    if (a.byKey.size !== b.byKey.size) return false;
    for (const [key, object] of a.byKey) {
      const other = b.byKey.get(key);
      if (other === undefined || (other !== object && !isEqualJson(this.#view(object), this.#view(other)))) return false;
    }
    return true;
  }

  #showWorld(world: World): World {
    const kinds = new Map<string, KindIndex>();
    for (const { group, kind } of world.kinds()) kinds.set(`${group}/${kind}`, this.#showKind(world.kind(group, kind), `${group}/${kind}`));
    return this.#recentWorlds.find((recent) => isSameWorld(recent, kinds)) ?? World.ofKinds(kinds);
  }

  #showKind(index: KindIndex, name: string): KindIndex {
    const recent = this.#recentIndexes.get(name) ?? [];
    const shown = this.#indexes.get(index) ?? this.#showObjects(index, recent);
    this.#indexes.set(index, shown);
    this.#recentIndexes.set(name, remember(recent, shown));
    return shown;
  }

  #showObjects(index: KindIndex, recent: readonly KindIndex[]): KindIndex {
    const byKey = new Map<RefKey, KubernetesObject>();
    for (const [key, object] of index.byKey) byKey.set(key, this.#showObject(object, key, recent));
    return recent.find((other) => isSameKind(other, byKey)) ?? new KindIndex(byKey);
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
