export { describeBinding } from './binding.ts';
export { authorize, decide, type AllowingRule, type Decision } from './authorize.ts';
export { rbacEngine } from './engine.ts';
export { refuseRequest } from './forbidden.ts';
export { refuseGrant, type GrantWrite } from './grant.ts';
export { RBAC_LEAVES_OUT } from './left-out.ts';
export { listPermissions, whoCan, whoCanAnywhere } from './query.ts';
export {
  parseServiceAccountName,
  toServiceAccountUser,
  type AccessRequest,
  type Action,
  type ResourceRequest,
  type UserInfo,
} from './request.ts';
