import { parseServiceAccountName, toServiceAccountUser, type UserInfo } from '../engine/rbac/index.ts';
import type { Arguments } from './arguments.ts';

/** Who --as and --as-group name, with the groups that the API server adds to them. Undefined where nobody is named. */
export function readUser(args: Arguments): UserInfo | undefined {
  const name = args.string('as');
  const groups = args.list('as-group');
  if (name === undefined) return groups.length === 0 ? undefined : { name: '', groups: [...groups, 'system:authenticated'] };
  const account = groups.length === 0 ? parseServiceAccountName(name) : undefined;
  if (account !== undefined) return toServiceAccountUser(account.namespace, account.name);
  if (groups.includes('system:unauthenticated')) return { name, groups };
  const implied = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return { name, groups: groups.includes(implied) ? groups : [...groups, implied] };
}
