import { gvkOf, toRefKey, World, type ApplyOrder, type RefKey, type Wave } from '../model/index.ts';
import { isSameList } from '../std/index.ts';
import { withNamespace } from './desired.ts';
import type { Decided, Entry } from './entry.ts';
import type { PlanInput } from './input.ts';
import { isLeftOut } from './order/hooks.ts';
import { listOrphans } from './orphans.ts';

/** The world before and the one that a plan would lead to, both with the context's objects. */
export interface PlannedWorlds {
  readonly before: World;
  readonly after: World;
}

/** The worlds that units lead from and to together; all are decided in the same world before. */
export function worldsOf(units: readonly Decided[]): PlannedWorlds {
  const before = withContexts(units);
  const entries = units.flatMap((unit) => unit.entries);
  const gone = entries.filter(({ after }) => after === undefined).map(({ change }) => change.ref);
  const applied = entries.flatMap((entry) => entry.after ?? []);
  const isAsked = (key: RefKey): boolean => units.some(({ byKey }) => byKey.has(key));
  // What is still asked for stays, so that engines see what it then lacks: its namespace, the definition of its kind.
  const orphans = units[0]?.input.mode === 'live' ? listOrphans(before, gone).filter((ref) => !isAsked(toRefKey(ref))) : [];
  const after = before.without([...gone, ...orphans]).with(applied);
  const waves = units.flatMap((unit) => unit.waves);
  return waves.length === 0 ? { before, after } : inOrder({ before, after }, waves, entries);
}

/** These worlds with the order of the waves, where it matters: where something is counted. */
function inOrder({ before, after }: PlannedWorlds, waves: readonly Wave[], entries: readonly Entry[]): PlannedWorlds {
  if (after.kind('', 'ResourceQuota').byKey.size === 0) return { before, after };
  // What is only updated has its pods: it is counted before all that comes.
  const steps = waves.flatMap(({ steps: all }) => all).filter(({ action }) => action === 'create' || action === 'replace');
  const order: ApplyOrder = {
    waves: new Map(steps.map(({ ref, wave }) => [toRefKey(ref), wave])),
    created: new Set(steps.filter(({ action }) => action === 'create').map(({ ref }) => toRefKey(ref))),
    leaving: entries.flatMap((entry) => (entry.after === undefined ? (entry.before ?? []) : [])),
  };
  return { before, after: after.inOrder(order) };
}

interface Placed extends Pick<PlanInput, 'catalog' | 'defaultNamespace'> {
  readonly world: World;
}

const placed = new WeakMap<World, Placed>();

/**
 * The world of a revision with namespaces filled in as in the desired one: else each object without one would go and come.
 * Hooks that are never applied are not there.
 */
export function withNamespaces({ before, catalog, defaultNamespace }: PlanInput): World {
  const known = placed.get(before);
  if (known?.catalog === catalog && known.defaultNamespace === defaultNamespace) return known.world;
  const applied = before.objects().filter((object) => !isLeftOut(object));
  const world = World.of(applied.map((object) => withNamespace(object, catalog.find(gvkOf(object)), defaultNamespace)));
  placed.set(before, { catalog, defaultNamespace, world });
  return world;
}

const worlds = new WeakMap<World, { readonly contexts: readonly World[]; readonly world: World }>();

/** The world with the contexts' objects besides its own; the same world again for the same ones. */
function withContexts(units: readonly Decided[]): World {
  const world = units[0]?.input.before ?? World.EMPTY;
  const contexts = units.flatMap(({ input }) => (input.context.size === 0 ? [] : [input.context]));
  const [first, ...more] = contexts;
  if (first === undefined) return world;
  const known = worlds.get(world);
  if (known !== undefined && isSameList(known.contexts, contexts)) return known.world;
  const joined = more.reduce((all, context) => all.with(context.objects()), first).with(world.objects());
  worlds.set(world, { contexts, world: joined });
  return joined;
}
