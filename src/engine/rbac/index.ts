export { authorize, type AllowingRule, type Decision } from './authorize.ts';
export { rbacEngine } from './engine.ts';
export { toServiceAccountUser, type AccessRequest, type PathRequest, type ResourceRequest, type UserInfo } from './request.ts';
