import { changeMap, getOrAdd, groupBy, listDifferentKeys } from '../std/index.ts';
import type { ApplyOrder } from './apply-order.ts';
import { gvkOf, labelsOf, namespaceOf, type GroupKind, type KubernetesObject } from './object.ts';
import { refKeyOf, toRefKey, type RefKey } from './ref.ts';
import { isSelected, type Selector } from './selector.ts';
import { SortedObjects } from './sorted-objects.ts';

/** By what objects are grouped; undefined for those that are in no group. It must look at nothing else. */
export type GroupKey = (object: KubernetesObject) => string | undefined;

/** The objects of one kind, ordered by namespace and name. Shared by every world in which the kind is the same. */
export class KindIndex {
  readonly byKey: ReadonlyMap<RefKey, KubernetesObject>;
  #all: SortedObjects;
  /** Handed down to the indexes that come of this one, with what differs. */
  readonly #groups = new Map<GroupKey, ReadonlyMap<string, SortedObjects>>();
  readonly #memo = new Map<unknown, unknown>();

  constructor(byKey: ReadonlyMap<RefKey, KubernetesObject>) {
    this.byKey = byKey;
    this.#all = SortedObjects.of(() => byKey.values());
  }

  /** The index of the objects of this one with some changed; undefined takes one away. A few changes cost what they are. */
  changed(changes: ReadonlyMap<RefKey, KubernetesObject | undefined>): KindIndex {
    const index = new KindIndex(changeMap(this.byKey, changes));
    if (changes.size * FEW > this.byKey.size) return index;
    const gone = [...changes.keys()].flatMap((key) => this.byKey.get(key) ?? []);
    const come = [...changes.values()].filter((object) => object !== undefined);
    index.#all = this.#all.changed(gone, come) ?? index.#all;
    for (const [keyOf, groups] of this.#groups) index.#groups.set(keyOf, changeGroups(groups, keyOf, { gone, come }));
    return index;
  }

  /** The keys under which objects may be other than in another index; undefined where they cannot be told without going through all. */
  listDifferent(other: KindIndex): ReadonlySet<RefKey> | undefined {
    return listDifferentKeys(this.byKey, other.byKey);
  }

  /** All objects of the kind, by namespace and name. */
  get objects(): readonly KubernetesObject[] {
    return this.#all.list();
  }

  /** The objects of one namespace (of none, for cluster-scoped kinds), by name. */
  inNamespace(namespace: string | undefined): readonly KubernetesObject[] {
    return this.inGroup(namespaceKeyOf, namespace ?? '');
  }

  /** The objects of one group, by namespace and name. `keyOf` must be a function declared once. */
  inGroup(keyOf: GroupKey, key: string): readonly KubernetesObject[] {
    return this.#groupsBy(keyOf).get(key)?.list() ?? NOTHING;
  }

  /** The keys of all groups. `keyOf` must be a function declared once. */
  groupKeys(keyOf: GroupKey): Iterable<string> {
    return this.#groupsBy(keyOf).keys();
  }

  /** What `compute` makes of these objects, computed once for this index. `compute` must be a function declared once. */
  derive<T>(compute: (objects: readonly KubernetesObject[]) => T): T {
    return memoize(this.#memo, compute, () => compute(this.objects));
  }

  #groupsBy(keyOf: GroupKey): ReadonlyMap<string, SortedObjects> {
    let groups = this.#groups.get(keyOf);
    if (groups === undefined) this.#groups.set(keyOf, (groups = toGroups(this.objects, keyOf)));
    return groups;
  }
}

/** Where more than one in so many objects changes, all are grouped again. */
const FEW = 8;
const NOTHING: readonly KubernetesObject[] = [];

function namespaceKeyOf(object: KubernetesObject): string {
  return namespaceOf(object) ?? '';
}

function toGroups(objects: readonly KubernetesObject[], keyOf: GroupKey): ReadonlyMap<string, SortedObjects> {
  return new Map([...groupBy(objects, keyOf)].map(([key, group]) => [key, SortedObjects.ofSorted(group)]));
}

interface Difference {
  readonly gone: readonly KubernetesObject[];
  readonly come: readonly KubernetesObject[];
}

function changeGroups(
  groups: ReadonlyMap<string, SortedObjects>,
  keyOf: GroupKey,
  { gone, come }: Difference,
): ReadonlyMap<string, SortedObjects> {
  const [left, added] = [groupBy(gone, keyOf), groupBy(come, keyOf)];
  const changes = new Map<string, SortedObjects | undefined>();
  for (const key of new Set([...left.keys(), ...added.keys()])) {
    const group = (groups.get(key) ?? SortedObjects.ofSorted(NOTHING)).changed(left.get(key) ?? NOTHING, added.get(key) ?? NOTHING);
    changes.set(key, group === undefined || group.isEmpty ? undefined : group);
  }
  return changeMap(groups, changes);
}

const EMPTY_INDEX = new KindIndex(new Map());

/**
 * An immutable, indexed set of objects, one for each identity (group, kind, namespace, name). Later objects of the same
 * identity win. Namespaced objects must carry their namespace. Kinds that a new world does not change keep their indexes.
 */
export class World {
  /** The world without objects. */
  static readonly EMPTY: World = new World(new Map(), undefined);

