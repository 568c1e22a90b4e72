import { getString } from '../../../std/index.ts';
import { lapseIf, practiceOfKinds, type Practice } from '../practice.ts';

/** Who has cluster-admin needs no other rights. */
export const clusterAdmin: Practice = practiceOfKinds(
  'KB0408',
  'security',
  ['rbac.authorization.k8s.io/ClusterRoleBinding', 'rbac.authorization.k8s.io/RoleBinding'],
  (object) => lapseIf(getString(object, 'roleRef', 'name') === 'cluster-admin', 'roleRef', 'name'),
);
