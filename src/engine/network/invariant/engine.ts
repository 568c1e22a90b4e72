import { compareBy } from '../../../std/index.ts';
import { toRefKey, type Engine, type Fact, type FactChange, type World } from '../../../model/index.ts';
import { keepEnforced, NO_NETWORK_SETTINGS, type NetworkSettings } from '../enforcement.ts';
import { readModel } from '../model.ts';
import { listBroken } from './broken.ts';
import type { ReachRule } from './rule.ts';
import { listUsualBroken } from './usual.ts';

/** Which of the connections that must be, or must not be, a world has otherwise: those of a configuration, and what nobody wants broken. */
export function listBrokenReach(world: World, rules: readonly ReachRule[], checksUsual: boolean): readonly Fact[] {
  return [...listBroken(world, rules), ...(checksUsual ? listUsualBroken(world) : [])].toSorted(compareBy(({ key }) => key));
}

/** What a change breaks of these, and what it mends. */
export function createReachEngine(
  rules: readonly ReachRule[],
  checksUsual: boolean,
  settings: NetworkSettings = NO_NETWORK_SETTINGS,
): Engine {
  const known = new WeakMap<World, readonly Fact[]>();
  const list = (world: World): readonly Fact[] => {
    const facts = known.get(world) ?? listBrokenReach(world, rules, checksUsual);
    known.set(world, facts);
    return facts;
  };
  const compare = (...worlds: readonly [World, World]): readonly FactChange[] => {
    const [before, after] = [keepEnforced(worlds[0], settings), keepEnforced(worlds[1], settings)];
    const [was, is] = [list(before), list(after)];
    const listNew = (facts: readonly Fact[], others: readonly Fact[]): readonly Fact[] => {
      const keys = new Set(others.map(({ key }) => key));
      return facts.filter(({ key }) => !keys.has(key));
    };
    return [
      ...listNew(is, was).map((fact): FactChange => ({ change: 'gained', fact: withPolicies(fact, [before, after]) })),
      ...listNew(was, is).map((fact): FactChange => ({
        change: 'lost',
        fact: { ...withPolicies(fact, [before, after]), severity: 'info' },
      })),
    ];
  };
  return { name: 'network', compare };
}

/** With the policies that select the workloads it is about, in both worlds: one that has gone may be the cause. */
function withPolicies(fact: Fact, worlds: readonly World[]): Fact {
  const names = new Set([fact.data['to'], fact.data['workload'], ...(Array.isArray(fact.data['senders']) ? fact.data['senders'] : [])]);
  const refs = worlds.flatMap((world) => {
    const { evaluation, slotOf, workloads } = readModel(world);
    return workloads
      .filter(({ name }) => names.has(name))
      .flatMap((workload) => {
        const slot = slotOf.get(workload) ?? -1;
        const policies = [...evaluation.selecting('ingress', slot), ...evaluation.selecting('egress', slot)];
        return [...policies.map(({ ref }) => ref), workload.ref];
      });
  });
  const known = new Set(fact.objects.map(({ ref }) => toRefKey(ref)));
  const others = new Map(refs.map((ref) => [toRefKey(ref), ref]));
  return { ...fact, objects: [...fact.objects, ...[...others].flatMap(([key, ref]) => (known.has(key) ? [] : [{ ref }]))] };
}
