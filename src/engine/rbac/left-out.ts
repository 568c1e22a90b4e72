/** What this engine does not look at yet; `kplan explain` says so. */
export const RBAC_LEAVES_OUT: readonly string[] = [
  'webhook authorizers, and what nodes may list by a field selector: the answers are those of the group system:masters, the Node authorizer and RBAC',
  'steps of escalation paths that no object shows: constrained impersonation, Secrets printed in logs, the keys of signers, rights in the cloud',
  'whether who applies may do so, unless --as names them: then it is what the roles of the cluster say',
  'members of users and groups outside the cluster: only ServiceAccounts and the groups that all of them are in are known',
  'default roles of other releases than 1.36 in the effects of a plan, unless the cluster itself was read: questions take those of --kubernetes-version',
];
