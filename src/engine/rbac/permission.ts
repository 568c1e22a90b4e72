import { getOrAdd } from '../../std/index.ts';
import { isUrlMatch, type PolicyRule } from './rule.ts';

/** The smallest grain of a grant: one verb on one resource (`pods/log` for subresources) of one group, for one name or all; or on one path. */
export type Permission =
  | {
      readonly kind: 'resource';
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      /** Absent: every name. */
      readonly name?: string;
    }
  | { readonly kind: 'path'; readonly verb: string; readonly path: string };

/** A permission with its key, made once for each rule. */
export interface KeyedPermission {
  readonly key: string;
  readonly permission: Permission;
}

const KEYED = new WeakMap<PolicyRule, readonly KeyedPermission[]>();

/** The permissions of a rule with their keys; remembered, for rules never change. */
export function listKeyed(rule: PolicyRule): readonly KeyedPermission[] {
  let keyed = KEYED.get(rule);
  if (keyed === undefined) {
    keyed = toPermissions(rule).map((permission) => ({ key: toPermissionKey(permission), permission }));
    KEYED.set(rule, keyed);
  }
  return keyed;
}

/** A rule of more permissions than these is not broken down: a few lists of thousands would fill any memory. */
const MOST = 250_000;

/** Whether a rule is of so many permissions that it is not broken down. */
export function isTooLarge(rule: PolicyRule): boolean {
  const { verbs, groups, resources, names, paths } = simplify(rule);
  return verbs.length * (groups.length * resources.length * names.length + paths.length) > MOST;
}

/** The lists of a rule without what is in them twice, or beside a `*` that takes it in. */
function simplify({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly names: readonly (string | undefined)[];
  readonly paths: readonly string[];
} {
  const distinct = (list: readonly string[]): readonly string[] => (list.includes('*') ? ['*'] : [...new Set(list)]);
  return {
    verbs: distinct(verbs),
    groups: distinct(apiGroups),
    resources: distinct(resources),
    names: resourceNames.length === 0 ? [undefined] : [...new Set(resourceNames)],
    paths: distinct(nonResourceURLs.map((url) => url.replace(/\*+$/, '*'))),
  };
}

/**
 * A rule as permissions (`component-helpers/auth/rbac/validation`, `BreakdownRule`), without those that its own `*` takes in.
 * Several stars at a path's end are one. Empty for a rule that is too large.
 */
export function toPermissions(rule: PolicyRule): readonly Permission[] {
  if (isTooLarge(rule)) return [];
  const { verbs, groups, resources, names, paths } = simplify(rule);
  const permissions: Permission[] = [];
  for (const verb of verbs) {
    for (const group of groups) {
      for (const resource of resources) {
        for (const name of names) permissions.push({ kind: 'resource', verb, group, resource, ...(name === undefined ? {} : { name }) });
      }
    }
    for (const path of paths) permissions.push({ kind: 'path', verb, path });
  }
  return permissions;
}

/** A text equal for equal permissions. */
export function toPermissionKey(permission: Permission): string {
  if (permission.kind === 'path') return `${permission.verb} ${permission.path}`;
  const { verb, group, resource, name } = permission;
  return `${verb} ${group} ${resource} ${name === undefined ? '' : `=${name}`}`;
}

type Names = Set<string | undefined>;
type Resources = Map<string, Names>;

/**
 * A set of permissions that answers what it covers, as the API server's escalation check means it (`Covers`): each
 * permission must be covered by a single one, so that all verbs together are still less than `*`.
 */
export class PermissionSet {
  readonly #verbs = new Map<string, Map<string, Resources>>();
  readonly #paths = new Map<string, Set<string>>();

  constructor(permissions: Iterable<Permission> = []) {
    for (const permission of permissions) this.add(permission);
  }

  add(permission: Permission): void {
    const { verb } = permission;
    if (permission.kind === 'path') getOrAdd(this.#paths, verb, () => new Set<string>()).add(permission.path);
    else {
      const groups = getOrAdd(this.#verbs, verb, () => new Map<string, Resources>());
      const resources = getOrAdd(groups, permission.group, (): Resources => new Map());
      getOrAdd(resources, permission.resource, (): Names => new Set()).add(permission.name);
    }
  }

  /** Whether one of the set's permissions covers this one. */
  covers(permission: Permission): boolean {
    return this.#isCovered(permission, false);
  }

  /** Whether one of the set's permissions covers this one and is another: it may be left out. */
  coversStrictly(permission: Permission): boolean {
    return this.#isCovered(permission, true);
  }

  #isCovered(permission: Permission, strictly: boolean): boolean {
    return (
      this.#isCoveredBy(permission.verb, permission, strictly) || (permission.verb !== '*' && this.#isCoveredBy('*', permission, false))
    );
  }

  #isCoveredBy(verb: string, permission: Permission, strictly: boolean): boolean {
    if (permission.kind === 'path') return this.#isPathCovered(verb, permission.path, strictly);
    const groups = this.#verbs.get(verb);
    if (groups === undefined) return false;
    const { group } = permission;
    return (
      isResourceCovered(groups.get(group), permission, strictly) || (group !== '*' && isResourceCovered(groups.get('*'), permission, false))
    );
  }

  #isPathCovered(verb: string, path: string, strictly: boolean): boolean {
    for (const url of this.#paths.get(verb) ?? []) if (isUrlMatch(url, path) && !(strictly && url === path)) return true;
    return false;
  }
}

function isResourceCovered(held: Resources | undefined, { resource, name }: Permission & { kind: 'resource' }, strictly: boolean): boolean {
  if (held === undefined) return false;
  if (isNamed(held.get(resource), name, strictly)) return true;
  if (resource === '*') return false;
  if (isNamed(held.get('*'), name, false)) return true;
  const slash = resource.indexOf('/');
  return slash > 0 && !resource.startsWith('*') && isNamed(held.get(`*${resource.slice(slash)}`), name, false);
}

function isNamed(names: Names | undefined, name: string | undefined, strictly: boolean): boolean {
  if (names === undefined) return false;
  if (names.has(undefined) && !(strictly && name === undefined)) return true;
  return name !== undefined && names.has(name) && !strictly;
}
