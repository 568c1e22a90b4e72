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

/** A rule as permissions (`component-helpers/auth/rbac/validation`, `BreakdownRule`). Wildcards stay what they are; several stars at a path's end are one. */
export function toPermissions(rule: PolicyRule): readonly Permission[] {
  const permissions: Permission[] = [];
  const names = rule.resourceNames.length === 0 ? [undefined] : rule.resourceNames;
  for (const verb of rule.verbs) {
    for (const group of rule.apiGroups) {
      for (const resource of rule.resources) {
        for (const name of names) permissions.push({ kind: 'resource', verb, group, resource, ...(name === undefined ? {} : { name }) });
      }
    }
    for (const url of rule.nonResourceURLs) permissions.push({ kind: 'path', verb, path: url.replace(/\*+$/, '*') });
  }
  return permissions;
}

/** A text equal for equal permissions. */
export function toPermissionKey(permission: Permission): string {
  if (permission.kind === 'path') return `${permission.verb} ${permission.path}`;
  const { verb, group, resource, name } = permission;
  return `${toTripleKey(verb, group, resource)} ${name === undefined ? '' : `=${name}`}`;
}

function toTripleKey(verb: string, group: string, resource: string): string {
  return `${verb} ${group} ${resource}`;
}

/**
 * A set of permissions that answers what it covers, as the API server's escalation check means it (`Covers`): each
 * permission must be covered by a single one, so that all verbs together are still less than `*`.
 */
export class PermissionSet {
  readonly #names = new Map<string, Set<string | undefined>>();
  readonly #paths = new Map<string, Set<string>>();

  constructor(permissions: Iterable<Permission> = []) {
    for (const permission of permissions) this.add(permission);
  }

  add(permission: Permission): void {
    if (permission.kind === 'path') addTo(this.#paths, permission.verb, permission.path);
    else addTo(this.#names, toTripleKey(permission.verb, permission.group, permission.resource), permission.name);
  }

  /** Whether one of the set's permissions covers this one. */
  covers(permission: Permission): boolean {
    return permission.kind === 'path' ? this.#coversPath(permission, false) : this.#coversResource(permission, false);
  }

  /** Whether one of the set's permissions covers this one and is another: it may be left out. */
  coversStrictly(permission: Permission): boolean {
    return permission.kind === 'path' ? this.#coversPath(permission, true) : this.#coversResource(permission, true);
  }

  #coversPath({ verb, path }: Permission & { kind: 'path' }, strictly: boolean): boolean {
    for (const held of new Set([verb, '*'])) {
      for (const url of this.#paths.get(held) ?? []) {
        const isSame = held === verb && url === path;
        if (!(isSame && strictly) && isUrlMatch(url, path)) return true;
      }
    }
    return false;
  }

  #coversResource({ verb, group, resource, name }: Permission & { kind: 'resource' }, strictly: boolean): boolean {
    for (const heldVerb of new Set([verb, '*'])) {
      for (const heldGroup of new Set([group, '*'])) {
        for (const heldResource of listCoveringResources(resource)) {
          const names = this.#names.get(toTripleKey(heldVerb, heldGroup, heldResource));
          if (names === undefined) continue;
          const isSame = heldVerb === verb && heldGroup === group && heldResource === resource;
          if (names.has(undefined) && !(isSame && strictly && name === undefined)) return true;
          if (name !== undefined && names.has(name) && !(isSame && strictly)) return true;
        }
      }
    }
    return false;
  }
}

function listCoveringResources(resource: string): Iterable<string> {
  const slash = resource.indexOf('/');
  return new Set(slash < 0 ? [resource, '*'] : [resource, '*', `*${resource.slice(slash)}`]);
}

function addTo<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}
