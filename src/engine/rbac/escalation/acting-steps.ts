import { parseServiceAccountName } from '../request.ts';
import { toAccountKey } from './place.ts';
import { toRights, type Site } from './site.ts';

const USERS = ['impersonate:user-info authentication.k8s.io/users'];
const GROUPS = ['impersonate:user-info authentication.k8s.io/groups'];
const ACCOUNTS = ['impersonate:serviceaccount authentication.k8s.io/serviceaccounts'];
const ANY_NODE = ['impersonate:arbitrary-node authentication.k8s.io/nodes'];
const OWN_NODE = ['impersonate:associated-node authentication.k8s.io/nodes'];
const READ_SECRETS = toRights('get list watch', '/secrets');
const NODE = 'user system:node:';
const TOKENS = ['create /serviceaccounts/token'];

/**
 * What is got by constrained impersonation (KEP-5284, on from 1.36): of what the other may do the requests alone that
 * `impersonate-on` names. Whoever is impersonated without bounds is left to that step.
 */
export function addActingSteps(site: Site): void {
  addAccounts(site);
  if (site.scope !== '*') return;
  addUsers(site);
  addNodes(site);
}

function addAccounts(site: Site): void {
  const { powers, namespaces, around } = site;
  if (!powers.hasSome(ACCOUNTS)) return;
  const all = powers.find(ACCOUNTS);
  const names = powers.listNames(ACCOUNTS);
  const keys = namespaces.flatMap((namespace) =>
    (around.accounts.get(namespace) ?? []).flatMap((name) =>
      all !== undefined || names.includes(name) ? [toAccountKey(namespace, name)] : [],
    ),
  );
  site.act('serviceaccount', keys, [all ?? powers.find(ACCOUNTS, names)]);
}

/** A group comes along with a user; nodes, ServiceAccounts and system:masters are not to be had in this way. */
function addUsers(site: Site): void {
  const { powers, around } = site;
  if (!powers.hasSome(USERS)) return;
  const known = [...around.policy.grants.keys()];
  const list = (kind: 'group' | 'user', rights: readonly string[]): readonly string[] =>
    powers.find(rights) === undefined
      ? powers.listNames(rights).map((name) => `${kind} ${name}`)
      : known.filter((key) => key.startsWith(`${kind} `));
  const users = list('user', USERS).filter(isPlainUser);
  const user = powers.find(USERS, powers.listNames(USERS));
  site.act('user-info', users, [user]);
  const groups = powers.hasSome(GROUPS) ? list('group', GROUPS).filter((key) => key !== 'group system:masters') : [];
  if (groups.length > 0) site.act('user-info', [...users, ...groups], [user, powers.find(GROUPS, powers.listNames(GROUPS))]);
}

function isPlainUser(key: string): boolean {
  const name = key.slice('user '.length);
  return !name.startsWith('system:node:') && parseServiceAccountName(name) === undefined;
}

/** A node may do what roles say, and is let by the Node authorizer at the Secrets of its Pods and at the tokens of whom they run as. */
function addNodes(site: Site): void {
  const { powers, around } = site;
  for (const mode of ['arbitrary-node', 'associated-node'] as const) {
    const rights = mode === 'arbitrary-node' ? ANY_NODE : OWN_NODE;
    if (!powers.hasSome(rights)) continue;
    const names = powers.listNames(rights);
    const isAny = powers.find(rights) !== undefined;
    const isNode = (key: string): boolean => key.startsWith(NODE) && (isAny || names.includes(key.slice(NODE.length)));
    const known = mode === 'arbitrary-node' ? [...around.policy.grants.keys()].filter(isNode) : [];
    const node = mode === 'arbitrary-node' ? powers.find(rights, names) : powers.find(rights, ['*']);
    site.act(mode, ['group system:nodes', ...known], [node]);
    for (const { namespace, account, secrets, isEverywhere } of [...around.workloads.values()].flat()) {
      if (mode === 'associated-node' && !isEverywhere) continue;
      const on = site.on(mode, namespace);
      if (account !== undefined) {
        const footing = account.footing;
        site.give(
          'impersonate',
          { kind: 'identity', key: toAccountKey(namespace, account.name) },
          [node, on.find(TOKENS, [account.name])],
          footing,
        );
      }
      for (const { name, footing } of secrets)
        site.give('impersonate', { kind: 'secret', namespace, name }, [node, on.find(READ_SECRETS, [name])], [footing]);
    }
  }
}
