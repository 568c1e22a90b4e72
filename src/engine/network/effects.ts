import { compareBy } from '../../std/index.ts';
import type { Engine, Fact, FactChange, World } from '../../model/index.ts';
import { listClientChanges } from './client-changes.ts';
import { tellUses } from './client-uses.ts';
import { networkEngine } from './engine.ts';
import { keepEnforced, listUnenforced, type NetworkSettings } from './enforcement.ts';
import { listProblemFacts } from './plugin/problem-facts.ts';
import { readSide } from './side.ts';

/**
 * What a change does to connections, by the policies that something enforces, and to clients that name a Service; and the policies that it brings which nothing does, or
 * which are wrong or not judged.
 */
export function createNetworkEngine(settings: NetworkSettings): Engine {
  const known = new WeakMap<World, readonly Fact[]>();
  const list = (world: World): readonly Fact[] => {
    let facts = known.get(world);
    if (facts === undefined)
      known.set(
        world,
        (facts = [...listUnenforced(world, settings), ...listProblemFacts(readSide(keepEnforced(world, settings)).problems)]),
      );
    return facts;
  };
  const compare = (before: World, after: World): readonly FactChange[] => {
    const told = new Set(list(before).map(({ key }) => key));
    const brought = list(after).filter(({ key }) => !told.has(key));
    const [was, is] = [keepEnforced(before, settings), keepEnforced(after, settings)];
    const effects = tellUses(is, networkEngine.compare(was, is));
    const clients = listClientChanges(was, is);
    if (brought.length === 0 && clients.length === 0) return effects;
    return [...effects, ...clients, ...brought.map((fact): FactChange => ({ change: 'gained', fact }))].toSorted(
      compareBy(
        ({ fact }) => fact.key,
        ({ change }) => change,
      ),
    );
  };
  return { name: 'network', compare };
}
