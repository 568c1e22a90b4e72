import type { ResourceRequest } from '../../../src/engine/rbac/index.ts';
import type { KubernetesObject } from '../../../src/model/index.ts';
import { compareBy, getArray, getString, type JsonValue } from '../../../src/std/index.ts';

/** Who may make a request, binding after binding by the book: `BINDING SUBJECT`, cluster-wide bindings first, each by name. */
export function listWhoCan(objects: readonly KubernetesObject[], request: Omit<ResourceRequest, 'user'>): readonly string[] {
  const bindings = objects.filter(
    ({ kind, metadata }) => kind === 'ClusterRoleBinding' || (kind === 'RoleBinding' && metadata['namespace'] === request.namespace),
  );
  return bindings
    .toSorted(
      compareBy(
        ({ kind }) => kind,
        (object) => getString(object, 'metadata', 'name') ?? '',
      ),
    )
    .flatMap((binding) => {
      const [kind, name] = [getString(binding, 'roleRef', 'kind'), getString(binding, 'roleRef', 'name')];
      const role = objects.find(
        ({ kind: own, metadata }) =>
          own === kind && metadata['name'] === name && (kind === 'ClusterRole' || metadata['namespace'] === request.namespace),
      );
      if (!getArray(role, 'rules').some((rule) => isMatch(rule, request))) return [];
      return getArray(binding, 'subjects').map(
        (subject) => `${getString(binding, 'metadata', 'name') ?? ''} ${getString(subject, 'name') ?? ''}`,
      );
    });
}

function isMatch(rule: JsonValue, { verb, group, resource, subresource, name }: Omit<ResourceRequest, 'user'>): boolean {
  const has = (field: string, ...values: readonly string[]): boolean => values.some((value) => getArray(rule, field).includes(value));
  const wanted = subresource === '' ? [resource] : [`${resource}/${subresource}`, `*/${subresource}`];
  const isNamed = getArray(rule, 'resourceNames').length === 0 || has('resourceNames', name);
  return has('verbs', '*', verb) && has('apiGroups', '*', group) && has('resources', '*', ...wanted) && isNamed;
}
