import { parseServiceAccountName, toServiceAccountUser, type Action, type UserInfo } from './request.ts';

/** The verb of impersonation that lets somebody do whatever the other may; constrained modes are `impersonate:MODE`. */
const LEGACY = 'impersonate';

/** Groups that the API server adds by itself and nobody needs a right for. */
const ADDED: ReadonlySet<string> = new Set(['system:authenticated', 'system:unauthenticated']);

/**
 * What somebody must be allowed to act for a user: one check for its name and one for each of its groups that the API server does
 * not add by itself; in a constrained mode (KEP-5284), whose `verb` names it, also to do this `action` in that mode
 * (`apiserver/pkg/endpoints/filters/impersonation/mode.go`).
 */
export function listImpersonationChecks(target: UserInfo, action: Action, verb: string = LEGACY): readonly Action[] {
  const group = verb === LEGACY ? '' : 'authentication.k8s.io';
  const check = (resource: string, name: string, namespace: string = ''): Action => ({
    kind: 'resource',
    verb,
    group,
    resource,
    subresource: '',
    namespace,
    name,
  });
  const mode = verb.slice(LEGACY.length + 1);
  const on = mode === '' ? [] : [{ ...action, verb: `impersonate-on:${mode}:${action.verb}` }];
  const account = parseServiceAccountName(target.name);
  if (account !== undefined && mode !== 'user-info') {
    const own = toServiceAccountUser(account.namespace, account.name).groups;
    const others = target.groups.filter((name) => !own.includes(name));
    return [...on, check('serviceaccounts', account.name, account.namespace), ...others.map((name) => check('groups', name))];
  }
  if (mode === 'associated-node') return [...on, check('nodes', '*')];
  if (mode === 'arbitrary-node') return [...on, check('nodes', target.name.replace(/^system:node:/, ''))];
  const groups = target.groups.filter((name) => !ADDED.has(name));
  return [...on, check('users', target.name), ...groups.map((name) => check('groups', name))];
}
