import { compareStrings } from '../../std/index.ts';
import { PermissionSet, toPermissionKey, toPermissions, type Permission } from './permission.ts';
import type { Grant, RbacPolicy } from './policy.ts';
import type { Principal } from './principal.ts';
import type { SourcedRule } from './role.ts';
import { isEffective } from './scope.ts';

/** A permission that a principal holds by bindings that name it. */
export interface Holding {
  readonly permission: Permission;
  /** Where it holds; `""` is everywhere. */
  readonly namespace: string;
  /** The bindings and rules that each give it. */
  readonly sources: readonly { readonly grant: Grant; readonly rule: SourcedRule }[];
}

/** Everything that one principal holds by bindings that name it, by namespace and permission; what can never allow a request is left out. */
export function listHoldings(policy: RbacPolicy, key: string): readonly Holding[] {
  const holdings = new Map<string, { permission: Permission; namespace: string; sources: { grant: Grant; rule: SourcedRule }[] }>();
  for (const [namespace, grants] of policy.grants.get(key) ?? []) {
    for (const grant of grants) {
      for (const rule of grant.rules ?? []) {
        for (const permission of toPermissions(rule.rule)) {
          if (!isEffective(permission, namespace)) continue;
          const name = `${namespace} ${toPermissionKey(permission)}`;
          const known = holdings.get(name);
          if (known === undefined) holdings.set(name, { permission, namespace, sources: [{ grant, rule }] });
          else known.sources.push({ grant, rule });
        }
      }
    }
  }
  return [...holdings].toSorted((a, b) => compareStrings(a[0], b[0])).map(([, holding]) => holding);
}

/** Answers what a principal holds, directly or through the groups that it is surely in. */
export type Coverage = (permission: Permission, namespace: string) => boolean;

/** What a principal is covered for in a world. */
export function toCoverage(policy: RbacPolicy, principal: Principal): Coverage {
  const sets = new Map<string, PermissionSet>();
  const setOf = (namespace: string): PermissionSet => {
    let set = sets.get(namespace);
    if (set !== undefined) return set;
    sets.set(namespace, (set = new PermissionSet()));
    for (const key of [principal.key, ...principal.groups]) {
      for (const grant of policy.grants.get(key)?.get(namespace) ?? []) {
        for (const { rule } of grant.rules ?? []) for (const permission of toPermissions(rule)) set.add(permission);
      }
    }
    return set;
  };
  return (permission, namespace) => setOf('').covers(permission) || (namespace !== '' && setOf(namespace).covers(permission));
}

/** The holdings without those that another of them covers: the same requests are allowed, by fewer permissions. */
export function compact(holdings: readonly Holding[]): readonly Holding[] {
  const sets = new Map<string, PermissionSet>();
  for (const { permission, namespace } of holdings) {
    let set = sets.get(namespace);
    if (set === undefined) sets.set(namespace, (set = new PermissionSet()));
    set.add(permission);
  }
  const everywhere = sets.get('') ?? new PermissionSet();
  return holdings.filter(({ permission, namespace }) => {
    if (sets.get(namespace)?.coversStrictly(permission) === true) return false;
    return namespace === '' || !everywhere.covers(permission);
  });
}
