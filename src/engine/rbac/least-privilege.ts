import { sortedUnique } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import { toGroupKey, toUserKey } from './binding.ts';
import { listRights, MASTERS } from './difference.ts';
import { toCoverage, type Coverage, type Holding } from './holding.ts';
import type { Permission } from './permission.ts';
import { readPolicy, type RbacPolicy } from './policy.ts';
import { toPrincipal, type Principal } from './principal.ts';
import { isAllowedBy, isUrlMatch } from './rule.ts';
import { toEnoughRules, type EnoughRules } from './enough.ts';
import type { Usage, UserUsage } from './usage.ts';
import type { Use } from './uses.ts';

export type { EnoughRules } from './enough.ts';

/** What somebody did with its rights, and what would have been enough. */
export interface PrincipalUsage {
  readonly principal: Principal;
  readonly requests: number;
  /** What it holds by bindings that name it and no request took. */
  readonly unused: readonly Holding[];
  /** What authorization refused to it. */
  readonly denied: readonly Use[];
  /** The rules that would have let every request pass that nothing bound to its groups lets pass. */
  readonly enough: readonly EnoughRules[];
}

/**
 * Compares what principals hold with what an audit log says they used. A group used what its members did. Rights of the group
 * system:masters cannot be taken away; its members are told what would have been enough for them. Sorted by subject.
 */
export function judgeUsage(world: World, usage: Usage): readonly PrincipalUsage[] {
  const policy = readPolicy(world);
  const held = new Map(listRights(world).map(({ principal, holdings }) => [principal.key, holdings]));
  const users = usage.users.map(({ user }) => toUserKey(user.name));
  return sortedUnique([...held.keys(), ...users].filter((key) => key !== MASTERS)).map((key) => {
    const principal = toPrincipal(key);
    const members = usage.users.filter((item) => isMember(item, key));
    const uses = members.flatMap(({ allowed }) => allowed);
    const isGroup = key.startsWith('group ');
    return {
      principal,
      requests: members.reduce((sum, { allowed, denied }) => sum + count(allowed) + count(denied), 0),
      unused: (held.get(key) ?? []).filter((holding) => !uses.some((use) => usesHolding(use, holding))),
      denied: isGroup ? [] : members.flatMap(({ denied }) => denied),
      enough: toEnoughRules(isGroup ? listGroupNeeds(policy, principal, uses) : members.flatMap((member) => listNeeds(policy, member))),
    };
  });
}

function isMember({ user }: UserUsage, key: string): boolean {
  return toUserKey(user.name) === key || user.groups.some((group) => toGroupKey(group) === key);
}

function count(uses: readonly Use[]): number {
  return uses.reduce((sum, use) => sum + use.count, 0);
}

function usesHolding({ action, names }: Use, { permission, namespace }: Holding): boolean {
  if (action.kind === 'path') {
    if (permission.kind !== 'path' || (permission.verb !== '*' && permission.verb !== action.verb)) return false;
    return isUrlMatch(permission.path, action.path) || isUrlMatch(action.path, permission.path);
  }
  if (permission.kind === 'path') return false;
  if (namespace !== '' && namespace !== action.namespace) return false;
  if (permission.name !== undefined && names?.includes(permission.name) === false) return false;
  const { verb, group, resource } = permission;
  const rule = { verbs: [verb], apiGroups: [group], resources: [resource], resourceNames: [], nonResourceURLs: [] };
  return isAllowedBy(rule, { ...action, user: { name: '', groups: [] } });
}

/** What of a user's requests nothing that is bound to its groups allows. */
function listNeeds(policy: RbacPolicy, { user, allowed }: UserUsage): readonly Use[] {
  const isCovered = toCoverage(
    policy,
    user.groups.map(toGroupKey).filter((key) => key !== MASTERS),
  );
  return allowed.filter((use) => !isUseCovered(use, isCovered));
}

/** What of the requests of a group's members is allowed by what is bound to the group, and by nothing that is bound to all such groups. */
function listGroupNeeds(policy: RbacPolicy, { key, groups }: Principal, uses: readonly Use[]): readonly Use[] {
  const [own, outer] = [toCoverage(policy, [key]), toCoverage(policy, groups)];
  return uses.filter((use) => isUseCovered(use, own) && !isUseCovered(use, outer));
}

function isUseCovered({ action, names }: Use, isCovered: Coverage): boolean {
  if (action.kind === 'path') return isCovered({ kind: 'path', verb: action.verb, path: action.path }, '');
  const { verb, group, namespace } = action;
  const resource = action.subresource === '' ? action.resource : `${action.resource}/${action.subresource}`;
  const asked: readonly Permission[] =
    names === undefined
      ? [{ kind: 'resource', verb, group, resource }]
      : names.map((name) => ({ kind: 'resource', verb, group, resource, name }));
  return asked.every((permission) => isCovered(permission, namespace));
}
