import { sortedUnique } from '../../../std/index.ts';
import type { Grant, RbacPolicy } from '../policy.ts';
import { toPrincipal } from '../principal.ts';
import type { SourcedRule } from '../role.ts';
import type { PolicyRule } from '../rule.ts';
import { LENT } from './powers.ts';

/** A mode of constrained impersonation (KEP-5284) that asks for a right on the request besides that on whom it is made as. */
export type ActingMode = 'arbitrary-node' | 'associated-node' | 'serviceaccount' | 'user-info';

const ORIGINS = new WeakMap<Grant, Grant>();

function limit(origin: Grant, namespace: string, rules: readonly SourcedRule[]): readonly Grant[] {
  if (rules.length === 0) return [];
  const grant: Grant = { ...origin, binding: { ...origin.binding, namespace }, rules, order: LENT };
  ORIGINS.set(grant, toOrigin(origin));
  return [grant];
}

/** The grant that one with fewer rules was made of; any other as it is. */
export function toOrigin(grant: Grant): Grant {
  return ORIGINS.get(grant) ?? grant;
}

/**
 * The grants that let somebody make requests while it impersonates in a mode (`impersonate-on:MODE:VERB`), with rules of those requests
 * alone. A star stands for every verb by itself only.
 */
export function listAllowedOn(mode: ActingMode, grants: readonly Grant[]): readonly Grant[] {
  const prefix = `impersonate-on:${mode}:`;
  return grants.flatMap((grant) => {
    const rules = (grant.rules ?? []).flatMap((sourced) => {
      const verbs = sourced.rule.verbs.flatMap((verb) =>
        verb === '*' ? [verb] : verb.startsWith(prefix) && verb !== `${prefix}*` ? [verb.slice(prefix.length)] : [],
      );
      return verbs.length === 0 ? [] : [{ ...sourced, rule: { ...sourced.rule, verbs } }];
    });
    return limit(grant, grant.binding.namespace, rules);
  });
}

/** All grants of somebody and of the groups that it is surely in. */
export function listGrantsOf(policy: RbacPolicy, key: string): readonly Grant[] {
  return [key, ...toPrincipal(key).groups].flatMap((own) => [...(policy.grants.get(own)?.values() ?? [])].flat());
}

/** Whose rights come with acting for others: theirs and those of their groups, without what is somebody's own already. */
export function listOthers(key: string, targets: readonly string[]): readonly string[] {
  const mine = new Set([key, ...toPrincipal(key).groups]);
  return sortedUnique(targets.flatMap((target) => [target, ...toPrincipal(target).groups])).filter((target) => !mine.has(target));
}

/** What is held by others of what may be asked for in their place: each of their grants within each of these, where both hold. */
export function lend(theirs: readonly Grant[], allowed: readonly Grant[]): readonly Grant[] {
  return theirs.flatMap((held) =>
    allowed.flatMap((on) => {
      const scope = meetScopes(held.binding.namespace, on.binding.namespace);
      if (scope === undefined) return [];
      return limit(
        held,
        scope,
        (held.rules ?? []).flatMap((own) => (on.rules ?? []).flatMap(({ rule }) => limitRule(own, rule))),
      );
    }),
  );
}

/** The namespace that both are of; `""` is all of them. */
export function meetScopes(a: string, b: string): string | undefined {
  if (a === '' || a === b) return b;
  return b === '' ? a : undefined;
}

function limitRule(own: SourcedRule, bounds: PolicyRule): readonly SourcedRule[] {
  const { verbs, apiGroups, resources, resourceNames } = own.rule;
  const rule: PolicyRule = {
    verbs: meetLists(verbs, bounds.verbs),
    apiGroups: meetLists(apiGroups, bounds.apiGroups),
    resources: resources.flatMap((a) => bounds.resources.flatMap((b) => meetResources(a, b) ?? [])),
    resourceNames: meetNames(resourceNames, bounds.resourceNames),
    nonResourceURLs: [],
  };
  const isNameless = rule.resourceNames.length === 0 && resourceNames.length > 0 && bounds.resourceNames.length > 0;
  return rule.verbs.length === 0 || rule.apiGroups.length === 0 || rule.resources.length === 0 || isNameless ? [] : [{ ...own, rule }];
}

function meetLists(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.includes('*')) return b;
  return b.includes('*') ? a : a.filter((item) => b.includes(item));
}

function meetNames(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.length === 0) return b;
  return b.length === 0 ? a : a.filter((item) => b.includes(item));
}

function meetResources(a: string, b: string): string | undefined {
  if (a === b || b === '*') return a;
  if (a === '*') return b;
  const isPart = (star: string, one: string): boolean => star.startsWith('*/') && one.endsWith(star.slice(1));
  if (isPart(a, b)) return b;
  return isPart(b, a) ? a : undefined;
}
