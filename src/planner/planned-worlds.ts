import { gvkOf, toRefKey, World, type ApplyOrder, type RefKey, type Wave } from '../model/index.ts';
import { withNamespace } from './desired.ts';
import type { Entry } from './entry.ts';
import type { Desired, PlanInput } from './input.ts';
import { isLeftOut } from './order/hooks.ts';
import { listOrphans } from './orphans.ts';

/** The world before and the one that a plan would lead to, both with the context's objects. */
export interface PlannedWorlds {
  readonly before: World;
  readonly after: World;
}

interface WorldsInput {
  readonly input: PlanInput;
  readonly entries: readonly Entry[];
  /** What is asked for. */
  readonly byKey: ReadonlyMap<RefKey, Desired>;
}

/** The world before, with the context's objects, and what these changes make of it. */
export function worldsOf({ input, entries, byKey }: WorldsInput): PlannedWorlds {
  const before = withContext(input.before, input.context);
  const gone = entries.filter(({ after }) => after === undefined).map(({ change }) => change.ref);
  const applied = entries.flatMap((entry) => entry.after ?? []);
  // What is still asked for stays, so that engines see what it then lacks: its namespace, the definition of its kind.
  const orphans = input.mode === 'live' ? listOrphans(before, gone).filter((ref) => !byKey.has(toRefKey(ref))) : [];
  return { before, after: before.without([...gone, ...orphans]).with(applied) };
}

/** These worlds with the order of the waves, where it matters: where something is counted. */
export function inOrder({ before, after }: PlannedWorlds, waves: readonly Wave[], entries: readonly Entry[]): PlannedWorlds {
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

const worlds = new WeakMap<World, { readonly context: World; readonly world: World }>();

/** The world with the context's objects besides its own; the same world again for the same two. */
function withContext(world: World, context: World): World {
  if (context.size === 0) return world;
  const known = worlds.get(world);
  if (known?.context === context) return known.world;
  const joined = context.with(world.objects());
  worlds.set(world, { context, world: joined });
  return joined;
}
