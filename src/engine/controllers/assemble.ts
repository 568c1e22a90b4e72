import { gvkOf, refKeyOf, World, type KindIndex, type KubernetesObject, type RefKey } from '../../model/index.ts';
import { groupBy } from '../../std/index.ts';

/** Objects that come together: the same value where the same come again. */
type Batch = readonly KubernetesObject[];

/** A world with what was added to it. */
interface Assembly {
  readonly base: World;
  /** The objects of each batch, by group and kind. */
  readonly sorted: ReadonlyMap<Batch, ReadonlyMap<string, Batch>>;
  readonly world: World;
}

/**
 * Adds batches of objects to worlds that come one after the other, as `World.with` does: where most of them are those of the last time,
 * the world shares with the last what both have in common, and costs what differs.
 */
export function createAssembler(): (base: World, batches: readonly Batch[]) => World {
  let last: Assembly | undefined;
  return (base, batches) => {
    const sorted = new Map(batches.map((batch) => [batch, last?.sorted.get(batch) ?? groupBy(batch, kindKeyOf)]));
    const world = last === undefined ? base.with(batches.flat()) : goOn(last, base, sorted);
    last = { base, sorted, world };
    return world;
  };
}

/** The world, made from the last one; kinds of which objects of one identity come twice, the later of which has to win, are made anew. */
function goOn(last: Assembly, base: World, sorted: Assembly['sorted']): World {
  const kinds = new Map(base.kinds().map(({ group, kind }) => [`${group}/${kind}`, base.kind(group, kind)]));
  for (const name of new Set([...listKinds(sorted), ...listKinds(last.sorted)])) {
    const index = goOnOfKind(name, last, base, sorted) ?? kindOf(base.with(listOfKind(sorted, name)), name);
    if (index.byKey.size > 0) kinds.set(name, index);
  }
  return World.ofKinds(kinds);
}

function goOnOfKind(name: string, last: Assembly, base: World, sorted: Assembly['sorted']): KindIndex | undefined {
  const [was, is, made] = [kindOf(last.base, name), kindOf(base, name), kindOf(last.world, name)];
  if (was !== is || was.byKey.size + countOfKind(last.sorted, name) !== made.byKey.size) return undefined;
  const index = made.changed(listChanges(name, last.sorted, sorted));
  return index.byKey.size === is.byKey.size + countOfKind(sorted, name) ? index : undefined;
}

function listChanges(kind: string, from: Assembly['sorted'], to: Assembly['sorted']): ReadonlyMap<RefKey, KubernetesObject | undefined> {
  const changes = new Map<RefKey, KubernetesObject | undefined>();
  for (const [batch, kinds] of from)
    if (!to.has(batch)) for (const object of kinds.get(kind) ?? []) changes.set(refKeyOf(object), undefined);
  for (const [batch, kinds] of to) if (!from.has(batch)) for (const object of kinds.get(kind) ?? []) changes.set(refKeyOf(object), object);
  return changes;
}

function listOfKind(sorted: Assembly['sorted'], kind: string): Batch {
  return [...sorted.values()].flatMap((kinds) => kinds.get(kind) ?? []);
}

function countOfKind(sorted: Assembly['sorted'], kind: string): number {
  let sum = 0;
  for (const kinds of sorted.values()) sum += kinds.get(kind)?.length ?? 0;
  return sum;
}

function* listKinds(sorted: Assembly['sorted']): Iterable<string> {
  for (const kinds of sorted.values()) yield* kinds.keys();
}

function kindOf(world: World, name: string): KindIndex {
  const slash = name.indexOf('/');
  return world.kind(name.slice(0, slash), name.slice(slash + 1));
}

function kindKeyOf(object: KubernetesObject): string {
  const { group, kind } = gvkOf(object);
  return `${group}/${kind}`;
}
