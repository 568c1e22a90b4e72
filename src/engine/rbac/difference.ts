import { sortedUnique } from '../../std/index.ts';
import { toRefKey, type World } from '../../model/index.ts';
import { compact, listHoldings, toCoverage, type Holding } from './holding.ts';
import { readPolicy, type Grant, type RbacPolicy } from './policy.ts';
import { toPrincipal, type Principal } from './principal.ts';

/** What somebody holds by bindings that name it and by no group that it is surely in, compacted. */
export interface Rights {
  readonly principal: Principal;
  readonly holdings: readonly Holding[];
}

/** What somebody may do after a change and could in no way do before, and the other way round; compacted. */
export interface RightsChange {
  readonly principal: Principal;
  readonly gained: readonly Holding[];
  readonly lost: readonly Holding[];
}

/** The group that is allowed everything before RBAC is asked: it can neither gain nor lose anything. */
export const MASTERS = 'group system:masters';

/** What everybody holds whom a binding of the world names; those who hold nothing of their own are left out. */
export function listRights(world: World): readonly Rights[] {
  const policy = readPolicy(world);
  return sortedUnique(policy.grants.keys()).flatMap((key) => {
    const principal = toPrincipal(key);
    const isCovered = toCoverage(policy, principal.groups);
    const holdings = compact(listHoldings(policy, key).filter(({ permission, namespace }) => !isCovered(permission, namespace)));
    return holdings.length === 0 ? [] : [{ principal, holdings }];
  });
}

/**
 * The difference of two worlds in what principals may do: by covering, so that a right that was held in another way before,
 * also by a group that the principal is surely in, is no gain. What a group gains is told of the group. Those without a
 * difference are left out.
 */
export function compareRights(before: World, after: World): readonly RightsChange[] {
  const [from, to] = [readPolicy(before), readPolicy(after)];
  return listChangedKeys(before, after).flatMap((key) => {
    const principal = toPrincipal(key);
    const [gained, lost] = [listGained(principal, from, to), listGained(principal, to, from)];
    return gained.length === 0 && lost.length === 0 ? [] : [{ principal, gained, lost }];
  });
}

/** The keys of those to whom other bindings or other rules are granted than before. */
export function listChangedKeys(before: World, after: World): readonly string[] {
  const [from, to] = [readPolicy(before), readPolicy(after)];
  const changed = [...to.grants].flatMap(([key, grants]) => (isSame(from.grants.get(key), grants) ? [] : [key]));
  const gone = [...from.grants.keys()].filter((key) => !to.grants.has(key));
  return sortedUnique([...changed, ...gone].filter((key) => key !== MASTERS));
}

function listGained(principal: Principal, from: RbacPolicy, to: RbacPolicy): readonly Holding[] {
  const isCovered = toCoverage(from, [principal.key, ...principal.groups]);
  return compact(listHoldings(to, principal.key, from).filter(({ permission, namespace }) => !isCovered(permission, namespace)));
}

function isSame(a: ReadonlyMap<string, readonly Grant[]> | undefined, b: ReadonlyMap<string, readonly Grant[]> | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.size !== b.size) return false;
  for (const [namespace, grants] of a) if (!isSameGrants(grants, b.get(namespace) ?? [])) return false;
  return true;
}

function isSameGrants(a: readonly Grant[], b: readonly Grant[]): boolean {
  return (
    a.length === b.length &&
    a.every((grant, i) => {
      const other = b[i];
      if (other === undefined) return false;
      if (grant.binding !== other.binding && toRefKey(grant.binding.ref) !== toRefKey(other.binding.ref)) return false;
      if (grant.rules === other.rules) return true;
      if (grant.rules === undefined || grant.rules.length !== other.rules?.length) return false;
      return grant.rules.every((rule, index) => rule.key === other.rules?.[index]?.key);
    })
  );
}
