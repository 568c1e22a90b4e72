import type { KubernetesObject, World } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { findMissing, namespaceOrNone } from './lookup.ts';
import type { DanglingReference, Rule } from './rule.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** A binding to a role that does not exist grants nothing. */
export const bindingRole: Rule = {
  code: 'KR0018',
  find: (world) =>
    [...world.byKind(GROUP, 'ClusterRoleBinding'), ...world.byKind(GROUP, 'RoleBinding')].flatMap((binding) => findRole(world, binding)),
};

function findRole(world: World, binding: KubernetesObject): readonly DanglingReference[] {
  const kind = getString(binding, 'roleRef', 'kind');
  const name = getString(binding, 'roleRef', 'name') ?? '';
  if (name === '' || (kind !== 'Role' && kind !== 'ClusterRole')) return [];
  const target = { group: GROUP, kind, name, ...(kind === 'Role' ? { namespace: namespaceOrNone(binding) } : {}) };
  const missing = findMissing(world, binding, ['roleRef', 'name'], target);
  return missing === undefined ? [] : [missing];
}
