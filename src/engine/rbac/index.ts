export { withBootstrapPolicy } from './bootstrap.ts';
export { describeBinding } from './binding.ts';
export { authorize, decide, type AllowingRule, type Decision } from './authorize.ts';
export { listChecks } from './checks/index.ts';
export { listCauses } from './cause.ts';
export type { DenyRule } from './deny.ts';
export { createDenyEngine, listDenied } from './deny-engine.ts';
export { compareRights, listRights, type RightsChange } from './difference.ts';
export { rbacEngine } from './engine.ts';
export { comparePaths, listPaths, type EscalationPath } from './escalation/index.ts';
export { refuseRequest } from './forbidden.ts';
export { listGains, type Gain } from './gain.ts';
export { refuseGrant, refuseRoleChange, type GrantWrite } from './grant.ts';
export type { Holding } from './holding.ts';
export { RBAC_LEAVES_OUT } from './left-out.ts';
export { judgeImpersonation, type ImpersonatedUser, type ImpersonationVerdict } from './impersonate.ts';
export { judgeUsage, type EnoughRules, type PrincipalUsage } from './least-privilege.ts';
export { restrictNode } from './node-restriction.ts';
export { listPermissions, whoCan, whoCanAnywhere } from './query.ts';
export {
  parseServiceAccountName,
  toServiceAccountUser,
  type AccessRequest,
  type Action,
  type ResourceRequest,
  type UserInfo,
} from './request.ts';
export { UsageCounter, type Usage } from './usage.ts';
export type { Use } from './uses.ts';
