/** What this engine does not look at yet; `kplan explain` says so. */
export const RBAC_LEAVES_OUT: readonly string[] = [
  'the Node authorizer and webhook authorizers: the answers are those of RBAC and of the group system:masters',
  'escalation paths: what a permission leads to through pods, tokens, impersonation or nodes',
  'whether the identity that applies the change may write these roles and bindings',
  'members of users and groups outside the cluster: only ServiceAccounts and the groups that all of them are in are known',
  'default roles of releases other than 1.36, unless the cluster itself was read',
];
