import {
  toRefKey,
  World,
  type ApplyOrder,
  type Change,
  type Effect,
  type Engine,
  type KubernetesObject,
  type Origin,
  type RefKey,
  type Wave,
} from '../../model/index.ts';
import type { Desired, PlanInput } from '../input.ts';
import { listOrphans } from '../orphans.ts';
import { atChangedField, atField, lineOf } from '../place.ts';
import type { ChangedObject, Impact } from './causes.ts';
import { listEffects } from './effects.ts';

/** One object that changes, with all that is known of it. */
export interface Entry {
  readonly change: Change;
  readonly before: KubernetesObject | undefined;
  /** Undefined for a delete. */
  readonly after: KubernetesObject | undefined;
  /** Undefined for a delete. */
  readonly desired: Desired | undefined;
}

/** What is decided about the objects of one unit. */
export interface Decided {
  readonly input: PlanInput;
  readonly entries: readonly Entry[];
  readonly byKey: ReadonlyMap<RefKey, Desired>;
  readonly waves: readonly Wave[];
}

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

/** The worlds with the order of the waves, where it matters: where something is counted. */
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

/** What units do together, as these engines find. */
export function effectsOf(units: readonly Decided[], { before, after }: PlannedWorlds, engines: readonly Engine[]): readonly Effect[] {
  const changed = new Map(
    units.flatMap(({ entries, input }) => {
      const byOrigin = new Map(entries.map((entry) => [entry.desired?.manifest.origin, entry.change]));
      const fieldsOf: FieldsOf = (origin) => byOrigin.get(origin)?.fields ?? [];
      return entries.map((entry) => [toRefKey(entry.change.ref), toChangedObject(entry, input.catalog, fieldsOf)] as const);
    }),
  );
  const locate: Impact['locate'] = (key, pointer) => {
    const unit = units.find(({ byKey }) => byKey.has(key));
    const desired = unit?.byKey.get(key);
    if (unit === undefined || desired === undefined) return undefined;
    return pointer === undefined ? lineOf(desired.manifest.origin) : atField(desired, desired.object, pointer, unit.input.catalog);
  };
  return listEffects({ before, after, changed, locate }, engines);
}

type FieldsOf = (origin: Origin) => Change['fields'];

function toChangedObject({ change, before, after, desired }: Entry, catalog: PlanInput['catalog'], fieldsOf: FieldsOf): ChangedObject {
  const locate: ChangedObject['locate'] = (pointer) => {
    if (desired === undefined || after === undefined) return change.source;
    if (pointer === undefined) return lineOf(desired.manifest.origin);
    return atChangedField(desired, change.merged ?? after, pointer, catalog, fieldsOf);
  };
  return { step: change, before, locate };
}

const worlds = new WeakMap<World, { readonly contexts: readonly World[]; readonly world: World }>();

/** The world with the contexts' objects besides its own; the same world again for the same ones. */
function withContexts(units: readonly Decided[]): World {
  const world = units[0]?.input.before ?? World.EMPTY;
  const contexts = units.flatMap(({ input }) => (input.context.size === 0 ? [] : [input.context]));
  const [first, ...more] = contexts;
  if (first === undefined) return world;
  const known = worlds.get(world);
  if (known?.contexts.length === contexts.length && known.contexts.every((context, index) => context === contexts[index]))
    return known.world;
  const joined = more.reduce((all, context) => all.with(context.objects()), first).with(world.objects());
  worlds.set(world, { contexts, world: joined });
  return joined;
}
