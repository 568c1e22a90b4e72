import { compareStrings } from '../../std/index.ts';
import { listKeyed, PermissionSet, type Permission } from './permission.ts';
import type { Grant, RbacPolicy } from './policy.ts';
import { toPermissionSet, type SourcedRule } from './role.ts';
import { isEffective } from './scope.ts';

/** A permission that a principal holds by bindings that name it. */
export interface Holding {
  readonly permission: Permission;
  /** Where it holds; `""` is everywhere. */
  readonly namespace: string;
  /** The bindings and rules that each give it. */
  readonly sources: readonly { readonly grant: Grant; readonly rule: SourcedRule }[];
}

/**
 * What one principal holds by bindings that name it, by namespace and permission; what can never allow a request is left
 * out, and so are the rules that it holds in the same namespace by the other policy.
 */
export function listHoldings(policy: RbacPolicy, key: string, other?: RbacPolicy): readonly Holding[] {
  const holdings = new Map<string, { permission: Permission; namespace: string; sources: { grant: Grant; rule: SourcedRule }[] }>();
  for (const [namespace, grants] of policy.grants.get(key) ?? []) {
    const known = listRuleKeys(other?.grants.get(key)?.get(namespace) ?? []);
    for (const grant of grants) {
      for (const rule of grant.rules ?? []) {
        if (known.has(rule.key)) continue;
        for (const { permission, key: permissionKey } of listKeyed(rule.rule)) {
          if (!isEffective(permission, namespace)) continue;
          const name = `${namespace} ${permissionKey}`;
          const holding = holdings.get(name);
          if (holding === undefined) holdings.set(name, { permission, namespace, sources: [{ grant, rule }] });
          else holding.sources.push({ grant, rule });
        }
      }
    }
  }
  return [...holdings].toSorted((a, b) => compareStrings(a[0], b[0])).map(([, holding]) => holding);
}

function listRuleKeys(grants: readonly Grant[]): ReadonlySet<string> {
  return new Set(grants.flatMap(({ rules }) => (rules ?? []).map(({ key }) => key)));
}

/** Answers whether a permission is held. */
export type Coverage = (permission: Permission, namespace: string) => boolean;

/** What subjects, by their keys, are covered for together in a world. */
export function toCoverage(policy: RbacPolicy, keys: readonly string[]): Coverage {
  const scopes = keys.flatMap((key) => policy.grants.get(key) ?? []);
  const covers = (permission: Permission, namespace: string): boolean =>
    scopes.some(
      (scope) => scope.get(namespace)?.some(({ rules }) => rules !== undefined && toPermissionSet(rules).covers(permission)) === true,
    );
  return (permission, namespace) => covers(permission, '') || (namespace !== '' && covers(permission, namespace));
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
