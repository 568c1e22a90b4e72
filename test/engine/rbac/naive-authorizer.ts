import { getArray, getString, type JsonValue } from '../../../src/std/index.ts';
import type { KubernetesObject } from '../../../src/model/index.ts';
import type { AccessRequest } from '../../../src/engine/rbac/index.ts';

/**
 * RBAC as its API text says it, without an index, a default role or a shared line of code: the slow twin that the engine is
 * compared with.
 */
export function naiveIsAllowed(objects: readonly KubernetesObject[], request: AccessRequest): boolean {
  const namespace = request.kind === 'resource' ? request.namespace : '';
  for (const object of objects) {
    const home = getString(object, 'metadata', 'namespace') ?? '';
    const isBinding = object.kind === 'ClusterRoleBinding' || (object.kind === 'RoleBinding' && home === namespace && namespace !== '');
    if (!isBinding || !getArray(object, 'subjects').some((subject) => isSubject(subject, home, request))) continue;
    const kind = getString(object, 'roleRef', 'kind');
    const name = getString(object, 'roleRef', 'name');
    for (const role of objects) {
      if (role.kind !== kind || getString(role, 'metadata', 'name') !== name) continue;
      if (kind === 'Role' && getString(role, 'metadata', 'namespace') !== home) continue;
      if (getArray(role, 'rules').some((rule) => isMatch(rule, request))) return true;
    }
  }
  return false;
}

function isSubject(subject: JsonValue, home: string, { user }: AccessRequest): boolean {
  const name = getString(subject, 'name') ?? '';
  if (getString(subject, 'kind') === 'Group') return user.groups.includes(name);
  if (getString(subject, 'kind') === 'User') return user.name === name;
  const namespace = getString(subject, 'namespace') ?? home;
  return namespace !== '' && user.name === `system:serviceaccount:${namespace}:${name}`;
}

function isMatch(rule: JsonValue, request: AccessRequest): boolean {
  const list = (field: string): string[] => getArray(rule, field).map(String);
  const has = (field: string, item: string): boolean => list(field).some((value) => value === '*' || value === item);
  if (!has('verbs', request.verb)) return false;
  if (request.kind === 'path') {
    return list('nonResourceURLs').some((url) => {
      let prefix = url;
      while (prefix.endsWith('*')) prefix = prefix.slice(0, -1);
      return url === request.path || (url !== prefix && request.path.startsWith(prefix));
    });
  }
  const { resource, subresource, name } = request;
  const names = list('resourceNames');
  const isResource = list('resources').some((value) => {
    if (value === '*') return true;
    return subresource === '' ? value === resource : value === `${resource}/${subresource}` || value === `*/${subresource}`;
  });
  return has('apiGroups', request.group) && isResource && (names.length === 0 || names.includes(name));
}
