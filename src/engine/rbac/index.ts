export { authorize, type Decision } from './authorize.ts';
export { rbacEngine } from './engine.ts';
export { refuseGrant, type GrantWrite } from './grant.ts';
export { RBAC_LEAVES_OUT } from './left-out.ts';
export { listPermissions, whoCan, type Action } from './query.ts';
export { toServiceAccountUser, type AccessRequest, type UserInfo } from './request.ts';
