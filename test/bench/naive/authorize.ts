import type { KubernetesObject } from '../../../src/model/index.ts';
import { getArray, getString, type JsonValue } from '../../../src/std/index.ts';

/** A request of a ServiceAccount for a resource of a namespace. */
export interface NaiveRequest {
  readonly namespace: string;
  readonly account: string;
  readonly accountNamespace: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
}

/** RBAC by the book: every binding, every subject, the role looked for among all roles, every rule. */
export function isAuthorizedNaively(objects: readonly KubernetesObject[], request: NaiveRequest): boolean {
  return objects.some((binding) => {
    const isLocal = binding.kind === 'RoleBinding' && namespaceOf(binding) === request.namespace;
    if (!isLocal && binding.kind !== 'ClusterRoleBinding') return false;
    if (!getArray(binding, 'subjects').some((subject) => isSubject(subject, request))) return false;
    const [kind, name] = [getString(binding, 'roleRef', 'kind'), getString(binding, 'roleRef', 'name')];
    const role = objects.find(
      (object) =>
        object.kind === kind &&
        getString(object, 'metadata', 'name') === name &&
        (kind === 'ClusterRole' || namespaceOf(object) === namespaceOf(binding)),
    );
    return getArray(role, 'rules').some(
      (rule) => has(rule, 'verbs', request.verb) && has(rule, 'apiGroups', request.group) && has(rule, 'resources', request.resource),
    );
  });
}

function isSubject(subject: JsonValue, request: NaiveRequest): boolean {
  if (getString(subject, 'kind') === 'Group') return getString(subject, 'name') === `system:serviceaccounts:${request.accountNamespace}`;
  return getString(subject, 'name') === request.account && getString(subject, 'namespace') === request.accountNamespace;
}

function has(rule: JsonValue, field: string, value: string): boolean {
  const list = getArray(rule, field);
  return list.includes(value) || list.includes('*');
}

function namespaceOf(object: KubernetesObject): string | undefined {
  return getString(object, 'metadata', 'namespace');
}
