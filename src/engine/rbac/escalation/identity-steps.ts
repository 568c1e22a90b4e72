import { parseServiceAccountName } from '../request.ts';
import { toAccountKey, type Place } from './place.ts';
import type { Need, Powers } from './powers.ts';
import { listWaysToCreate, toRights, type Site } from './site.ts';

const READ_SECRETS = toRights('get list watch', '/secrets');
const TOKENS = ['create /serviceaccounts/token'];
const IMPERSONATE_ACCOUNTS = ['impersonate /serviceaccounts'];
const IMPERSONATE_USERS = ['impersonate /users'];
const IMPERSONATE_GROUPS = ['impersonate /groups'];
const REQUESTS = 'certificates.k8s.io/certificatesigningrequests';
const SIGN = ['sign certificates.k8s.io/signers'];
const CLIENT = ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/*'];
const KUBELET = ['kubernetes.io/kube-apiserver-client-kubelet', 'kubernetes.io/*'];

/** What is got by reading Secrets, and by acting as others. */
export function addIdentitySteps(site: Site): void {
  addAccounts(site, 'token-create', TOKENS);
  addAccounts(site, 'impersonate', IMPERSONATE_ACCOUNTS);
  addSecrets(site);
  if (site.scope !== '*') return;
  addUsersAndGroups(site);
  addCertificates(site);
  addSigning(site);
}

function addSecrets(site: Site): void {
  const { powers, scope, namespaces, around } = site;
  const read = powers.find(READ_SECRETS);
  site.give('secret-read', { kind: 'secrets', scope }, [read]);
  const named = powers.listNames(READ_SECRETS);
  for (const name of named) {
    for (const namespace of namespaces) {
      if (scope === '*' && around.world.get({ group: '', kind: 'Secret', namespace, name }) === undefined) continue;
      site.give('secret-read', { kind: 'secret', namespace, name }, [powers.find(READ_SECRETS, [name])]);
    }
  }
  for (const needs of listWaysToCreate(powers, '/secrets')) {
    const names = needs[1] === undefined ? named : needs[1].names;
    for (const mine of [[], ...names.map((name) => [name])])
      site.give('secret-mint', { kind: 'accounts', scope }, [...needs, powers.find(READ_SECRETS, mine)]);
  }
}

function addAccounts(site: Site, step: 'token-create' | 'impersonate', rights: readonly string[]): void {
  const { powers, scope, namespaces, around } = site;
  site.give(step, { kind: 'accounts', scope }, [powers.find(rights)]);
  for (const name of powers.listNames(rights)) {
    for (const namespace of namespaces) {
      if (around.accounts.get(namespace)?.includes(name) !== true) continue;
      site.give(step, { kind: 'identity', key: toAccountKey(namespace, name) }, [powers.find(rights, [name])]);
    }
  }
}

/** A group is impersonated along with a user; a ServiceAccount as a ServiceAccount alone. */
function addUsersAndGroups(site: Site): void {
  const { powers } = site;
  site.give('impersonate', { kind: 'users' }, [powers.find(IMPERSONATE_USERS)]);
  for (const name of powers.listNames(IMPERSONATE_USERS)) {
    if (parseServiceAccountName(name) !== undefined) continue;
    site.give('impersonate', { kind: 'identity', key: `user ${name}` }, [powers.find(IMPERSONATE_USERS, [name])]);
  }
  const somebody = powers.findSome([...IMPERSONATE_USERS, ...IMPERSONATE_ACCOUNTS]);
  site.give('impersonate', { kind: 'admin' }, [powers.find(IMPERSONATE_GROUPS, ['system:masters']), somebody]);
  for (const name of powers.listNames(IMPERSONATE_GROUPS)) {
    if (name === 'system:masters') continue;
    site.give('impersonate', { kind: 'identity', key: `group ${name}` }, [powers.find(IMPERSONATE_GROUPS, [name]), somebody]);
  }
}

/** A certificate names any user and groups but system:masters (`CertificateSubjectRestriction`); a ServiceAccount is the user of its name. */
function addCertificates(site: Site): void {
  const { powers } = site;
  const request = [powers.find([`create ${REQUESTS}`]), powers.find(toRights('get list watch', REQUESTS))];
  const approve = (signer: readonly string[]): readonly (Need | undefined)[] => [
    ...request,
    powers.find(toRights('patch update', `${REQUESTS}/approval`)),
    findSigner(powers, signer),
  ];
  for (const kind of ['users', 'groups'] as const) site.give('csr-approve', { kind }, approve(CLIENT));
  const accounts: Place = { kind: 'accounts', scope: '*' };
  site.give('csr-approve', accounts, approve(CLIENT));
  site.give('csr-node', { kind: 'nodes' }, approve(KUBELET));
  site.give('csr-node', { kind: 'nodes' }, [...request, powers.find([`create ${REQUESTS}/nodeclient`])]);
}

/**
 * Whoever may sign writes what a request is answered with. What the API server takes for somebody's takes the key of the signer besides, which no
 * right gives.
 */
function addSigning(site: Site): void {
  const { powers } = site;
  const write = powers.find(toRights('patch update', `${REQUESTS}/status`));
  site.give('sign', { kind: 'certificates', signer: '*' }, [powers.find(SIGN), write]);
  for (const signer of powers.listNames(SIGN)) site.give('sign', { kind: 'certificates', signer }, [powers.find(SIGN, [signer]), write]);
}

function findSigner(powers: Powers, names: readonly string[]): Need | undefined {
  return powers.find(['approve certificates.k8s.io/signers'], names);
}
