import { compareBy, getOrAdd, isEqualJson, sortedUnique } from '../../std/index.ts';
import { compareRefs, labelsOf, toRefKey, type FactChange, type ObjectRef, type World } from '../../model/index.ts';
import type { RightsChange } from './difference.ts';
import { groupHoldings, type Gain } from './gain.ts';
import { compact, type Holding } from './holding.ts';
import { readPolicy, type RbacPolicy } from './policy.ts';
import type { Principal } from './principal.ts';
import { joinSome } from './wording.ts';

/** What a ClusterRole gives to, or takes from, all who are bound to roles that aggregate it: their bindings do not change. */
export interface Spread {
  readonly change: FactChange['change'];
  /** The ClusterRole that the rules stand in. */
  readonly from: ObjectRef;
  /** What changed, as a clause: `the label x on ClusterRole c`. */
  readonly why: string;
  /** The bound ClusterRoles that aggregate it, by name. */
  readonly into: readonly string[];
  /** The bindings through which somebody gains or loses something. */
  readonly bindings: readonly ObjectRef[];
  readonly principals: readonly Principal[];
  /** What comes or goes, whatever the namespace of the binding. */
  readonly gains: readonly Gain[];
  readonly holdings: readonly Holding[];
  /** Whether a binding gives it everywhere. */
  readonly isClusterWide: boolean;
}

/** A difference of rights taken apart: what comes or goes by aggregation alone, and the rest of each principal's. */
export interface SpreadDifference {
  readonly spreads: readonly Spread[];
  readonly rest: readonly RightsChange[];
}

interface Part {
  readonly principal: Principal;
  readonly holding: Holding;
}

/** Takes out of a difference what follows from nothing but other rules in roles that were bound before and still are. */
export function splitSpreads(changes: readonly RightsChange[], before: World, after: World): SpreadDifference {
  const [from, to] = [readPolicy(before), readPolicy(after)];
  const parts = { gained: new Map<string, Part[]>(), lost: new Map<string, Part[]>() };
  const split = (change: FactChange['change'], principal: Principal, holdings: readonly Holding[], other: RbacPolicy): readonly Holding[] =>
    holdings.filter((holding) => {
      const source = findSpreader(holding, principal, other);
      if (source === undefined) return true;
      getOrAdd(parts[change], toRefKey(source), (): Part[] => []).push({ principal, holding });
      return false;
    });
  const rest = changes.map(({ principal, gained, lost }) => ({
    principal,
    gained: split('gained', principal, gained, from),
    lost: split('lost', principal, lost, to),
  }));
  const spreads = (['gained', 'lost'] as const).flatMap((change) =>
    [...parts[change].values()].map((group) => toSpread(change, group, before, after)),
  );
  return {
    spreads: spreads.toSorted(
      compareBy(
        ({ from: { name } }) => name,
        ({ change }) => change,
      ),
    ),
    rest,
  };
}

/** The role that a holding is aggregated from, if all its bindings bound the same role in the other world as well. */
function findSpreader({ sources, namespace }: Holding, principal: Principal, other: RbacPolicy): ObjectRef | undefined {
  const known = other.grants.get(principal.key)?.get(namespace) ?? [];
  const isSpread = sources.every(({ grant, rule }) => {
    const { ref, role } = grant.binding;
    if (role.kind !== 'ClusterRole' || role.name === rule.source.ref.name) return false;
    return known.some(({ binding }) => toRefKey(binding.ref) === toRefKey(ref) && isEqualJson({ ...binding.role }, { ...role }));
  });
  return isSpread ? sources[0]?.rule.source.ref : undefined;
}

function toSpread(change: FactChange['change'], parts: readonly Part[], before: World, after: World): Spread {
  const [first] = parts;
  const from = first?.holding.sources[0]?.rule.source.ref;
  if (from === undefined) throw new Error('what is aggregated has a source');
  const holdings = parts.map(({ holding }) => holding);
  const grants = holdings.flatMap(({ sources }) => sources.map(({ grant }) => grant));
  const bindings = new Map(grants.map(({ binding }) => [toRefKey(binding.ref), binding.ref]));
  const into = sortedUnique(grants.map(({ binding }) => binding.role.name));
  const principals = new Map(parts.map(({ principal }) => [principal.key, principal]));
  return {
    change,
    from,
    why: describeWhy(from, into, change === 'gained' ? [before, after] : [after, before]),
    into,
    bindings: [...bindings.values()].toSorted(compareRefs),
    principals: sortedUnique(principals.keys()).flatMap((key) => principals.get(key) ?? []),
    gains: groupHoldings(compact(holdings.map((holding) => ({ ...holding, namespace: '' })))),
    holdings,
    isClusterWide: holdings.some(({ namespace }) => namespace === ''),
  };
}

/** What the one world has and the other has not, so that the rules reach the roles that are bound. */
function describeWhy(ref: ObjectRef, into: readonly string[], [without, having]: readonly World[]): string {
  const [was, is] = [without?.get(ref), having?.get(ref)];
  const role = `ClusterRole ${ref.name}`;
  if (is === undefined || was === undefined) return role;
  const old = labelsOf(was);
  const labels = [...labelsOf(is)].filter(([key, value]) => old.get(key) !== value).map(([key]) => key);
  if (labels.length > 0) return `the label ${joinSome(sortedUnique(labels))} on ${role}`;
  return isEqualJson(was['rules'] ?? [], is['rules'] ?? []) ? `what ${joinSome(into)} aggregates of ${role}` : `the rules of ${role}`;
}

/** `41 RoleBindings in 38 namespaces and 1 ClusterRoleBinding`. */
export function describeReach({ bindings }: Pick<Spread, 'bindings'>): string {
  const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
  const local = bindings.flatMap(({ namespace }) => namespace ?? []);
  const namespaces = new Set(local).size;
  const wide = bindings.length - local.length;
  const parts = [
    ...(local.length === 0 ? [] : [`${count(local.length, 'RoleBinding')} in ${count(namespaces, 'namespace')}`]),
    ...(wide === 0 ? [] : [count(wide, 'ClusterRoleBinding')]),
  ];
  return parts.join(' and ');
}
