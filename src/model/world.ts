import { compareStrings } from '../std/index.ts';
import { gvkOf, labelsOf, nameOf, namespaceOf, type GroupKind, type KubernetesObject } from './object.ts';
import { refKeyOf, toRefKey, type RefKey } from './ref.ts';
import { isSelected, type Selector } from './selector.ts';

/** The objects of one kind, ordered by namespace and name. Shared by every world in which the kind is the same. */
export class KindIndex {
  readonly byKey: ReadonlyMap<RefKey, KubernetesObject>;
  #objects: readonly KubernetesObject[] | undefined;
  #byNamespace: ReadonlyMap<string, readonly KubernetesObject[]> | undefined;
  readonly #memo = new Map<unknown, unknown>();

  constructor(byKey: ReadonlyMap<RefKey, KubernetesObject>) {
    this.byKey = byKey;
  }

  /** All objects of the kind, by namespace and name. */
  get objects(): readonly KubernetesObject[] {
    this.#objects ??= toSortedObjects(this.byKey.values());
    return this.#objects;
  }

  /** The objects of one namespace (of none, for cluster-scoped kinds), by name. */
  inNamespace(namespace: string | undefined): readonly KubernetesObject[] {
    this.#byNamespace ??= groupBy(this.objects, (object) => namespaceOf(object) ?? '');
    return this.#byNamespace.get(namespace ?? '') ?? [];
  }

  /** What `compute` makes of these objects, computed once for this index. `compute` must be a function declared once. */
  derive<T>(compute: (objects: readonly KubernetesObject[]) => T): T {
    return memoize(this.#memo, compute, () => compute(this.objects));
  }
}

// The keys are made once for each object, not for each comparison.
function toSortedObjects(objects: Iterable<KubernetesObject>): readonly KubernetesObject[] {
  const keyed: { readonly key: string; readonly object: KubernetesObject }[] = [];
  for (const object of objects) keyed.push({ key: `${namespaceOf(object) ?? ''}\0${nameOf(object)}\0${object.apiVersion}`, object });
  return keyed.toSorted((a, b) => compareStrings(a.key, b.key)).map(({ object }) => object);
}
const EMPTY_INDEX = new KindIndex(new Map());

/**
 * An immutable, indexed set of objects, one for each identity (group, kind, namespace, name). Later objects of the same
 * identity win. Namespaced objects must carry their namespace. Kinds that a new world does not change keep their indexes.
 */
export class World {
  /** The world without objects. */
  static readonly EMPTY: World = new World(new Map());

  readonly #kinds: ReadonlyMap<string, KindIndex>;
  readonly #memo = new Map<unknown, unknown>();

  private constructor(kinds: ReadonlyMap<string, KindIndex>) {
    this.#kinds = kinds;
  }

  /** The world of these kinds, by group and kind (`apps/Deployment`); none may be empty. */
  static ofKinds(kinds: ReadonlyMap<string, KindIndex>): World {
    return new World(kinds);
  }

  /** The world of these objects. */
  static of(objects: Iterable<KubernetesObject>): World {
    return World.EMPTY.with(objects);
  }

  /** This world with these objects added or replaced. */
  with(objects: Iterable<KubernetesObject>): World {
    return this.#change(objects, (map, object) => map.set(refKeyOf(object), object), kindKeyOfObject);
  }

  /** This world without the objects of these identities. */
  without(refs: Iterable<GroupKind & { readonly namespace?: string; readonly name: string }>): World {
    return this.#change(
      refs,
      (map, ref) => map.delete(toRefKey(ref)),
      (ref) => `${ref.group}/${ref.kind}`,
    );
  }

  #change<T>(items: Iterable<T>, change: (map: Map<RefKey, KubernetesObject>, item: T) => void, kindOf: (item: T) => string): World {
    const changed = new Map<string, Map<RefKey, KubernetesObject>>();
    for (const item of items) {
      const kind = kindOf(item);
      let map = changed.get(kind);
      if (map === undefined) changed.set(kind, (map = new Map(this.#kinds.get(kind)?.byKey)));
      change(map, item);
    }
    const kinds = new Map(this.#kinds);
    for (const [kind, map] of changed) {
      if (map.size === 0) kinds.delete(kind);
      else kinds.set(kind, new KindIndex(map));
    }
    return new World(kinds);
  }

  /** The object of an identity. */
  get(ref: GroupKind & { readonly namespace?: string; readonly name: string }): KubernetesObject | undefined {
    return this.kind(ref.group, ref.kind).byKey.get(toRefKey(ref));
  }

  /** The number of objects. */
  get size(): number {
    let size = 0;
    for (const index of this.#kinds.values()) size += index.byKey.size;
    return size;
  }

  /** The index of a kind; empty if there are no such objects. */
  kind(group: string, kind: string): KindIndex {
    return this.#kinds.get(`${group}/${kind}`) ?? EMPTY_INDEX;
  }

  /** All objects of a kind, by namespace and name. */
  byKind(group: string, kind: string): readonly KubernetesObject[] {
    return this.kind(group, kind).objects;
  }

  /** The kinds that have objects, by group and kind. */
  kinds(): readonly GroupKind[] {
    return [...this.#kinds.keys()].toSorted().map((key) => {
      const slash = key.indexOf('/');
      return { group: key.slice(0, slash), kind: key.slice(slash + 1) };
    });
  }

  /** All objects, by group, kind, namespace and name. */
  objects(): readonly KubernetesObject[] {
    return this.derive(listObjects);
  }

  /** All objects of one namespace, by group, kind and name. */
  byNamespace(namespace: string): readonly KubernetesObject[] {
    return this.kinds().flatMap(({ group, kind }) => this.kind(group, kind).inNamespace(namespace));
  }

  /** The objects of a kind and namespace whose labels a selector selects, by name. */
  bySelector(group: string, kind: string, namespace: string | undefined, selector: Selector): readonly KubernetesObject[] {
    return this.kind(group, kind)
      .inNamespace(namespace)
      .filter((object) => isSelected(selector, labelsOf(object)));
  }

  /** What `compute` makes of this world, computed once. `compute` must be a function declared once, not a new closure. */
  derive<T>(compute: (world: World) => T): T {
    return memoize(this.#memo, compute, () => compute(this));
  }
}

function listObjects(world: World): readonly KubernetesObject[] {
  return world.kinds().flatMap(({ group, kind }) => world.byKind(group, kind));
}

function kindKeyOfObject(object: KubernetesObject): string {
  const { group, kind } = gvkOf(object);
  return `${group}/${kind}`;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

function memoize<T>(memo: Map<unknown, unknown>, key: (...args: never[]) => T, compute: () => T): T {
  if (!memo.has(key)) memo.set(key, compute());
  // The entry under a function was made by that function.
  return memo.get(key) as T;
}