  /** In which order its objects are sent, where the world is what a plan leads to. It stays with whatever comes of this world. */
  readonly order: ApplyOrder | undefined;
  readonly #kinds: ReadonlyMap<string, KindIndex>;
  readonly #memo = new Map<unknown, unknown>();

  private constructor(kinds: ReadonlyMap<string, KindIndex>, order: ApplyOrder | undefined) {
    this.#kinds = kinds;
    this.order = order;
  }

  /** The world of these kinds, by group and kind (`apps/Deployment`); none may be empty. */
  static ofKinds(kinds: ReadonlyMap<string, KindIndex>, order?: ApplyOrder): World {
    return new World(kinds, order);
  }

  /** The world of these objects. */
  static of(objects: Iterable<KubernetesObject>): World {
    return World.EMPTY.with(objects);
  }

  /** This world with these objects added or replaced; itself where that changes nothing. */
  with(objects: Iterable<KubernetesObject>): World {
    return this.#change(objects, refKeyOf, kindKeyOfObject, (object) => object);
  }

  /** This world without the objects of these identities; itself where none of them is there. */
  without(refs: Iterable<GroupKind & { readonly namespace?: string; readonly name: string }>): World {
    return this.#change(
      refs,
      toRefKey,
      (ref) => `${ref.group}/${ref.kind}`,
      () => undefined,
    );
  }

  #change<T>(
    items: Iterable<T>,
    keyOf: (item: T) => RefKey,
    kindOf: (item: T) => string,
    objectOf: (item: T) => KubernetesObject | undefined,
  ): World {
    const changes = new Map<string, Map<RefKey, KubernetesObject | undefined>>();
    const made = new Map<string, Map<RefKey, KubernetesObject>>();
    for (const item of items) {
      const kind = kindOf(item);
      const [key, object, index] = [keyOf(item), objectOf(item), this.#kinds.get(kind)];
      if (index === undefined)
        put(
          getOrAdd(made, kind, () => new Map<RefKey, KubernetesObject>()),
          key,
          object,
        );
      else {
        const change = getOrAdd(changes, kind, () => new Map<RefKey, KubernetesObject | undefined>());
        if (index.byKey.get(key) === object) change.delete(key);
        else change.set(key, object);
      }
    }
    if (![...made.values(), ...changes.values()].some(({ size }) => size > 0)) return this;
    const kinds = new Map(this.#kinds);
    for (const [kind, objects] of made) if (objects.size > 0) kinds.set(kind, new KindIndex(objects));
    for (const [kind, change] of changes) if (change.size > 0) putIndex(kinds, kind, this.#kinds.get(kind)?.changed(change));
    return new World(kinds, this.order);
  }

  /** This world with the order in which its objects are sent; undefined where all of them are there. */
  inOrder(order: ApplyOrder | undefined): World {
    return new World(this.#kinds, order);
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

function put(objects: Map<RefKey, KubernetesObject>, key: RefKey, object: KubernetesObject | undefined): void {
  if (object === undefined) objects.delete(key);
  else objects.set(key, object);
}

function putIndex(kinds: Map<string, KindIndex>, kind: string, index: KindIndex | undefined): void {
  if (index === undefined || index.byKey.size === 0) kinds.delete(kind);
  else kinds.set(kind, index);
}

function listObjects(world: World): readonly KubernetesObject[] {
  return world.kinds().flatMap(({ group, kind }) => world.byKind(group, kind));
}

function kindKeyOfObject(object: KubernetesObject): string {
  const { group, kind } = gvkOf(object);
  return `${group}/${kind}`;
}

function memoize<T>(memo: Map<unknown, unknown>, key: (...args: never[]) => T, compute: () => T): T {
  if (!memo.has(key)) memo.set(key, compute());
  // The entry under a function was made by that function.
  return memo.get(key) as T;
}
