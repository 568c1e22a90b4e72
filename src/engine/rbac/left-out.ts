/** What this engine does not look at yet; `kplan explain` says so. */
export const RBAC_LEAVES_OUT: readonly string[] = [
  'the Node authorizer and webhook authorizers: the answers are those of RBAC and of the group system:masters',
  'steps of escalation paths that no object shows: constrained impersonation, Secrets printed in logs, the keys of signers, rights in the cloud',
  'whether who applies may do so, unless --as names them: then it is what the roles of the cluster say',
  'members of users and groups outside the cluster: only ServiceAccounts and the groups that all of them are in are known',
  'default roles of releases other than 1.36, unless the cluster itself was read',
];
