import type { ObjectRef } from '../../model/index.ts';
import { toGroupKey, toUserKey, type Subject } from './binding.ts';
import { parseServiceAccountName, toServiceAccountUser } from './request.ts';

/** Somebody whom bindings name: a user, a group, or a ServiceAccount (the user of its name). */
export interface Principal {
  /** As grants are indexed. */
  readonly key: string;
  /** As people read it: `ServiceAccount shop/deployer`, `User jane`, `Group ops`. */
  readonly text: string;
  readonly subject: Subject;
  readonly ref?: ObjectRef;
  /** The keys of the groups that this one is surely in: what is bound to them it holds as well. */
  readonly groups: readonly string[];
}

/** The principal of a subject key. */
export function toPrincipal(key: string): Principal {
  const space = key.indexOf(' ');
  const name = key.slice(space + 1);
  if (key.startsWith('group ')) return named(key, 'Group', name, listOuterGroups(name));
  const account = parseServiceAccountName(name);
  if (account === undefined) return named(key, 'User', name, listGroupsOfUser(name));
  return {
    key: toUserKey(name),
    text: `ServiceAccount ${account.namespace}/${account.name}`,
    subject: { kind: 'ServiceAccount', ...account },
    ref: { group: '', version: 'v1', kind: 'ServiceAccount', ...account },
    groups: toServiceAccountUser(account.namespace, account.name).groups.map(toGroupKey),
  };
}

function named(key: string, kind: 'Group' | 'User', name: string, groups: readonly string[]): Principal {
  return { key, text: `${kind} ${name}`, subject: { kind, namespace: '', name }, groups: groups.map(toGroupKey) };
}

function listGroupsOfUser(name: string): readonly string[] {
  if (name === 'system:anonymous') return ['system:unauthenticated'];
  return name.startsWith('system:node:') ? ['system:nodes', 'system:authenticated'] : ['system:authenticated'];
}

function listOuterGroups(name: string): readonly string[] {
  if (name === 'system:authenticated' || name === 'system:unauthenticated') return [];
  return name.startsWith('system:serviceaccounts:') ? ['system:serviceaccounts', 'system:authenticated'] : ['system:authenticated'];
}
