import type { KubernetesObject, World } from '../../model/index.ts';
import { getArray, getString } from '../../std/index.ts';
import { findMissing, namespaceOrNone } from './lookup.ts';
import type { DanglingReference, Rule } from './rule.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** A binding to a ServiceAccount that does not exist is an open door: whoever makes that account has the role. */
export const bindingSubject: Rule = {
  code: 'KR0019',
  find: (world) =>
    [...world.byKind(GROUP, 'ClusterRoleBinding'), ...world.byKind(GROUP, 'RoleBinding')].flatMap((binding) =>
      findSubjects(world, binding),
    ),
};

function findSubjects(world: World, binding: KubernetesObject): readonly DanglingReference[] {
  return getArray(binding, 'subjects').flatMap((subject, index) => {
    const name = getString(subject, 'name') ?? '';
    const namespace = getString(subject, 'namespace') ?? namespaceOrNone(binding);
    if (getString(subject, 'kind') !== 'ServiceAccount' || name === '' || namespace === '') return [];
    const target = { group: '', kind: 'ServiceAccount', namespace, name };
    return findMissing(world, binding, ['subjects', index, 'name'], target, { known: 'warning', unknown: 'info' }) ?? [];
  });
}
