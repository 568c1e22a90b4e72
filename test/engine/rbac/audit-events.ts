import { toServiceAccountUser, type UserInfo } from '../../../src/engine/rbac/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';

export const WEB: UserInfo = toServiceAccountUser('shop', 'web');

/** An event of an audit log: `list`, `apps/deployments/scale shop/name`, or a path; other fields as they are given. */
export function event(user: UserInfo, verb: string, what: string, where = '', fields: JsonObject = {}): JsonObject {
  const [group = '', resource = '', subresource = ''] = what.split('/');
  const [namespace = '', name = ''] = where.split('/');
  const objectRef = {
    resource,
    ...(group === '-' ? {} : { apiGroup: group }),
    ...(subresource === '' ? {} : { subresource }),
    ...(namespace === '' ? {} : { namespace }),
    ...(name === '' ? {} : { name }),
  };
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: `${verb} ${what} ${where}`,
    stage: 'ResponseComplete',
    verb,
    user: { username: user.name, groups: user.groups },
    ...(what.startsWith('/') ? { requestURI: what } : { objectRef }),
    ...fields,
  };
}
